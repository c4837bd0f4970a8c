"""The journal: nothing lost, nothing doubled, nothing mixed."""

import fcntl
import json
import os
import resource
import signal
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from generation.asking.authors import RunStopped
from generation.asking.journal import (
    JOURNAL_FILE,
    LOCK_FILE,
    CorpusBusy,
    Journal,
    JournalFull,
    NotGenerated,
    SettingsChanged,
    usage,
)
from generation.corpus.dialogues import BadLine, write_dialogues
from tests.builders import a_dialogue

SETTINGS = {"author": "mock", "seed": 7}


def a_record(request: str = "aa", *, sample: int = 0, round_: int = 0, text: str = "Speaker 1: Hi!") -> dict[str, Any]:
    return {
        "request": request,
        "sample": sample,
        "round": round_,
        "what": "dialogue",
        "answer": {"text": text, "finish_reason": "stop", "refusal": None},
        "usage": {"prompt_tokens": 10, "completion_tokens": 4, "cached_tokens": 2},
    }


def kept(folder: Path) -> list[Any]:
    with Journal(folder, SETTINGS) as journal:
        return list(journal.records())


def test_what_was_added_is_found_again_after_reopening(tmp_path):
    with Journal(tmp_path, SETTINGS) as journal:
        journal.add(a_record("aa"))
        journal.add(a_record("aa", sample=1, text="Speaker 1: Hello!"))

    with Journal(tmp_path, SETTINGS) as journal:
        assert journal.find("aa", 0, 0) == a_record("aa")
        assert journal.find("aa", 1, 0) == a_record("aa", sample=1, text="Speaker 1: Hello!")
        assert journal.find("aa", 2, 0) is None
        assert len(journal) == 2


def test_an_answer_is_in_the_file_before_add_returns(tmp_path):
    with Journal(tmp_path, SETTINGS) as journal:
        journal.add(a_record())

        lines = (tmp_path / JOURNAL_FILE).read_text().splitlines()

    assert [json.loads(line) for line in lines] == [{"journal": 1, "settings": SETTINGS}, a_record()]


def test_the_latest_round_of_a_request_is_remembered(tmp_path):
    with Journal(tmp_path, SETTINGS) as journal:
        journal.add(a_record(round_=0))
        journal.add(a_record(round_=2))

        assert (journal.last_round("aa", 0), journal.last_round("aa", 1), journal.last_round("bb", 0)) == (2, 0, 0)


@pytest.mark.parametrize("torn", ['{"request": "bb", "sam', json.dumps(a_record("bb")), "x" * 200_000])
def test_a_torn_last_line_is_cut_off_and_the_next_one_is_whole(tmp_path, torn):
    with Journal(tmp_path, SETTINGS) as journal:
        journal.add(a_record("aa"))
    with (tmp_path / JOURNAL_FILE).open("a") as file:
        file.write(torn)

    with Journal(tmp_path, SETTINGS) as journal:
        assert list(journal.records()) == [a_record("aa")]
        journal.add(a_record("cc"))

    assert kept(tmp_path) == [a_record("aa"), a_record("cc")]


def test_a_journal_torn_in_its_very_first_line_begins_anew(tmp_path):
    (tmp_path / JOURNAL_FILE).write_text('{"journal": 1, "sett')

    assert kept(tmp_path) == []
    assert json.loads((tmp_path / JOURNAL_FILE).read_text()) == {"journal": 1, "settings": SETTINGS}


def test_a_broken_line_in_the_middle_is_named_and_nothing_is_changed(tmp_path):
    with Journal(tmp_path, SETTINGS) as journal:
        journal.add(a_record())
    file = tmp_path / JOURNAL_FILE
    file.write_text(file.read_text().replace('{"request": "aa"', '{"request" "aa"') + json.dumps(a_record("bb")) + "\n")
    before = file.read_bytes()

    with pytest.raises(BadLine, match=r"journal\.jsonl:2: not a line of a journal"), Journal(tmp_path, SETTINGS):
        pass

    assert file.read_bytes() == before


def test_other_settings_are_refused_and_named(tmp_path):
    with Journal(tmp_path, SETTINGS):
        pass

    with (
        pytest.raises(SettingsChanged, match=r"seed was 7 and is 8.*begin another with --fork NAME"),
        Journal(tmp_path, SETTINGS | {"seed": 8}),
    ):
        pass


