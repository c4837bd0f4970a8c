"""Rows and lines that lie on the disk, against the same in memory."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.corpus import spilling
from generation.corpus.dialogues import DIALOGUES_FILE, SPLITS, kept_on_disk, write_dialogues
from generation.corpus.folders import CorpusTaken, write_corpus
from generation.corpus.personas import same_persona_key
from generation.corpus.spilling import Numbered, OnDisk, SortedLines
from generation.corpus.splitting import cut_by_dialogue
from generation.labels.labelling import LabelsOnDisk, PersonaLabels, TraitLabel
from tests.builders import a_dialogue


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.tuples(st.text(max_size=3)), st.text(max_size=5))), st.integers(1, 30))
def test_lines_sorted_on_the_disk_are_those_sorted_in_memory(rows, held):
    ordered = SortedLines(rows, held=held)

    assert (list(ordered), len(ordered)) == (sorted(rows, key=lambda row: row[0]), len(rows))
    assert list(ordered) == list(ordered)


def test_equal_keys_stay_in_the_order_in_which_they_came_over_all_stretches():
    rows = [((str(number % 3),), str(number)) for number in range(100)]

    assert [line for _, line in SortedLines(rows, held=10)] == [
        str(number) for rest in range(3) for number in range(rest, 100, 3)
    ]


def test_rows_on_the_disk_are_a_sequence():
    rows = OnDisk(list, tuple, [(1, "ä\n"), (2, "\ud800")])
    rows.append((3, ""))

    assert rows == [(1, "ä\n"), (2, "\ud800"), (3, "")]
    assert (rows[-1], rows[:2], len(rows)) == ((3, ""), [(1, "ä\n"), (2, "\ud800")], 3)
    assert rows != [(1, "ä\n")]
    with pytest.raises(IndexError):
        rows[3]


def test_a_row_may_be_put_behind_the_others_after_they_were_read():
    dialogues = kept_on_disk([a_dialogue(1)])
    assert list(dialogues) == [a_dialogue(1)]

    dialogues.append(a_dialogue(2))

    assert (dialogues[1], list(dialogues)) == (a_dialogue(2), [a_dialogue(1), a_dialogue(2)])


def test_texts_are_numbered_as_they_come_and_marked_once():
    texts = Numbered()

    assert [texts.number(text) for text in ("b", "a", "b", "c")] == [0, 1, 0, 2]
    assert (texts.find("c"), texts.find("d"), len(texts)) == (2, None, 3)
    assert [texts.mark_of("a"), texts.mark_once("a", 5), texts.mark_once("a", 6), texts.mark_of("z")] == [-1, 5, 5, -1]


def test_a_corpus_that_does_not_fit_into_memory_is_written_to_the_same_bytes(tmp_path, monkeypatch):
    dialogues = [a_dialogue(number) for number in range(30)]
    random.Random(3).shuffle(dialogues)
    expected = "".join(
        json.dumps(each.as_json(), ensure_ascii=False) + "\n" for each in sorted(dialogues, key=lambda each: each.id)
    )
    monkeypatch.setattr(spilling.SortedLines.__init__, "__kwdefaults__", {"held": 500})

    assert write_dialogues(tmp_path / "one", iter(dialogues)) == write_corpus(tmp_path / "two", iter(dialogues)) == 30

    assert [(tmp_path / name / DIALOGUES_FILE).read_text() for name in ("one", "two")] == [expected] * 2
    assert write_corpus(tmp_path / "two", iter(dialogues)) == 30
    with pytest.raises(CorpusTaken):
        write_corpus(tmp_path / "two", iter(dialogues[1:]))


def test_a_cut_by_dialogue_is_that_of_shuffling_the_origins_themselves():
    dialogues = [a_dialogue(number, source=f"s{number % 7}" if number % 2 else None) for number in range(40)]
    origins = sorted({each.origin for each in dialogues})
    random.Random("split 7").shuffle(origins)
    ends = [round(len(origins) * share) for share in (0.5, 0.75, 1)]
    split_of = {
        origin: split
        for split, start, end in zip(SPLITS, (0, *ends), ends, strict=False)
        for origin in origins[start:end]
    }

    cut = cut_by_dialogue(reversed(dialogues), shares=(0.5, 0.25, 0.25), seed=7)

    assert cut.dialogues == [replace(each, split=split_of[each.origin]) for each in dialogues]


def test_labels_on_the_disk_are_a_mapping_in_which_nothing_is_changed():
    traits = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
    told = {trait: TraitLabel("high", "why", ("i ski.",), ("high", "low")) for trait in traits}
    ada, bo = PersonaLabels(("i ski.",), told), PersonaLabels(("i'm bo.",), told)
    labels = LabelsOnDisk()
    labels[ada.key], labels[bo.key] = ada, bo

    assert labels == {ada.key: ada, bo.key: bo}
    assert (list(labels.values()), len(labels)) == ([ada, bo], 2)
    assert labels[same_persona_key(("I am Bo",))] == bo
    assert labels.get(same_persona_key(("i fish.",))) is None
    with pytest.raises(ValueError, match="a persona is labelled twice"):
        labels[ada.key] = ada


def test_keys_without_a_line_go_to_the_disk_too(monkeypatch):
    spilled = []
    spill = SortedLines._spill
    monkeypatch.setattr(SortedLines, "_spill", lambda lines: (spilled.append(len(lines._held)), spill(lines)))

    ordered = SortedLines((((f"{number:03}",), "") for number in reversed(range(100))), held=2_000)

    assert len(spilled) > 3
    assert sum(spilled) == len(ordered) == 100
    assert [key for key, _ in ordered] == [(f"{number:03}",) for number in range(100)]
