"""The way in for an outside front end: an invite's token, agreement, and a token that acts for one annotator."""

from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.annotators.annotator_tokens import create_annotator_token
from evaluation.annotators.joining import (
    consent_version,
    decline_again,
    find_invite,
    give_consent,
    join,
    must_agree_again,
)
from evaluation.annotators.language import speak
from evaluation.api.annotator_serializers import (
    AgreeIn,
    EnterIn,
    EnterOut,
    JoinIn,
    JoinOut,
    StandingOut,
    as_words,
)
from evaluation.api.operations import AnnotatorView, EntryView, operation
from evaluation.judging.assignment import personal_progress
from evaluation.judging.standing import WrongConsent, check_consent, stage_of
from evaluation.judging.submitting import StudyNotOpen
from evaluation.models import Annotator, Study

TEXT: Final = {"markdown": "You may stop at any time.", "html": "<p>You may stop at any time.</p>"}
EMPTY: Final = {"markdown": "", "html": ""}
WORDS: Final = {
    "title": "Which reply is better?",
    "language": "en",
    "is_open": True,
    "closes_at": None,
    "may_skip": False,
    "content_warning": EMPTY,
    "consent": TEXT,
    "consent_version": "sha256:4f0c",
    "instructions": {"markdown": "Read both replies.", "html": "<p>Read both replies.</p>"},
    "end": EMPTY,
}
TOKEN: Final = {"token": "s3cr3t...", "expires_at": "2027-05-24T09:00:00Z"}
PROGRESS: Final = {"done": 0, "left": 12, "median_seconds": None, "more": False}


class Enter(EntryView):
    """Somebody opens a link."""

    @operation(
        "enter",
        summary="What a link leads to",
        takes=EnterIn,
        out=EnterOut,
        refuses=(404,),
        sends={"invite": "Ze0R..."},
        example={"study": WORDS, "stage": "consent", "token": None, "expires_at": None},
    )
    def post(self, request: Request) -> Response:
        """The study's words and, where a personal link has its annotator already, a token that goes on as them.

        Nothing is stored of anybody who has not agreed: that is `join`.
        """
        now = timezone.now()
        invite = find_invite(self.taken(EnterIn)["invite"], now=now)
        speak(invite.study.language)
        known = invite.annotators.first() if invite.personal else None
        return Response(EnterOut(_entered(invite.study, known)).data)


class Join(EntryView):
    """Somebody agrees."""

    @operation(
        "join",
        summary="Agree, and become an annotator",
        takes=JoinIn,
        out=JoinOut,
        status=201,
        refuses=(404, 409),
        sends={"invite": "Ze0R...", "consent_version": "sha256:4f0c"},
        example={"study": WORDS, "stage": "instructions", **TOKEN, "annotator": "A-7Q2"},
    )
    def post(self, request: Request) -> Response:
        """The token of an annotator: of a new one by an open link, of the same one by a personal link.

        `consent_version` says which text was agreed to; another than the study's is refused (409).
        """
        now, said = timezone.now(), self.taken(JoinIn)
        invite = find_invite(said["invite"], now=now)
        if not invite.study.is_open():
            raise StudyNotOpen(f"the study is {invite.study.state}, and takes nobody in now")
        if invite.study.is_past_closing(now):
            raise StudyNotOpen("the day on which the study ends is past, and it takes nobody in")
        check_consent(invite.study, said["consent_version"])
        annotator = join(invite=invite, known=None, now=now)
        give_consent(annotator=annotator, now=now)
        return Response(JoinOut({**_entered(annotator.study, annotator), "annotator": annotator.code}).data, status=201)


def _entered(study: Study, annotator: Annotator | None) -> dict[str, Any]:
    """What is told at the door; a token for whoever has agreed."""
    made = create_annotator_token(annotator=annotator, now=timezone.now()) if annotator is not None else None
    return {
        "study": as_words(study, consent_version=consent_version(study)),
        "stage": stage_of(annotator) if annotator is not None else "consent",
        "token": made.plain if made else None,
        "expires_at": made.token.expires_at if made else None,
    }


class Standing(AnnotatorView):
    """Where the annotator stands."""

    @operation(
        "standing",
        summary="Where the annotator stands",
        out=StandingOut,
        example={"annotator": "A-7Q2", "stage": "judge", "study": WORDS, "progress": PROGRESS},
    )
    def get(self, request: Request) -> Response:
        """What comes next, the study's words, and how far the annotator is."""
        return Response(StandingOut(standing(self.annotator)).data)


class Agree(AnnotatorView):
    """The answer to a consent text that was changed."""

    @operation(
        "agree",
        summary="Agree to a changed consent text, or not",
        takes=AgreeIn,
        out=StandingOut,
        refuses=(409,),
        sends={"consent_version": "sha256:4f0c", "agree": True},
    )
    def post(self, request: Request) -> Response:
        """Whoever does not agree is asked for no more; what they judged counts as they agreed then."""
        said, annotator = self.taken(AgreeIn), self.annotator
        check_consent(annotator.study, said["consent_version"])
        if said["agree"]:
            give_consent(annotator=annotator, now=timezone.now())
        elif must_agree_again(annotator):
            decline_again(annotator=annotator, now=timezone.now())
        else:
            raise WrongConsent("this text was agreed to already; to take everything back, withdraw")
        annotator.refresh_from_db()
        return Response(StandingOut(standing(annotator)).data)


def standing(annotator: Annotator) -> dict[str, Any]:
    """Where `annotator` stands, for `StandingOut`."""
    return {
        "annotator": annotator.code,
        "stage": stage_of(annotator),
        "study": as_words(annotator.study, consent_version=consent_version(annotator.study)),
        "progress": personal_progress(annotator=annotator),
    }
