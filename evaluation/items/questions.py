"""What a slot asks: which criteria, on which sheet, as which fields, and what may be answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext

from evaluation.annotators.language import direction, interface
from evaluation.items.shown_kinds import speaker_named
from evaluation.models import Criterion, Item, Judgment, Slot, Study
from generation.corpus.traits import in_words

Side = Literal["", "left", "right"]
Choice, Scale = Judgment.Choice, Criterion.Scale

TRAIT_WORDS: Final = "{trait_words}"
# Where a study's design keeps its own words for traits: language -> trait -> level -> words.
OWN_WORDS: Final = "trait_words"
# Unicode's own marks around a part that has its own direction.
ISOLATED, ISOLATED_END = "\u2068", "\u2069"
# In questions about two whole dialogues: whose trait it is.
SPEAKER: Final = "{speaker}"
FIVE_STEPS: Final = ("left:2", "left:1", "tie", "right:1", "right:2")
# Answers that name no side; a study offers those that its criterion lists.
NO_SIDE: Final = (Choice.TIE.value, Choice.BOTH_BAD.value, Choice.CANNOT_JUDGE.value)


@dataclass(frozen=True)
class Question:
    """One thing to answer: a criterion of the item or, on ratings and labels of a pair, of the reply on one `side`."""

    criterion: Criterion
    side: Side = ""

    @property
    def field(self) -> str:
        """What the answer is called in a form: "naturalness", or "fluency.left" for a rating of Reply 1."""
        return f"{self.criterion.key}.{self.side}" if self.side else self.criterion.key

    def values(self) -> tuple[str, ...]:
        """Every answer that may come, in the order in which it is offered."""
        criterion, extra = self.criterion, [each for each in NO_SIDE if each in self.criterion.options]
        if criterion.scale == Scale.LABEL:
            return tuple(criterion.options)
        if criterion.scale == Scale.RATING:
            steps = range(criterion.range["min"], criterion.range["max"] + 1)
            return (*map(str, steps), *(each for each in extra if each == Choice.CANNOT_JUDGE))
        if criterion.scale == Scale.PREFERENCE5:
            row = tuple(each for each in FIVE_STEPS if each != "tie" or "tie" in extra)
        else:
            row = ("left", "tie", "right") if "tie" in extra else ("left", "right")
        return (*row, *(each for each in extra if each != Choice.TIE))


Sheet = tuple[Question, ...]


def sheets_of(slot: Slot) -> tuple[Sheet, ...]:
    """What `slot` asks, on one sheet or two: the second is shown once the first is answered and locked."""
    asked = [each for each in criteria_of(slot) if each.needs != "traits" or slot.item.trait]
    first = [each for each in asked if not each.after]
    second = [each for each in asked if each.after]
    return tuple(_questions(sheet, slot.item) for sheet in (first, second) if sheet)


def criteria_of(slot: Slot) -> list[Criterion]:
    """The study's criteria in their order; no query where they were fetched with the slot."""
    return sorted(slot.study.criteria.all(), key=lambda each: each.position)


def _questions(criteria: Iterable[Criterion], item: Item) -> Sheet:
    # A persona has no two sides.
    by_side = () if item.kind == Item.Kind.PERSONA else (Scale.RATING, Scale.LABEL)
    return tuple(
        Question(criterion, side)
        for criterion in criteria
        for side in (("left", "right") if criterion.scale in by_side else ("",))
    )


def in_plain_words(text: str, slot: Slot) -> str:
    """A criterion's wording with this item's trait said in plain words: "outgoing, talkative and energetic".

    They are the study's own, where it has some for the trait at this level in its language.
    """
    if TRAIT_WORDS not in text:
        return text
    text = text.replace(SPEAKER, speaker_named(slot))
    item, language = slot.item, slot.study.language
    words = own_words(slot.study, item.trait, item.level) if item.trait else ""
    if words:
        return text.replace(TRAIT_WORDS, words)
    words = in_words(item.trait, item.level) if item.trait else ""
    # An empty text is no message: gettext would answer it with the head of its catalogue.
    words = gettext(words) if words else ""
    if words and direction(language) != direction(interface(language)):
        # Words that run against the sentence stand apart in it, or their commas and brackets would change places.
        words = f"{ISOLATED}{words}{ISOLATED_END}"
    return text.replace(TRAIT_WORDS, words)


def own_words(study: Study, trait: str, level: str) -> str:
    """The words that `study` has for a trait at this level in its language; empty where it has none of its own."""
    said = study.design.get(OWN_WORDS) or {}
    for tag in tags_of(study.language):
        if words := said.get(tag, {}).get(trait, {}).get(level, ""):
            return str(words)
    return ""


def tags_of(language: str) -> tuple[str, ...]:
    """Under which tags words for `language` are looked up, one after the other: `pt-BR`, then `pt`."""
    return tuple(dict.fromkeys((language, language.partition("-")[0])))


def fill_in(judgment: Judgment, question: Question, value: str, slot: Slot) -> Judgment:
    """Put the answer `value` into `judgment`, and what it is about."""
    side, _, strength = value.partition(":")
    spoken = question.criterion.scale in (Scale.PREFERENCE, Scale.PREFERENCE5) or value == Choice.CANNOT_JUDGE
    if question.criterion.scale == Scale.LABEL:
        spoken = False
    judgment.choice, judgment.value = (side, "") if spoken else ("", value)
    judgment.strength = int(strength) if spoken and strength else None
    judgment.rated_id = {"": None, "left": slot.left_id(), "right": slot.right_id()}[question.side]
    return judgment


def answer_in(judgment: Judgment, slot: Slot) -> tuple[str, str]:
    """The field and value that became `judgment`: the inverse of `fill_in`."""
    value = judgment.value or judgment.choice
    if judgment.strength is not None:
        value = f"{judgment.choice}:{judgment.strength}"
    key = judgment.criterion.key
    if judgment.rated_id is None:
        return key, value
    return f"{key}.{'left' if judgment.rated_id == slot.left_id() else 'right'}", value


def answers_in(judgments: Iterable[Judgment], slot: Slot) -> dict[str, str]:
    """All that was answered, by field."""
    return dict(answer_in(judgment, slot) for judgment in judgments)
