"""A series over mixing ratios: one budget, everything resumable, one page."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from generation.corpus.dialogues import write_dialogues
from generation.corpus.manifest import read_manifest
from tests.training.builders import QUICK, SMALL, toy_dialogues
from training.series.sweep_page import in_words
from training.series.sweeping import BadSweep, ratios_from

pytestmark = pytest.mark.torch


@pytest.fixture
def home(parley_home: Path) -> Path:
    """Two corpora, `people` and `machine`, parallel and of one length."""
    for name in ("people", "machine"):
        write_dialogues(parley_home / "corpora" / name, toy_dialogues(corpus=name, train=12, validation=2, test=3))
    return parley_home


def swept(capsys, *options: str) -> dict:
    changes = [word for each in (*QUICK, *SMALL) for word in ("--set", each)]
    words = ["smoke", "--on", "people", "--on", "machine", "--to", "mix", "--ratios", "0,50,100", *changes,
             "--to-contexts", "people/test", "--to-contexts", "machine/test", "--json", *options]  # fmt: skip
    capsys.readouterr()
    call_command("sweep", *words)
    found: dict = json.loads(capsys.readouterr().out)
    return found


def test_every_ratio_has_a_model_of_the_same_budget_and_a_second_run_changes_nothing(home, capsys):
    first = swept(capsys)
    weights = {path: path.stat().st_mtime_ns for path in (home / "models").glob("mix-*/model.safetensors")}
    second = swept(capsys)

    assert [each["model"] for each in first["models"]] == ["mix-000", "mix-050", "mix-100"]
    assert len({(each["examples_seen"], each["steps"]) for each in first["models"]}) == 1
    assert first == second
    assert {path: path.stat().st_mtime_ns for path in weights} == weights
    assert read_manifest(home / "sweeps" / "mix")["results"]["models"] == ["mix-000", "mix-050", "mix-100"]
    page = (home / "sweeps" / "mix" / "sweep.html").read_text(encoding="utf-8")
    assert "F1 in people" in page
    assert "<script" not in page


def test_a_metric_without_a_direction_has_points_and_no_best(home, capsys):
    found = swept(capsys, "--metrics", "f1,words")

    series = {(each["domain"], each["metric"]): each for each in found["series"]}
    assert set(series) == {(domain, metric) for domain in ("people", "machine") for metric in ("f1", "words")}
    assert series["people", "words"]["best"] is None
    assert in_words(series["people", "words"]) == "no best: neither more nor less of it is better"
    assert series["people", "f1"]["best"]["ratio"] in (0, 50, 100)


def test_other_settings_do_not_write_over_a_series(home, capsys):
    swept(capsys, "--metrics", "f1")

    with pytest.raises(CommandError, match="holds a series with other settings"):
        swept(capsys, "--metrics", "words")


def test_what_is_mixed_at_nothing_is_not_called_seen(home, capsys):
    swept(capsys, "--metrics", "f1")

    scores = [
        json.loads((home / "responses" / f"mix-{end}" / "scores.json").read_text()) for end in ("000", "050", "100")
    ]
    assert [each["home"]["domains"] for each in scores] == [["people"], ["machine", "people"], ["machine"]]
    assert [each["trained_on"] for each in scores] == ["people", "50% people + 50% machine", "machine"]


@pytest.mark.parametrize("text", ["50", "0,0", "0,101", "0,a", ""])
def test_ratios_are_two_or_more_different_per_cents(text):
    with pytest.raises(BadSweep, match="expected at least two different whole per cents"):
        ratios_from(text)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--on", "people"], "expected two corpora to mix, got 3"),
        (["--metrics", "charm"], "metric 'charm': expected some of"),
        (["--domain", "people=x"], "of a corpus among --to-contexts"),
        (["--limit", "0"], "--limit: expected at least 1"),
    ],
)
def test_bad_input_is_named(home, capsys, options, complaint):
    with pytest.raises(CommandError, match=complaint):
        swept(capsys, *options)


def test_a_series_runs_in_one_process(home, capsys, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")

    with pytest.raises(CommandError, match="sweep runs in one process, and the launcher started 2"):
        swept(capsys)
    assert not (home / "models").exists()
