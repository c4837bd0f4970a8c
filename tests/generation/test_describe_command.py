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
from generation.describing.sentiment import valence
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
    assert re.split(r"\s{2,}", lines[0].strip()) == ["human", "distilled", "difference over 20 pairs, 95 %"]
    assert rows["author"] == ["not stated", "offline"]
    assert rows["dialogues"] == ["20", "20"]
    assert (rows["turns"][0], rows["turns per dialogue"][0]) == ("120", "6.0")
    assert "On the same persona pairs (by source): 20 dialogues." in lines
    assert rows["turns per dialogue"][2].startswith("+")
    assert any(line.startswith(f"Signature: {SIGNATURE}; sentiment VADER") for line in lines)


def test_what_is_by_the_offline_author_is_said_to_be(home):
    lines = told("distilled").splitlines()

    assert f"Note: distilled: {CAVEAT}." in lines
    assert f"Note: distilled: {LABEL_CAVEAT}." in lines


def test_the_numbers_of_the_json_are_those_of_the_summary(home):
    human = [a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1))) for n in range(20)]

    result = as_json("human", "distilled")

    summary = json.loads(json.dumps(summarise(human, sentiment=valence).as_json()))
    assert result["corpora"][0].items() >= {"corpus": "human", "author": None, "caveats": [], **summary}.items()
    assert result["signature"].startswith(SIGNATURE)
    assert result["origins_in_common"] == 20
    (compared,) = result["differences"]
    assert (compared["first"], compared["second"], compared["origins_in_common"]) == ("human", "distilled", 20)


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
    assert rows["MTLD"] == ["\u2013"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere",), "no 'nowhere' in"),
        (("human/test",), "human/test has no dialogues"),
        (("human", "human"), "expected each corpus once, got human human"),
        (("human", "--html", "."), "is a folder; expected a file"),
    ],
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


def test_leaks_and_templates_are_shown_by_example(home):
    lines = told("human").splitlines()

    # All builders' dialogues are alike: "i am a nurse" is said by everybody, and leaks where the partner is one.
    leaks = [line for line in lines if "says 'nurse' first" in line]
    assert "human: leaks, for example" in lines
    assert leaks[0].startswith("  personachat/train/000")
    assert "     20  hi ! how are you today ?" in lines


def test_how_trait_levels_talk_is_shown_with_their_ngrams(home):
    lines = told("distilled").splitlines()

    assert "distilled: how speakers told a level talk" in lines
    assert any(re.match(r"\s+extraversion, (high|low)\s+\d", line) for line in lines)
    assert any(line.startswith("distilled: distinctive n-grams, the surest first (corrected over") for line in lines)


def test_a_folder_gets_page_numbers_and_manifest_and_says_so(home, tmp_path):
    lines = told("human", "distilled", "--to", str(tmp_path / "out")).splitlines()

    written = [line.removeprefix("Written: ") for line in lines if line.startswith("Written: ")]
    assert sorted(written) == sorted(str(path) for path in (tmp_path / "out").iterdir())
    page = (tmp_path / "out" / "description.html").read_text()
    assert f"distilled: {CAVEAT}." in page


def test_a_foreign_folder_is_refused_before_anything_is_read(home, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")

    with pytest.raises(CommandError, match="holds other things than a description") as caught:
        told("human", "--to", str(tmp_path))

    assert caught.value.returncode == BAD_INPUT


def test_the_page_alone_is_a_file(home, tmp_path):
    result = as_json("human", "--html", str(tmp_path / "human.html"))

    assert result["written"] == [str(tmp_path / "human.html"), str(tmp_path / "human.html.manifest.json")]
