"""What an annotator may see, as a type of its own: no system, no domain, no id but the slot's.

Templates, forms and serializers of annotators get a `BlindedItem` and nothing else. Researchers' results by system stay
behind `require_results` until the study is closed, or unblinded on purpose.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.translation import get_language, override

from evaluation.annotators.language import interface
from evaluation.items.questions import Question, answers_in, in_plain_words, sheets_of
from evaluation.items.reasons import SUFFIX, asks_for, reason_field, reasons_in
from evaluation.items.shown_kinds import (
    conversations_of,
    labels_of,
    level_label,
    personas_of,
    question_name,
    side_names,
)
from evaluation.models import Criterion, Slot, Study
from generation.corpus.display import detokenise

KEYS: Final = {"left": "1", "tie": "0", "right": "2", "both_bad": "b", "cannot_judge": "x"}
FIVE_KEYS: Final = {**KEYS, "left:2": "1", "left:1": "2", "tie": "3", "right:1": "4", "right:2": "5"}


class ResultsHidden(PermissionError):
    """Results by system were asked for while the study still runs."""


@dataclass(frozen=True)
class BlindedTurn:
    """A turn of a conversation; `own` where the person whose reply is judged said it, in a whole one the second."""

    own: bool
    text: str


@dataclass(frozen=True)
class BlindedOption:
    """One answer that can be picked, and the key that picks it."""

    value: str
    label: str
    key: str


@dataclass(frozen=True)
class BlindedQuestion:
    """One row of answers. `about` is the reply that a rating is of, empty where both are compared."""

    field: str
    criterion: str
    name: str
    text: str
    help: str
    scale: str
    options: tuple[BlindedOption, ...]
    chosen: str
    locked: bool
    about: str
    # The reason said so far, and which answers ask for one: "optional", "required", "cannot" (judge), or none.
    reason: str = ""
    asks_reason: str = ""

    @property
    def reason_field(self) -> str:
        """What the reason is called in a form."""
        return reason_field(self.field)

    @property
    def opens(self) -> bool:
        """Whether what is asked is said with it: of two replies that are rated, only with the first."""
        return not self.field.endswith(".right")


@dataclass(frozen=True)
class BlindedItem:
    """Everything that a page shows of a slot. `questions` are only those to be shown now."""

    slot_id: int
    kind: str
    persona: tuple[str, ...]
    turns: tuple[BlindedTurn, ...]
    replies: tuple[str, str]
    questions: tuple[BlindedQuestion, ...]
    # A second sheet follows once this one is locked.
    more_to_come: bool
    language: str
    # The slot was answered already and is being changed.
    changing: bool
    # The version of each question's wording, as the form sends it back: "naturalness:1 coherence:2".
    wording: str = ""
    # Of two whole dialogues: the turns of either in the order of the page, and the facts about either speaker.
    conversations: tuple[tuple[BlindedTurn, ...], ...] = ()
    personas: tuple[tuple[str, ...], ...] = ()


def blinded(slot: Slot, *, draft: Mapping[str, str] | None = None) -> BlindedItem:
    """What may be seen of `slot`; `draft` is what the page has picked so far, else what was saved."""
    study, context = slot.study, slot.item.context
    sheets = sheets_of(slot)
    seen_all = slot.locked_at is not None or slot.answered_at is not None
    locked = {question.field for question in sheets[0]} if slot.locked_at is not None else set()
    picked = {**_saved(slot), **(draft or {})}
    judgments = list(slot.judgments.all())
    chosen = (answers_in(judgments, slot) | reasons_in(judgments, slot)) | {
        field: value for field, value in picked.items() if field.removesuffix(SUFFIX) not in locked
    }
    # Whoever looks, a researcher in English or a script: annotators of one study are all asked in the same words.
    with override(interface(study.language)):
        questions = tuple(
            _blinded_question(question, slot, chosen, locked=question.field in locked)
            for sheet in (sheets if seen_all else sheets[:1])
            for question in sheet
        )
    left, right = slot.left(), slot.right()
    whole = conversations_of(slot)
    return BlindedItem(
        slot_id=slot.pk,
        kind=slot.item.kind,
        persona=() if whole else tuple(displayed(sentence, study) for sentence in context.persona),
        turns=tuple(
            BlindedTurn(own=turn["speaker"] == context.speaker, text=displayed(turn["text"], study))
            for turn in context.turns
        ),
        replies=("", "")
        if whole
        else (displayed(left.text if left else "", study), displayed(right.text if right else "", study)),
        questions=questions,
        more_to_come=len(sheets) > 1 and not seen_all,
        language=study.language,
        changing=slot.answered_at is not None,
        wording=wording_of(questions, study),
        conversations=tuple(
            tuple(BlindedTurn(own=turn.speaker == 1, text=displayed(turn.text, study)) for turn in turns)
            for turns in whole
        ),
        personas=tuple(tuple(displayed(fact, study) for fact in persona) for persona in personas_of(slot)),
    )


def wording_of(questions: Iterable[BlindedQuestion], study: Study) -> str:
    """The versions of the wording of what is asked now, as a form carries them.

    Of nothing else: the key of a question that waits would tell that traits come.
    """
    asked = {each.criterion for each in questions}
    known = sorted(study.criteria.all(), key=lambda each: each.position)
    return " ".join(f"{each.key}:{each.version}" for each in known if each.key in asked)


def wording_in(text: str) -> dict[str, int]:
    """The versions that a form sent back; what is none is passed over."""
    told = (each.rpartition(":") for each in text.split())
    return {key: int(number) for key, _, number in told if key and number.isdecimal() and len(number) < 6}


def _saved(slot: Slot) -> dict[str, str]:
    # Where there is no draft, Django's error is an AttributeError too.
    draft = getattr(slot, "draft", None)
    return dict(draft.answers) if draft is not None else {}


def _blinded_question(question: Question, slot: Slot, chosen: Mapping[str, str], *, locked: bool) -> BlindedQuestion:
    criterion, kind = question.criterion, slot.item.kind
    return BlindedQuestion(
        field=question.field,
        criterion=criterion.key,
        name=question_name(kind, criterion),
        text=in_plain_words(criterion.question, slot),
        help=in_plain_words(criterion.help, slot),
        scale=criterion.scale,
        options=_options(question, kind),
        chosen=chosen.get(question.field, ""),
        locked=locked,
        about=str(side_names(kind).get(question.side, "")),
        reason=chosen.get(reason_field(question.field), ""),
        asks_reason=asks_for(question),
    )


def _options(question: Question, kind: str) -> tuple[BlindedOption, ...]:
    criterion, values, labels = question.criterion, question.values(), labels_of(kind)
    if criterion.scale == Criterion.Scale.LABEL:
        return tuple(
            BlindedOption(value, level_label(kind, criterion, value), str(place) if place <= 9 else "")
            for place, value in enumerate(values, start=1)
        )
    if criterion.scale == Criterion.Scale.RATING:
        ends = criterion.range.get("ends") or []
        said = dict(zip((str(criterion.range["min"]), str(criterion.range["max"])), ends, strict=False))
        return tuple(
            BlindedOption(value, str(labels["cannot_judge"]), KEYS["cannot_judge"])
            if value == "cannot_judge"
            else BlindedOption(value, f"{value}: {said[value]}" if value in said else value, value[-1])
            for value in values
        )
    return _preferences(kind, values, criterion.scale, get_language())


@lru_cache(maxsize=200)
def _preferences(kind: str, values: tuple[str, ...], scale: str, language: str | None) -> tuple[BlindedOption, ...]:
    # Every page says these few labels: looked up in `language`, which is spoken now, once for all of them.
    keys, labels = FIVE_KEYS if scale == Criterion.Scale.PREFERENCE5 else KEYS, labels_of(kind)
    return tuple(BlindedOption(value, str(labels[value]), keys[value]) for value in values)


def displayed(text: str, study: Study) -> str:
    """A raw text as this study shows it: the same function for every system, the history and the persona."""
    return detokenise(text) if study.display == "detokenised" else text


def require_results(study: Study) -> None:
    """Raise `ResultsHidden` while results by system must not be seen."""
    if not study.shows_results():
        raise ResultsHidden(
            f"{study.name} is {study.state}: results by system stay hidden until it is closed, or unblinded on purpose"
        )
