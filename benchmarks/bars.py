"""What is measured against what it should be, printed as it comes."""

import sys
from dataclasses import dataclass, field


@dataclass
class Bars:
    """The bars of a benchmark: each is met or missed, and printed at once."""

    missed: list[str] = field(default_factory=list)
    met: int = 0

    def say(self, line: str) -> None:
        """A line that is no bar."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def at_most(self, name: str, value: float, bar: float, *, unit: str = "x", detail: str = "") -> None:
        """`value` should be at most `bar`."""
        self._judge(name, value <= bar, f"{value:.2f}{unit} (bar: at most {bar:g}{unit})", detail)

    def exactly(self, name: str, value: object, wanted: object, *, detail: str = "") -> None:
        """`value` should be just that."""
        self._judge(name, value == wanted, f"{value} (bar: {wanted})", detail)

    def _judge(self, name: str, good: bool, said: str, detail: str) -> None:
        if good:
            self.met += 1
        else:
            self.missed.append(name)
        self.say(f"{'met   ' if good else 'MISSED'} {name}: {said}{f'; {detail}' if detail else ''}")
