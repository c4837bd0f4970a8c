"""An experiment file becomes the commands that a researcher would type."""

import re

import pytest

from evaluation.experiments.experiment import read_experiment
from evaluation.experiments.steps import BadExperiment, as_options
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


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").glob("*/experiment.toml")), ids=lambda path: path.parent.name
)
def test_a_bundled_experiment_has_options_that_its_commands_know_and_says_what_it_is(parley_home, path):
    # Reading it has every step's options parsed by the step's command.
    experiment = read_experiment(path)

    assert len({step.name for step in experiment.steps}) == len(experiment.steps) >= 5
    assert {step.command for step in experiment.steps} & {"score", "sweep", "create_study"}
    assert f"examples/{path.parent.name}" in (path.parent / "README.md").read_text() or path.parent.name == "demo"


def test_a_study_of_dialogues_or_personas_is_made_anew_when_their_corpora_change(parley_home):
    for name, corpora in (("dialogues-side-by-side", ["side-single", "side-double"]), ("label-personas", ["who"])):
        steps = {step.name: step for step in read_experiment(ROOT / "examples" / name / "experiment.toml").steps}

        expected = [parley_home / "corpora" / corpus / "dialogues.jsonl" for corpus in corpora]
        for step in ("study", "dry run", "dry run's report"):
            assert list(steps[step].reads[1:]) == expected
            assert steps[step].needs(steps[f"corpora.{corpora[-1]}"])


def test_a_filtered_corpus_is_made_of_another_by_thresholds_or_by_lot(parley_home, tmp_path):
    text = """
[corpora.all]
import = "talks.jsonl"
[corpora.clean]
filter = "all"
by = ["leakage=0.1", "copying=0.3"]
[corpora.lot]
filter = "all"
random = "clean"
seed = 3
"""

    steps = read_experiment(an_experiment(tmp_path, text)).steps

    assert [step.as_typed() for step in steps[1:]] == [
        "manage.py filter_corpus all --to clean --filter leakage=0.1 --filter copying=0.3",
        "manage.py filter_corpus all --to lot --random clean --seed 3",
    ]
    assert [[path.parent.name for path in step.reads] for step in steps[1:]] == [["all"], ["all", "clean"]]


def test_generate_takes_filters_of_its_own_and_files_beside_the_experiment(parley_home, tmp_path):
    text = """
[corpora.all]
import = "talks.jsonl"
[corpora.made]
generate = "all"
filter = ["leakage=0.1"]
give = "traits.jsonl"
traits = "all"
refill = true
"""

    made = read_experiment(an_experiment(tmp_path, text)).steps[1]

    assert made.as_typed() == (
        f"manage.py generate --personas all --to made --filter leakage=0.1 --give {tmp_path}/traits.jsonl "
        "--traits all --refill"
    )
    assert tmp_path / "traits.jsonl" in made.reads


SEVERAL_RUNS = """
[corpora.all]
import = "talks.jsonl"
[models.pt]
recipe = "smoke"
on = "all"
seed = 11
seeds = 2
drop_traits = 0.5
set = ["width=32", "heads=1"]
[systems.pt]
model = "pt"
to_contexts = "all/test"
contrast = "openness"
[scores]
metrics = "f1,words"
[analyses.openness]
command = "trait_control"
arguments = ["pt-openness-high", "pt-openness-low"]
labels = "all"
[analyses.page]
command = "describe"
arguments = ["all"]
"""


def test_a_model_with_seeds_is_trained_so_often_and_its_runs_answer_as_one_system(parley_home, tmp_path):
    steps = {step.name: step for step in read_experiment(an_experiment(tmp_path, SEVERAL_RUNS)).steps}

    assert steps["models.pt-s2"].as_typed() == (
        "manage.py train smoke --on all --seed 12 --drop-traits 0.5 --set width=32 --set heads=1 --to pt-s2"
    )
    assert steps["systems.pt"].as_typed() == (
        "manage.py respond --model pt-s1 --model pt-s2 --to-contexts all/test --contrast openness --to pt"
    )
    assert [path.name for path in steps["systems.pt"].makes] == ["pt-openness-high", "pt-openness-low"]
    folder = parley_home / "experiments" / tmp_path.name / "experiment"
    assert steps["scores"].as_typed() == (
        f"manage.py score pt-openness-high pt-openness-low --metrics f1,words --to {folder}/scores"
    )


def test_a_model_is_trained_again_when_what_it_must_share_with_has_changed(parley_home, tmp_path):
    text = """
[corpora.human]
import = "talks.jsonl"
[corpora.distilled]
generate = "human"
author = "offline"
[models.p]
recipe = "smoke"
on = "human"
only_shared_with = "distilled"
"""

    model = read_experiment(an_experiment(tmp_path, text)).steps[-1]

    assert model.as_typed() == "manage.py train smoke --on human --only-shared-with distilled --to p"
    assert [path.parent.name for path in model.reads] == ["human", "distilled"]
    with pytest.raises(BadExperiment, match="p reads 'nowhere', which no table above it makes"):
        read_experiment(an_experiment(tmp_path, text.replace('with = "distilled"', 'with = "nowhere"')))


def test_an_analysis_stands_where_all_that_it_reads_has_just_been_made(parley_home, tmp_path):
    experiment = read_experiment(an_experiment(tmp_path, SEVERAL_RUNS))

    assert [step.name for step in experiment.steps] == [
        "corpora.all",
        "analyses.page",
        "models.pt-s1",
        "models.pt-s2",
        "systems.pt",
        "analyses.openness",
        "scores",
    ]
    control = next(step for step in experiment.steps if step.name == "analyses.openness")
    assert control.as_typed() == (
        "manage.py trait_control pt-openness-high pt-openness-low --labels all "
        f"--to {experiment.folder / 'openness.json'}"
    )
    assert [path.parent.name for path in control.reads] == ["pt-openness-high", "pt-openness-low", "all"]


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
        ("scores = 'f1'", "expected a table [scores]"),
        ("[corpora.x]\nimport = 'talks.jsonl'\nformat = ['a', 'b']", "[corpora.x] format: expected one value"),
        ("[analyses.a]\ncommand = 'guess'", "expected a command of manage.py, got 'guess'"),
        ("[corpora.x]\nimport = 'talks.jsonl'\n[models.m]\nrecipe = 'smoke'\non = 'x'\nseeds = 0", "seeds: expected"),
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
