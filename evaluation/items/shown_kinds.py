"""How each kind of item is shown and spoken of: names of the two sides, whole conversations, a trait in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluation.models import Criterion, Item, Response, Slot

Words = str | Promise
# Names that stay true where the two are stacked: number 1 is the first on the page in every layout.
REPLY: Final[dict[str, Words]] = {"left": _("Reply 1"), "right": _("Reply 2")}
LABELS: Final[dict[str, Words]] = {
    **REPLY,
    "tie": _("About equal"),
    "both_bad": _("Both bad"),
    "cannot_judge": _("Cannot judge"),
    "left:2": _("Reply 1, much"),
    "left:1": _("Reply 1, slightly"),
    "right:1": _("Reply 2, slightly"),
    "right:2": _("Reply 2, much"),
}
CONVERSATION: Final[dict[str, Words]] = {"left": _("Conversation 1"), "right": _("Conversation 2")}
CONVERSATION_LABELS: Final[dict[str, Words]] = {
    **LABELS,
    **CONVERSATION,
    "left:2": _("Conversation 1, much"),
    "left:1": _("Conversation 1, slightly"),
    "right:1": _("Conversation 2, slightly"),
    "right:2": _("Conversation 2, much"),
}
SPEAKERS: Final = (_("Speaker 1"), _("Speaker 2"))
IN_BETWEEN: Final = _("In between")
CANNOT_TELL: Final = _("Cannot tell")
# What a question about a trait is called, and its levels, as annotators read them: never by the trait's name.
TRAIT_NAMES: Final[dict[str, Words]] = {
    "openness": _("Curious or conventional"),
    "conscientiousness": _("Organized or careless"),
    "extraversion": _("Outgoing or reserved"),
    "agreeableness": _("Warm or critical"),
    "neuroticism": _("Anxious or calm"),
}
TRAIT_ENDS: Final[dict[str, dict[str, Words]]] = {
    "openness": {"high": _("Curious"), "low": _("Conventional")},
    "conscientiousness": {"high": _("Organized"), "low": _("Careless")},
    "extraversion": {"high": _("Outgoing"), "low": _("Reserved")},
    "agreeableness": {"high": _("Warm"), "low": _("Critical")},
    "neuroticism": {"high": _("Anxious"), "low": _("Calm")},
}
# On five levels, where these ends have degrees.
TRAIT_LEVELS: Final[dict[str, dict[str, Words]]] = {
    "openness": {
        "very low": _("Very conventional"),
        "low": _("Rather conventional"),
        "high": _("Rather curious"),
        "very high": _("Very curious"),
    },
    "conscientiousness": {
        "very low": _("Very careless"),
        "low": _("Rather careless"),
        "high": _("Rather organized"),
        "very high": _("Very organized"),
    },
    "extraversion": {
        "very low": _("Very reserved"),
        "low": _("Rather reserved"),
        "high": _("Rather outgoing"),
        "very high": _("Very outgoing"),
    },
    "agreeableness": {
        "very low": _("Very critical"),
        "low": _("Rather critical"),
        "high": _("Rather warm"),
        "very high": _("Very warm"),
    },
    "neuroticism": {
        "very low": _("Very calm"),
        "low": _("Rather calm"),
        "high": _("Rather anxious"),
        "very high": _("Very anxious"),
    },
}


@dataclass(frozen=True)
class SeenTurn:
    """A turn as one conversation has it: which of the two speaks, counted from 0, and the raw text."""

    speaker: int
    text: str


def side_names(kind: str) -> Mapping[str, Words]:
    """What "left" and "right" are called on the page."""
    return CONVERSATION if kind == Item.Kind.DIALOGUES else REPLY


def labels_of(kind: str) -> Mapping[str, Words]:
    """The answers of a preference, as they are read."""
    return CONVERSATION_LABELS if kind == Item.Kind.DIALOGUES else LABELS


def level_label(kind: str, criterion: Criterion, value: str) -> str:
    """A label as it is read: of a persona's trait in plain words, any other as the study writes it."""
    if kind != Item.Kind.PERSONA or criterion.key not in TRAIT_LEVELS:
        return value
    graded = TRAIT_LEVELS if "medium" in criterion.options else TRAIT_ENDS
    shared = {"medium": IN_BETWEEN, "unclear": CANNOT_TELL}
    return str(graded[criterion.key].get(value) or shared.get(value) or value)


def question_name(kind: str, criterion: Criterion) -> str:
    """What a question is called: of a persona's trait not by its name, which means little or something else to most."""
    if kind == Item.Kind.PERSONA and criterion.key in TRAIT_NAMES:
        return str(TRAIT_NAMES[criterion.key])
    return criterion.name


def speaker_named(slot: Slot) -> str:
    """Whose trait is asked about, as the page calls them."""
    return str(SPEAKERS[slot.item.context.speaker])


def personas_of(slot: Slot) -> tuple[Sequence[str], ...]:
    """Of two whole dialogues the facts about each speaker, where the study shows them and any are told."""
    study, context = slot.study, slot.item.context
    if slot.item.kind != Item.Kind.DIALOGUES or "personas" not in study.design.get("show", ()):
        return ()
    both = (context.persona, context.partner_persona)
    ordered = both if context.speaker == 0 else both[::-1]
    return ordered if any(ordered) else ()


def conversations_of(slot: Slot) -> tuple[tuple[SeenTurn, ...], ...]:
    """The two whole dialogues, the one that is shown first before the other; nothing for any other kind."""
    if slot.item.kind != Item.Kind.DIALOGUES:
        return ()
    return tuple(_turns(response) for response in (slot.left(), slot.right()))


def _turns(response: Response | None) -> tuple[SeenTurn, ...]:
    turns: list[dict[str, Any]] = response.turns if response is not None else []
    return tuple(SeenTurn(int(turn["speaker"]), str(turn["text"])) for turn in turns)
