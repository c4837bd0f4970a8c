"""What a corpus took to make, as far as its manifest says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generation.describing.rows import NONE


@dataclass(frozen=True)
class Expenses:
    """Tokens asked and answered, seconds of all requests together, and money; None where the manifest says nothing."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float | None = None
    cost: float | None = None
    currency: str = ""

    @property
    def tokens(self) -> int | None:
        """Both kinds together."""
        if self.prompt_tokens is None or self.completion_tokens is None:
            return None
        return self.prompt_tokens + self.completion_tokens

    def as_json(self) -> dict[str, Any]:
        """All of it; null is not known."""
        return {**vars(self), "tokens": self.tokens}

    def rows(self, dialogues: int) -> list[tuple[str, str]]:
        """Headings and what stands beside them, for a corpus of so many dialogues."""
        per_dialogue = self.tokens / dialogues if self.tokens is not None and dialogues else None
        return [
            ("tokens", NONE if self.tokens is None else f"{self.tokens:,}"),
            ("tokens per dialogue", NONE if per_dialogue is None else f"{per_dialogue:,.0f}"),
            ("seconds of requests", NONE if self.seconds is None else f"{self.seconds:,.0f}"),
            ("cost", NONE if self.cost is None else self._money(self.cost)),
        ]

    def _money(self, cost: float) -> str:
        # A trial of twenty dialogues costs less than a cent.
        return f"{cost:,.{2 if cost >= 1 else 4}f} {self.currency}".rstrip()


def expenses_of(results: Mapping[str, Any]) -> Expenses:
    """The expenses in a manifest's results: "usage", "seconds" and "cost", each where it is there."""
    usage, cost = results.get("usage") or {}, results.get("cost") or {}
    return Expenses(
        prompt_tokens=usage.get("prompt_tokens"),
        completion_tokens=usage.get("completion_tokens"),
        seconds=results.get("seconds"),
        cost=cost.get("amount"),
        currency=str(cost.get("currency") or ""),
    )
