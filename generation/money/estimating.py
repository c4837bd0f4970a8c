"""What the calls of a run come to before they are made: tokens, money, time, each with how it was reckoned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Final

from generation.asking.journal import Record
from generation.money.counting import Messages, Tokens
from generation.money.prices import NOTHING, Money, Prices
from generation.money.spending import BATCH, REUSED

# So many answers of a kind make a measurement.
MEASURED: Final = 5
# Where none was measured: seconds from a request to its answer, and requests at a time of a run that finds its level.
SECONDS: Final = {"label": 4.0, "dialogue": 8.0}
SECONDS_ELSE: Final = 2.0
FINDS_ITS_LEVEL_AT: Final = 64


@dataclass(frozen=True)
class Call:
    """A request that will be made: of which kind, to which model, and about how long its answer is."""

    what: str
    model: str
    messages: Messages
    answer_tokens: float
    form: Mapping[str, Any] | None = None


@dataclass
class Measured:
    """What the answers of one kind in a journal took on average; None where there are too few of them."""

    prompts: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @staticmethod
    def mean(values: Sequence[float]) -> float | None:
        """The mean of enough values."""
        return fmean(values) if len(values) >= MEASURED else None


def measure(records: Iterable[Record]) -> dict[str, Measured]:
    """What is known from the answers so far, by kind of request."""
    kinds: dict[str, Measured] = defaultdict(Measured)
    for record in records:
        if "answer" in record:
            kind = kinds[record["what"]]
            kind.prompts.append(record["usage"]["prompt_tokens"])
            kind.answers.append(record["usage"]["completion_tokens"])
            if BATCH not in record and REUSED not in record:
                kind.seconds.append(record["seconds"])
    return kinds


def estimate(
    calls: Sequence[Call],
    *,
    tokens: Tokens,
    prices: Prices,
    measured: Mapping[str, Measured],
    concurrency: int | None,
    in_batch: bool,
) -> dict[str, Any]:
    """Tokens of prompts and answers, money and time of `calls`, as JSON, each with its way of reckoning.

    Prompts are counted where there is a tokenizer, else taken from what the endpoint counted so far, else estimated.
    The money is without what a cache may save; its amount is null where a model has no price.
    """
    prompt_tokens = answer_tokens = seconds = 0.0
    amount: Money | None = NOTHING
    unpriced: set[str] = set()
    unmeasured: set[str] = set()
    for call in calls:
        known = measured.get(call.what, Measured())
        asked = tokens.in_request(call.messages, call.form)
        if not tokens.counted:
            asked = round(Measured.mean(known.prompts) or asked)
        answered = Measured.mean(known.answers) or call.answer_tokens
        took = Measured.mean(known.seconds)
        if took is None:
            unmeasured.add(call.what)
        prompt_tokens, answer_tokens = prompt_tokens + asked, answer_tokens + answered
        seconds += SECONDS.get(call.what, SECONDS_ELSE) if took is None else took
        price = prices.find(call.model)
        if price is None:
            unpriced.add(call.model)
        elif amount is not None:
            usage = {"prompt_tokens": asked, "completion_tokens": round(answered)}
            amount += price.of(usage, in_batch=in_batch)
    measures = any(Measured.mean(known.prompts) for known in measured.values())
    how = tokens.how if tokens.counted or not measures else "as the endpoint counted those so far, else estimated"
    return {
        "prompt_tokens": round(prompt_tokens),
        "answer_tokens": round(answer_tokens),
        "tokens": how,
        "cost": _cost(None if unpriced else amount, unpriced, prices, in_batch=in_batch),
        "time": _time(seconds, unmeasured, concurrency, in_batch=in_batch),
    }


def _cost(amount: Money | None, unpriced: Iterable[str], prices: Prices, *, in_batch: bool) -> dict[str, Any]:
    names = ", ".join(sorted(unpriced))
    return {
        "amount": None if amount is None else float(amount),
        "said": f"no price is known for {names}" if amount is None else prices.say(amount),
        "currency": prices.currency,
        "prices": prices.source,
        "batch": in_batch,
    }


def _time(seconds: float, unmeasured: Iterable[str], concurrency: int | None, *, in_batch: bool) -> dict[str, Any]:
    if in_batch:
        return {"seconds": None, "how": "a batch takes up to 24 hours, and each stage waits for the one before it"}
    at_once = concurrency or FINDS_ITS_LEVEL_AT
    kinds = ", ".join(f"{SECONDS.get(what, SECONDS_ELSE):g} s for a {what}" for what in sorted(unmeasured))
    how = f"assuming {kinds}" if kinds else "at the pace so far"
    level = "" if concurrency else ", assumed"
    return {"seconds": round(seconds / at_once), "how": f"{how}, {at_once} at a time{level}"}
