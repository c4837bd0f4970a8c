"""A researcher's study: what it is, how far it is, its state, and who did what to it."""

from collections.abc import Callable
from typing import Any, Final

from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.api.operations import Nothing, PageIn, ResearcherView, operation
from evaluation.api.serializers import (
    AuditOut,
    AuditPageOut,
    ConfirmIn,
    StudyOut,
    StudyProgressOut,
)
from evaluation.models import Membership, Study
from evaluation.studies.life import close_study, open_study, pause_study, problems_of, progress_of_study, unblind

CARD: Final = {
    "name": "pt-against-p",
    "title": "PT against P",
    "state": "open",
    "simulated": False,
    "shows_results": False,
    "role": "Owner",
    "slots": 180,
    "slots_done": 42,
    "annotators": 6,
}
STUDY: Final = {
    "name": "pt-against-p",
    "title": "PT against P",
    "public_title": "Which reply is better?",
    "state": "open",
    "simulated": False,
    "role": "Owner",
    "shows_results": False,
    "design_digest": "sha256:4f0c",
    "problems": [],
    "created_at": "2026-11-24T08:00:00Z",
    "opened_at": "2026-11-24T09:00:00Z",
    "closed_at": None,
    "closes_at": None,
    "unblinded_at": None,
}


class OneStudy(ResearcherView):
    """One study."""

    @operation("study", summary="One study", out=StudyOut, refuses=(404,), example=STUDY)
    def get(self, request: Request, name: str) -> Response:
        """Its state, and what keeps a draft from being opened."""
        return Response(StudyOut(told(self.membership(name))).data)


def told(membership: Membership) -> dict[str, Any]:
    """A study for `StudyOut`."""
    study = membership.study
    names = ("name", "title", "public_title", "state", "simulated", "design_digest")
    times = ("created_at", "opened_at", "closed_at", "closes_at", "unblinded_at")
    return {
        **{each: getattr(study, each) for each in (*names, *times)},
        "role": membership.get_role_display(),
        "shows_results": study.shows_results(),
        "problems": problems_of(study) if study.is_draft() else (),
    }


class Progress(ResearcherView):
    """How far a study is."""

    @operation(
        "progress",
        summary="How far a study is",
        out=StudyProgressOut,
        refuses=(404,),
        example={
            **{key: CARD[key] for key in ("name", "title", "state", "simulated", "shows_results", "slots")},
            **{"slots_done": 42, "slots_out": 3, "slots_free": 135, "items": 60, "judgments": 126, "annotators": 6},
            "days": [{"day": "2026-11-24", "judgments": 126}],
        },
    )
    def get(self, request: Request, name: str) -> Response:
        """Slots, judgments and days. Nothing in it is by system."""
        study = self.study(name)
        progress = progress_of_study(study, now=timezone.now())
        counts = ("slots", "slots_done", "slots_out", "slots_free", "items", "judgments", "annotators")
        said = {
            **{each: getattr(study, each) for each in ("name", "title", "state", "simulated")},
            **{each: getattr(progress, each) for each in counts},
            "shows_results": study.shows_results(),
            "days": [{"day": day, "judgments": count} for day, count in progress.by_day],
        }
        return Response(StudyProgressOut(said).data)


class _Transition(ResearcherView):
    """A change of a study's state, done once; asked for in the wrong state it is refused (409)."""

    do: Callable[..., None]

    def changed(self, name: str) -> Response:
        study = self.study_to_change(name)
        # Not as a method of this view.
        type(self).__dict__["do"](study=study, now=timezone.now(), by=self.me)
        return Response(StudyOut(told(self.membership(name))).data)


class Open(_Transition):
    """Let annotators in."""

    do = open_study

    @operation("open", summary="Open a study", takes=Nothing, out=StudyOut, refuses=(404, 409), example=STUDY)
    def post(self, request: Request, name: str) -> Response:
        """Let annotators in; the first time, design and plan are frozen under a digest. Also goes on after a pause."""
        self.taken(Nothing)
        return self.changed(name)


class Pause(_Transition):
    """Take a break."""

    do = pause_study

    @operation("pause", summary="Pause a study", takes=Nothing, out=StudyOut, refuses=(404, 409))
    def post(self, request: Request, name: str) -> Response:
        """Take no judgments until it is opened again; nothing is lost."""
        self.taken(Nothing)
        return self.changed(name)


class Close(_Transition):
    """End a study."""

    do = close_study

    @operation(
        "close",
        summary="Close a study for good",
        takes=ConfirmIn,
        out=StudyOut,
        refuses=(404, 409),
        sends={"confirm": "pt-against-p"},
    )
    def post(self, request: Request, name: str) -> Response:
        """End it: nobody can judge any more, and results can be read. It cannot be opened again."""
        confirm(self.study_to_change(name), self.taken(ConfirmIn)["confirm"])
        return self.changed(name)


class Unblind(_Transition):
    """Look at results early."""

    do = unblind

    @operation(
        "unblind",
        summary="Show results before a study is closed",
        takes=ConfirmIn,
        out=StudyOut,
        refuses=(404, 409),
        sends={"confirm": "pt-against-p"},
    )
    def post(self, request: Request, name: str) -> Response:
        """That it was done, when and by whom is kept, and the report says for good that its result is exploratory."""
        confirm(self.study_to_change(name), self.taken(ConfirmIn)["confirm"])
        return self.changed(name)


def confirm(study: Study, said: str) -> None:
    """What cannot be taken back names the study once more."""
    if said != study.name:
        raise ValidationError({"confirm": [f"Expected {study.name!r}, the study's name: this cannot be taken back."]})


class Audit(ResearcherView):
    """Who did what."""

    @operation(
        "audit",
        summary="Who did what to a study",
        query=PageIn,
        out=AuditPageOut,
        refuses=(404,),
        example={
            "count": 1,
            "next": None,
            "previous": None,
            "results": [
                {"made_at": "2026-11-24T09:00:00Z", "action": "opened", "detail": {}, "made_by": "cleo@example.org"}
            ],
        },
    )
    def get(self, request: Request, name: str) -> Response:
        """Every change of the study, the newest first."""
        entries = self.study(name).audit.select_related("made_by", "study").order_by("-made_at", "-pk")
        return self.page(entries, AuditOut)
