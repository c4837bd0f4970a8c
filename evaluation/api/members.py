"""Who works on a study: members and their roles. Everybody who sees the study may list them; owners change it."""

from typing import Any, Final

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.api.operations import Nothing, PageIn, ResearcherView, Strict, operation, paged
from evaluation.models import Membership
from evaluation.studies.sharing import change_role, members_of, share, unshare

ROLES: Final = list(Membership.Role.values)
MEMBER: Final = {"number": 3, "email": "dov@example.org", "name": "Dov", "role": "reader"}


class MemberOut(serializers.Serializer[Membership]):
    """Somebody who works on a study."""

    number = serializers.IntegerField(source="pk", help_text="by which the other operations name them")
    email = serializers.CharField(source="researcher.email")
    name = serializers.CharField(source="researcher.name", allow_blank=True)
    role = serializers.ChoiceField(choices=ROLES)


class ShareIn(Strict):
    """Who is let in, and what they may do."""

    email = serializers.EmailField(max_length=254, help_text="of somebody who has an account here")
    role = serializers.ChoiceField(choices=ROLES)


class RoleIn(Strict):
    """What a member may do from now on."""

    role = serializers.ChoiceField(choices=ROLES)


class GoneOut(serializers.Serializer[Any]):
    """Who no longer sees the study."""

    email = serializers.CharField()


MemberPageOut = paged("MemberPageOut", MemberOut)


class Members(ResearcherView):
    """Those who work on a study."""

    @operation(
        "members",
        summary="A study's members",
        query=PageIn,
        out=MemberPageOut,
        refuses=(404,),
        example={"count": 1, "next": None, "previous": None, "results": [MEMBER]},
    )
    def get(self, request: Request, name: str) -> Response:
        """Everybody who works on the study, owners first."""
        return self.page(members_of(self.study(name)), MemberOut)

    @operation(
        "share",
        summary="Let a researcher work on a study",
        takes=ShareIn,
        out=MemberOut,
        status=201,
        refuses=(404, 409),
        sends={"email": "dov@example.org", "role": "reader"},
        example=MEMBER,
    )
    def post(self, request: Request, name: str) -> Response:
        """For owners alone (403). Whoever has no account, or works on it already, is refused (409)."""
        study, said = self.study(name), self.taken(ShareIn)
        made = share(study=study, email=said["email"], role=said["role"], now=timezone.now(), by=self.me)
        return Response(MemberOut(made).data, status=201)


class Member(ResearcherView):
    """One of them."""

    @operation(
        "change_role",
        summary="Change what a member may do",
        takes=RoleIn,
        out=MemberOut,
        refuses=(404, 409),
        sends={"role": "collaborator"},
        example=MEMBER | {"role": "collaborator"},
    )
    def post(self, request: Request, name: str, number: int) -> Response:
        """For owners alone (403); the last owner stays one (409)."""
        study, role = self.study(name), self.taken(RoleIn)["role"]
        changed = change_role(study=study, number=number, role=role, now=timezone.now(), by=self.me)
        return Response(MemberOut(changed).data)


class RemoveMember(ResearcherView):
    """Somebody goes."""

    @operation(
        "unshare",
        summary="Let a member go",
        takes=Nothing,
        out=GoneOut,
        refuses=(404, 409),
        example={"email": "dov@example.org"},
    )
    def post(self, request: Request, name: str, number: int) -> Response:
        """For owners; whoever is meant may go themselves. The last owner stays (409)."""
        study = self.study(name)
        self.taken(Nothing)
        return Response(GoneOut({"email": unshare(study=study, number=number, now=timezone.now(), by=self.me)}).data)
