"""The file format of dialogues."""

import gzip
import json
from typing import Any

import pytest

from generation.corpus.dialogues import (
    BadLine,
    CorpusMissing,
    dialogue_from_json,
    read_dialogues,
    read_json_lines,
    write_dialogues,
)
from tests.builders import a_dialogue

GOOD = a_dialogue(1, traits=({"openness": "high"}, {}), source="personachat/train/00009")


def test_dialogues_survive_being_written_and_read(tmp_path):
    dialogues = [a_dialogue(1, traits=({"openness": "high"}, {})), a_dialogue(2, source="x/train/00001")]

    count = write_dialogues(tmp_path, dialogues[::-1])

    assert count == 2
    assert list(read_dialogues(tmp_path)) == dialogues


def test_a_line_has_the_keys_of_the_format():
    assert dialogue_from_json(GOOD.as_json()) == GOOD
    assert list(GOOD.as_json()) == ["format", "id", "source", "split", "speakers", "turns"]
    assert GOOD.as_json()["speakers"][0]["traits"] == {"openness": "high"}


def test_the_origin_of_an_original_is_itself():
    assert (a_dialogue(1).origin, GOOD.origin) == ("personachat/train/00001", "personachat/train/00009")


def test_only_one_split_is_read_on_demand(tmp_path):
    write_dialogues(tmp_path, [a_dialogue(1), a_dialogue(2, split="test")])

    assert list(read_dialogues(tmp_path, "test")) == [a_dialogue(2, split="test")]


def test_no_corpus_is_an_error_of_its_own(tmp_path):
    with pytest.raises(CorpusMissing, match=r"dialogues\.jsonl is not there"):
        list(read_dialogues(tmp_path))


def test_an_interrupted_write_leaves_what_was_there(tmp_path):
    write_dialogues(tmp_path, [a_dialogue(1)])

    def breaks_off():
        yield a_dialogue(2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dialogues(tmp_path, breaks_off())

    assert list(read_dialogues(tmp_path)) == [a_dialogue(1)]
    assert [path.name for path in tmp_path.iterdir()] == ["dialogues.jsonl"]


def broken(**changes: Any) -> str:
    return json.dumps({key: value for key, value in (GOOD.as_json() | changes).items() if value is not ...})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "expected a JSON object, got list"),
        (broken(format=2), "expected format 1, got 2"),
        (broken(turns=...), "'turns' is missing"),
        (broken(id=""), "id: expected a non-empty string, got ''"),
        (broken(split=3), "split: expected a non-empty string, got 3"),
        (broken(source=3), "source: expected a string or null, got 3"),
        (broken(speakers=[]), "speakers: expected a list of two"),
        (broken(speakers=[{}, {}]), "speakers: expected objects with a list 'persona'"),
        (broken(speakers=[{"persona": [""]}] * 2), "persona: expected non-empty sentences"),
        (
            broken(speakers=[{"persona": [], "traits": []}, {"persona": [], "traits": [1]}]),
            "traits: expected",
        ),
        (broken(speakers=[{"persona": [], "traits": {"wit": "high"}}] * 2), "unknown trait 'wit'"),
        (broken(turns={}), "turns: expected a list"),
        (broken(turns=[{"speaker": 0, "text": "hi"}, {"speaker": 2, "text": "hi"}]), "turn 1: expected an object"),
    ],
)
def test_a_broken_line_is_refused_with_file_and_line(tmp_path, line, problem):
    (tmp_path / "dialogues.jsonl").write_text(f"{json.dumps(a_dialogue(7).as_json())}\n\n{line}\n")

    with pytest.raises(BadLine) as caught:
        list(read_dialogues(tmp_path))

    assert str(caught.value).startswith(f"dialogues.jsonl:3: {problem}")
    assert (caught.value.path, caught.value.line) == (tmp_path / "dialogues.jsonl", 3)


def test_an_id_that_comes_twice_is_refused(tmp_path):
    (tmp_path / "dialogues.jsonl").write_text(f"{json.dumps(GOOD.as_json())}\n" * 2)

    with pytest.raises(BadLine, match=r"dialogues\.jsonl:2: id 'personachat/train/00001' stands in the file twice"):
        list(read_dialogues(tmp_path))


def test_a_file_in_another_encoding_names_the_line(tmp_path):
    (tmp_path / "dialogues.jsonl").write_bytes(b'{"a": 1}\n{"b": "caf\xe9"}\n')

    with pytest.raises(BadLine, match="not UTF-8"):
        list(read_json_lines(tmp_path / "dialogues.jsonl"))


def test_gzip_and_a_byte_order_mark_are_read(tmp_path):
    file = tmp_path / "rows.jsonl.gz"
    file.write_bytes(gzip.compress('\ufeff{"a": 1}\n'.encode()))

    assert list(read_json_lines(file)) == [(1, {"a": 1})]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param("[" * 100_000, "not JSON that can be read: maximum recursion depth", id="too deep"),
        pytest.param(f'{{"a": {"9" * 5000}}}', "not JSON that can be read: Exceeds the limit", id="too long a number"),
        pytest.param(r'{"a": "\ud800"}', r"expected whole characters, got the lone surrogate '\\ud800'", id="half"),
        pytest.param(r'{"\uDFFF": 1}', r"expected whole characters, got the lone surrogate '\\udfff'", id="half a key"),
    ],
)
def test_what_is_json_and_can_be_held_nowhere_is_refused_with_its_line(tmp_path, line, problem):
    (tmp_path / "rows.jsonl").write_text(f'{{"a": 1}}\n{line}\n')

    with pytest.raises(BadLine, match=rf"rows\.jsonl:2: {problem}"):
        list(read_json_lines(tmp_path / "rows.jsonl"))


def test_both_halves_of_a_character_are_one(tmp_path):
    (tmp_path / "rows.jsonl").write_text(r'"\ud83d\ude00"')

    assert list(read_json_lines(tmp_path / "rows.jsonl")) == [(1, "\U0001f600")]


def test_what_only_looks_like_gzip_is_refused(tmp_path):
    file = tmp_path / "rows.jsonl.gz"
    # The ten bytes of a header, and then a block of a kind that there is not.
    file.write_bytes(gzip.compress(b"")[:10] + b"\xff" * 20)

    with pytest.raises(BadLine, match="not a whole gzip file"):
        list(read_json_lines(file))


def test_a_gzip_file_cut_short_is_refused(tmp_path):
    file = tmp_path / "rows.jsonl.gz"
    file.write_bytes(gzip.compress(b'{"a": 1}\n' * 1000)[:-12])

    with pytest.raises(BadLine, match="not a whole gzip file"):
        list(read_json_lines(file))


@pytest.mark.parametrize("order", [(1, 2, 2), (2, 1, 2), (3, 1, 2, 1), (1, 3, 2, 1)])
def test_an_id_that_comes_twice_is_refused_in_whatever_order(tmp_path, order):
    lines = [json.dumps(a_dialogue(number).as_json()) for number in order]
    (tmp_path / "dialogues.jsonl").write_text("\n".join(lines) + "\n")

    with pytest.raises(BadLine, match=rf"dialogues\.jsonl:{len(order)}: id .* stands in the file twice"):
        list(read_dialogues(tmp_path))


def test_a_file_in_another_order_is_read_in_its_order(tmp_path):
    lines = [json.dumps(a_dialogue(number).as_json()) for number in (2, 3, 1)]
    (tmp_path / "dialogues.jsonl").write_text("\n".join(lines) + "\n")

    assert list(read_dialogues(tmp_path)) == [a_dialogue(2), a_dialogue(3), a_dialogue(1)]
