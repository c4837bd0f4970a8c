"""What an annotator may see, as a type of its own: no system, no domain, no id but the slot's.

Templates, forms and serializers of annotators get a `BlindedItem` and nothing else. Researchers' results by system stay
behind `require_results` until the study is closed, or unblinded on purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evaluation.models import Criterion, Slot, Study
from evaluation.questions import Question, answers_in, in_plain_words, sheets_of
from generation.corpus.display import detokenise

# Labels that stay true where the replies are stacked: Reply 1 is the first on the page in every layout.
REPLY: Final = {"left": "Reply 1", "right": "Reply 2"}
LABELS: Final = {
    "left": "Reply 1",
    "right": "Reply 2",
    "tie": "About equal",
    "both_bad": "Both bad",
    "cannot_judge": "Cannot judge",
    "left:2": "Reply 1, much",
    "left:1": "Reply 1, slightly",
    "right:1": "Reply 2, slightly",
    "right:2": "Reply 2, much",
}
KEYS: Final = {"left": "1", "tie": "0", "right": "2", "both_bad": "b", "cannot_judge": "x"}
FIVE_KEYS: Final = {**KEYS, "left:2": "1", "left:1": "2", "tie": "3", "right:1": "4", "right:2": "5"}


class ResultsHidden(PermissionError):
    """Results by system were asked for while the study still runs."""


@dataclass(frozen=True)
class BlindedTurn:
    """A turn of the conversation so far; `own` where the person whose reply is judged said it."""

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


def blinded(slot: Slot, *, draft: Mapping[str, str] | None = None) -> BlindedItem:
    """What may be seen of `slot`; `draft` is what the page has picked so far, else what was saved."""
    study, context = slot.study, slot.item.context
    sheets = sheets_of(slot)
    seen_all = slot.locked_at is not None or slot.answered_at is not None
    locked = {question.field for question in sheets[0]} if slot.locked_at is not None else set()
    picked = {**_saved(slot), **(draft or {})}
    chosen = answers_in(slot.judgments.all(), slot) | {
        field: value for field, value in picked.items() if field not in locked
    }
    left, right = slot.left(), slot.right()
    return BlindedItem(
        slot_id=slot.pk,
        kind=slot.item.kind,
        persona=tuple(displayed(sentence, study) for sentence in context.persona),
        turns=tuple(
            BlindedTurn(own=turn["speaker"] == context.speaker, text=displayed(turn["text"], study))
            for turn in context.turns
        ),
        replies=(displayed(left.text if left else "", study), displayed(right.text if right else "", study)),
        questions=tuple(
            _blinded_question(question, slot, chosen.get(question.field, ""), locked=question.field in locked)
            for sheet in (sheets if seen_all else sheets[:1])
            for question in sheet
        ),
        more_to_come=len(sheets) > 1 and not seen_all,
        language=study.language,
        changing=slot.answered_at is not None,
    )


def _saved(slot: Slot) -> dict[str, str]:
    # Where there is no draft, Django's error is an AttributeError too.
    draft = getattr(slot, "draft", None)
    return dict(draft.answers) if draft is not None else {}


def _blinded_question(question: Question, slot: Slot, chosen: str, *, locked: bool) -> BlindedQuestion:
    criterion = question.criterion
    return BlindedQuestion(
        field=question.field,
        criterion=criterion.key,
        name=criterion.name,
        text=in_plain_words(criterion.question, slot),
        help=in_plain_words(criterion.help, slot),
        scale=criterion.scale,
        options=_options(question),
        chosen=chosen,
        locked=locked,
        about=REPLY.get(question.side, ""),
    )


def _options(question: Question) -> tuple[BlindedOption, ...]:
    criterion, values = question.criterion, question.values()
    if criterion.scale == Criterion.Scale.LABEL:
        return tuple(
            BlindedOption(value, value, str(place) if place <= 9 else "") for place, value in enumerate(values, start=1)
        )
    if criterion.scale == Criterion.Scale.RATING:
        ends = criterion.range.get("ends") or []
        said = dict(zip((str(criterion.range["min"]), str(criterion.range["max"])), ends, strict=False))
        return tuple(
            BlindedOption(value, LABELS["cannot_judge"], KEYS["cannot_judge"])
            if value == "cannot_judge"
            else BlindedOption(value, f"{value}: {said[value]}" if value in said else value, value[-1])
            for value in values
        )
    keys = FIVE_KEYS if criterion.scale == Criterion.Scale.PREFERENCE5 else KEYS
    return tuple(BlindedOption(value, LABELS[value], keys[value]) for value in values)


def displayed(text: str, study: Study) -> str:
    """A raw text as this study shows it: the same function for every system, the history and the persona."""
    return detokenise(text) if study.display == "detokenised" else text


def require_results(study: Study) -> None:
    """Raise `ResultsHidden` while results by system must not be seen."""
    if not study.shows_results():
        raise ResultsHidden(
            f"{study.name} is {study.state}: results by system stay hidden until it is closed, or unblinded on purpose"
        )
