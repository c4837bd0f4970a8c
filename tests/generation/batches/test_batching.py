"""`generate --batch`: real files, real HTTP, a server whose batches expire, fail and forget.

A kill is an interrupt at an exact place: before or after a step that leaves its mark on the disk or the server.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.asking.journal import JOURNAL_FILE, Journal
from generation.batches.batch_sheets import Sheets
from generation.batches.batching import SENT, BatchDesk
from generation.batches.llm_batches import Batches
from generation.money.prices import Price
from generation.terminal import BAD_INPUT, FAILED
from tests.conftest import ROOT
from tests.generation.builders import pairs_corpus
from tests.openai_batches import BatchFaults, BatchServer
from tests.openai_server import Faults, OpenAIServer

# What prices.toml below says: a prompt token costs 1, an answer token 10, in units of a millionth.
PRICE = Price(Decimal(1), Decimal(1), Decimal(10))


@pytest.fixture
def home(parley_home: Path, monkeypatch) -> Path:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setitem(BatchDesk.__init__.__kwdefaults__, "quiet", 0.05)
    (parley_home / "prices.toml").write_text("[models.mock]\ninput = 1\noutput = 10\n")
    pairs_corpus(parley_home, 6)
    return parley_home


def generate(server: OpenAIServer, *words: str, to: str = "made") -> dict[str, Any]:
    out = StringIO()
    named = ("--personas", "pairs", "--to", to, "--author", "mock", "--base-url", server.base_url)
    call_command("generate", *named, "--poll", "0.02", *words, "--json", "--quiet", stdout=out, stderr=StringIO())
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def files(home: Path, to: str = "made") -> list[bytes]:
    return [(home / "corpora" / to / name).read_bytes() for name in ("dialogues.jsonl", "labels.jsonl")]


def records(home: Path) -> list[Any]:
    lines = (home / "corpora" / "made" / JOURNAL_FILE).read_text().splitlines()
    return [json.loads(line) for line in lines[1:]]


def test_labels_go_in_one_batch_and_dialogues_in_the_next(home):
    with BatchServer() as server:
        result = generate(server, "--batch")
        one_by_one = generate(server, to="other")

    assert (result["dialogues"], result["personas"]) == (one_by_one["dialogues"], one_by_one["personas"]) == (6, 12)
    assert [len(server.files[batch["input_file_id"]][1].splitlines()) for batch in server.batches.values()] == [12, 6]
    assert (server.steps["upload"], server.steps["begin"]) == (2, 2)
    assert files(home)[0].replace(b'"made/', b'"other/') == files(home, "other")[0]
    assert files(home)[1] == files(home, "other")[1]


def test_the_journal_is_that_of_any_run_and_says_which_batch(home):
    with BatchServer() as server:
        generate(server, "--batch")
        asked = server.asked.total()
        generate(server)

    # The second run, without --batch, found everything in the journal.
    assert (asked, server.asked.total()) == (0, 0)
    assert [record["batch"] for record in records(home)] == ["batch-1"] * 12 + ["batch-2"] * 6
    assert {record["model"] for record in records(home)} == {"mock-2026"}
    assert all(record["request_id"].startswith("req-") for record in records(home))


def test_a_batch_is_on_the_bill_at_half_the_price(home):
    with BatchServer() as server:
        result = generate(server, "--batch", "--prices", str(home / "prices.toml"))

    assert result["cost"]["amount"] == pytest.approx(float(sum(PRICE.of(each) for each in server.sold)) / 2)


def test_expired_failed_and_forgotten_lines_are_sent_again(home):
    with BatchServer(BatchFaults(expired=0.15, failed=0.15, forgotten=0.1, seed=1)) as server:
        result = generate(server, "--batch")

    again = sum(count - 1 for count in server.sent.values())
    assert (result["dialogues"], result["failed"]) == (6, 0)
    assert again > 3
    assert set(server.answered.values()) == {1}


def test_a_line_that_expires_each_time_fails_with_its_kind(home):
    with BatchServer(BatchFaults(expired=1.0)) as server, pytest.raises(SystemExit) as caught:
        generate(server, "--batch", "--limit", "1")

    failed = [json.loads(line) for line in (home / "corpora" / "made" / "failed.jsonl").read_text().splitlines()]
    assert caught.value.code == 3
    assert sorted((row["what"], row["kind"], row["tries"]) for row in failed) == [
        ("dialogue", "unlabelled", 0),
        ("persona", "expired", SENT),
        ("persona", "expired", SENT),
    ]
    assert set(server.sent.values()) == {SENT}


def test_what_cannot_be_used_is_asked_again_in_a_further_batch(home):
    with BatchServer(faults=Faults(careless=True)) as server:
        result = generate(server, "--batch")

    # Labels, labels again, dialogues, dialogues again.
    assert (result["dialogues"], len(server.batches)) == (6, 4)


def test_a_hopeless_line_is_rejected_once_and_listed(home):
    pairs_corpus(home, 3, hopeless={1: "forbidden"})

    with BatchServer() as server, pytest.raises(SystemExit):
        generate(server, "--batch")

    failed = [json.loads(line) for line in (home / "corpora" / "made" / "failed.jsonl").read_text().splitlines()]
    assert [row["kind"] for row in failed] == ["unlabelled", "rejected"]
    assert max(server.sent.values()) == 1


def test_no_structured_output_is_asked_for_in_words_in_the_next_batch(home):
    with BatchServer(faults=Faults(no_structure=True)) as server:
        result = generate(server, "--batch")

    assert (result["dialogues"], len(server.batches)) == (6, 3)


def test_more_lines_than_a_file_may_have_go_in_several(home, monkeypatch):
    monkeypatch.setitem(BatchDesk.__init__.__kwdefaults__, "most_lines", 5)

    with BatchServer() as server:
        generate(server, "--batch")

    sizes = [len(server.files[batch["input_file_id"]][1].splitlines()) for batch in server.batches.values()]
    assert sizes == [5, 5, 2, 5, 1]


@pytest.mark.parametrize("step", ["upload", "begin", "look", "fetch"])
def test_a_step_whose_answer_is_lost_is_looked_up_and_not_taken_twice(home, step):
    with BatchServer(BatchFaults(deaf=(step,))) as server:
        result = generate(server, "--batch")

    assert result["dialogues"] == 6
    assert (server.steps["upload"], server.steps["begin"]) == (2, 2)
    assert set(server.answered.values()) == {1}


def killed_at(server: OpenAIServer, owner: type, name: str, *, call: int, before: bool) -> None:
    """Run the command and be killed at the `call`-th call of a method, before or after it did its work."""
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def deadly(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and before:
            raise KeyboardInterrupt
        result = original(self, *args, **kwargs)
        if calls == call:
            raise KeyboardInterrupt
        return result

    async def deadly_later(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and before:
            raise KeyboardInterrupt
        result = await original(self, *args, **kwargs)
        if calls == call:
            raise KeyboardInterrupt
        return result

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owner, name, deadly_later if owner is Batches else deadly)
        with pytest.raises(SystemExit) as caught:
            generate(server, "--batch")
    assert caught.value.code == 130


# Each step of the first sheet, and those of the second that are not like the first's.
STEPS = {
    "a file that nobody knows of yet": (Sheets, "_save", 1, True),
    "written": (Sheets, "_save", 1, False),
    "uploaded, not noted": (Batches, "upload", 1, False),
    "uploaded": (Sheets, "_save", 2, False),
    "begun, not noted": (Batches, "begin", 1, False),
    "begun": (Sheets, "_save", 3, False),
    "looked at": (Batches, "look", 1, False),
    "ended": (Batches, "lines", 1, False),
    "five of twelve kept": (Journal, "add", 5, False),
    "all kept, not noted": (Sheets, "_save", 4, True),
    "collected": (Sheets, "_save", 4, False),
    "the second begun, not noted": (Batches, "begin", 2, False),
    "the second ended": (Batches, "lines", 2, False),
}


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_nothing_is_uploaded_begun_or_bought_twice(home, step):
    with BatchServer() as server:
        owner, name, call, before = STEPS[step]
        killed_at(server, owner, name, call=call, before=before)
        result = generate(server, "--batch")

    assert (result["dialogues"], result["failed"]) == (6, 0)
    assert (server.steps["upload"], server.steps["begin"]) == (2, 2)
    assert set(server.answered.values()) == {1}
    assert len(records(home)) == 18


def test_stopped_while_it_waits_and_begun_on_another_day_it_collects_what_was_sent(home):
    with BatchServer(BatchFaults(looks=1000)) as server:
        killed_at(server, Batches, "look", call=3, before=False)
        server.batch_faults = BatchFaults()
        result = generate(server, "--batch")

    assert result["dialogues"] == 6
    assert (server.steps["upload"], server.steps["begin"]) == (2, 2)


def test_killed_for_good_while_it_waits_a_new_process_collects_what_was_sent(home):
    named = ["--personas", str(home / "corpora" / "pairs"), "--to", str(home / "corpora" / "made"), "--author", "mock"]
    with BatchServer(BatchFaults(looks=1000)) as server:
        words = ["generate", *named, "--base-url", server.base_url, "--batch", "--poll", "0.05", "--quiet"]
        process = subprocess.Popen([sys.executable, "manage.py", *words], cwd=ROOT, stdout=subprocess.DEVNULL)
        while server.steps["look"] < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.wait()
        server.batch_faults = BatchFaults()
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)

    assert (server.steps["upload"], server.steps["begin"]) == (2, 2)
    assert set(server.answered.values()) == {1}
    assert len(records(home)) == 18


def test_going_on_without_batches_while_one_is_under_way_is_refused(home):
    with BatchServer(BatchFaults(looks=1000)) as server:
        killed_at(server, Batches, "look", call=1, before=False)
        with pytest.raises(CommandError, match=r"made has batches under way \(batch-1\): go on with --batch") as caught:
            generate(server)

    assert caught.value.returncode == BAD_INPUT
    assert server.asked.total() == 0


def test_a_grown_source_sends_only_what_is_neither_answered_nor_under_way(home):
    with BatchServer(BatchFaults(looks=1000)) as server:
        killed_at(server, Batches, "look", call=1, before=False)
        server.batch_faults = BatchFaults()
        pairs_corpus(home, 8)
        result = generate(server, "--batch")

    assert result["dialogues"] == 8
    assert max(server.sent.values()) == 1


def test_a_batch_that_is_refused_stops_the_run_with_the_reason_and_the_next_run_sends_another(home):
    with BatchServer(BatchFaults(refused="Enqueued token limit reached")) as server:
        with pytest.raises(CommandError) as caught:
            generate(server, "--batch")
        server.batch_faults = BatchFaults()
        result = generate(server, "--batch")

    assert caught.value.returncode == FAILED
    assert "batch batch-1 is failed: Enqueued token limit reached." in str(caught.value)
    assert "Left to do: 12 personas and 6 dialogues." in str(caught.value)
    assert (result["dialogues"], set(server.answered.values())) == (6, {1})


def test_a_batch_that_somebody_cancelled_keeps_what_was_answered(home):
    with BatchServer(BatchFaults(cancelled=True)) as server:
        with pytest.raises(CommandError, match="batch batch-1 is cancelled"):
            generate(server, "--batch")
        server.batch_faults = BatchFaults()
        result = generate(server, "--batch")

    assert (result["dialogues"], set(server.answered.values())) == (6, {1})


def test_an_endpoint_without_a_batch_api_is_said(home):
    with OpenAIServer() as server, pytest.raises(CommandError) as caught:
        generate(server, "--batch")

    assert caught.value.returncode == FAILED
    assert "does it have one? Without --batch it is asked one by one" in str(caught.value)


def test_an_endpoint_that_is_down_is_work_that_failed(home):
    with OpenAIServer() as gone:
        pass

    with pytest.raises(CommandError, match="the endpoint does not answer") as caught:
        generate(gone, "--batch")

    assert caught.value.returncode == FAILED


def test_a_budget_holds_for_batches_at_their_price(home):
    with BatchServer() as server:
        with pytest.raises(CommandError, match="the budget of") as caught:
            generate(server, "--batch", "--prices", str(home / "prices.toml"), "--budget", "0.025")
        billed = sum(PRICE.of(each, in_batch=True) for each in server.sold)
        result = generate(server, "--batch", "--prices", str(home / "prices.toml"), "--budget", "5")

    assert caught.value.returncode == FAILED
    # A half of what 4,096 tokens of an answer cost is less than that, and most answers are shorter.
    assert 0 < billed <= Decimal("0.025")
    assert result["dialogues"] == 6
    assert set(server.answered.values()) == {1}


def test_a_batch_goes_to_one_endpoint(home):
    with BatchServer() as server, pytest.raises(CommandError) as caught:
        generate(server, "--batch", "--base-url", f"{server.base_url},{server.base_url}")

    assert caught.value.returncode == BAD_INPUT
    assert "--batch goes to one endpoint" in str(caught.value)


def test_a_sheet_that_was_tampered_with_is_refused_with_its_path(home):
    with BatchServer() as server:
        killed_at(server, Batches, "look", call=1, before=True)
        (state,) = (home / "corpora" / "made" / "batches").glob("*.json")
        state.write_text("{")
        with pytest.raises(CommandError, match="not the state of a batch") as caught:
            generate(server, "--batch")

    assert caught.value.returncode == BAD_INPUT
    assert str(state) in str(caught.value)
