"""A limit that is never passed, whatever comes in whatever order."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.asking.authors import RunStopped
from generation.asking.llm import Busy, Rejected, Reply, Trouble
from generation.money.prices import Price, Prices
from generation.money.spending import (
    Bill,
    Budgeted,
    BudgetSpent,
    Purse,
    Unpriced,
    capped,
    most_prompt_tokens,
)
from generation.telling.parsing import Answer

# A prompt token costs 1, an answer token 10, in units of a millionth.
PRICES = Prices("USD", "a test", {"mock": Price(Decimal(1), Decimal("0.5"), Decimal(10))})
UNIT = Decimal(1) / 1_000_000


def a_request(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"model": "mock", "messages": [{"role": "user", "content": text}]} | more


def an_answer(prompt: int, completion: int) -> Reply:
    usage = {"prompt_tokens": prompt, "cached_tokens": 0, "completion_tokens": completion}
    return Reply(Answer("hi", "stop", None), "mock", usage, None)


class Biller:
    """An endpoint that bills what it sells, sells no more tokens than the prompt has bytes and the cap allows."""

    def __init__(self, fates: list[tuple[str, float, float]]) -> None:
        self.fates = iter(fates)
        self.billed = Decimal(0)
        self.sold = 0

    async def ask(self, request: Mapping[str, Any]) -> Reply:
        fate, prompt, completion = next(self.fates)
        await asyncio.sleep(0)
        if fate == "busy":
            raise Busy(None)
        if fate == "rejected":
            raise Rejected("too long")
        if fate == "error":
            raise Trouble("server", "500")
        size = len(request["messages"][0]["content"].encode())
        reply = an_answer(round(prompt * size), round(completion * request["max_completion_tokens"]))
        self.billed += PRICES.models["mock"].of(reply.usage)
        self.sold += 1
        if fate == "lost":
            # Sold and billed, and the connection broke.
            raise Trouble("network", "broken pipe")
        return reply


fates = st.tuples(
    st.sampled_from(["answered", "answered", "answered", "busy", "rejected", "error", "lost"]),
    st.floats(0, 1),
    st.floats(0, 1),
)


@given(
    st.lists(st.tuples(st.text(max_size=30), fates), max_size=25),
    st.integers(0, 200_000),
    st.integers(0, 50_000),
    st.integers(1, 8),
    st.integers(1, 500),
)
def test_what_is_billed_never_passes_the_limit(jobs, limit, spent, at_once, answer_tokens):
    biller = Biller([fate for _, fate in jobs])
    purse = Purse(limit * UNIT, PRICES, spent=spent * UNIT, answer_tokens=answer_tokens)
    endpoint = Budgeted(biller, purse)
    queue = iter(text for text, _ in jobs)

    async def worker() -> None:
        for text in queue:
            try:
                await endpoint.ask(a_request(text))
            except (Busy, Rejected, Trouble):
                continue
            except BudgetSpent:
                return

    async def together() -> None:
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())

    asyncio.run(together())

    before = spent * UNIT
    assert before + biller.billed <= max(limit * UNIT, before)
    assert purse.reserved == 0
    # What is spent is what was billed, but for the answers that were lost on the way: those count at their dearest.
    assert purse.spent - before <= biller.billed <= purse.spent - before + purse.lost


def test_a_request_waits_for_the_rest_of_those_under_way_before_the_run_is_stopped():
    request, sent = a_request(), []
    purse = Purse(Decimal(0), PRICES, answer_tokens=100)
    purse.limit = purse.quote(request).amount * Decimal("1.5")

    class Slow:
        async def ask(self, request: Mapping[str, Any]) -> Reply:
            sent.append(purse.reserved)
            await asyncio.sleep(0.01)
            return an_answer(10, 10)

    async def both() -> None:
        endpoint = Budgeted(Slow(), purse)
        await asyncio.gather(endpoint.ask(request), endpoint.ask(request))

    asyncio.run(both())

    assert sent == [purse.quote(request).amount] * 2
    assert purse.spent == 2 * (10 + 100) * UNIT


def test_the_endpoint_is_told_how_long_its_answer_may_be_and_the_request_stays_as_it_was():
    request = a_request()

    assert capped(request, 50) == {**request, "max_completion_tokens": 50}
    assert "max_completion_tokens" not in request


@given(st.text(), st.text())
def test_no_tokenizer_makes_more_tokens_of_a_prompt_than_are_set_aside(first, second):
    messages = [{"role": "system", "content": first}, {"role": "user", "content": second}]

    # A token of text has at least one byte.
    assert most_prompt_tokens({"messages": messages}) > len((first + second).encode())


def test_the_schema_of_structured_output_is_part_of_the_prompt():
    plain, structured = a_request(), a_request(response_format={"type": "json_schema", "json_schema": {"a": "b" * 500}})

    assert most_prompt_tokens(structured) - most_prompt_tokens(plain) > 500


def test_a_spent_budget_says_how_much_and_what_was_kept_back():
    purse = Purse(Decimal("1.00"), PRICES, spent=Decimal("0.75"), lost=Decimal("0.20"), answer_tokens=1_000_000)

    with pytest.raises(BudgetSpent) as caught:
        asyncio.run(purse.reserve(a_request()))

    assert isinstance(caught.value, RunStopped)
    assert str(caught.value).startswith(
        "the budget of 1.00 USD is reached: 0.75 USD spent and 0.20 USD kept back for answers that were lost on the "
        "way, and the next answer might cost 10."
    )


def test_a_model_without_a_price_is_not_taken_for_free():
    with pytest.raises(Unpriced, match="no price is known for 'other'"):
        Purse(Decimal(1), PRICES).quote({**a_request(), "model": "other"})


def a_line(model: str = "mock", **more: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 100, "cached_tokens": 0, "completion_tokens": 10}
    return {"answer": {}, "model": model, "usage": usage} | more


def test_a_journal_costs_what_was_bought_for_it():
    records = [
        a_line(),
        # Answered by a model without a price of its own: that of the one asked for.
        a_line("mock-turbo"),
        a_line(batch="batch-1"),
        # Bought for another corpus, and never answered.
        a_line(reused_from="other"),
        {"error": {"kind": "server"}},
    ]

    bill = Bill.of(records, model="mock", prices=PRICES)

    assert (bill.amount, bill.tokens) == ((200 + 200 + 100) * UNIT, 330)


def test_a_line_costs_what_the_model_that_was_asked_for_costs():
    prices = Prices("USD", "a test", PRICES.models | {"critic": Price(Decimal(2), Decimal(2), Decimal(20))})

    bill = Bill.of([a_line(), a_line("anything", asked_for="critic")], model="mock", prices=prices)

    assert bill.amount == (200 + 400) * UNIT


def test_once_one_answer_has_no_price_the_bill_is_not_known():
    bill = Bill.of([a_line("other", asked_for="other"), a_line()], model="mock", prices=PRICES)

    assert bill.amount is None
    assert bill.note == "220 tokens, no price known"
