"""Whole dialogues of several corpora, brought together by their source."""

import json

import pytest

from evaluation.material.dialogue_items import NamedDialogues, find_dialogues, gather_dialogues
from evaluation.material.gathering import WrongFiles
from generation.corpus.dialogues import BadLine, Turn
from generation.home import NoSuchName
from tests.builders import BAKER, SKIER, a_dialogue
from tests.evaluation.made_corpora import a_corpus, parallel_corpora, personas_of


def gathered(home, *said, seed=7):
    return gather_dialogues(said or ("human", "machine/test"), folder=home, seed=seed)


def test_dialogues_on_one_source_are_brought_together_whatever_corpus_they_are_of(parley_home):
    parallel_corpora(parley_home, sources=3)

    found = gathered(parley_home)

    assert (found.kind, list(found.contexts)) == ("dialogues", [f"human/test/{number:05}" for number in range(3)])
    assert [(each.system, len(each.turns)) for each in found.systems] == [("human", 3), ("machine", 3)]
    context = found.contexts["human/test/00000"]
    assert (context.cluster, context.domain, context.turns) == (context.id, "human", ())
    assert found.caveats == ("written by the offline author, a grammar",)
    assert found.missing == {"human": 0, "machine": 0}


def test_speakers_stand_in_the_order_of_the_source(parley_home):
    parallel_corpora(parley_home, sources=2, turns=2)

    machine = gathered(parley_home).systems[1]

    # In talk 1 the one who speaks first is whom the source has second.
    assert machine.turns["human/test/00000"][0] == Turn(0, "machine turn 0 of talk 0 .")
    assert machine.turns["human/test/00001"][0] == Turn(1, "machine turn 0 of talk 1 .")


def test_the_trait_that_may_be_asked_about_is_that_of_whoever_was_told_one(parley_home):
    parallel_corpora(parley_home, sources=2)

    contexts = gathered(parley_home).contexts.values()

    assert [(each.speaker, each.traits, each.persona) for each in contexts] == [
        (1, {"extraversion": "low"}, personas_of(0)[1]),
        (1, {"extraversion": "low"}, personas_of(1)[1]),
    ]
    assert [each.partner_persona for each in contexts] == [personas_of(0)[0], personas_of(1)[0]]


def test_a_trait_that_two_corpora_contradict_each_other_on_is_not_asked_about(parley_home):
    for name, level in (("one", "high"), ("two", "low")):
        told = ({"extraversion": level, "openness": "high"}, {})
        a_corpus(parley_home, name, [a_dialogue(corpus=name, texts=("hi", name), traits=told, source="s/train/1")])

    (context,) = gathered(parley_home, "one", "two").contexts.values()

    assert context.traits == {"openness": "high"}


def test_what_has_no_partner_is_left_out_and_counted(parley_home):
    parallel_corpora(parley_home, sources=4)
    lonely = [a_dialogue(number, corpus="other", split="test", source=f"human/test/{number:05}") for number in (1, 9)]
    people = [personas_of(1), personas_of(9)]
    a_corpus(
        parley_home,
        "other",
        [
            a_dialogue(int(each.id[-1]), corpus="other", split="test", personas=two, source=each.source)
            for each, two in zip(lonely, people, strict=True)
        ],
    )

    found = gathered(parley_home, "human", "machine", "other")

    assert list(found.contexts) == ["human/test/00001"]
    assert found.missing == {"human": 1, "machine": 1, "other": 3}


def test_dialogues_of_other_people_are_left_out_and_said(parley_home):
    a_corpus(parley_home, "human", [a_dialogue(0), a_dialogue(1)])
    stranger = (("i am somebody else.",), SKIER)
    a_corpus(
        parley_home,
        "machine",
        [
            a_dialogue(0, corpus="m", texts=("hi", "ho"), source="personachat/train/00000"),
            a_dialogue(1, corpus="m", personas=stranger, source="personachat/train/00001"),
        ],
    )

    found = gathered(parley_home, "human", "machine")

    assert list(found.contexts) == ["personachat/train/00000"]
    assert found.warnings == ("1 sources are left out: their dialogues are not of the same two people",)


