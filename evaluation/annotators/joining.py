"""How somebody becomes an annotator of a study: by a link, then consent, then instructions."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from evaluation.annotators.excluding import give_back
from evaluation.models import Annotator, AuditEntry, Invite, Researcher, Study
from generation.corpus.manifest import digest_of

# Without the letters and digits that are taken for one another.
CODE_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 3
CODE_TRIES: Final = 20
# What the audit calls somebody's answer to a consent text that was amended.
AGREED_AGAIN: Final = "agreed to the changed consent"
NOT_AGAIN: Final = "did not agree to the changed consent"
# What is said in place of a link to mean every one.
ALL_LINKS: Final = "all"


class NoSuchInvite(ValueError):
    """Links to revoke, and none of the study is meant."""


class LinkUnknown(LookupError):
    """A link that was never given out, has expired or was revoked."""


@dataclass(frozen=True)
class MadeInvite:
    """An invite and the token of its link, which is shown this once and kept nowhere."""

    invite: Invite
    token: str


def create_invite(
    *,
    study: Study,
    personal: bool,
    label: str = "",
    now: datetime,
    created_by: Researcher | None = None,
    expires_at: datetime | None = None,
) -> MadeInvite:
    """A new link into `study`: for one annotator, or open to every browser that comes."""
    token = secrets.token_urlsafe(16)
    invite = Invite.objects.create(
        study=study,
        token_digest=_digest(token),
        personal=personal,
        label=label,
        created_at=now,
        expires_at=expires_at,
        created_by=created_by,
    )
    return MadeInvite(invite, token)


def find_invite(token: str, *, now: datetime) -> Invite:
    """The invite whose link holds `token`, its study fetched with it; else `LinkUnknown`, whatever the reason."""
    invite = Invite.objects.select_related("study").filter(token_digest=_digest(token)).first()
    if invite is None or not invite.works(now):
        raise LinkUnknown("this link is not known, or no longer works")
    return invite


def revoke_invites(*, study: Study, which: str, now: datetime, by: Researcher | None = None) -> int:
    """Let nobody in any more by some of `study`'s links; how many.

    `which` is a link as it was given out, the note of one or several, or "all". Whoever has come by them goes on in
    the browser that knows them.
    """
    working = study.invites.filter(revoked_at=None)
    if which != ALL_LINKS:
        token = which.rstrip("/").rpartition("/")[2]
        working = working.filter(Q(token_digest=_digest(token)) | (Q(label=which) if which else Q(pk__in=())))
    return _revoke(study, working, now=now, by=by) or _no_invite(study, which)


def revoke_invite(*, study: Study, number: int, now: datetime, by: Researcher | None = None) -> bool:
    """Let nobody in any more by the link with this number; whether it still worked. Asked twice it is logged once."""
    return _revoke(study, study.invites.filter(pk=number, revoked_at=None), now=now, by=by) > 0


def _revoke(study: Study, invites: QuerySet[Invite], *, now: datetime, by: Researcher | None) -> int:
    with transaction.atomic():
        revoked = invites.update(revoked_at=now)
        if revoked:
            AuditEntry.objects.create(
                study=study, action="links revoked", detail={"links": revoked}, made_by=by, made_at=now
            )
    return revoked


def _no_invite(study: Study, which: str) -> NoReturn:
    raise NoSuchInvite(f"{which!r}: expected a link into {study.name} that works, the note of some, or {ALL_LINKS!r}")


def join_participant(*, study: Study, participant: str, now: datetime) -> Annotator:
    """The annotator whom a platform calls `participant`: the same one from any browser, new the first time."""
    found = study.annotators.filter(participant=participant).first()
    return found or _new_annotator(study_id=study.pk, participant=participant, now=now)


@transaction.atomic
def join(*, invite: Invite, known: Annotator | None, now: datetime) -> Annotator:
    """The annotator who comes by `invite`; `known` is whom the browser remembers, of this study or another.

    A personal link always leads to the same annotator. An open one leads to `known` where that is an annotator of its
    study, else to a new one. Whether the study takes anybody in at all is for the caller to ask (`study.is_open()`).
    """
    # Held until the end: a personal link that is opened twice at once makes one annotator.
    held = Invite.objects.select_for_update().get(pk=invite.pk)
    if held.personal:
        already = Annotator.objects.filter(invite=held).first()
    else:
        already = known if known is not None and known.study_id == held.study_id else None
    if already is not None:
        return already
    return _new_annotator(study_id=held.study_id, invite=held, now=now)


def _new_annotator(*, study_id: int, now: datetime, invite: Invite | None = None, participant: str = "") -> Annotator:
    for length in (CODE_LENGTH,) * CODE_TRIES + (CODE_LENGTH + 3,):
        code = "A-" + "".join(secrets.choice(CODE_LETTERS) for _ in range(length))
        try:
            with transaction.atomic():
                return Annotator.objects.create(
                    study_id=study_id,
                    code=code,
                    invite=invite,
                    participant=participant,
                    created_at=now,
                    last_seen_at=now,
                )
        except IntegrityError:
            # The code is taken, or the same participant came twice at once and is there by now.
            there = (
                Annotator.objects.filter(study_id=study_id, participant=participant).first() if participant else None
            )
            if there is not None:
                return there
    raise RuntimeError(f"no free code for an annotator of study {study_id}")


@transaction.atomic
def give_consent(*, annotator: Annotator, now: datetime) -> None:
    """Keep that `annotator` agreed, when, and to which version of the text; an earlier version stays in the audit."""
    version = consent_version(annotator.study)
    if annotator.consented_at is not None and annotator.consent_version == version:
        return
    if annotator.consented_at is not None:
        before = {"version": annotator.consent_version, "at": annotator.consented_at.isoformat(timespec="seconds")}
        _log_consent(annotator, AGREED_AGAIN, now=now, before=before)
    annotator.consent_version = version
    annotator.consented_at = annotator.last_seen_at = now
    annotator.save(update_fields=["consent_version", "consented_at", "last_seen_at"])


def must_agree_again(annotator: Annotator) -> bool:
    """Whether the text that `annotator` agreed to is no longer the study's: they are asked before the next pair."""
    return bool(annotator.consent_version) and annotator.consent_version != consent_version(annotator.study)


@transaction.atomic
def decline_again(*, annotator: Annotator, now: datetime) -> None:
    """`annotator` does not agree to the changed text: what they did counts as they agreed then, and no more is asked.

    What they held is free for others. Should they change their mind, their link asks them again.
    """
    held = Annotator.objects.select_for_update(of=("self",)).select_related("study").get(pk=annotator.pk)
    give_back(held)
    held.state, held.last_seen_at = Annotator.State.FINISHED, now
    held.save(update_fields=["state", "last_seen_at"])
    _log_consent(held, NOT_AGAIN, now=now, before={"version": held.consent_version})
    annotator.state = held.state


def _log_consent(annotator: Annotator, action: str, *, now: datetime, before: dict[str, str]) -> None:
    detail = {"annotator": annotator.code, "before": before}
    AuditEntry.objects.create(study=annotator.study, action=action, detail=detail, made_at=now)


def finish_instructions(*, annotator: Annotator, now: datetime) -> None:
    """Keep that `annotator` read the instructions; the first time makes them active."""
    annotator.instructed_at = annotator.instructed_at or now
    annotator.last_seen_at = now
    if annotator.state == Annotator.State.ARRIVED:
        annotator.state = Annotator.State.ACTIVE
    annotator.save(update_fields=["instructed_at", "last_seen_at", "state"])


def consent_version(study: Study) -> str:
    """The digest of the consent text as it stands."""
    return digest_of(study.consent)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
