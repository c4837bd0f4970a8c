"""How much energy the processors took, where the machine tells it (Intel's and AMD's counters under Linux)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

# One folder for each processor package; `intel-rapl` is its name on AMD's, too.
COUNTERS: Final = Path("/sys/class/powercap")
PATTERN: Final = "intel-rapl:[0-9]"
NOT_TOLD: Final = "the machine does not tell its energy"


@dataclass(frozen=True)
class Meter:
    """The counters as they stood at one time: counter -> microjoules, and where each begins anew."""

    read: dict[Path, int]
    ends: dict[Path, int]

    @classmethod
    def now(cls, folder: Path = COUNTERS) -> Self:
        """The counters of this machine that may be read; none on most shared ones."""
        found: dict[Path, int] = {}
        ends: dict[Path, int] = {}
        for counter in sorted(folder.glob(PATTERN)):
            try:
                found[counter] = int((counter / "energy_uj").read_text(encoding="ascii"))
                ends[counter] = int((counter / "max_energy_range_uj").read_text(encoding="ascii"))
            except (OSError, ValueError):
                found.pop(counter, None)
        return cls(found, ends)

    def joules_until(self, later: "Meter") -> float | None:
        """What all processors of the machine took in between, ours or not; None where it is not told.

        A counter that began anew once is followed; twice within one reading cannot be told.
        """
        spent = [
            (later.read[counter] - before) % (self.ends[counter] + 1)
            for counter, before in self.read.items()
            if counter in later.read
        ]
        return sum(spent) / 1e6 if spent else None
