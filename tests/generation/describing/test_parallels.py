"""Two corpora are parallel, or it is said what speaks against it."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.corpus.dialogues import Dialogue, Speaker, write_dialogues
from generation.describing.parallels import ONLY_FIRST, ONLY_SECOND, PERSONAS, SEVERAL, SPLITS, check
from generation.terminal import BAD_INPUT
from tests.builders import a_dialogue
from tests.generation.builders import a_persona


def human(count: int = 8) -> list[Dialogue]:
    return [a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1))) for n in range(count)]


def twin(dialogue: Dialogue, **changes) -> Dialogue:
    return replace(dialogue, id=dialogue.id.replace("personachat", "llm"), source=dialogue.id, **changes)


def test_a_corpus_made_from_another_is_parallel_to_it():
    findings = check(human(), [twin(each) for each in reversed(human())])

    assert (findings.parallel, findings.in_both, findings.counts) == (True, 8, {})


def test_another_spelling_of_a_persona_is_the_same():
    ours = [a_dialogue(personas=(("i'm a nurse.", "i ski."), ("i bake.",)))]
    theirs = [twin(ours[0], speakers=(Speaker(("I ski!", "I am a nurse")), Speaker(("i bake.",))))]

    assert check(ours, theirs).parallel


def test_everything_that_speaks_against_it_is_counted_and_named():
    ours = human()
    theirs = [twin(each) for each in ours[1:]]
    theirs[0] = replace(theirs[0], split="test")
    theirs[1] = replace(theirs[1], speakers=theirs[1].speakers[::-1])
    theirs.append(a_dialogue(99, corpus="llm"))

    findings = check(ours, theirs)

    assert findings.as_json() == {
        "parallel": False,
        "parallel_where_shared": False,
        "origins_in_both": 7,
        ONLY_FIRST: {"count": 1, "examples": ["personachat/train/00000"]},
        ONLY_SECOND: {"count": 1, "examples": ["llm/train/00099"]},
        PERSONAS: {"count": 1, "examples": ["personachat/train/00002"]},
        SPLITS: {"count": 1, "examples": ["personachat/train/00001"]},
        SEVERAL: {"count": 0, "examples": []},
    }


def test_minimal_pairs_on_one_source_are_no_fault():
    ours = human(2)
    pairs = [twin(each) for each in ours]
    pairs += [replace(each, id=f"{each.id}-low") for each in pairs]

    findings = check(ours, pairs)

    assert (findings.parallel, findings.counts) == (True, {SEVERAL: 2})


def test_of_those_that_differ_one_is_enough():
    ours = human(1)
    theirs = [twin(ours[0]), replace(twin(ours[0]), id="llm/other", split="test")]

    assert check(ours, theirs).counts[SPLITS] == 1


def test_nothing_in_common_is_not_parallel():
    assert not check([], []).parallel
    assert not check(human(), []).parallel


@pytest.fixture
def home(parley_home: Path) -> Path:
    write_dialogues(parley_home / "corpora" / "human", human(20))
    write_dialogues(parley_home / "corpora" / "llm", [twin(each) for each in human(20)])
    write_dialogues(parley_home / "corpora" / "short", [twin(each) for each in human(12)])
    return parley_home


def test_the_command_ends_with_0_where_they_are_parallel(home):
    out = StringIO()

    call_command("check_parallel", "human", "llm", stdout=out)

    assert out.getvalue() == "Parallel: 20 sources, with the same personas and splits.\n"


def test_the_command_ends_with_1_where_they_are_not_and_says_why(home):
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("check_parallel", "human", "short", stdout=out)

    first = "personachat/train/00012, personachat/train/00013, personachat/train/00014, personachat/train/00015"
    assert ended.value.code == 1
    assert out.getvalue().splitlines() == [
        f"8 sources are in human alone: {first}, personachat/train/00016, ...",
        "Not parallel. 12 sources are in both human and short.",
    ]


def test_what_one_corpus_lacks_is_no_fault_where_only_the_shared_is_asked_for(home):
    out = StringIO()

    call_command("check_parallel", "human", "short", "--where-shared", stdout=out)

    assert out.getvalue().splitlines()[-1] == (
        "Parallel where shared: 12 sources are in both, with the same personas and splits; train --only-shared-with "
        "learns from those alone."
    )


def test_other_splits_are_a_fault_also_of_what_is_shared():
    moved = [twin(each, split="test") if place == 0 else twin(each) for place, each in enumerate(human())]

    assert not check(human(), moved).parallel_where_shared


def test_the_json_says_the_same(home):
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("check_parallel", "human", "short", "--json", stdout=out, stderr=StringIO())

    result = json.loads(out.getvalue())
    assert (result["first"], result["parallel"], result[ONLY_FIRST]["count"]) == ("human", False, 8)


@pytest.mark.parametrize(
    ("names", "message"),
    [(("human", "nowhere"), "no 'nowhere'"), (("human", "human"), "expected two corpora, got human twice")],
)
def test_bad_input_changes_nothing_and_ends_with_2(home, names, message):
    with pytest.raises(CommandError, match=message) as caught:
        call_command("check_parallel", *names)

    assert caught.value.returncode == BAD_INPUT
