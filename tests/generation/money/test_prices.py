"""The table of prices, bundled and laid over."""

from decimal import Decimal
from pathlib import Path

import pytest

from generation.money.prices import BUNDLED, BadPrices, Price, read_prices

OWN = """
[models."gpt-4o-mini"]
input = 1
output = 2
[models.tiny]
input = 0
output = 0
"""


def a_file(folder: Path, text: str) -> Path:
    file = folder / "prices.toml"
    file.write_text(text)
    return file


def test_the_cost_is_tokens_times_price_with_the_cached_ones_apart():
    price = Price(input=Decimal(2), cached=Decimal("0.5"), output=Decimal(8))

    cost = price.of({"prompt_tokens": 1_000_000, "cached_tokens": 400_000, "completion_tokens": 250_000})

    # 600,000 at 2, 400,000 at 0.5 and 250,000 at 8 per million: 1.2 + 0.2 + 2.
    assert cost == Decimal("3.4")


def test_a_batch_is_half_the_price_and_knows_no_cache():
    price = Price(input=Decimal(2), cached=Decimal("0.5"), output=Decimal(8))

    cost = price.of({"prompt_tokens": 1_000_000, "cached_tokens": 400_000, "completion_tokens": 250_000}, in_batch=True)

    assert cost == Decimal(2)


def test_a_dated_snapshot_costs_what_its_model_costs_and_a_stranger_has_no_price():
    prices = read_prices()

    assert prices.find("gpt-4o-mini-2024-07-18") == prices.find("gpt-4o-mini")
    assert prices.find("gpt-4o-mini") != prices.find("gpt-4o")
    assert prices.find("gpt-4o-maxi") is None


def test_the_bundled_prices_say_when_they_were_taken_and_that_they_must_be_checked():
    prices = read_prices()

    assert "2026-06-21" in prices.source
    assert "check before you rely on them" in prices.source
    assert all(price.cached <= price.input <= price.output for price in prices.models.values())
    assert "Check before you rely on it" in BUNDLED.read_text()


@pytest.mark.parametrize("by", ["option", "environment"])
def test_ones_own_prices_are_laid_over_the_bundled_ones(tmp_path, monkeypatch, by):
    file = a_file(tmp_path, OWN)
    if by == "environment":
        monkeypatch.setenv("PARLEY_PRICES", str(file))

    prices = read_prices(file if by == "option" else None)

    assert prices.find("gpt-4o-mini") == Price(Decimal(1), Decimal(1), Decimal(2))
    # Free is a price; unknown is none.
    assert prices.find("tiny") == Price(Decimal(0), Decimal(0), Decimal(0))
    assert prices.find("gpt-4o") == read_prices(Path(BUNDLED)).find("gpt-4o")
    assert str(file) in prices.source


def test_prices_in_another_currency_stand_alone(tmp_path):
    prices = read_prices(a_file(tmp_path, f'currency = "EUR"\n{OWN}'))

    assert (prices.currency, sorted(prices.models)) == ("EUR", ["gpt-4o-mini", "tiny"])


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "0.00 USD"),
        ("12.346", "12.35 USD"),
        ("0.5", "0.50 USD"),
        ("0.0123", "0.012 USD"),
        ("0.08", "0.08 USD"),
        ("0.00004", "0.00004 USD"),
    ],
)
def test_small_amounts_are_not_said_to_be_nothing(amount, said):
    assert read_prices().say(Decimal(amount)) == said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[models.a]\ninput = 1", "expected input and output"),
        ("[models.a]\ninput = 1\noutput = 1\nprice = 3", "expected input and output"),
        ("[models.a]\ninput = -1\noutput = 1", "a: input: expected a number of 0 or more, got -1"),
        ("[models.a]\ninput = true\noutput = 1", "got True"),
        ("[models.a]\ninput = nan\noutput = 1", "expected a number of 0 or more"),
        ('[models.a]\ninput = "1"\noutput = 1', "got '1'"),
        ("models = 3", "expected currency, dated, note, batch and [models.NAME], got models"),
        ("[model.a]\ninput = 1\noutput = 1", "got model"),
        ("[models.a", "cannot read prices"),
    ],
)
def test_a_table_that_says_nonsense_is_refused_with_its_place(tmp_path, text, message):
    file = a_file(tmp_path, text)

    with pytest.raises(BadPrices) as caught:
        read_prices(file)

    assert str(file) in str(caught.value)
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadPrices, match="cannot read prices"):
        read_prices(tmp_path / "none.toml")
