"""Money: what a run may spend, what it has spent, and what it has set aside for answers under way.

Before a request is made, the most that it can cost is set aside: a token for each byte of the prompt, since no token is
shorter, and the longest answer that the endpoint is told to give. Once it is answered, what it did cost takes that
place. So what is spent and what may yet be billed never pass the limit together.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from generation.asking.authors import RunStopped
from generation.asking.journal import Record
from generation.asking.llm import Busy, ParameterRefused, Rejected, Reply, Trouble
from generation.asking.trying import Askable
from generation.money.prices import NOTHING, Money, Price, Prices

# What a chat template puts around a conversation and around each of its messages, generously.
TOKENS_AROUND: Final = 64
TOKENS_AROUND_MESSAGE: Final = 16
# The longest dialogue that is taken has some 1,400 tokens, five labels with their reasons fewer.
LONGEST_ANSWER: Final = 4096
# What a line of the journal has where the answer was taken over from another corpus, and where it came in a batch.
REUSED: Final = "reused_from"
BATCH: Final = "batch"
# What tells an endpoint how long its answer may be. No request of ours has it by itself.
CAP: Final = "max_completion_tokens"
# What it was called before, and still is at endpoints that do not know the other.
OLDER_CAP: Final = "max_tokens"


class BudgetSpent(RunStopped):
    """The next request might cost more than is left of the budget."""


class Unpriced(ValueError):
    """A budget over a model that is in no table of prices."""


@dataclass(eq=False)
class Reservation:
    """Money set aside for one request that is under way."""

    amount: Money
    price: Price
    in_batch: bool


@dataclass
class Purse:
    """A limit that is never passed. `spent` begins with what the journal says was bought before.

    `answer_tokens` is the longest answer that a request may be given; see `Budgeted`, which tells the endpoint.
    """

    limit: Money
    prices: Prices
    spent: Money = NOTHING
    answer_tokens: int = LONGEST_ANSWER
    # Kept back for good: requests whose answer was lost on the way, and may have been billed all the same.
    lost: Money = NOTHING
    _open: set[Reservation] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def reserved(self) -> Money:
        """What is set aside for requests that are under way."""
        return sum((each.amount for each in self._open), NOTHING)

    @property
    def left(self) -> Money:
        """What may still be set aside; below 0 only where an endpoint gave more than it was asked for."""
        return self.limit - self.spent - self.lost - self.reserved

    def quote(self, request: Mapping[str, Any], *, in_batch: bool = False) -> Reservation:
        """The most that `request` can cost; raises `Unpriced`."""
        price = price_of(request["model"], self.prices)
        tokens = {"prompt_tokens": most_prompt_tokens(request), "completion_tokens": self.answer_tokens}
        return Reservation(price.of(tokens, in_batch=in_batch), price, in_batch)

    def take(self, reservation: Reservation) -> bool:
        """Set the amount aside if it fits into what is left."""
        if reservation.amount > self.left:
            return False
        self._open.add(reservation)
        return True

    def hold(self, reservation: Reservation) -> None:
        """Set the amount aside for what is under way already, whether or not it fits."""
        self._open.add(reservation)

    async def reserve(self, request: Mapping[str, Any]) -> Reservation:
        """Set aside the most that `request` can cost, once that fits; raises `BudgetSpent` where it never will.

        While others are under way it waits: most of them will cost less than was set aside for them.
        """
        reservation = self.quote(request)
        while not self.take(reservation):
            if not self._open:
                raise self.spent_up(reservation)
            self._changed.clear()
            await self._changed.wait()
        return reservation

    def spent_up(self, reservation: Reservation) -> BudgetSpent:
        """The error that says why `reservation` does not fit."""
        say = self.prices.say
        lost = f" and {say(self.lost)} kept back for answers that were lost on the way" if self.lost else ""
        return BudgetSpent(
            f"the budget of {say(self.limit)} is reached: {say(self.spent)} spent{lost}, and the next answer might "
            f"cost {say(reservation.amount)}"
        )

    def settle(self, reservation: Reservation, usage: Mapping[str, int]) -> None:
        """The request was answered: what it cost takes the place of what was set aside."""
        self._close(reservation)
        self.spent += reservation.price.of(usage, in_batch=reservation.in_batch)

    def release(self, reservation: Reservation) -> None:
        """The request was turned away, and costs nothing."""
        self._close(reservation)

    def forfeit(self, reservation: Reservation) -> None:
        """Nobody knows whether the request was answered: it counts as if it was, at its dearest."""
        self._close(reservation)
        self.lost += reservation.amount

    def _close(self, reservation: Reservation) -> None:
        self._open.remove(reservation)
        self._changed.set()


@dataclass
class Budgeted:
    """An endpoint that is asked only within a purse, and told how long its answers may be, in a word that it knows."""

    endpoint: Askable
    purse: Purse
    cap: str = CAP

    async def ask(self, request: Mapping[str, Any]) -> Reply:
        """As the endpoint's own; raises `BudgetSpent` besides."""
        reservation = await self.purse.reserve(request)
        try:
            reply = await self._ask_capped(request)
        except (Busy, Rejected, RunStopped):
            self.purse.release(reservation)
            raise
        except Trouble as trouble:
            # An error that was sent is no answer that was sold; silence may be one.
            (self.purse.release if trouble.kind == "server" else self.purse.forfeit)(reservation)
            raise
        except BaseException:
            self.purse.forfeit(reservation)
            raise
        self.purse.settle(reservation, reply.usage)
        return reply

    async def _ask_capped(self, request: Mapping[str, Any]) -> Reply:
        cap = self.cap
        try:
            return await self.endpoint.ask({**request, cap: self.purse.answer_tokens})
        except ParameterRefused as refused:
            # Many asked at once before the first was refused; each of them asks again.
            if cap != CAP or CAP not in str(refused):
                raise
            self.cap = OLDER_CAP
            return await self.endpoint.ask({**request, OLDER_CAP: self.purse.answer_tokens})


