"""An uploaded file looked through: what it holds, a sample of it, and every line that is wrong."""

import hashlib
import json

import pytest

from evaluation.drafts.checked_files import MOST_ERRORS, Sampled, check_file
from evaluation.study_files.uploaded_files import UploadError, UploadRefused
from tests.evaluation.files import a_line
from tests.evaluation.uploads import as_lines, responses_of


def test_responses_with_their_count_checksum_and_sample():
    content = responses_of("pt", contexts=5)

    checked = check_file("pt.jsonl", content)

    assert (checked.kind, checked.lines, checked.contexts, checked.systems) == ("responses", 5, 5, {"pt": 5})
    assert checked.digest == hashlib.sha256(content).hexdigest()
    assert checked.size == len(content)
    assert checked.errors == ()
    assert checked.sample[0] == Sampled(
        line=1,
        system="pt",
        context="personachat/test/00000#3",
        before="nice ! i stayed home and baked some bread .",
        reply="reply 0.3 of kind 2",
    )
    assert len(checked.sample) == 3


def test_two_systems_in_one_file():
    lines = [a_line(system, number) for system in ("p", "pt") for number in range(2)]

    assert check_file("both.jsonl", as_lines(lines)).systems == {"p": 2, "pt": 2}


def test_a_table_is_called_as_its_file():
    checked = check_file("theirs.csv", b"context,response\nhi !,hey .\nbye !,see you .\n")

    assert (checked.systems, checked.contexts, checked.errors) == ({"theirs": 2}, 2, ())


def test_a_line_of_a_table_that_is_wrong_does_not_hide_the_next():
    checked = check_file("theirs.csv", b"context,response,openness\nhi !,hey .,huge\n,x,\nyo !,ho .,high\n")

    assert [each.line for each in checked.errors] == [2, 3]
    assert checked.systems == {"theirs": 1}


def test_known_pairs_are_known_by_their_keys():
    pair = {"context": {"id": "k1", "turns": ["hi !"]}, "right": "hey .", "wrong": "at seven ."}

    checked = check_file("checks.jsonl", as_lines([pair, {**pair, "wrong": "hey ."}, pair]))

    assert checked.kind == "pairs"
    assert [str(each) for each in checked.errors] == [
        "checks.jsonl:2: wrong: expected another reply than the right one",
        "checks.jsonl:3: context.id: 'k1' stands on an earlier line already",
    ]
    assert checked.sample[0].reply == "right: hey .; wrong: at seven ."


def test_a_system_that_cannot_be_called_so():
    checked = check_file("tie.jsonl", as_lines([a_line("tie", 0)]))

    assert checked.errors == (
        UploadError(
            "tie.jsonl",
            1,
            "the system is called 'tie', which in a judgments file means something else",
        ),
    )


def test_the_first_errors_are_told_and_that_there_are_more():
    checked = check_file("bad.jsonl", b"{}\n" * 100)

    assert [each.line for each in checked.errors] == list(range(1, MOST_ERRORS + 1))
    assert checked.more_errors


def test_texts():
    assert check_file("consent.md", b"I agree.\n\nReally.\n").lines == 2
    assert check_file("consent.md", b"  \n").errors == (UploadError("consent.md", None, "the file is empty"),)
    assert check_file("consent.md", b"one\nt\xff\n").errors[0].line == 2
    assert check_file("consent.md", b"one\n\0\n").errors[0].line == 2


def test_an_empty_file_of_responses():
    assert str(check_file("p.jsonl", b"\n").errors[0]).startswith("p.jsonl: expected a response on each line")


def test_a_name_that_is_a_path_is_refused():
    with pytest.raises(UploadRefused):
        check_file("../p.jsonl", json.dumps(a_line()).encode())
