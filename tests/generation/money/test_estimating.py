"""What calls come to, against sums done by hand."""

from decimal import Decimal
from typing import Any

from generation.money.counting import CHARACTERS, Tokens
from generation.money.estimating import Call, estimate, measure
from generation.money.prices import Price, Prices

PRICES = Prices("USD", "a test", {"mock": Price(Decimal(1), Decimal(1), Decimal(10))})
# Twenty tokens in whatever is said.
TWENTY = Tokens("counted by hand", True, lambda text: 20)


def a_call(what: str = "label", model: str = "mock") -> Call:
    return Call(what, model, [{"role": "user", "content": "x" * 400}], 50)


def an_answer(what: str = "label", **more: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 130, "cached_tokens": 0, "completion_tokens": 70}
    return {"what": what, "answer": {}, "usage": usage, "seconds": 3.0} | more


def estimated(calls: list[Call], **changed: Any) -> dict[str, Any]:
    terms: dict[str, Any] = {
        "tokens": TWENTY,
        "prices": PRICES,
        "measured": {},
        "concurrency": 2,
        "in_batch": False,
    }
    return estimate(calls, **terms | changed)


def test_tokens_are_counted_and_priced():
    result = estimated([a_call(), a_call()])

    # Each: 20 in the text, 4 around it, 3 before the answer.
    assert (result["prompt_tokens"], result["answer_tokens"], result["tokens"]) == (54, 100, "counted by hand")
    assert result["cost"]["amount"] == (54 * 1 + 100 * 10) / 1_000_000
    assert result["cost"]["said"] == "0.0011 USD"


def test_a_batch_is_half_the_price_and_takes_a_day():
    one_by_one, batch = estimated([a_call()]), estimated([a_call()], in_batch=True)

    assert batch["cost"]["amount"] == one_by_one["cost"]["amount"] / 2
    assert batch["time"]["seconds"] is None
    assert "24 hours" in batch["time"]["how"]


def test_one_model_without_a_price_and_the_sum_is_not_known():
    cost = estimated([a_call(), a_call(model="other")])["cost"]

    assert (cost["amount"], cost["said"]) == (None, "no price is known for other")


def test_what_is_free_costs_nothing_and_says_so():
    free = Prices("USD", "a test", {"mock": Price(Decimal(0), Decimal(0), Decimal(0))})

    assert estimated([a_call()], prices=free)["cost"]["said"] == "0.00 USD"


def test_time_is_an_assumption_that_is_stated_until_it_was_measured():
    assumed = estimated([a_call(), a_call("dialogue")])
    measured = estimated([a_call(), a_call()], measured=measure([an_answer()] * 5))

    # 4 and 8 seconds, two at a time; then 3 and 3.
    assert assumed["time"] == {"seconds": 6, "how": "assuming 8 s for a dialogue, 4 s for a label, 2 at a time"}
    assert measured["time"] == {"seconds": 3, "how": "at the pace so far, 2 at a time"}


def test_a_concurrency_that_finds_its_level_is_assumed():
    assert estimated([a_call()], concurrency=None)["time"]["how"].endswith(", 64 at a time, assumed")


def test_what_the_endpoint_counted_so_far_beats_an_estimate_but_no_tokenizer():
    measured = measure([an_answer()] * 5)

    estimated_tokens = estimated([a_call()], tokens=CHARACTERS)
    known = estimated([a_call()], tokens=CHARACTERS, measured=measured)
    counted = estimated([a_call()], measured=measured)

    assert (estimated_tokens["prompt_tokens"], estimated_tokens["answer_tokens"]) == (107, 50)
    assert (known["prompt_tokens"], known["answer_tokens"]) == (130, 70)
    assert known["tokens"] == "as the endpoint counted those so far, else estimated"
    assert (counted["prompt_tokens"], counted["answer_tokens"]) == (27, 70)


def test_a_few_answers_are_no_measurement_and_a_batch_has_no_pace():
    few = measure([an_answer()] * 4)
    in_batch = measure([an_answer(batch="batch-1")] * 5)

    assert estimated([a_call()], tokens=CHARACTERS, measured=few)["prompt_tokens"] == 107
    assert estimated([a_call()], measured=in_batch)["time"]["how"].startswith("assuming 4 s for a label")
