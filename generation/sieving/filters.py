"""Which dialogues a corpus keeps: filters, each with a measure and a threshold.

`filters.toml` is the default and says what each means. What a filter cannot measure, it lets pass.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from generation.corpus.copying import copied_share, repeated_share
from generation.corpus.dialogues import Dialogue
from generation.corpus.leakage import leak_score

BUNDLED: Final = Path(__file__).resolve().parent / "filters.toml"
DEFAULT: Final = "default"

DUPLICATES: Final = "duplicates"
CONTRADICTION: Final = "contradiction"
TRAITS: Final = "traits"
CRITICS: Final = (CONTRADICTION, TRAITS)
# What is measured on one dialogue alone, without asking anybody; all are shares, better the lower.
MEASURES: Final[dict[str, Callable[[Dialogue], float | None]]] = {
    "leakage": leak_score,
    "copying": copied_share,
    "repetition": repeated_share,
}
# In the order in which they are applied.
FILTERS: Final = (*MEASURES, *CRITICS, DUPLICATES)

# Filter -> value, None where there is nothing to measure.
Measures = Mapping[str, float | None]


class BadFilters(ValueError):
    """Filters that cannot be read, are not known, or have a threshold that makes no sense."""


@dataclass(frozen=True)
class Fault:
    """The filter that a dialogue does not pass, its value there, and both said for people."""

    filter: str
    value: float
    reason: str


@dataclass(frozen=True)
class Filters:
    """The filters in use with their thresholds, in the order of `FILTERS`."""

    thresholds: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, threshold in self.thresholds.items():
            if name not in FILTERS:
                raise BadFilters(f"unknown filter {name!r}; expected one of {', '.join(FILTERS)}")
            most = float("inf") if name == CONTRADICTION else 1.0
            least = 0.05 if name == DUPLICATES else 0.0
            if not least <= threshold <= most:
                raise BadFilters(f"{name}: expected a threshold from {least:g} to {most:g}, got {threshold:g}")
        ordered = {name: float(self.thresholds[name]) for name in FILTERS if name in self.thresholds}
        object.__setattr__(self, "thresholds", ordered)

    @property
    def critics(self) -> tuple[str, ...]:
        """Those in use that ask a model."""
        return tuple(name for name in CRITICS if name in self.thresholds)

    def fault(self, measures: Measures) -> Fault | None:
        """The first filter that the measured dialogue does not pass, of those that `measures` has."""
        return next(self._faults(measures), None)

    def rank(self, measures: Measures) -> tuple[int, float]:
        """What candidates are put in order by, the best first: the filters not passed, then the score.

        The score is the mean of leakage, copying and repetition, each in units of its default threshold: 1 is a
        dialogue at the edge of what the defaults let pass. A measure without a value counts as 0.
        """
        units = defaults()
        score = sum((measures[name] or 0.0) / units[name] for name in MEASURES) / len(MEASURES)
        return len(list(self._faults(measures))), score

    def _faults(self, measures: Measures) -> Iterator[Fault]:
        for name, threshold in self.thresholds.items():
            value = measures.get(name)
            if value is None:
                continue
            # Of traits there must be enough; of all else not too much.
            if name == TRAITS and value < threshold:
                yield Fault(name, value, f"{value:.2f} of the told traits were recognised, and {threshold:g} must be")
            elif name != TRAITS and value > threshold:
                found = f"{value:.0f}" if name == CONTRADICTION else f"{value:.2f}"
                yield Fault(name, value, f"{found} is over {threshold:g}")


def measured(dialogue: Dialogue) -> dict[str, float | None]:
    """The measures that need nobody else."""
    return {name: measure(dialogue) for name, measure in MEASURES.items()}


def read_filters(file: str | None, given: Iterable[str] = ()) -> Filters:
    """The filters of a TOML file (or of the bundled one: `default`), with those of `given`, "NAME=THRESHOLD", on top.

    Raises `BadFilters`. Without a file only those that are given are used.
    """
    thresholds = dict(defaults()) if file == DEFAULT else _read(Path(file)) if file else {}
    for each in given:
        name, equals, number = each.partition("=")
        try:
            thresholds[name] = float(number) if equals else defaults()[name]
        except (ValueError, KeyError) as error:
            raise BadFilters(f"--filter: expected NAME=THRESHOLD as in leakage=0.2, got {each!r}") from error
    return Filters(thresholds)


@cache
def defaults() -> Mapping[str, float]:
    """The bundled thresholds."""
    return _read(BUNDLED)


def _read(path: Path) -> dict[str, float]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFilters(f"--filters: cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BadFilters(f"{path}: not TOML: {error}") from error
    for name, threshold in table.items():
        if isinstance(threshold, bool) or not isinstance(threshold, int | float):
            raise BadFilters(f"{path}: {name}: expected a number, got {threshold!r}")
    try:
        return dict(Filters(table).thresholds)
    except BadFilters as error:
        raise BadFilters(f"{path}: {error}") from error
