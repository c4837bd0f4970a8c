"""The chain: steps from a file, skipped while nothing they read has changed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evaluation.experiment import BadExperiment, NameTaken, Step, as_options, plan, read_experiment, run
from generation.corpus.dialogues import write_dialogues
from tests.builders import a_dialogue
from tests.conftest import ROOT

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

TWO_CORPORA = """
title = "Two"
[corpora.human]
import = ["talks.jsonl"]
[corpora.cut]
split = "human"
by = "dialogue"
shares = "0.8,0.1,0.1"
"""


def an_experiment(folder: Path, text: str = TWO_CORPORA) -> Path:
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    (folder / "talks.jsonl").write_text("{}\n", encoding="utf-8")
    return path


def quietly(text: str) -> None:
    """Say nothing."""


class Commands:
    """Stands where processes are started: writes a corpus where the real command would, and remembers the calls."""

    def __init__(self, status: int = 0) -> None:
        self.calls: list[str] = []
        self.status = status

    def __call__(self, step: Step, *, quiet: bool) -> int:
        self.calls.append(step.name)
        if step.makes and self.status == 0:
            write_dialogues(step.makes, [a_dialogue(len(self.calls))])
        return self.status


@pytest.fixture
def commands(monkeypatch) -> Commands:
    stand_in = Commands()
    monkeypatch.setattr("evaluation.experiment._run_command", stand_in)
    return stand_in


def test_tables_become_the_commands_that_one_would_type(parley_home, tmp_path):
    experiment = read_experiment(an_experiment(tmp_path))

    assert [step.as_typed() for step in experiment.steps] == [
        f"manage.py import_personachat {tmp_path}/talks.jsonl --to human",
        "manage.py split_corpus human --to cut --by dialogue --shares 0.8,0.1,0.1",
    ]


def test_a_table_is_options_in_its_own_order():
    table = {"on": ["a", "b:0.5"], "without_traits": True, "resume": False, "seed": 7}

    assert as_options(table) == ["--on", "a", "--on", "b:0.5", "--without-traits", "--seed", "7"]


def test_the_bundled_experiments_can_be_read(parley_home):
    for path in sorted((ROOT / "examples").glob("*/experiment.toml")):
        experiment = read_experiment(path)

        assert [step.command for step in experiment.steps][-1] in ("report", "create_study", "score"), path


def test_a_second_run_does_nothing_twice(parley_home, tmp_path, commands):
    experiment = read_experiment(an_experiment(tmp_path))

    first = run(experiment, now=lambda: NOW, say=quietly)
    second = run(experiment, now=lambda: NOW, say=quietly)

    assert first == {"corpora.human": "done", "corpora.cut": "done"}
    assert second == {"corpora.human": "skipped", "corpora.cut": "skipped"}
    assert commands.calls == ["corpora.human", "corpora.cut"]


def test_a_changed_input_runs_what_depends_on_it_and_keeps_the_old(parley_home, tmp_path, commands):
    experiment = read_experiment(an_experiment(tmp_path))
    run(experiment, now=lambda: NOW, say=quietly)
    (tmp_path / "talks.jsonl").write_text('{"new": true}\n', encoding="utf-8")

    would_run = [step.name for step, runs, _ in plan(experiment) if runs]
    run(experiment, now=lambda: NOW, say=quietly)

    assert would_run == ["corpora.human", "corpora.cut"]
    assert commands.calls == ["corpora.human", "corpora.cut"] * 2
    assert sorted(path.name for path in (parley_home / "replaced").iterdir()) == [
        "cut-20261124T090000",
        "human-20261124T090000",
    ]


def test_what_somebody_else_made_is_never_overwritten(parley_home, tmp_path, commands):
    write_dialogues(parley_home / "corpora" / "human", [a_dialogue()])
    experiment = read_experiment(an_experiment(tmp_path))

    with pytest.raises(NameTaken, match="this experiment did not make it"):
        run(experiment, now=lambda: NOW, say=quietly)

    assert commands.calls == []


def test_a_step_that_was_cut_off_is_started_again_where_it_was(parley_home, tmp_path, commands, monkeypatch):
    experiment = read_experiment(an_experiment(tmp_path))

    def cut_off(step: Step, *, quiet: bool) -> int:
        (step.makes or tmp_path).mkdir(parents=True)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("evaluation.experiment._run_command", cut_off)
        with pytest.raises(KeyboardInterrupt):
            run(experiment, now=lambda: NOW, say=quietly)
    outcome = run(experiment, now=lambda: NOW, say=quietly)

    assert outcome == {"corpora.human": "done", "corpora.cut": "done"}
    assert not (parley_home / "replaced").exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title = ", "experiment.toml: "),
        ("[corpra.x]\nimport = []", "unknown 'corpra'; expected title, "),
        ("[corpora.x]\nby = 'persona'", "needs exactly one of import, generate, split, and has none"),
        ("[corpora.x]\nsplit = 'y'", "x reads 'y', which no table above it makes"),
        ("[models.m]\non = 'y'", "needs a recipe and the corpora"),
        ("[systems.s]\nmodel = 'm'", "needs a model and to_contexts"),
        ("[study]\nfile = 'study.toml'", "needs a name"),
        ("[study]\nname = 'x'\ncolour = 1", "unknown: colour"),
    ],
)
def test_a_file_that_cannot_run_says_what_is_wrong_before_anything_does(parley_home, tmp_path, text, complaint):
    with pytest.raises(BadExperiment, match=complaint.replace("(", r"\(")):
        read_experiment(an_experiment(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadExperiment, match="no experiment file at"):
        read_experiment(tmp_path / "nowhere.toml")