def test_two_runs_at_once_are_refused(tmp_path):
    with (
        Journal(tmp_path, SETTINGS),
        pytest.raises(CorpusBusy, match="another run is writing to"),
        Journal(tmp_path, SETTINGS),
    ):
        pass


def test_the_lock_is_free_again_after_a_run_and_after_a_refused_one(tmp_path):
    with Journal(tmp_path, SETTINGS):
        pass
    with pytest.raises(SettingsChanged), Journal(tmp_path, {}):
        pass

    lock = os.open(tmp_path / LOCK_FILE, os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(lock)


def test_a_corpus_from_elsewhere_is_not_written_into(tmp_path):
    write_dialogues(tmp_path, [a_dialogue()])

    with pytest.raises(NotGenerated, match="did not make; choose another name"), Journal(tmp_path, SETTINGS):
        pass

    assert not (tmp_path / JOURNAL_FILE).exists()


def test_a_full_disk_stops_the_run_and_leaves_only_whole_lines(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Journal(tmp_path, SETTINGS) as journal:
        journal.add(a_record("aa"))
        size = (tmp_path / JOURNAL_FILE).stat().st_size
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, before[1]))
            with pytest.raises(JournalFull, match="cannot write to"):
                journal.add(a_record("bb"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, ignored)
        journal.add(a_record("cc"))

    assert kept(tmp_path) == [a_record("aa"), a_record("cc")]


def test_reading_alone_changes_nothing_and_needs_no_lock(tmp_path):
    with Journal(tmp_path, SETTINGS) as writing:
        writing.add(a_record())
        with (tmp_path / JOURNAL_FILE).open("a") as file:
            file.write("torn")
        before = (tmp_path / JOURNAL_FILE).read_bytes()

        with Journal(tmp_path, SETTINGS, writing=False) as reading:
            assert list(reading.records()) == [a_record()]

        assert (tmp_path / JOURNAL_FILE).read_bytes() == before


def test_reading_where_nothing_is_makes_nothing(tmp_path):
    with Journal(tmp_path / "new", SETTINGS, writing=False) as journal:
        assert len(journal) == 0

    assert not (tmp_path / "new").exists()


def test_usage_adds_up_what_was_answered_and_passes_over_failures():
    failed = {"request": "cc", "sample": 0, "round": 0, "error": {"kind": "server", "reason": "500"}, "tries": 6}

    assert usage([a_record("aa"), a_record("bb"), failed]) == {
        "answers": 2,
        "prompt_tokens": 20,
        "cached_tokens": 4,
        "completion_tokens": 8,
    }


def test_a_run_that_was_stopped_before_anything_was_answered_may_be_begun_with_other_settings(tmp_path):
    with pytest.raises(RunStopped), Journal(tmp_path, SETTINGS):
        raise RunStopped("the endpoint does not take temperature")

    with Journal(tmp_path, SETTINGS | {"temperature": None}) as journal:
        journal.add(a_record())
    with pytest.raises(SettingsChanged), Journal(tmp_path, SETTINGS):
        pass


def test_what_an_exchange_failed_of_is_known_without_reading_them_all_again(tmp_path):
    failed = {"request": "cc", "sample": 0, "round": 0, "error": {"kind": "structure", "reason": "400"}, "tries": 1}
    with Journal(tmp_path, SETTINGS) as journal:
        journal.add(a_record())
        journal.add(failed)

    with Journal(tmp_path, SETTINGS) as journal:
        assert (journal.failed_of("structure"), journal.failed_of("rejected")) == (True, False)


def test_long_lines_are_found_whole(tmp_path):
    long = a_record("aa", text="x" * 200_000)
    with Journal(tmp_path, SETTINGS) as journal:
        journal.add(long)
        journal.add(a_record("bb"))

        assert (journal.find("aa", 0, 0), journal.find("bb", 0, 0)) == (long, a_record("bb"))


def test_memory_holds_where_the_answers_are_and_not_the_answers(tmp_path):
    with Journal(tmp_path, SETTINGS) as journal:
        tracemalloc.start()
        for number in range(2000):
            journal.add(a_record(f"{number:064}", text="x" * 2000))
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    # Four megabytes of answers; a hundred and some bytes for each place.
    assert (tmp_path / JOURNAL_FILE).stat().st_size > 4_000_000
    assert grown < 500_000
