"""Who sits at this browser: one signed cookie for each study, and names for pairs that say nothing.

The cookie holds an annotator or, before consent, only the link that was opened or the id that a platform sent: until
somebody agrees, nothing about them is stored on the server.
"""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from evaluation.judging.reading import OwnPair, annotator_of, own_pairs
from evaluation.models import Annotator, Invite, LostLook, Slot, Study

SALT: Final = "evaluation.annotator"
# Longer than a study runs; whoever comes back later opens the link again.
MAX_AGE: Final = 180 * 24 * 3600
ANNOTATOR, INVITE, PARTICIPANT = "a", "i", "p"


@dataclass(frozen=True)
class Sitting:
    """What the cookie of one study says: an annotator, or only the invite or platform by which they arrived."""

    annotator: Annotator | None = None
    invite: Invite | None = None
    participant: str = ""


def cookie_name(public_id: str) -> str:
    """The cookie of the study with this opaque id."""
    return f"parley-{public_id}"


def annotator_here(request: HttpRequest, public_id: str) -> Annotator | None:
    """The annotator whom the cookie of the study with this opaque id names, their study read with them."""
    kind, number = _said(request, public_id)
    return annotator_of(public_id, int(number)) if kind == ANNOTATOR and number.isdecimal() else None


def sitting_of(request: HttpRequest, study: Study) -> Sitting:
    """Who the cookie says is here; empty where there is none, it was tampered with, or is of another study."""
    kind, number = _said(request, study.public_id)
    if kind == PARTICIPANT:
        return Sitting(participant=number)
    if not number.isdecimal():
        return Sitting()
    if kind == ANNOTATOR:
        return Sitting(annotator=annotator_of(study.public_id, int(number)))
    return Sitting(invite=study.invites.filter(pk=int(number)).first())


def _said(request: HttpRequest, public_id: str) -> tuple[str, str]:
    value = request.get_signed_cookie(cookie_name(public_id), default="", salt=SALT, max_age=MAX_AGE) or ""
    kind, _, number = value.partition(".")
    return kind, number


def remember(response: HttpResponse, request: HttpRequest, study: Study, who: Annotator | Invite | str) -> None:
    """Set the study's cookie on `response`: for an annotator, a link, or a platform's participant."""
    kind = PARTICIPANT if isinstance(who, str) else ANNOTATOR if isinstance(who, Annotator) else INVITE
    response.set_signed_cookie(
        cookie_name(study.public_id),
        f"{kind}.{who if isinstance(who, str) else who.pk}",
        salt=SALT,
        max_age=MAX_AGE,
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )


def forget(response: HttpResponse, study: Study) -> None:
    """Take the study's cookie away again."""
    response.delete_cookie(cookie_name(study.public_id), samesite="Lax")


def pair_name(slot_id: int) -> str:
    """What a page calls a slot. The number itself would tell in which order slots were planned, so which are checks."""
    return salted_hmac("evaluation.pair", str(slot_id), algorithm="sha256").hexdigest()[:20]


def slot_named(name: str, annotator: Annotator) -> OwnPair | None:
    """This annotator's slot that a page called `name`; None where they have no such slot."""
    return next((pair for pair in own_pairs(annotator) if constant_time_compare(pair_name(pair.slot), name)), None)


def was_dropped(name: str, annotator: Annotator) -> bool:
    """Whether the pair that a page called `name` was taken from this annotator because it left the study."""
    taken = LostLook.objects.filter(annotator=annotator, dropped_at__isnull=False).values("item")
    looks = Slot.objects.filter(item__in=taken).values_list("pk", flat=True)
    return any(constant_time_compare(pair_name(number), name) for number in looks)
