"""What `generate` will cost, has cost, and may cost; and every bad input of its options on running."""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.asking.journal import JOURNAL_FILE
from generation.corpus.manifest import read_manifest
from generation.money.prices import Price
from generation.terminal import BAD_INPUT, FAILED
from tests.conftest import ROOT
from tests.generation.builders import pairs_corpus
from tests.openai_server import Faults, OpenAIServer

PRICE = Price(Decimal(1), Decimal("0.5"), Decimal(10))


class BillingServer(OpenAIServer):
    """An endpoint that writes a bill, and notes how long the last answer was allowed to be."""

    billed = Decimal(0)
    longest: int | None = None

    def complete(self, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        status, answer = super().complete(body)
        if status == 200:
            self.longest = body.get("max_completion_tokens")
            cached = answer["usage"]["prompt_tokens_details"]["cached_tokens"]
            self.billed += PRICE.of({**answer["usage"], "cached_tokens": cached})
        return status, answer


@pytest.fixture
def home(parley_home: Path, monkeypatch) -> Path:
    for variable in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "PARLEY_PRICES"):
        monkeypatch.delenv(variable, raising=False)
    pairs_corpus(parley_home, 6)
    (parley_home / "prices.toml").write_text("[models.mock]\ninput = 1\ncached = 0.5\noutput = 10\n")
    return parley_home


def run(*words: str, author: str = "mock") -> tuple[dict[str, Any], str]:
    """The result, and what was said to people."""
    out, err = StringIO(), StringIO()
    named = ("--personas", "pairs", "--to", "made", "--author", author)
    call_command("generate", *named, *words, "--json", "--quiet", stdout=out, stderr=err)
    return json.loads(out.getvalue()), err.getvalue()


def refused(*words: str, author: str = "mock") -> CommandError:
    with pytest.raises(CommandError) as caught:
        run(*words, author=author)
    return caught.value


def test_a_dry_run_says_calls_tokens_money_and_time_and_where_each_is_from(home):
    result, said = run("--dry-run", author="gpt-4o-mini")

    assert result["calls"] == {"label": 12, "dialogue": 6}
    assert "12 calls for labels and 6 for dialogues: 18 calls" in said
    assert "(estimated from characters, 4 to a token)" in said
    assert f"Money: {result['cost']['said']} (Parley's prices of 2026-06-21" in said
    # 12 at 4 seconds and 6 at 8, 8 at a time.
    assert "Time: 0:12, assuming 8 s for a dialogue, 4 s for a label, 8 at a time." in said
    assert result["cost"]["amount"] == pytest.approx(
        (result["prompt_tokens"] * 0.15 + result["answer_tokens"] * 0.60) / 1_000_000
    )


def test_votes_multiply_the_calls_for_labels(home):
    result, _ = run("--dry-run", "--votes", "3")

    assert result["calls"] == {"label": 36, "dialogue": 6}


def test_what_a_dry_run_counts_is_what_the_run_then_asks(home):
    rehearsed, _ = run("--dry-run", "--votes", "2", "--candidates", "2")

    with OpenAIServer() as server:
        run("--base-url", server.base_url, "--votes", "2", "--candidates", "2")

    assert rehearsed["label_calls"] + rehearsed["dialogue_calls"] == server.asked.total() == 24 + 12


def test_an_unpriced_model_is_said_and_not_counted_as_nothing(home):
    result, said = run("--dry-run")

    assert result["cost"]["amount"] is None
    assert "Money: no price is known for mock" in said


def test_ones_own_prices_are_used_and_named(home, monkeypatch):
    by_option, said = run("--dry-run", "--prices", str(home / "prices.toml"))
    monkeypatch.setenv("PARLEY_PRICES", str(home / "prices.toml"))
    by_environment, _ = run("--dry-run")

    assert by_option["cost"]["amount"] == by_environment["cost"]["amount"] > 0
    assert f"(the prices in {home / 'prices.toml'})" in said


def test_a_dry_run_of_a_batch_is_half_the_price(home):
    one_by_one, _ = run("--dry-run", author="gpt-4o-mini")
    batch, said = run("--dry-run", "--batch", author="gpt-4o-mini")

    assert batch["cost"]["amount"] == pytest.approx(one_by_one["cost"]["amount"] / 2)
    assert "in batches" in said
    assert "24 hours" in said


