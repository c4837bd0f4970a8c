"""The chain runs steps once, and again only when what they read has changed."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evaluation.experiments.chain import Manner, NameTaken, StepFailed, most_jobs, plan, run
from evaluation.experiments.experiment import read_experiment, report_step
from evaluation.experiments.steps import Step
from generation.corpus.dialogues import write_dialogues
from tests.builders import a_dialogue, an_experiment
from tests.cast import NOW

TWO_BRANCHES = """
[corpora.human]
import = ["talks.jsonl"]
[corpora.one]
split = "human"
by = "dialogue"
shares = "1,0,0"
[corpora.two]
split = "human"
by = "dialogue"
shares = "0,1,0"
"""


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
    monkeypatch.setattr("evaluation.experiments.chain._run_command", stand_in)
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


def test_steps_that_need_nothing_of_each_other_run_at_once_with_a_log_each(parley_home, tmp_path):
    experiment = read_experiment(an_experiment(tmp_path, TWO_BRANCHES))
    met = threading.Barrier(2, timeout=20)
    logs: dict[str, Path | None] = {}

    def together(step: Step, manner: Manner, log: Path | None) -> int:
        logs[step.name] = log
        if step.name != "corpora.human":
            # Passed only by two steps that run at the same time.
            met.wait()
        write_dialogues(step.makes[0], [a_dialogue()])
        return 0

    outcome = run(experiment, now=lambda: NOW, say=quietly, manner=Manner(jobs=2), command=together)

    assert list(outcome.items()) == [("corpora.human", "done"), ("corpora.one", "done"), ("corpora.two", "done")]
    assert logs == {name: experiment.folder / "logs" / f"{name}.log" for name in outcome}


def test_where_a_step_fails_what_runs_is_waited_for_and_nothing_else_is_begun(parley_home, tmp_path):
    text = TWO_BRANCHES + '[corpora.three]\nsplit = "one"\nby = "dialogue"\nshares = "0,0,1"\n'
    experiment = read_experiment(an_experiment(tmp_path, text))
    begun: list[str] = []

    def one_fails(step: Step, manner: Manner, log: Path | None) -> int:
        begun.append(step.name)
        if step.name == "corpora.one":
            (log or tmp_path).parent.mkdir(parents=True, exist_ok=True)
            (log or tmp_path).write_text("no such share\n", encoding="utf-8")
            return 2
        write_dialogues(step.makes[0], [a_dialogue()])
        return 0

    with pytest.raises(StepFailed, match=r"corpora.one ended with status 2(?s:.*)no such share"):
        run(experiment, now=lambda: NOW, say=quietly, manner=Manner(jobs=2), command=one_fails)

    assert sorted(begun) == ["corpora.human", "corpora.one", "corpora.two"]
    assert [row.step.name for row in plan(experiment) if row.runs] == ["corpora.one", "corpora.three"]


def test_no_more_steps_at_once_than_there_are_processors(monkeypatch):
    monkeypatch.setattr("evaluation.experiments.chain.processors", lambda: 3)

    assert [most_jobs(wanted) for wanted in (1, 3, 8)] == [1, 3, 3]


def test_a_plan_says_how_long_a_step_took_or_that_nobody_knows(parley_home, tmp_path, commands):
    experiment = read_experiment(an_experiment(tmp_path))

    before = [(row.runs, row.seconds) for row in plan(experiment)]
    run(experiment, now=lambda: NOW, say=quietly)
    after = plan(experiment)

    assert before == [(True, None), (True, None)]
    assert [row.runs for row in after] == [False, False]
    assert all(row.seconds is not None and row.seconds < 5 for row in after)


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
        patch.setattr("evaluation.experiments.chain._run_command", cut_off)
        with pytest.raises(KeyboardInterrupt):
            run(experiment, now=lambda: NOW, say=quietly)
    outcome = run(experiment, now=lambda: NOW, say=quietly)

    assert outcome == {"corpora.human": "done", "corpora.cut": "done"}
    assert not (parley_home / "replaced").exists()
