"""Dialogues held against the filters: what passes, what is rejected and why, and how many got past each filter."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from generation.corpus.dialogues import Dialogue
from generation.corpus.duplicates import NearDuplicates
from generation.corpus.manifest import new_file
from generation.sieving.filters import DUPLICATES, MEASURES, Fault, Filters, Measures, measured

FORMAT: Final = 1
REJECTED_FILE: Final = "rejected.jsonl"


class Critic(Protocol):
    """Reads a dialogue for the filters that need a reader; `generation.writing.critics.Critics` is one."""

    async def measure(self, name: str, dialogue: Dialogue, *, sample: int) -> float | None:
        """The value of the filter `name`, None where there is nothing to measure."""
        ...


@dataclass(frozen=True)
class Rejection:
    """A dialogue that did not pass, in its attempt (from 1), at which filter and why, and what was measured on it."""

    dialogue: Dialogue
    fault: Fault
    measures: Measures
    attempt: int = 1

    def as_json(self) -> dict[str, Any]:
        """The rejection as its line in `rejected.jsonl`."""
        return {
            "format": FORMAT,
            "attempt": self.attempt,
            "filter": self.fault.filter,
            "reason": self.fault.reason,
            "measures": {name: None if value is None else round(value, 4) for name, value in self.measures.items()},
            "dialogue": self.dialogue.as_json(),
        }


@dataclass
class Survival:
    """How many dialogues were held against each filter, and how many passed it."""

    filters: Filters
    screened: dict[str, int] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)

    def note(self, name: str, *, passed: bool) -> None:
        """Count one dialogue that came as far as this filter."""
        self.screened[name] = self.screened.get(name, 0) + 1
        self.passed[name] = self.passed.get(name, 0) + passed

    def as_json(self) -> list[dict[str, Any]]:
        """The filters in their order, each with its threshold, counts and rate (null where nothing came so far)."""
        rows: list[dict[str, Any]] = []
        for name, threshold in self.filters.thresholds.items():
            screened, passed = self.screened.get(name, 0), self.passed.get(name, 0)
            rate = passed / screened if screened else None
            rows.append({"filter": name, "threshold": threshold, "screened": screened, "passed": passed, "rate": rate})
        return rows


class Screen:
    """The filters of one run at work. What one filter rejects is not shown to the next.

    A dialogue is first looked at alone (`fault` and `criticism`, in any order and many at a time), then beside those
    accepted before it (`admit`, in the order of the ids). Raises `NoDatasketch` where near-duplicates are to be found
    without the package.
    """

    def __init__(self, filters: Filters | None = None, critic: Critic | None = None) -> None:
        self.filters = filters or Filters()
        self.survival = Survival(self.filters)
        self._critic = critic
        threshold = self.filters.thresholds.get(DUPLICATES)
        self._accepted = None if threshold is None else NearDuplicates(threshold)

    def fault(self, measures: Measures) -> Fault | None:
        """What the measured dialogue fails of by itself, None where it passes."""
        return next((fault for name in MEASURES if (fault := self._held_against(name, measures))), None)

    async def criticism(self, dialogue: Dialogue, measures: dict[str, float | None], *, sample: int) -> Fault | None:
        """What the critics object to, None where nothing; what they find is put to `measures`.

        Raises `AuthorFailed` where a critic gives no answer that can be used.
        """
        for name in self.filters.critics:
            assert self._critic is not None
            measures[name] = await self._critic.measure(name, dialogue, sample=sample)
            if fault := self._held_against(name, measures):
                return fault
        return None

    def _held_against(self, name: str, measures: Measures) -> Fault | None:
        if name not in self.filters.thresholds:
            return None
        fault = self.filters.fault({name: measures[name]})
        self.survival.note(name, passed=fault is None)
        return fault

    def admit(self, dialogue: Dialogue) -> Fault | None:
        """Accept a dialogue, or say which accepted one it nearly repeats."""
        if self._accepted is None:
            return None
        alike = self._accepted.most_alike(dialogue)
        self.survival.note(DUPLICATES, passed=alike is None)
        if alike is not None:
            return Fault(DUPLICATES, alike.similarity, f"it is {alike.similarity:.2f} like {alike.id}")
        self._accepted.add(dialogue)
        return None

    def know(self, dialogues: Iterable[Dialogue]) -> None:
        """Have dialogues that are not screened themselves among the accepted."""
        if self._accepted is not None:
            for dialogue in dialogues:
                self._accepted.add(dialogue)

    def in_order(self, candidates: Mapping[int, Dialogue]) -> list[tuple[int, Dialogue, dict[str, float | None]]]:
        """Numbered candidates for one place, each with its measures, the best first; of equals the lowest number."""
        rated = [(number, each, measured(each)) for number, each in candidates.items()]
        return sorted(rated, key=lambda each: (self.filters.rank(each[2]), each[0]))


def write_rejected(folder: Path, rejections: Iterable[Rejection]) -> None:
    """Write `rejected.jsonl` into `folder`, by id and attempt; where nothing was rejected there is no such file."""
    ordered = sorted(rejections, key=lambda each: (each.dialogue.id, each.attempt))
    if not ordered:
        (folder / REJECTED_FILE).unlink(missing_ok=True)
        return
    with new_file(folder / REJECTED_FILE) as out:
        for each in ordered:
            out.write(json.dumps(each.as_json(), ensure_ascii=False) + "\n")


def as_sentence(survival: Sequence[Mapping[str, Any]]) -> str:
    """Survival rates for people: "leakage 97 of 100, copying 95 of 97"."""
    return ", ".join(f"{each['filter']} {each['passed']:,} of {each['screened']:,}" for each in survival)