def test_a_dry_run_half_way_goes_by_what_was_measured(home):
    with OpenAIServer(Faults(latency=0.1)) as server:
        run("--base-url", server.base_url, "--limit", "5")

    result, said = run("--dry-run", "--concurrency", "1")

    assert result["calls"] == {"label": 2, "dialogue": 1}
    assert "as the endpoint counted those so far" in said
    assert "at the pace so far, 1 at a time" in said
    # Far less than the guess for an endpoint that was never met, on however busy a machine.
    assert result["time"]["seconds"] < 20


def test_what_it_cost_is_in_the_manifest_with_the_prices(home):
    with BillingServer() as server:
        _, said = run("--base-url", server.base_url, "--prices", str(home / "prices.toml"))

    assert "Cost of all that was ever bought for it: 0.021 USD (the prices in " in said
    assert read_manifest(home / "corpora" / "made")["results"]["cost"] == {
        "amount": float(server.billed),
        "said": "0.021 USD",
        "currency": "USD",
        "prices": f"the prices in {home / 'prices.toml'}",
    }


def test_a_cost_that_nobody_knows_is_null_with_the_reason(home):
    with OpenAIServer() as server:
        result, _ = run("--base-url", server.base_url)

    assert (result["cost"]["amount"], result["cost"]["reason"]) == (None, "no price is known for mock")


@pytest.mark.parametrize("at_once", ["1", "8", "auto"])
def test_a_budget_is_never_passed_over_a_bad_line_in_as_many_runs_as_it_takes(home, at_once):
    pairs_corpus(home, 20)
    limit = Decimal("0.08")
    words = ("--prices", str(home / "prices.toml"), "--budget", str(limit), "--concurrency", at_once)

    with BillingServer(Faults(latency=0.005, busy=0.1, error=0.05, malformed=0.1, seed=3)) as server:
        error = refused("--base-url", server.base_url, *words)
        first = server.billed
        again = refused("--base-url", server.base_url, *words)
        second = server.billed
        (home / "prices.toml").write_text("[models.mock]\ninput = 0\noutput = 0\n")
        result, _ = run("--base-url", server.base_url)

    assert error.returncode == again.returncode == FAILED
    assert Decimal("0.01") < first <= second <= limit
    assert "the budget of 0.08 USD is reached" in str(error)
    assert "Left to do:" in str(error)
    assert f"What was answered is kept in {home / 'corpora' / 'made'}" in str(error)
    # What was bought under the budget was bought: with more money it goes on.
    assert result["dialogues"] == 20
    assert set(server.answered.values()) == {1}


def test_a_budget_tells_the_endpoint_how_long_an_answer_may_be_and_no_budget_does_not(home):
    with BillingServer() as server:
        words = ("--base-url", server.base_url, "--prices", str(home / "prices.toml"))
        run(*words, "--limit", "3", "--budget", "5", "--max-answer-tokens", "900")
        under_budget, asked = server.longest, server.asked.total()
        run(*words, "--limit", "3")
        # The answers are known all the same: what was asked is the same.
        assert server.asked.total() == asked
        run(*words)

    assert (under_budget, server.longest) == (900, None)


def test_an_endpoint_that_knows_only_the_older_word_for_that_is_told_in_it(home):
    words = ("--prices", str(home / "prices.toml"), "--budget", "5", "--max-answer-tokens", "900")

    with BillingServer(Faults(rejects=("max_completion_tokens",))) as server:
        result, _ = run("--base-url", server.base_url, *words)

    assert (result["dialogues"], server.last_request["max_tokens"]) == (6, 900)
    assert "max_completion_tokens" not in server.last_request


def test_a_budget_over_a_model_without_a_price_is_refused_before_anything(home):
    with OpenAIServer() as server:
        error = refused("--base-url", server.base_url, "--budget", "5")

    assert error.returncode == BAD_INPUT
    assert "no price is known for 'mock'" in str(error)
    assert not (home / "corpora" / "made").exists()


