"""What an outside front end sends and gets for one annotator. Of a pair it gets a `BlindedItem`, as the pages do."""

from dataclasses import asdict
from typing import Any, Final

from rest_framework import serializers

from evaluation.annotators.waiting import HeldByOthers
from evaluation.api.operations import Strict
from evaluation.api.shapes import answers_as
from evaluation.items.blinding import BlindedItem
from evaluation.judging.annotator_session import pair_name
from evaluation.judging.assignment import PersonalProgress
from evaluation.judging.practising import Feedback, Lesson, PracticePair
from evaluation.judging.standing import STAGES
from evaluation.judging.submitting import LAYOUTS, LONGEST_COMMENT, LONGEST_KEY, PROBLEMS
from evaluation.models import Study
from evaluation.operation.markdown import rendered

# Of a pair's name and of what is picked; nothing that is offered is longer.
LONGEST_NAME: Final = 100
LONGEST_ANSWER: Final = 4000
MOST_ANSWERS: Final = 200


class TextOut(serializers.Serializer[Any]):
    """A text of the study's: as it was written, and as HTML that can stand in any page."""

    markdown = serializers.CharField(allow_blank=True)
    html = serializers.CharField(allow_blank=True, help_text="sanitised: no script, no style, no image")


class StudyWordsOut(serializers.Serializer[Any]):
    """What an annotator may know of a study: its words. Neither its name nor its systems are in it."""

    title = serializers.CharField(source="public_title")
    language = serializers.CharField()
    is_open = serializers.BooleanField(help_text="whether judgments are taken now")
    closes_at = serializers.DateTimeField(allow_null=True, help_text="from then on no pair is given out")
    may_skip = serializers.BooleanField()
    content_warning = TextOut()
    consent = TextOut()
    consent_version = serializers.CharField(help_text="sent back with the agreement to it")
    instructions = TextOut()
    end = TextOut()


PersonalProgressOut = answers_as(
    PersonalProgress,
    says={"left": "at most: others may take some of it", "median_seconds": "on a pair; null before the first"},
)
HeldByOthersOut = answers_as(
    HeldByOthers, says={"minutes": "after how many the first of them is free again; null where none is held"}
)
BlindedItemOut = answers_as(
    BlindedItem,
    leave_out=frozenset({"slot_id"}),
    add={"pair": serializers.CharField(help_text="what the pair is called here; says nothing about it")},
    says={
        "replies": "Reply 1 and Reply 2: the first is to stand first, in every layout; empty where they are no pair",
        "conversations": "two whole dialogues, the first to stand first; a turn is `own` where Speaker 2 says it",
        "personas": "the facts about Speaker 1 and Speaker 2, where the study shows them beside two dialogues",
        "questions": "those to be asked now",
        "more_to_come": "a second sheet follows once this one is locked",
        "changing": "it was answered already, and is being changed",
        "wording": "sent back with the answers: the wording that was read",
    },
)
LessonOut = answers_as(Lesson)


class EnterIn(Strict):
    """The token of an invite: what stands behind `/j/` in its link."""

    invite = serializers.CharField(max_length=200)


class JoinIn(EnterIn):
    """Agreement to a consent text, by whoever came by a link."""

    consent_version = serializers.CharField(max_length=64, help_text="of the text that was agreed to")


class AgreeIn(Strict):
    """The answer to a consent text that was changed while the study ran."""

    consent_version = serializers.CharField(max_length=64)
    agree = serializers.BooleanField()


class EnterOut(serializers.Serializer[Any]):
    """The study's words and, for whom a personal link knows already, a token."""

    study = StudyWordsOut()
    stage = serializers.ChoiceField(choices=STAGES, help_text="what comes next")
    token = serializers.CharField(allow_null=True, help_text="told this once; null before consent")
    expires_at = serializers.DateTimeField(allow_null=True)


class JoinOut(EnterOut):
    """The study's words, and the token of an annotator who has agreed."""

    annotator = serializers.CharField(help_text="the code under which the answers are kept")


class StandingOut(serializers.Serializer[Any]):
    """Where the annotator stands."""

    annotator = serializers.CharField()
    stage = serializers.ChoiceField(choices=STAGES, help_text="what comes next")
    study = StudyWordsOut()
    progress = PersonalProgressOut()


class ClaimOut(serializers.Serializer[Any]):
    """The pair to judge next, held for this annotator; without one, what others hold."""

    stage = serializers.ChoiceField(choices=STAGES)
    item = BlindedItemOut(allow_null=True)
    progress = PersonalProgressOut()
    held_by_others = HeldByOthersOut(allow_null=True, help_text="where there is no pair: what may come back, and when")


class ItemOut(serializers.Serializer[Any]):
    """A pair, and how far the annotator is."""

    item = BlindedItemOut()
    progress = PersonalProgressOut()


