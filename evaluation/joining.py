"""How somebody becomes an annotator of a study: by a link, then consent, then instructions."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from evaluation.models import Annotator, Invite, Researcher, Study
from generation.corpus.manifest import digest_of

# Without the letters and digits that are taken for one another.
CODE_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 3
CODE_TRIES: Final = 20


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
    return _new_annotator(invite=held, now=now)


def _new_annotator(*, invite: Invite, now: datetime) -> Annotator:
    for length in (CODE_LENGTH,) * CODE_TRIES + (CODE_LENGTH + 3,):
        code = "A-" + "".join(secrets.choice(CODE_LETTERS) for _ in range(length))
        try:
            with transaction.atomic():
                return Annotator.objects.create(
                    study_id=invite.study_id, code=code, invite=invite, created_at=now, last_seen_at=now
                )
        except IntegrityError:
            continue
    raise RuntimeError(f"no free code for an annotator of study {invite.study_id}")


def give_consent(*, annotator: Annotator, now: datetime) -> None:
    """Keep that `annotator` agreed, when first, and to which version of the text."""
    version = consent_version(annotator.study)
    if annotator.consented_at is not None and annotator.consent_version == version:
        return
    annotator.consent_version = version
    annotator.consented_at = annotator.last_seen_at = now
    annotator.save(update_fields=["consent_version", "consented_at", "last_seen_at"])


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
