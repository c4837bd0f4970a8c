"""An annotator's verbs for outside front ends: the same as the pages', with the same rules and the same blinding."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.annotators.background import keep_background, must_tell, questions_for
from evaluation.annotators.joining import finish_instructions
from evaluation.annotators.waiting import held_by_others
from evaluation.annotators.withdrawing import withdraw
from evaluation.api.annotator_serializers import (
    AnswersIn,
    BackgroundIn,
    BackgroundOut,
    ClaimOut,
    FeedbackOut,
    ItemOut,
    LockIn,
    PersonalProgressOut,
    PracticeIn,
    PracticeOut,
    StandingOut,
    SubmitIn,
    SubmitOut,
    WithdrawIn,
    WithdrawnOut,
    as_feedback,
    as_item,
    practice_name,
)
from evaluation.api.entering import PROGRESS, standing
from evaluation.api.operations import AnnotatorView, Nothing, operation
from evaluation.items.blinding import blinded, wording_in
from evaluation.judging.annotator_session import slot_named
from evaluation.judging.assignment import claim_next, own_slot, personal_progress
from evaluation.judging.practising import answer_practice, last_feedback, next_practice
from evaluation.judging.skipping import skip
from evaluation.judging.standing import require_judging, require_stage, stage_of
from evaluation.judging.submitting import NotYours, StudyNotOpen, last_answered, lock, save_draft, submit
from evaluation.models import Annotator, Receipt

OPTION: Final = {"value": "left", "label": "Reply 1", "key": "1"}
PICKED: Final = {"answers": {"naturalness": "left", "coherence": "tie"}}
NOT_A_PAIR: Final = "there is no such pair for you"


class Instructions(AnnotatorView):
    """The instructions were read."""

    @operation("instructed", summary="The instructions were read", takes=Nothing, out=StandingOut, refuses=(409,))
    def post(self, request: Request) -> Response:
        """Say that the annotator has seen the instructions (their text stands in `standing`)."""
        self.taken(Nothing)
        if stage_of(self.annotator) == "consent":
            require_stage(self.annotator, "instructions")
        finish_instructions(annotator=self.annotator, now=timezone.now())
        return Response(StandingOut(standing(self.annotator)).data)


class Background(AnnotatorView):
    """What the study asks of a background."""

    @operation("background", summary="What is asked of a background", out=BackgroundOut)
    def get(self, request: Request) -> Response:
        """The questions, none where the study asks none; a front end may leave them out."""
        return Response(BackgroundOut(self._asked()).data)

    @operation(
        "tell_background", summary="Tell of a background, or pass over it", takes=BackgroundIn, out=BackgroundOut
    )
    def post(self, request: Request) -> Response:
        """Keep what is told apart from who told it; once."""
        keep_background(annotator=self.annotator, answers=self.taken(BackgroundIn)["answers"], now=timezone.now())
        return Response(BackgroundOut(self._asked()).data)

    def _asked(self) -> dict[str, Any]:
        asked = [
            {"key": each.key, "question": each.question, "options": dict(each.options)}
            for each in questions_for(self.annotator.study)
        ]
        return {"told": not must_tell(self.annotator), "questions": asked}


class Practice(AnnotatorView):
    """Practice before the first pair."""

    @operation("practice", summary="The practice pair that comes next", out=PracticeOut, refuses=(409,))
    def get(self, request: Request) -> Response:
        """A pair with a known answer; 409 where the annotator is not at practice."""
        require_stage(self.annotator, "practice")
        pair = next_practice(annotator=self.annotator)
        assert pair is not None
        kept = {key: getattr(pair, key) for key in ("number", "pairs", "attempt", "tries")}
        return Response(PracticeOut({"item": as_item(pair.item, name=practice_name(pair)), **kept}).data)

    @operation(
        "answer_practice",
        summary="Answer a practice pair",
        takes=PracticeIn,
        out=FeedbackOut,
        refuses=(404, 409, 422),
        sends={"pair": "0f3a...-1", **PICKED},
    )
    def post(self, request: Request) -> Response:
        """What is said of the answers, and what follows. Of a pair that is not next, what was said of the last one."""
        said = self.taken(PracticeIn)
        pair = next_practice(annotator=self.annotator)
        if pair is not None and said["pair"] == practice_name(pair):
            require_stage(self.annotator, "practice")
            answer_practice(annotator=self.annotator, key=pair.key, answers=said["answers"], now=timezone.now())
        feedback = last_feedback(annotator=self.annotator)
        if feedback is None:
            raise NotYours(NOT_A_PAIR)
        self.annotator.refresh_from_db()
        return Response(FeedbackOut({**as_feedback(feedback), "stage": stage_of(self.annotator)}).data)


class Claim(AnnotatorView):
    """The next pair."""

    claims = True

    @operation(
        "claim",
        summary="Claim the next pair",
        takes=Nothing,
        out=ClaimOut,
        refuses=(409,),
        example={
            "stage": "judge",
            "item": None,
            "progress": PROGRESS | {"done": 12, "left": 0, "median_seconds": 21.5},
            "held_by_others": {"contexts": 0, "minutes": None},
        },
    )
    def post(self, request: Request) -> Response:
        """The pair to judge next, held for the annotator until the study's lease runs out; asked again, the same one.

        `item` is null where nothing is left for them; `held_by_others` then says what may come back.
        """
        self.taken(Nothing)
        return Response(ClaimOut(claimed(self.annotator, now=timezone.now())).data)


def claimed(annotator: Annotator, *, now: datetime) -> dict[str, Any]:
    """The next pair of `annotator`, for `ClaimOut`."""
    require_stage(annotator, "judge")
    if not annotator.study.is_open():
        raise StudyNotOpen(f"the study is {annotator.study.state}, and gives out no pairs now")
    slot = claim_next(study=annotator.study, annotator=annotator, now=now)
    over = slot is not None or annotator.study.is_past_closing(now)
    return {
        "stage": stage_of(annotator),
        "item": as_item(blinded(slot)) if slot is not None else None,
        "progress": personal_progress(annotator=annotator),
        "held_by_others": None if over else asdict(held_by_others(annotator=annotator, now=now)),
    }


class _OfPair(AnnotatorView):
    """Operations on a pair that the annotator holds or answered."""

    def slot_id(self, pair: str) -> int:
        found = slot_named(pair, self.annotator) if pair.isascii() else None
        if found is None:
            raise NotYours(NOT_A_PAIR)
        return found.slot

    def item(self, slot_id: int) -> Response:
        slot = own_slot(annotator=self.annotator, slot_id=slot_id)
        said = {"item": as_item(blinded(slot)), "progress": personal_progress(annotator=self.annotator)}
        return Response(ItemOut(said).data)


class Last(_OfPair):
    """Back."""

    @operation("last", summary="The pair judged last, to change it", out=ItemOut, refuses=(404, 409))
    def get(self, request: Request) -> Response:
        """With what was answered picked; submitted again, it is changed, and what it said before is kept."""
        require_judging(self.annotator)
        slot = last_answered(annotator=self.annotator)
        if slot is None:
            raise NotYours("there is no pair to go back to")
        return self.item(slot.pk)


class DraftOf(_OfPair):
    """What is picked so far."""

    @operation(
        "draft", summary="Keep what is picked so far", takes=AnswersIn, status=204, refuses=(404, 409), sends=PICKED
    )
    def put(self, request: Request, pair: str) -> Response:
        """Nothing is counted by it; the next claim, on any device, brings it back."""
        said, slot_id = self.taken(AnswersIn), self.slot_id(pair)
        require_judging(self.annotator)
        save_draft(slot_id=slot_id, annotator=self.annotator, answers=said["answers"], now=timezone.now())
        return Response(status=204)


class Lock(_OfPair):
    """The first sheet is done."""

    @operation(
        "lock",
        summary="Lock the first sheet, and see the second",
        takes=LockIn,
        out=ItemOut,
        refuses=(404, 409, 422),
        sends={**PICKED, "wording": "naturalness:1 coherence:1 trait_consistency:1"},
    )
    def post(self, request: Request, pair: str) -> Response:
        """Where `more_to_come`: the answers are frozen, and the questions that wait for them are shown."""
        said, slot_id = self.taken(LockIn), self.slot_id(pair)
        require_judging(self.annotator)
        lock(
            slot_id=slot_id,
            annotator=self.annotator,
            answers=said["answers"],
            wording=wording_in(said["wording"]),
            now=timezone.now(),
        )
        return self.item(slot_id)


class Submit(_OfPair):
    """A judgment."""

    claims = True

    @operation(
        "submit",
        summary="Submit a judgment, or change the last one",
        takes=SubmitIn,
        out=SubmitOut,
        refuses=(404, 409, 422),
        sends={"key": "5f0c5b1e", **PICKED, "seconds": 21.5, "layout": "side-by-side", "claim": True},
        example={"pair": "0f3a", "stage": "judge", "progress": PROGRESS, "next": None},
    )
    def post(self, request: Request, pair: str) -> Response:
        """All answers count, or none. Sent again under the same `key`, it changes nothing and is answered alike.

        With `claim` the answer brings the next pair, so that judging takes one request a pair.
        """
        said, now = self.taken(SubmitIn), timezone.now()
        claim, wording = said.pop("claim"), wording_in(said.pop("wording"))
        slot_id = self.slot_id(pair)
        # What was counted is answered alike, also where it was what ended them.
        if not Receipt.objects.filter(key=said["key"], slot=slot_id).exists():
            require_judging(self.annotator)
        submit(slot_id=slot_id, annotator=self.annotator, wording=wording, now=now, **said)
        # A rule may have ended them by what they just said.
        self.annotator.refresh_from_db()
        stage = stage_of(self.annotator)
        following = claimed(self.annotator, now=now) if claim and stage == "judge" else None
        return Response(
            SubmitOut(
                {
                    "pair": pair,
                    "stage": following["stage"] if following else stage,
                    "progress": personal_progress(annotator=self.annotator),
                    "next": following,
                }
            ).data
        )


class Skip(_OfPair):
    """A pair is passed over."""

    @operation("skip", summary="Pass over a pair", takes=Nothing, out=StandingOut, refuses=(404, 409))
    def post(self, request: Request, pair: str) -> Response:
        """Where the study allows it (`may_skip`): no judgment, no penalty, and the pair goes to others."""
        self.taken(Nothing)
        require_judging(self.annotator)
        skip(slot_id=self.slot_id(pair), annotator=self.annotator, now=timezone.now())
        return Response(StandingOut(standing(self.annotator)).data)


class Progress(AnnotatorView):
    """How far the annotator is."""

    @operation("progress_of_annotator", summary="How far the annotator is", out=PersonalProgressOut, example=PROGRESS)
    def get(self, request: Request) -> Response:
        """How many pairs are done, and how many there can still be for them."""
        return Response(PersonalProgressOut(personal_progress(annotator=self.annotator)).data)


class Withdraw(AnnotatorView):
    """Somebody wants out."""

    @operation(
        "withdraw",
        summary="Withdraw, and have one's judgments deleted",
        takes=WithdrawIn,
        out=WithdrawnOut,
        sends={"confirm": "withdraw"},
        example={"judged": 12},
    )
    def post(self, request: Request) -> Response:
        """What was judged is deleted at once and its pairs are open again; a second time nothing changes."""
        self.taken(WithdrawIn)
        return Response(WithdrawnOut({"judged": withdraw(annotator=self.annotator, now=timezone.now())}).data)
