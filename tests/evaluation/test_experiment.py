"""An experiment file becomes the commands that a researcher would type."""

import re

import pytest

from evaluation.experiment import read_experiment
from evaluation.steps import BadExperiment, as_options
from tests.builders import an_experiment
from tests.conftest import ROOT


def test_tables_become_the_commands_that_one_would_type(parley_home, tmp_path):
    experiment = read_experiment(an_experiment(tmp_path))

    assert [step.as_typed() for step in experiment.steps] == [
        f"manage.py import_personachat {tmp_path}/talks.jsonl --to human",
        "manage.py split_corpus human --to cut --by dialogue --shares 0.8,0.1,0.1",
    ]


def test_an_import_may_name_the_split_of_what_it_reads(parley_home, tmp_path):
    text = '[corpora.human]\nimport = "talks.jsonl"\nsplit = "validation"'

    experiment = read_experiment(an_experiment(tmp_path, text))

    assert [step.as_typed() for step in experiment.steps] == [
        f"manage.py import_personachat {tmp_path}/talks.jsonl --to human --split validation",
    ]


def test_a_table_is_options_in_its_own_order():
    table = {"on": ["a", "b:0.5"], "without_traits": True, "resume": False, "seed": 7}

    assert as_options(table) == ["--on", "a", "--on", "b:0.5", "--without-traits", "--seed", "7"]


def test_the_bundled_experiments_can_be_read(parley_home):
    for path in sorted((ROOT / "examples").glob("*/experiment.toml")):
        experiment = read_experiment(path)

        assert [step.command for step in experiment.steps][-1] in ("report", "create_study", "score"), path


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title = ", "experiment.toml: "),
        ("[corpra.x]\nimport = []", "unknown 'corpra'; expected title, "),
        ("[corpora.x]\nby = 'persona'", "needs exactly one of import, generate, split, filter, and has none"),
        ("[corpora.x]\nsplit = 'y'", "x reads 'y', which no table above it makes"),
        ("[models.m]\non = 'y'", "needs a recipe and the corpora"),
        ("[systems.s]\nmodel = 'm'", "needs a model and to_contexts"),
        ("[study]\nfile = 'study.toml'", "needs a name"),
        ("[study]\nname = 'x'\ncolour = 1", "unknown: colour"),
        ("[corpora.x]\nimport = 'talks.jsonl'\ncolour = 1", "[corpora.x] as import_personachat: "),
    ],
)
def test_a_file_that_cannot_run_says_what_is_wrong_before_anything_does(parley_home, tmp_path, text, complaint):
    with pytest.raises(BadExperiment, match=re.escape(complaint)):
        read_experiment(an_experiment(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadExperiment, match="no experiment file at"):
        read_experiment(tmp_path / "nowhere.toml")
