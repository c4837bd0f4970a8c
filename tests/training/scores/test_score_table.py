"""Whoever adds a metric is told here that it must be shown, and explained in the guide."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.builders import a_response
from training.data.responses import write_responses
from training.scores.intervals import Score
from training.scores.score_table import SHOWN, as_latex, as_table, cell, number
from training.scores.scoring import score

# What stands behind a metric that is shown: perplexity and its control give context use, and references seen are what
# the subsets of unseen ones leave out.
BEHIND = {"perplexity_shuffled", "references_seen"}
GUIDE = Path(__file__).parents[3] / "docs" / "training.md"


def test_every_metric_that_is_measured_is_shown(tmp_path):
    write_responses(tmp_path, [a_response("i like dogs", reference="i like cats")])

    measured = set(score(tmp_path).domains["all"])

    assert measured - BEHIND == set(SHOWN)


def test_every_metric_that_is_shown_is_explained_in_the_guide():
    explained = GUIDE.read_text(encoding="utf-8").partition("## What each score means")[2]
    named = ", ".join(row.split("|")[1] for row in explained.splitlines() if row.startswith("| "))

    assert [heading for heading, _ in SHOWN.values() if heading.strip() not in named] == []


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        (0.0, ".4f", "0.0000"),
        (0.0013, ".4f", "0.0013"),
        (0.000042, ".4f", "0.000042"),
        (-0.000042, ".3f", "-0.000042"),
        (0.0004, ".1%", "0.040%"),
        (0.004, ".0%", "0.40%"),
        (0.0099, ".0%", "1%"),
        (0.25, ".0%", "25%"),
        (3e-11, ".3f", "3.0e-11"),
        (12.34, ".1f", "12.3"),
    ],
)
def test_what_is_small_is_not_written_as_nothing(value, form, said):
    assert number(value, form) == said


def test_both_ends_of_an_interval_are_written_so():
    assert cell(Score(0.0004, 0.0, 0.0008), ".3f") == "0.00040 [0.000, 0.001]"


def test_a_dash_has_its_reason_below_the_table(tmp_path):
    many = [a_response("i like dogs and cats and birds", dialogue=f"toy/test/{number:05}") for number in range(200)]
    for name, replies in (("one", many), ("other", many[:20])):
        write_responses(tmp_path / name, [replace(each, system=name) for each in replies])
    found = [score(tmp_path / name) for name in ("one", "other")]

    table = as_table(found)

    (row,) = [line.split() for line in table.splitlines() if line.strip().startswith("type-token ratio")]
    # Seven words, or so: all replies are the same.
    assert (row[-2], row[-1]) == ("0.006", "-")
    assert "- other, type-token ratio: fewer than 1000 tokens" in table
    (row,) = [line.split() for line in table.splitlines() if line.strip().startswith("distinct-1")]
    assert row == ["distinct-1", "0.0043", "0.0429"]
    assert r"distinct-1 & 0.0043 & 0.0429 \\" in as_latex(found)
