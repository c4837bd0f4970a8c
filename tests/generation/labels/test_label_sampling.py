"""The stratified sample of labels for people to check, and its key."""

import csv
import json
from collections import Counter

import pytest

from generation.corpus.traits import TRAITS
from generation.labels.label_sampling import BadSample, Sampled, cells_of, draw_sample, key_path, write_sample
from generation.labels.labelling import PersonaLabels, TraitLabel
from generation.offline.labelling import label
from tests.generation.builders import a_persona

LABELS = [label(a_persona(number)) for number in range(200)]


def sample(per_cell: int = 5, *, seed: int = 7, labels: list[PersonaLabels] = LABELS) -> list[Sampled]:
    return draw_sample(labels, corpus="pairs", per_cell=per_cell, seed=seed)


def test_each_trait_and_level_has_its_share_and_a_rare_level_all_it_has():
    sampled = sample(60)

    counts = Counter((each.trait, each.predicted) for each in sampled)
    labelled = Counter((trait, level) for each in LABELS for trait, level in each.levels.items())
    assert counts == {cell: min(60, count) for cell, count in labelled.items()}
    assert min(labelled.values()) < 60 < max(labelled.values())


def test_the_weights_undo_the_stratification():
    totals: Counter[tuple[str, str]] = Counter()
    for each in sample(7):
        totals[each.trait, each.predicted] += each.weight

    labelled = Counter((trait, level) for each in LABELS for trait, level in each.levels.items())
    assert totals == pytest.approx(labelled)


def test_the_order_and_the_id_do_not_give_the_label_away():
    sampled = sample(30)
    by_cell = sorted(sampled, key=lambda each: (TRAITS.index(each.trait), each.predicted))

    assert sampled != by_cell
    # A persona has one id, whatever is asked about it.
    assert len({each.context for each in sampled}) == len({each.persona for each in sampled})
    assert all(each.context.startswith("pairs/persona/") for each in sampled)


def test_the_sample_follows_from_the_seed_and_not_from_the_order_of_the_labels():
    assert sample() == sample(labels=LABELS[::-1])
    assert sample() != sample(seed=8)


def test_a_larger_sample_holds_the_smaller_one():
    small, large = ({(each.context, each.trait) for each in sample(per_cell)} for per_cell in (3, 9))

    assert small < large


def test_people_see_the_persona_and_the_question_and_not_the_label(tmp_path):
    sampled = sample(2)

    write_sample(tmp_path / "labels.jsonl", sampled)

    lines = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert lines == [each.for_people() for each in sampled]
    assert set(lines[0]) == {"context", "criterion", "annotator", "choice", "persona", "question", "options"}
    assert all(line["choice"] == line["annotator"] == "" for line in lines)
    assert all(line["options"] == ["high", "low", "unclear"] for line in lines)


def test_a_table_for_people_is_a_file_of_judgments_that_waits_for_choices(tmp_path):
    sampled = sample(2)

    write_sample(tmp_path / "labels.csv", sampled)

    with (tmp_path / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["context"], row["criterion"]) for row in rows] == [(each.context, each.trait) for each in sampled]
    assert rows[0]["persona"].split("\n") == list(sampled[0].persona)
    assert rows[0]["options"] == "high, low, unclear"


def test_the_key_has_what_was_predicted_and_the_weight(tmp_path):
    sampled = sample(2)

    write_sample(tmp_path / "labels.csv", sampled)

    path = tmp_path / "labels.csv.key.jsonl"
    assert key_path(tmp_path / "labels.csv") == path
    assert json.loads(path.read_text().splitlines()[0]) == {
        "format": 1,
        "context": sampled[0].context,
        "trait": sampled[0].trait,
        "predicted": sampled[0].predicted,
        "weight": sampled[0].weight,
        "persona": list(sampled[0].persona),
    }


def test_what_people_have_answered_is_never_written_over(tmp_path):
    path = tmp_path / "labels.csv"
    write_sample(path, sample(2))
    write_sample(path, sample(2))
    path.write_text(path.read_text().replace(",,", ",ada,high,", 1))
    answered = path.read_bytes()

    with pytest.raises(BadSample, match=r"labels\.csv is there already"):
        write_sample(path, sample(2))

    assert path.read_bytes() == answered


def test_the_question_is_in_plain_words():
    (asked,) = [each for each in sample(1) if (each.trait, each.predicted) == ("extraversion", "low")]

    assert asked.question == (
        "From these sentences: is this person more outgoing, talkative and energetic (high), or more reserved, quiet "
        "and private (low)?"
    )


def test_labels_on_five_levels_are_sampled_on_five():
    labels = [label(a_persona(number), levels=5) for number in range(200)]

    sampled = sample(3, labels=labels)

    assert sampled[0].levels == ("very low", "low", "medium", "high", "very high", "unclear")
    assert {each.predicted for each in sampled} == {level for each in labels for level in each.levels.values()}


def test_cells_say_how_many_there_are_and_how_many_were_drawn():
    once = {trait: TraitLabel("unclear", "no clues") for trait in TRAITS}
    labels = [PersonaLabels((f"i am number {number}.",), once) for number in range(5)]

    cells = cells_of(labels, sample(2, labels=labels))

    nobody = {"personas": 0, "sampled": 0}
    assert cells["openness"] == {"high": nobody, "low": nobody, "unclear": {"personas": 5, "sampled": 2}}


@pytest.mark.parametrize(("per_cell", "name"), [(0, "labels.csv"), (1, "labels.xlsx")])
def test_what_cannot_be_drawn_or_written_is_refused(tmp_path, per_cell, name):
    with pytest.raises(BadSample, match="expected"):
        write_sample(tmp_path / name, sample(per_cell))

    assert list(tmp_path.iterdir()) == []