def answers_field() -> serializers.DictField:
    """Field -> value, as the item's questions name and offer them; reasons stand under `FIELD.reason`."""
    return serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_ANSWER, allow_blank=True, trim_whitespace=False),
        help_text="question's `field` -> one of its options' `value`; a reason in words as `FIELD.reason`",
    )


class AnswersIn(Strict):
    """What is picked on a pair."""

    answers = answers_field()

    def validate_answers(self, answers: dict[str, str]) -> dict[str, str]:
        """A pair has only so many questions."""
        if len(answers) > MOST_ANSWERS:
            raise serializers.ValidationError(f"Expected at most {MOST_ANSWERS}, got {len(answers)}.")
        return answers


class LockIn(AnswersIn):
    """The first sheet's answers, which are frozen before the second is seen."""

    wording = serializers.CharField(max_length=4000, default="", allow_blank=True)


class SubmitIn(LockIn):
    """A judgment. Sent again under the same `key` it is counted once."""

    key = serializers.CharField(max_length=LONGEST_KEY, help_text="made up by the sender, new for every judgment")
    seconds = serializers.FloatField(
        min_value=0, max_value=1e6, allow_null=True, default=None, help_text="active time on the pair"
    )
    layout = serializers.ChoiceField(choices=[*filter(None, LAYOUTS)], allow_blank=True, default="")
    comment = serializers.CharField(max_length=LONGEST_COMMENT, allow_blank=True, default="")
    problem = serializers.ChoiceField(
        choices=[*filter(None, PROBLEMS)], allow_blank=True, default="", help_text="reports the pair; never blocks"
    )
    claim = serializers.BooleanField(default=False, help_text="whether the answer brings the next pair")


class SubmitOut(serializers.Serializer[Any]):
    """What was counted, and the next pair if it was asked for."""

    pair = serializers.CharField()
    stage = serializers.ChoiceField(choices=STAGES)
    progress = PersonalProgressOut()
    next = ClaimOut(allow_null=True)


class PracticeOut(serializers.Serializer[Any]):
    """A practice pair, and where it stands."""

    item = BlindedItemOut()
    number = serializers.IntegerField(help_text="counted from 1")
    pairs = serializers.IntegerField()
    attempt = serializers.IntegerField()
    tries = serializers.IntegerField()


class PracticeIn(AnswersIn):
    """Answers to a practice pair."""

    pair = serializers.CharField(max_length=LONGEST_NAME)


class FeedbackOut(serializers.Serializer[Any]):
    """What is said of the practice pair that was answered last."""

    pair = serializers.CharField()
    right = serializers.BooleanField()
    lessons = LessonOut(many=True)
    why = serializers.CharField(allow_blank=True)
    right_so_far = serializers.IntegerField()
    needed = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["on", "passed", "again", "ended"], help_text="what follows")
    stage = serializers.ChoiceField(choices=STAGES)


class QuestionOut(serializers.Serializer[Any]):
    """A question of the background page; every one may be passed over."""

    key = serializers.CharField()
    question = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField(), help_text="value -> its words")


class BackgroundOut(serializers.Serializer[Any]):
    """What the study asks of a background; what is said is kept apart from whoever says it."""

    told = serializers.BooleanField(help_text="whether it was answered, or passed over, already")
    questions = QuestionOut(many=True)


class BackgroundIn(AnswersIn):
    """What somebody tells of themselves, once; an empty object passes over it all."""


class WithdrawIn(Strict):
    """Withdrawing deletes what was judged, and has to be meant."""

    confirm = serializers.ChoiceField(choices=["withdraw"])


class WithdrawnOut(serializers.Serializer[Any]):
    """How many pairs had been judged, and are deleted."""

    judged = serializers.IntegerField()


def as_item(item: BlindedItem, *, name: str = "") -> dict[str, Any]:
    """A blinded item for `BlindedItemOut`; `name` is what the pair is called, where it is not a slot."""
    said = asdict(item)
    return {**said, "pair": name or pair_name(said.pop("slot_id"))}


def practice_name(pair: PracticePair) -> str:
    """What a practice pair is called: the try is part of it, since the same pair comes again in the next."""
    return f"{pair_name(pair.key)}-{pair.attempt}"


def as_feedback(said: Feedback) -> dict[str, Any]:
    """Feedback for `FeedbackOut`."""
    kept = {key: getattr(said, key) for key in ("right", "why", "right_so_far", "needed", "outcome")}
    return {**kept, "pair": practice_name(said.pair), "lessons": [asdict(each) for each in said.lessons]}


def as_words(study: Study, *, consent_version: str) -> dict[str, Any]:
    """A study's words for `StudyWordsOut`."""
    texts = {"consent": study.consent, "instructions": study.instructions, "end": study.end_text}
    texts["content_warning"] = study.content_warning
    return {
        "public_title": study.public_title,
        "language": study.language,
        "is_open": study.is_open(),
        "closes_at": study.closes_at,
        "may_skip": study.may_skip,
        "consent_version": consent_version,
        **{key: {"markdown": text, "html": str(rendered(text))} for key, text in texts.items()},
    }
