"""What made a number, as one short string, after sacreBLEU: `test:permutation|unit:cluster|n:60|...|version:0.1.0`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Signature:
    """What every number of one analysis shares."""

    seed: int
    version: str
    kind: str = "human"

    def of(self, what: str, *, method: str, unit: str, n: int, ties: str = "") -> str:
        """The signature of one number: what it is, how it was had, over what, how many, and what a tie counts."""
        parts = {"stat": what, "method": method, "unit": unit, "n": str(n), "ties": ties}
        parts |= {"annotators": self.kind, "seed": str(self.seed), "version": self.version}
        return "|".join(f"{key}:{said}" for key, said in parts.items() if said)
