"""Whoever adds a metric is told here that it must be shown, and explained in the guide."""

from pathlib import Path

from tests.training.builders import a_response
from training.data.responses import write_responses
from training.scores.score_table import SHOWN
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