def test_a_dialogue_whose_personas_are_not_told_contradicts_nobody(parley_home):
    a_corpus(parley_home, "human", [a_dialogue(0)])
    a_corpus(
        parley_home,
        "bare",
        [a_dialogue(0, corpus="b", personas=((), ()), texts=("hi", "ho"), source="personachat/train/00000")],
    )

    (context,) = gathered(parley_home, "bare", "human").contexts.values()

    assert {context.persona, context.partner_persona} == {BAKER, SKIER}


def test_second_dialogues_on_a_source_and_unwritten_ones_are_passed_over_and_said(parley_home):
    a_corpus(parley_home, "human", [a_dialogue(0), a_dialogue(1, texts=())])
    again = [
        a_dialogue(number, corpus="m", texts=("hi", str(number)), source="personachat/train/00000") for number in (0, 1)
    ]
    a_corpus(parley_home, "machine", again)

    found = gathered(parley_home, "human", "machine")

    assert found.systems[1].turns["personachat/train/00000"][1].text == "0"
    assert found.warnings == (
        "human: 1 dialogues have no turns yet, and are left out",
        "machine: 1 further dialogues on a source that it has are left out",
    )


def test_a_dialogue_that_names_its_system_is_warned_of(parley_home):
    a_corpus(parley_home, "human", [a_dialogue(0)])
    said = ("hi", "as an ai language model i have no cats")
    a_corpus(parley_home, "machine", [a_dialogue(0, corpus="m", texts=said, source="personachat/train/00000")])

    (warning,) = gathered(parley_home, "human", "machine").warnings

    assert warning.startswith("machine: 1 of 1 dialogues name a system or say that a machine speaks")
    assert warning.endswith("in personachat/train/00000: 'as an ai language model i have no cats'")


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (("human", "human"), "two are called 'human'; name them"),
        (("human", "again=human"), "again and human are the same dialogues"),
        (("human", "machine/train"), "no dialogue with turns in machine/train; its splits: test"),
        (("human", "=machine"), "expected CORPUS, CORPUS/SPLIT or NAME=CORPUS/SPLIT, got '=machine'"),
        (("human", "others"), "has the same source: are the corpora parallel"),
        (("human", "tie=machine"), "the system is called 'tie', which in a judgments file means something else"),
    ],
)
def test_what_cannot_be_compared_is_refused(parley_home, said, complaint):
    parallel_corpora(parley_home, sources=2)
    a_corpus(parley_home, "others", [a_dialogue(7, corpus="others")])

    with pytest.raises(WrongFiles, match=complaint):
        gathered(parley_home, *said)


def test_a_corpus_that_is_not_there_says_where_it_was_looked_for(parley_home, tmp_path):
    with pytest.raises(NoSuchName, match=r"no dialogues 'nowhere': expected .*corpora/nowhere or .*study/nowhere"):
        find_dialogues("nowhere", folder=tmp_path / "study")


def test_dialogues_are_found_by_name_by_path_and_by_file(parley_home, tmp_path):
    folder = a_corpus(parley_home, "human", [a_dialogue(0)])
    beside = tmp_path / "own.jsonl"
    beside.write_text(json.dumps(a_dialogue(0).as_json()) + "\n", encoding="utf-8")

    found = [
        find_dialogues(said, folder=tmp_path)
        for said in ("human/train", "corpora/human", "people=human", str(folder / "train"), "./own.jsonl")
    ]

    file = folder / "dialogues.jsonl"
    assert found == [
        NamedDialogues("human", file, "train"),
        NamedDialogues("human", file),
        NamedDialogues("people", file),
        NamedDialogues("human", file, "train"),
        NamedDialogues("own", tmp_path / "own.jsonl"),
    ]


def test_a_broken_line_of_a_file_of_ones_own_is_named(parley_home, tmp_path):
    a_corpus(parley_home, "human", [a_dialogue(0)])
    line = json.dumps(a_dialogue(0).as_json())
    (tmp_path / "own.jsonl").write_text(f"{line}\n{line}\n", encoding="utf-8")

    with pytest.raises(BadLine, match=r"own\.jsonl:2: id 'personachat/train/00000' stands in the file twice"):
        gathered(tmp_path, "human", "./own.jsonl")
