"""Links into a study: made, listed, revoked. A link's token is in one answer and nowhere else."""

from datetime import timedelta
from typing import Final

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.annotators.joining import create_invite, revoke_invite
from evaluation.api.operations import Nothing, PageIn, ResearcherView, operation
from evaluation.api.serializers import InviteIn, InviteOut, InvitePageOut, LinksOut, RevokedOut
from evaluation.studies.life import WrongState

LINK: Final = {
    "number": 7,
    "token": "Ze0R...",
    "url": "https://parley.example.org/j/Ze0R.../",
    "expires_at": "2026-12-24T09:00:00Z",
}


class Invites(ResearcherView):
    """A study's links."""

    @operation("invites", summary="A study's links", query=PageIn, out=InvitePageOut, refuses=(404,))
    def get(self, request: Request, name: str) -> Response:
        """The links into a study, the newest first; where they lead is told only when they are made."""
        invites = self.study_to_change(name).invites.annotate(came=Count("annotators")).order_by("-created_at", "-pk")
        return self.page(invites, InviteOut)

    @operation(
        "invite",
        summary="Make links into a study",
        takes=InviteIn,
        out=LinksOut,
        status=201,
        refuses=(404, 409),
        sends={"kind": "personal", "count": 20, "label": "students", "days": 30},
        example={"links": [LINK]},
    )
    def post(self, request: Request, name: str) -> Response:
        """New links, told this once: personal ones, for one annotator each, or an open one for whoever has it."""
        study, said, now = self.study_to_change(name), self.taken(InviteIn), timezone.now()
        if study.is_closed():
            raise WrongState(f"{study.name}: expected a study that is not closed; nobody could judge in it")
        personal, expires_at = said["kind"] == "personal", now + timedelta(days=said["days"]) if said["days"] else None
        made = [
            create_invite(
                study=study,
                personal=personal,
                label=said["label"],
                now=now,
                created_by=self.me,
                expires_at=expires_at,
            )
            for _ in range(said["count"] if personal else 1)
        ]
        links = [
            {
                "number": each.invite.pk,
                "token": each.token,
                "url": request.build_absolute_uri(reverse("annotate-arrive", args=[each.token])),
                "expires_at": expires_at,
            }
            for each in made
        ]
        return Response(LinksOut({"links": links}).data, status=201)


class Revoke(ResearcherView):
    """A link lets nobody in any more."""

    @operation(
        "revoke_invite",
        summary="Revoke a link",
        takes=Nothing,
        out=RevokedOut,
        refuses=(404,),
        example={"revoked": True},
    )
    def post(self, request: Request, name: str, number: int) -> Response:
        """Let nobody in by it any more; whoever came by it goes on."""
        self.taken(Nothing)
        study = self.study_to_change(name)
        done = revoke_invite(study=study, number=number, now=timezone.now(), by=self.me)
        return Response(RevokedOut({"revoked": done}).data)
