"""`describe` as it is typed."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.corpus.dialogues import write_dialogues
from generation.corpus.summary import SIGNATURE, summarise
from generation.offline import CAVEAT, LABEL_CAVEAT
from generation.terminal import BAD_INPUT
from tests.builders import a_dialogue
from tests.generation.builders import a_persona, pairs_corpus


@pytest.fixture
def home(parley_home: Path) -> Path:
    human = [a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1))) for n in range(20)]
    write_dialogues(parley_home / "corpora" / "human", human)
    call_command("generate", "--personas", "human", "--to", "distilled", "--quiet", stdout=StringIO())
    return parley_home


def told(*words: str) -> str:
    out = StringIO()
    call_command("describe", *words, stdout=out)
    return out.getvalue()


def rows_of(table: str) -> dict[str, list[str]]:
    """Heading -> the values behind it; two spaces or more part them."""
    rows = (re.split(r"\s{2,}", line.strip()) for line in table.splitlines())
    return {heading: values for heading, *values in rows}


def as_json(*words: str) -> dict:
    out = StringIO()
    call_command("describe", *words, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_corpora_stand_side_by_side(home):
    table = told("human", "distilled")

    rows, lines = rows_of(table), table.splitlines()
    assert lines[0].split() == ["human", "distilled"]
    assert rows["author"] == ["not stated", "offline"]
    assert rows["dialogues"] == ["20", "20"]
    assert (rows["turns"][0], rows["turns per dialogue"][0]) == ("120", "6.0")
    assert "On the same persona pairs (by source): 20 dialogues." in lines
    assert f"Signature: {SIGNATURE}" in lines


def test_what_is_by_the_offline_author_is_said_to_be(home):
    lines = told("distilled").splitlines()

    assert f"Note: distilled: {CAVEAT}." in lines
    assert f"Note: distilled: {LABEL_CAVEAT}." in lines


def test_the_numbers_of_the_json_are_those_of_the_summary(home):
    human = [a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1))) for n in range(20)]

    result = as_json("human", "distilled")

    expected = {"corpus": "human", "author": None, "caveats": [], **summarise(human).as_json(), "labels": None}
    assert result["corpora"][0] == json.loads(json.dumps(expected))
    assert (result["signature"], result["origins_in_common"]) == (SIGNATURE, 20)


def test_traits_are_counted_as_told_and_as_labelled(home):
    (distilled,) = as_json("distilled")["corpora"]

    # Every fourth persona of the builders is afraid of heights; no other word of theirs hints at neuroticism.
    assert sum(distilled["labels"]["neuroticism"].values()) == 40
    assert distilled["labels"]["neuroticism"]["high"] == 10
    assert set(distilled["traits"]["neuroticism"]) <= {"high", "low"}


def test_one_split_can_be_described(home):
    call_command("split_corpus", "human", "--to", "cut", stdout=StringIO())

    assert as_json("cut/test")["corpora"][0]["splits"] == {"test": 2}


def test_pairs_that_wait_are_counted_apart(home):
    pairs_corpus(home, 3)

    rows = rows_of(told("pairs"))

    assert rows["persona pairs without one"] == ["3"]
    assert rows["MTLD"] == ["-"]


@pytest.mark.parametrize(
    ("words", "message"),
    [(("nowhere",), "no 'nowhere' in"), (("human/test",), "human/test has no dialogues")],
)
def test_what_is_not_there_is_refused(home, words, message):
    with pytest.raises(CommandError) as caught:
        told(*words)

    assert caught.value.returncode == BAD_INPUT
    assert message in str(caught.value)


def test_a_broken_line_is_named(home):
    file = home / "corpora" / "human" / "dialogues.jsonl"
    file.write_text(file.read_text() + "oh\n")

    with pytest.raises(CommandError, match=r"dialogues\.jsonl:21: not JSON"):
        told("human")
