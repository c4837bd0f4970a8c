"""What models cost: the bundled table of prices, and the user's own laid over it."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

BUNDLED: Final = Path(__file__).resolve().parent / "prices.toml"
MILLION: Final = Decimal(1_000_000)
NOTHING: Final = Decimal(0)
# The end of a snapshot's name, as in gpt-4o-2024-08-06.
SNAPSHOT: Final = re.compile(r"-\d{4}-\d{2}-\d{2}$")

# In the currency of the table, exact.
Money = Decimal


class BadPrices(ValueError):
    """A table of prices that cannot be read, or says what no price can be."""


@dataclass(frozen=True)
class Price:
    """What a model costs per million tokens; `batch` is the share of it that a batch costs."""

    input: Money
    cached: Money
    output: Money
    batch: Decimal = Decimal("0.5")

    def of(self, usage: Mapping[str, int], *, in_batch: bool = False) -> Money:
        """What `usage` (prompt_tokens, cached_tokens among them, completion_tokens) cost.

        In a batch the cache counts for nothing: not every provider takes off both.
        """
        cached = 0 if in_batch else min(usage.get("cached_tokens", 0), usage.get("prompt_tokens", 0))
        fresh = usage.get("prompt_tokens", 0) - cached
        whole = fresh * self.input + cached * self.cached + usage.get("completion_tokens", 0) * self.output
        return whole * (self.batch if in_batch else 1) / MILLION


@dataclass(frozen=True)
class Prices:
    """A table of prices; `source` says where it is from, for people."""

    currency: str
    source: str
    models: Mapping[str, Price]

    def find(self, model: str) -> Price | None:
        """The price of a model or of the one that it is a snapshot of; None where it is not in the table."""
        return self.models.get(model) or self.models.get(SNAPSHOT.sub("", model))

    def say(self, amount: Money) -> str:
        """An amount for people: two digits after the point, or as many as a small one needs."""
        digits = 2 if amount == 0 or abs(amount) >= 1 else max(2, 1 - amount.adjusted())
        whole, _, part = f"{amount:.{digits}f}".partition(".")
        return f"{whole}.{part.rstrip('0'):0<2} {self.currency}"


def read_prices(file: Path | None = None) -> Prices:
    """The bundled prices, with those of `file` or of PARLEY_PRICES laid over them."""
    bundled, stated = _read(BUNDLED), os.environ.get("PARLEY_PRICES")
    own = file or (Path(stated) if stated else None)
    if own is None:
        source = f"Parley's prices of {bundled.pop('dated')}: {bundled.pop('note')}"
        return Prices(bundled["currency"], source, _models(BUNDLED, bundled))
    content = _read(own)
    currency = str(content.get("currency", bundled["currency"]))
    # Amounts in two currencies cannot be added.
    models = _models(BUNDLED, bundled) if currency == bundled["currency"] else {}
    return Prices(currency, f"the prices in {own}", models | _models(own, content))


def _read(file: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadPrices(f"{file}: cannot read prices: {error}") from error
    unknown = content.keys() - {"currency", "dated", "note", "batch", "models"}
    if unknown or not isinstance(content.get("models", {}), dict):
        raise BadPrices(f"{file}: expected currency, dated, note, batch and [models.NAME], got {', '.join(content)}")
    return content


def _models(file: Path, content: Mapping[str, Any]) -> dict[str, Price]:
    batch = _amount(file, "batch", content.get("batch", Decimal("0.5")))
    models: dict[str, Price] = {}
    for model, stated in content.get("models", {}).items():
        if not isinstance(stated, dict) or not {"input", "output"} <= stated.keys() <= {"input", "cached", "output"}:
            raise BadPrices(f"{file}: [models.{model!r}]: expected input and output, and cached where it has one")
        amounts = {key: _amount(file, f"{model}: {key}", value) for key, value in stated.items()}
        models[model] = Price(**{"cached": amounts["input"], **amounts}, batch=batch)
    return models


def _amount(file: Path, what: str, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite() or value < 0:
        raise BadPrices(f"{file}: {what}: expected a number of 0 or more, got {value!r}")
    return Decimal(value)
