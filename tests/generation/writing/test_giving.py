"""Traits given by the user, by dialogue or by persona."""

import json
from pathlib import Path

import pytest

from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.writing.giving import TraitsNotGiven, read_given
from tests.builders import BAKER, SKIER, a_dialogue

OPEN = {"openness": "high"}


def given(folder: Path, *lines: object) -> Path:
    path = folder / "given.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def test_traits_are_given_by_the_source_dialogue(tmp_path):
    path = given(tmp_path, {"source": "personachat/train/00001", "traits": [OPEN, {"neuroticism": "low"}]})

    found = read_given(path, levels=3)

    assert found.traits_of(a_dialogue(1)) == (OPEN, {"neuroticism": "low"})
    # A dialogue that was made from it has the same source.
    assert found.traits_of(a_dialogue(9, corpus="spc", source="personachat/train/00001")) == (
        OPEN,
        {"neuroticism": "low"},
    )


def test_traits_are_given_by_persona_in_whatever_spelling(tmp_path):
    spelt = [sentence.upper().rstrip(".") for sentence in reversed(SKIER)]
    path = given(tmp_path, {"persona": spelt, "traits": OPEN}, {"persona": list(BAKER), "traits": {}})

    assert read_given(path, levels=3).traits_of(a_dialogue(1)) == ({}, OPEN)


def test_a_dialogue_of_its_own_goes_before_its_personas(tmp_path):
    path = given(
        tmp_path,
        {"persona": list(SKIER), "traits": OPEN},
        {"persona": list(BAKER), "traits": OPEN},
        {"source": "personachat/train/00001", "traits": [{}, {}]},
    )

    found = read_given(path, levels=3)

    assert found.traits_of(a_dialogue(1)) == ({}, {})
    assert found.traits_of(a_dialogue(2)) == (OPEN, OPEN)


def test_nobody_is_told_nothing_by_an_oversight(tmp_path):
    path = given(tmp_path, {"persona": list(BAKER), "traits": OPEN})

    with pytest.raises(TraitsNotGiven, match=r"given\.jsonl gives no traits for speaker 1 of personachat/train/00001"):
        read_given(path, levels=3).traits_of(a_dialogue(1))


def test_an_unclear_trait_is_given_to_nobody(tmp_path):
    path = given(tmp_path, {"source": "personachat/train/00001", "traits": [{"openness": "unclear"}, {}]})

    assert read_given(path, levels=3).traits_of(a_dialogue(1)) == ({}, {})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["high"], 'expected an object with "traits" and either "source" or "persona"'),
        ({"traits": OPEN}, 'either "source" or "persona"'),
        ({"source": "a", "persona": ["i ski."], "traits": OPEN}, 'either "source" or "persona"'),
        ({"source": 3, "traits": [OPEN, {}]}, "source: expected the id of a dialogue, got 3"),
        ({"source": "a", "traits": OPEN}, "expected a list of two objects"),
        ({"source": "a", "traits": [OPEN]}, "expected a list of two objects"),
        ({"persona": "i ski.", "traits": OPEN}, "persona: expected a list of sentences"),
        ({"persona": ["i ski."], "traits": [OPEN]}, "expected an object of trait and level"),
        ({"persona": ["i ski."], "traits": {"honesty": "high"}}, "unknown trait 'honesty'"),
        ({"persona": ["i ski."], "traits": {"openness": "very high"}}, "'very high' is not of the scale of 3"),
    ],
)
def test_a_line_that_gives_nothing_is_named(tmp_path, line, message):
    path = given(tmp_path, {"persona": ["i bake."], "traits": {}}, line)

    with pytest.raises(BadLine, match=r"given\.jsonl:2: ") as caught:
        read_given(path, levels=3)

    assert message in str(caught.value)


@pytest.mark.parametrize("line", [{"persona": ["i ski."], "traits": {}}, {"source": "a", "traits": [{}, {}]}])
def test_traits_given_twice_are_refused(tmp_path, line):
    with pytest.raises(BadLine, match=r"given\.jsonl:2: these traits were given before"):
        read_given(given(tmp_path, line, line), levels=3)


def test_five_levels_are_taken_on_a_scale_of_five(tmp_path):
    path = given(tmp_path, {"source": "personachat/train/00001", "traits": [{"openness": "medium"}, {}]})

    assert read_given(path, levels=5).traits_of(a_dialogue(1)) == ({"openness": "medium"}, {})


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CorpusMissing, match=r"--give: no file .*given\.jsonl"):
        read_given(tmp_path / "given.jsonl", levels=3)