def test_a_budget_over_a_critic_without_a_price_is_refused(home):
    words = ("--filter", "contradiction=0", "--critic", "judge", "--prices", str(home / "prices.toml"))

    with OpenAIServer() as server:
        error = refused("--base-url", server.base_url, "--budget", "5", *words)

    assert "no price is known for 'judge'" in str(error)


def test_a_tokenizer_in_a_folder_counts_the_prompts(home):
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(home / "tokenizer.json"))

    _, said = run("--dry-run", "--tokenizer", str(home))

    assert f"(counted with {home / 'tokenizer.json'})" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--budget", "0"), "--budget: expected an amount above 0, got 0"),
        (("--budget", "-3"), "--budget: expected an amount above 0, got -3"),
        (("--budget", "nan"), "--budget: expected an amount above 0, got nan"),
        (("--budget", "inf"), "--budget: expected an amount above 0, got inf"),
        (("--max-answer-tokens", "0"), "--max-answer-tokens: expected at least 1, got 0"),
        (("--batch", "--poll", "0"), "--poll: expected a number of seconds above 0, got 0"),
        (("--prices", "nowhere.toml"), "nowhere.toml: cannot read prices"),
        (("--tokenizer", "nowhere", "--dry-run"), "expected a tokenizer.json, or a folder with one, at nowhere"),
        (("--concurrency", "many"), "--concurrency: expected a number or auto, got 'many'"),
        (("--base-url", "there"), "there"),
    ],
)
def test_silly_values_are_refused_and_change_nothing(home, monkeypatch, words, message):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")

    error = refused(*words)

    assert error.returncode == BAD_INPUT
    assert message in str(error)
    assert not (home / "corpora" / "made").exists()


@pytest.mark.parametrize("words", [("--batch",), ("--budget", "1")])
def test_an_author_that_asks_nobody_has_nothing_to_batch_or_to_pay(home, words):
    assert "asks no endpoint" in str(refused(*words, author="offline"))


def test_an_unknown_model_stops_the_run_with_what_the_endpoint_said(home):
    with OpenAIServer() as server:
        error = refused("--base-url", server.base_url, author="nobody")

    assert error.returncode == FAILED
    assert "The model 'nobody' does not exist" in str(error)
    assert "Left to do: 12 personas and 6 dialogues." in str(error)


def test_a_source_that_cannot_be_read_is_refused_with_its_line(home):
    (home / "corpora" / "pairs" / "dialogues.jsonl").write_bytes(b'{"format": 1, "id": "\xff')

    error = refused("--base-url", "http://127.0.0.1:9/v1")

    assert error.returncode == BAD_INPUT
    assert "dialogues.jsonl:1" in str(error)


def test_a_journal_cut_in_mid_line_goes_on_and_one_with_a_spoilt_line_is_refused_with_its_number(home):
    journal = home / "corpora" / "made" / JOURNAL_FILE
    with OpenAIServer() as server:
        run("--base-url", server.base_url)
        whole = journal.read_bytes()
        journal.write_bytes(whole[:-40])
        result, _ = run("--base-url", server.base_url)
        lines = journal.read_bytes().splitlines(keepends=True)
        journal.write_bytes(b"".join([*lines[:3], b"spoilt\n", *lines[4:]]))
        error = refused("--base-url", server.base_url)

    assert result["dialogues"] == 6
    # One answer was cut off and bought again.
    assert server.answered.total() == 19
    assert error.returncode == BAD_INPUT
    assert f"{JOURNAL_FILE}:4: not a line of a journal" in str(error)


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on(home):
    def no_file_above_16_kb() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, 16_000))

    with OpenAIServer() as server:
        named = ["--personas", str(home / "corpora" / "pairs"), "--to", str(home / "corpora" / "made")]
        full = subprocess.run(
            [sys.executable, "manage.py", "generate", *named, "--author", "mock", "--base-url", server.base_url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=no_file_above_16_kb,
        )
        sold = server.answered.total()
        result, _ = run("--base-url", server.base_url)

    assert full.returncode == FAILED
    assert "cannot write to" in full.stderr
    assert "What was answered is kept" in full.stderr
    assert sold > 0
    assert (result["dialogues"], result["personas"]) == (6, 12)
