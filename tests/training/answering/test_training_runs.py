"""A system that was trained several times answers each context by one of its runs, and says by which."""

import shutil
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cast import NOW
from tests.training.builders import a_response, toy_corpus
from training.answering.choosing import Choice
from training.answering.decoding import Decoding
from training.answering.responding import Corpus, respond
from training.answering.systems import TrainedModel
from training.answering.training_runs import NotRunsOfOne, TrainedRuns
from training.data.responses import read_responses, response_from_json
from training.scores.scoring import score

pytestmark = pytest.mark.torch


@pytest.fixture
def home(parley_home: Path, trained_home: Path) -> Path:
    """A home with two runs of one model, a copy of each other, and the corpus that they learned from."""
    for name in ("pt-s1", "pt-s2"):
        shutil.copytree(trained_home / "models" / "pt", parley_home / "models" / name)
    toy_corpus(parley_home)
    return parley_home


def a_model(home: Path, name: str, *, with_traits: bool = True) -> TrainedModel:
    return TrainedModel(
        home / "models" / name, decoding=Decoding(max_new_tokens=16), with_traits=with_traits, seed=7, batch_size=32
    )


def test_each_dialogue_is_answered_by_one_run_and_each_response_names_it(home):
    runs = TrainedRuns([a_model(home, "pt-s1"), a_model(home, "pt-s2")], seed=7)
    corpus = Corpus("toy", home / "corpora" / "toy", None)

    made = respond(system=runs, corpora=[corpus], to=home / "responses" / "pt", choice=Choice(), setting={}, seed=7,
                   now=NOW)  # fmt: skip

    rows = list(read_responses(made.folder))
    of_dialogue = defaultdict(set)
    for row in rows:
        of_dialogue[row.context.cluster].add(row.run)
    assert {row.system for row in rows} == {"pt"}
    assert [len(each) for each in of_dialogue.values()] == [1] * 32
    assert set(Counter(row.run for row in rows)) == {1, 2}


def test_runs_that_are_copies_score_as_the_one_model_does(home):
    one, two = a_model(home, "pt-s1"), a_model(home, "pt-s2")
    corpus = Corpus("toy/test", home / "corpora" / "toy", "test")
    options = {"corpora": [corpus], "choice": Choice(), "setting": {}, "seed": 7, "now": NOW, "name": "pt"}
    alone = respond(system=one, to=home / "responses" / "alone", **options).folder
    shared = respond(system=TrainedRuns([one, two], seed=7), to=home / "responses" / "shared", **options).folder

    expected, found = score(alone), score(shared)

    assert found.domains["toy"]["perplexity_per_word"].value == pytest.approx(
        expected.domains["toy"]["perplexity_per_word"].value
    )
    assert found.domains["toy"]["f1"] == expected.domains["toy"]["f1"]
    assert found.parameters == expected.parameters


def test_models_that_are_told_of_traits_differently_are_no_runs_of_one_system(home):
    with pytest.raises(NotRunsOfOne, match="some are told of traits, some are not"):
        TrainedRuns([a_model(home, "pt-s1"), a_model(home, "pt-s2", with_traits=False)], seed=7)


def test_a_model_twice_is_no_second_run(home):
    with pytest.raises(NotRunsOfOne, match="expected different training runs"):
        TrainedRuns([a_model(home, "pt-s1"), a_model(home, "pt-s1")], seed=7)


def test_a_run_is_kept_in_the_line_of_its_response_and_must_be_a_number():
    row = replace(a_response("yes"), run=2)

    assert response_from_json(row.as_json()) == row
    with pytest.raises(ValueError, match="run: expected the number of a training run, from 1, got 'two'"):
        response_from_json(row.as_json() | {"run": "two"})
