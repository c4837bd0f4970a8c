"""Who works on a study: owners let researchers in, say what each may do, and let them go; one owner stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from evaluation.models import AuditEntry, Membership, Researcher, Study

Role = Membership.Role
SHARED: Final = "shared"
ROLE_CHANGED: Final = "role changed"
UNSHARED: Final = "no longer shared"


class CannotShare(ValueError):
    """Somebody who has no account, is a member already, or is the last owner."""


class NotAnOwner(CannotShare):
    """Somebody who is no owner says who works on a study."""


class NoSuchMember(CannotShare):
    """A member who is not there, or no longer."""


def members_of(study: Study) -> Sequence[Membership]:
    """Everybody who works on `study`, owners first."""
    order = {role: place for place, role in enumerate((Role.OWNER, Role.COLLABORATOR, Role.READER))}
    there = study.memberships.select_related("researcher").order_by("researcher__email")
    return sorted(there, key=lambda each: order[Role(each.role)])


@transaction.atomic
def share(*, study: Study, email: str, role: str, now: datetime, by: Researcher | None = None) -> Membership:
    """Let the researcher with this address work on `study`; raises `CannotShare`."""
    _hold(study, by)
    _check_role(role)
    researcher = Researcher.objects.filter(email=email.strip().lower(), is_active=True).first()
    if researcher is None:
        raise CannotShare(
            f"nobody here signs in as {email.strip()!r}: an account is made first, by manage.py create_researcher"
        )
    if study.memberships.filter(researcher=researcher).exists():
        raise CannotShare(f"{researcher.email} works on {study.name} already; change the role instead")
    membership = Membership.objects.create(study=study, researcher=researcher, role=role)
    _log(study, SHARED, {"researcher": researcher.email, "role": role}, now, by)
    return membership


@transaction.atomic
def change_role(*, study: Study, number: int, role: str, now: datetime, by: Researcher | None = None) -> Membership:
    """Let a member do more, or less; the last owner stays one. Raises `CannotShare`."""
    _hold(study, by)
    _check_role(role)
    membership = _member(study, number)
    if membership.role == role:
        return membership
    _check_an_owner_stays(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    _log(study, ROLE_CHANGED, {"researcher": membership.researcher.email, "was": before, "role": role}, now, by)
    return membership


@transaction.atomic
def unshare(*, study: Study, number: int, now: datetime, by: Researcher | None = None) -> str:
    """Let a member go; whoever is no owner may go themselves. Their address. The last owner stays."""
    membership = _member(study, number)
    _hold(study, None if by is not None and membership.researcher_id == by.pk else by)
    _check_an_owner_stays(membership)
    email = membership.researcher.email
    membership.delete()
    _log(study, UNSHARED, {"researcher": email}, now, by)
    return email


def _hold(study: Study, by: Researcher | None) -> None:
    """Hold the study's members, so that two owners cannot both leave; `by` must be one. A command may always."""
    Study.objects.select_for_update(of=("self",), no_key=True).get(pk=study.pk)
    if by is not None and not study.memberships.filter(researcher=by, role=Role.OWNER).exists():
        raise NotAnOwner("only an owner says who works on a study")


def _member(study: Study, number: int) -> Membership:
    found = study.memberships.select_related("researcher").filter(pk=number).first()
    if found is None:
        raise NoSuchMember("no such member of this study; they may have gone meanwhile")
    return found


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise CannotShare(f"role: expected one of {', '.join(Role.values)}, got {role!r}")


def _check_an_owner_stays(membership: Membership) -> None:
    others = Membership.objects.filter(study=membership.study_id, role=Role.OWNER).exclude(pk=membership.pk)
    if membership.role == Role.OWNER and not others.exists():
        raise CannotShare(f"{membership.researcher.email} is the last owner: make another one first")


def _log(study: Study, action: str, detail: dict[str, str], now: datetime, by: Researcher | None) -> None:
    AuditEntry.objects.create(study=study, action=action, detail=detail, made_by=by, made_at=now)
