"""`experiment`: what would run and how long, and a run of real commands with a page at its end."""

import json

import pytest
from django.core.management import CommandError, call_command

from generation.corpus.dialogues import write_dialogues
from tests.builders import a_dialogue, an_experiment
from tests.evaluation.experiments.test_chain import TWO_BRANCHES


def test_a_plan_names_what_would_run_and_owns_that_its_length_is_not_known(parley_home, tmp_path, capsys):
    call_command("experiment", str(an_experiment(tmp_path)), "--plan")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Two"
    assert lines[1].startswith("  runs  corpora.human (how long is not known): manage.py import_personachat ")
    assert lines[-1] == "2 of 2 steps would run; how long 2 of them take is not known."


def test_no_job_is_no_number_of_jobs(parley_home, tmp_path):
    with pytest.raises(CommandError, match="--jobs: expected at least 1, got 0"):
        call_command("experiment", str(an_experiment(tmp_path)), "--jobs", "0")


def test_real_commands_run_at_once_with_logs_and_the_page_says_so(parley_home, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PARLEY_HOME", str(parley_home))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    monkeypatch.setattr("evaluation.experiments.chain.processors", lambda: 2)
    file = an_experiment(tmp_path, TWO_BRANCHES)
    write_dialogues(parley_home / "corpora" / "human", [a_dialogue(number) for number in range(6)])
    text = file.read_text(encoding="utf-8").replace('[corpora.human]\nimport = ["talks.jsonl"]\n', "")
    file.write_text(text, encoding="utf-8")

    call_command("experiment", str(file), "--jobs", "2", "--json")
    made = json.loads(capsys.readouterr().out)

    assert made["steps"] == {"corpora.one": "done", "corpora.two": "done"}
    logs = parley_home / "experiments" / tmp_path.name / "experiment" / "logs"
    assert sorted(path.name for path in logs.iterdir()) == ["corpora.one.log", "corpora.two.log"]
    assert "6 dialogues are in" in (logs / "corpora.one.log").read_text(encoding="utf-8")
    assert made["page"] == str(logs.parent / "index.html")
