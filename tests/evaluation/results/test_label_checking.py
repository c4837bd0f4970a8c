import csv

import pytest
from django.core.management import call_command

from evaluation.results.label_checking import NoKey, NothingToCheck, check_labels, find_key, read_key
from generation.corpus.dialogues import BadLine
from generation.corpus.traits import TRAITS
from generation.labels.labelling import PersonaLabels, TraitLabel, write_labels
from tests.evaluation.label_files import a_judgments_file, a_key, a_label


def test_the_key_and_the_answers_are_joined_by_context_and_trait(tmp_path):
    key = a_key(tmp_path / "key.jsonl", a_label(0, "high"), a_label(1, "low"))
    file = a_judgments_file(tmp_path / "labels.csv", ("high", "high"), ("high", "high"), ("low", "low"))

    found = check_labels(key=key, judgments=file, seed=7).as_json()

    # The third persona is not in the key.
    assert (found["not_in_key"], found["traits"]["openness"]["n"]["personas"]) == (2, 2)
    assert found["traits"]["openness"]["confusion"] == [[2.5, 2.5], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"format": 2}, "expected format 1"),
        (a_label(0, "high", trait="wit"), "trait: expected one of openness"),
        (a_label(0, "medium-ish"), "predicted: expected one of high, low, unclear"),
        (a_label(0, "high", weight=0), "weight: expected a number above 0, got 0"),
        (a_label(0, "high", persona="i ski ."), "persona: expected a list of sentences"),
        (a_label(0, "high", context=""), "context: expected a non-empty string"),
    ],
)
def test_a_broken_key_is_refused_with_its_line(tmp_path, line, message):
    key = a_key(tmp_path / "key.jsonl", a_label(7, "high"), line)

    with pytest.raises(BadLine, match=message) as raised:
        read_key(key)

    assert "key.jsonl:2" in str(raised.value)


def test_a_label_that_stands_twice_is_refused(tmp_path):
    key = a_key(tmp_path / "key.jsonl", a_label(0, "high"), a_label(0, "low"))

    with pytest.raises(BadLine, match="openness of 'persona-0' stands in line 1 already"):
        read_key(key)


def test_answers_about_something_else_are_nothing_to_check(tmp_path):
    key = a_key(tmp_path / "key.jsonl", a_label(9, "high"))
    file = a_judgments_file(tmp_path / "labels.csv", ("high", "low"))

    with pytest.raises(NothingToCheck, match="none of 2 judgments is about a trait of a persona"):
        check_labels(key=key, judgments=file, seed=7)


def test_an_answer_that_is_no_level_is_refused(tmp_path):
    key = a_key(tmp_path / "key.jsonl", a_label(0, "high"))
    file = a_judgments_file(tmp_path / "labels.csv", ("high", "yes"))

    with pytest.raises(NothingToCheck, match="got 'yes' \\(openness of 'persona-0', annotator 'bo'\\)"):
        check_labels(key=key, judgments=file, seed=7)


SKIER, READER, COOK = ("i ski .",), ("i read .",), ("i cook .",)


@pytest.fixture
def distilled(tmp_path, settings):
    """A corpus of three personas: two labelled as open to new things, one not; all else unclear."""
    settings.PARLEY_HOME = tmp_path / "home"
    corpus = tmp_path / "home" / "corpora" / "distilled"
    labels = [labels_of(SKIER, "high"), labels_of(READER, "high"), labels_of(COOK, "low")]
    write_labels(corpus, labels)
    return corpus


def labels_of(persona, openness):
    unclear = {trait: TraitLabel("unclear", "") for trait in TRAITS}
    return PersonaLabels(persona, {**unclear, "openness": TraitLabel(openness, "so it is", persona)})


def test_what_sample_labels_drew_and_people_filled_in_is_checked(distilled, tmp_path):
    file = tmp_path / "labels.csv"
    call_command("sample_labels", "distilled", "--to", str(file), "--per-cell", "1")
    filled = filled_in(file, tmp_path / "answers.csv", annotators=("ada", "bo"), choice="high")

    found = check_labels(key=tmp_path / "labels.csv.key.jsonl", judgments=filled, seed=7).as_json()

    # One of the two high ones was drawn and stands for both; people call everybody high.
    openness = found["traits"]["openness"]
    assert (openness["n"]["personas"], openness["confusion"]) == (2, [[2.0, 1.0], [0.0, 0.0]])


def test_a_corpus_brings_its_labels_and_the_weights_of_what_was_judged(distilled, tmp_path):
    file = tmp_path / "labels.csv"
    call_command("sample_labels", "distilled", "--to", str(file), "--per-cell", "1")
    filled = filled_in(file, tmp_path / "answers.csv", annotators=("ada", "bo"), choice="high")

    by_key, by_corpus = (
        check_labels(key=key, judgments=filled, seed=7).as_json()
        for key in (tmp_path / "labels.csv.key.jsonl", find_key("distilled"))
    )

    for trait in TRAITS:
        assert by_key["traits"][trait]["confusion"] == by_corpus["traits"][trait]["confusion"]


def test_neither_a_key_nor_a_corpus_with_labels_is_refused(tmp_path, settings):
    settings.PARLEY_HOME = tmp_path
    (tmp_path / "corpora" / "bare").mkdir(parents=True)

    with pytest.raises(NoKey, match="no 'nowhere'"):
        find_key("nowhere")
    with pytest.raises(NoKey, match=r"has no labels\.jsonl"):
        find_key("bare")


def filled_in(path, answers, *, annotators, choice):
    """The sample as these annotators give it back, all with one choice."""
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    with answers.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(lines[0]))
        writer.writeheader()
        writer.writerows({**line, "annotator": name, "choice": choice} for name in annotators for line in lines)
    return answers