def capped(request: Mapping[str, Any], answer_tokens: int) -> dict[str, Any]:
    """The request with the length of its answer bounded. What is asked stays the same, so that it keeps its digest."""
    return {**request, CAP: answer_tokens}


def most_prompt_tokens(request: Mapping[str, Any]) -> int:
    """More tokens than the prompt can have under any tokenizer."""
    asked = [message["content"] for message in request["messages"]]
    if form := request.get("response_format"):
        asked.append(json.dumps(form))
    around = TOKENS_AROUND + TOKENS_AROUND_MESSAGE * len(request["messages"])
    return around + sum(len(text.encode("utf-8", "surrogatepass")) for text in asked)


def price_of(model: str, prices: Prices) -> Price:
    """The price of a model, or `Unpriced`."""
    price = prices.find(model)
    if price is None:
        raise Unpriced(
            f"no price is known for {model!r}; state it in a file like generation/prices.toml, named with --prices"
        )
    return price


@dataclass
class Bill:
    """What the answers of a corpus cost so far, line by line of its journal; `model` is what is asked for by default.

    What was taken over from another corpus costs nothing here. `amount` is None once there was an answer of a model
    without a price: what is not known is not counted as 0.
    """

    model: str
    prices: Prices
    amount: Money | None = NOTHING
    tokens: int = 0

    @classmethod
    def of(cls, records: Iterable[Record], *, model: str, prices: Prices) -> Self:
        """The bill of a whole journal."""
        bill = cls(model, prices)
        for record in records:
            bill.add(record)
        return bill

    def add(self, record: Record) -> None:
        """One more line of the journal."""
        if "answer" not in record or REUSED in record:
            return
        usage = record["usage"]
        self.tokens += usage.get("prompt_tokens", 0) + usage.get("completion_tokens", 0)
        price = self.prices.find(record.get("asked_for", self.model)) or self.prices.find(str(record["model"]))
        if price is None or self.amount is None:
            self.amount = None
        else:
            self.amount += price.of(usage, in_batch=BATCH in record)

    @property
    def note(self) -> str:
        """The amount for people: in money, or that it is not known."""
        return f"{self.tokens:,} tokens, no price known" if self.amount is None else self.prices.say(self.amount)
