"""The chain runs steps once, and again only when what they read has changed."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evaluation.chain import Manner, NameTaken, plan, run
from evaluation.experiment import read_experiment, report_step
from evaluation.steps import Step
from generation.corpus.dialogues import write_dialogues
from tests.builders import a_dialogue, an_experiment
from tests.cast import NOW


def quietly(text: str) -> None:
    """Say nothing."""


class Commands:
    """Stands where processes are started: writes a corpus where the real command would, and remembers the calls."""

    def __init__(self, status: int = 0) -> None:
        self.calls: list[str] = []
        self.status = status

    def __call__(self, step: Step, manner: Manner, log: Path | None) -> int:
        self.calls.append(step.name)
        for folder in step.makes if self.status == 0 else ():
            write_dialogues(folder, [a_dialogue(len(self.calls))])
        return self.status


@pytest.fixture
def commands(monkeypatch) -> Commands:
    stand_in = Commands()
    monkeypatch.setattr("evaluation.chain._run_command", stand_in)
    return stand_in


def test_the_report_is_made_again_only_when_the_study_was_closed_anew(parley_home, tmp_path, commands):
    experiment = read_experiment(an_experiment(tmp_path))

    outcomes = []
    for closed_at in (NOW, NOW, NOW + timedelta(days=1)):
        step = report_step("trial", closed_at=closed_at)
        outcomes.append(run(replace(experiment, steps=(step,)), now=lambda: NOW, say=quietly))

    assert outcomes == [{"report": "done"}, {"report": "skipped"}, {"report": "done"}]


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

    would_run = [row.step.name for row in plan(experiment) if row.runs]
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

    def cut_off(step: Step, manner: Manner, log: Path | None) -> int:
        step.makes[0].mkdir(parents=True)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("evaluation.chain._run_command", cut_off)
        with pytest.raises(KeyboardInterrupt):
            run(experiment, now=lambda: NOW, say=quietly)
    outcome = run(experiment, now=lambda: NOW, say=quietly)

    assert outcome == {"corpora.human": "done", "corpora.cut": "done"}
    assert not (parley_home / "replaced").exists()
