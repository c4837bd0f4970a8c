"""What a run shows while it goes on: rows, rate, time left, money, waits, failures by kind."""

from collections import Counter
from collections.abc import Callable, Mapping

from generation.terminal import Progress
from generation.writing.generating import Made


class Watch:
    """The progress of one run, stage by stage.

    `totals` is how many rows a stage has, where that is known beforehand; `note` gives what else stands at the end of
    the line, such as the money so far.
    """

    def __init__(self, totals: Mapping[str, int], *, quiet: bool, note: Callable[[], str] = lambda: "") -> None:
        self._totals, self._quiet, self._note = totals, quiet, note
        self._done: Counter[str] = Counter()
        self._shown: Progress | None = None

    def advance(self, stage: str, made: Made) -> None:
        """One more row of `stage` is done, or has failed."""
        self._done[stage] += 1
        if self._shown is None or self._shown.label != stage:
            self.finish()
            self._shown = Progress(total=self._totals.get(stage), label=stage, quiet=self._quiet)
        self._shown.advance(note=" · ".join(part for part in (failures(made), self._note()) if part))

    def finish(self) -> None:
        """Show the stage that was last at work as it ended."""
        if self._shown is not None:
            self._shown.finish()

    @property
    def left(self) -> str:
        """What is left to do, for people: "3 personas and 40 dialogues"."""
        left = {stage: total - self._done[stage] for stage, total in self._totals.items()}
        return " and ".join(f"{count} {stage}" for stage, count in left.items() if count > 0)


def failures(made: Made) -> str:
    """How many rows failed, and of what: "3 failed (2 malformed, 1 refused)"; empty where none did."""
    kinds = Counter(failure.kind for failure in made.failures)
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return f"{kinds.total()} failed ({listed})" if kinds else ""
