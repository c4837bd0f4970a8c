"""The rows in which corpora are compared: every measure in its group, with its heading and how its value is read."""

from typing import Final

from generation.corpus.measures import MANNER, MEASURES, STYLE, USE, VARIETY, Measure
from generation.corpus.rates import Rate
from generation.corpus.repetition import PHRASE, SAMPLE
from generation.corpus.summary import WINDOW
from generation.describing.differences import Difference

# Measures of a whole text and of a sample, which no dialogue has for itself.
_TEXT: Final = {
    "mtld": Measure("MTLD", ".1f", "over all tokens in file order, factor size 0.72, mean of both directions"),
    "type_token_ratio": Measure(
        "distinct-1 (type-token ratio)", ".4f", "distinct tokens over tokens; it falls with size"
    ),
    "type_token_ratio_in_windows": Measure(
        f"distinct-1 in {WINDOW:,} tokens", ".3f", f"mean over neighbouring windows of {WINDOW:,} tokens"
    ),
    "distinct_2": Measure("distinct-2", ".3f", "distinct bigrams over bigrams; it falls with size"),
    "distinct_2_in_windows": Measure(
        f"distinct-2 in {WINDOW:,} tokens", ".3f", f"mean over neighbouring windows of {WINDOW:,} tokens"
    ),
}
REPETITION: Final = {
    "repeated_turns": Measure(
        "turns said in another dialogue", ".1%", f"share of turns that stand word for word in another of {SAMPLE:,}"
    ),
    "repeated_phrases": Measure(
        f"{PHRASE}-grams of another dialogue",
        ".1%",
        f"share of runs of {PHRASE} tokens that stand in another of {SAMPLE:,} dialogues",
    ),
}
ROWS: Final = {**MEASURES, **_TEXT, **REPETITION}
# A group and its measures, in the order in which they are read.
GROUPS: Final = (
    ("Length", ("turns_per_dialogue", "words_per_turn")),
    ("Variety", ("mtld", *VARIETY, *(name for name in _TEXT if name != "mtld"))),
    ("Persona", tuple(USE)),
    ("Templates", tuple(REPETITION)),
    ("Expression", tuple(name for name in STYLE if name != "words_per_turn")),
    ("Manner", tuple(MANNER)),
)
# What adds up over persona pairs, so that a difference has an interval.
PAIRED: Final = (*MEASURES, *REPETITION)
NONE: Final = "\u2013"


def read(name: str, value: float | None) -> str:
    """A value of the measure `name` as it is read: "5.3 %"; a dash for none."""
    return NONE if value is None else _typeset(format(value, ROWS[name].form))


def read_interval(name: str, rate: Rate) -> str:
    """The bounds of a rate's interval: "5.1 % to 5.6 %", empty where it has none."""
    return "" if rate.low is None else f"{read(name, rate.low)} to {read(name, rate.high)}"


def read_difference(name: str, difference: Difference | None) -> str:
    """A difference with its interval: "+15.7 points (+14.3 to +17.0)"; empty where it is not measured in pairs.

    Shares differ by points of a hundred: 5 % and 21 % by 16 points.
    """
    if difference is None or difference.value is None:
        return ""
    value, low, high = (_signed(name, each) for each in (difference.value, difference.low, difference.high))
    unit = " points" if ROWS[name].form.endswith("%") else ""
    return f"{value}{unit}" + (f" ({low} to {high})" if low else "")


def _signed(name: str, value: float | None) -> str:
    if value is None:
        return ""
    text = format(value, "+" + ROWS[name].form).rstrip("%")
    # What is rounded away has no sign.
    return _typeset(text if any(digit in text for digit in "123456789") else text.lstrip("+-"))


def _typeset(text: str) -> str:
    return text.replace("%", "\u202f%").replace("-", "\u2212")
