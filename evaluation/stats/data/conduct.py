"""How a study treated its annotators and what was known of its material: part of `FILE.study.json`, under `conduct`.

What was said to them beside the questions, what they passed over, who they say they are, and how far the form of the
replies alone tells the systems apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# A cell of fewer people than this may point at one of them.
SMALLEST_CELL: Final = 5
# A pair that one in three of those who saw it passed over, two at least, is named.
FEWEST_SKIPS: Final = 2
OFTEN: Final = 1 / 3


@dataclass(frozen=True)
class SkippedPair:
    """A pair that annotators passed over: how many did, and how many judged it."""

    context: str
    first: str
    second: str
    domain: str
    skipped: int
    judged: int

    @property
    def often(self) -> bool:
        """Whether it was passed over so often that what is missing of it should be looked at."""
        return self.skipped >= FEWEST_SKIPS and self.skipped >= OFTEN * (self.skipped + self.judged)


@dataclass(frozen=True)
class FormFound:
    """How often form alone (length, capitals, spacing, punctuation) tells one reply of a pair from the other.

    `accuracy` is the share of pairs that were told right by a classifier that had not seen them; one half is chance.
    None where there are too few pairs to say.
    """

    first: str
    second: str
    pairs: int
    accuracy: float | None
    low: float | None = None
    high: float | None = None
    # What tells most, as a sentence's end: "longer replies".
    by: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Conduct:
    """All of it; what a study does not have is empty."""

    layout: str = ""
    content_warning: str = ""
    may_skip: bool = False
    ethics: str = ""
    # Annotator -> pairs passed over.
    skips: dict[str, int] = field(default_factory=dict)
    skipped_pairs: tuple[SkippedPair, ...] = ()
    # Question -> its answers with how many gave them, merged so that no cell is small; absent while the study runs.
    background: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    form: tuple[FormFound, ...] = ()
    # Trait -> level -> the words in which the study says it, where they are its own.
    trait_words: dict[str, dict[str, str]] = field(default_factory=dict)


def conduct_from_json(data: Mapping[str, Any]) -> Conduct:
    """The conduct in a parsed `FILE.study.json`; ValueError says what was expected and what came."""
    return Conduct(
        layout=str(data.get("layout", "")),
        content_warning=str(data.get("content_warning", "")),
        may_skip=bool(data.get("may_skip", False)),
        ethics=str(data.get("ethics", "")),
        skips={
            str(code): _count(number, f"conduct.skips.{code}") for code, number in (data.get("skips") or {}).items()
        },
        skipped_pairs=tuple(
            SkippedPair(
                **{key: str(each.get(key, "")) for key in ("context", "first", "second", "domain")},
                skipped=_count(each.get("skipped"), "conduct.skipped_pairs.skipped"),
                judged=_count(each.get("judged"), "conduct.skipped_pairs.judged"),
            )
            for each in data.get("skipped_pairs") or ()
        ),
        background={
            str(question): [(str(answer), _count(number, f"conduct.background.{question}")) for answer, number in cells]
            for question, cells in (data.get("background") or {}).items()
        },
        form=tuple(
            FormFound(
                first=str(each["first"]),
                second=str(each["second"]),
                pairs=_count(each.get("pairs"), "conduct.form.pairs"),
                accuracy=_share(each.get("accuracy")),
                low=_share(each.get("low")),
                high=_share(each.get("high")),
                by=tuple(map(str, each.get("by") or ())),
                reason=str(each.get("reason", "")),
            )
            for each in data.get("form") or ()
        ),
        trait_words={
            str(trait): {str(level): str(words) for level, words in levels.items()}
            for trait, levels in (data.get("trait_words") or {}).items()
        },
    )


def _count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{where}: expected how many, got {value!r}")
    return value


def _share(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"conduct.form: expected a share from 0 to 1, got {value!r}")
    return float(value)
