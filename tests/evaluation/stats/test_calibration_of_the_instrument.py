"""Levels and coverage of what stands beside the results, each under its own truth. Slow, seeded."""

import numpy as np
import pytest

from evaluation.stats.inference.robust import difference_of, mean_of

pytestmark = pytest.mark.slow

STUDIES = 600
# Of 600 studies 95 % cover within .93 to .97 in 99 of 100 runs. With few annotators the two-way error is a little wide.
LEAST, MOST = 0.925, 0.99


def a_study(rng, *, contexts, annotators, shift=0.0, tiring=0.0):
    """Three judgments of each context: +1, 0, -1, with a leaning of contexts, of annotators, and one that comes later.

    `tiring` is how much annotators differ in how far they change in their later half; the change is `shift` on average.
    """
    merit, leaning = rng.normal(0, 0.7, contexts), rng.normal(0, 0.5, annotators)
    change = shift + rng.normal(0, tiring, annotators)
    context = np.repeat(np.arange(contexts), 3)
    annotator = np.concatenate([rng.permutation(annotators)[:3] for _ in range(contexts)])
    later = rng.integers(0, 2, size=context.size).astype(float)
    felt = merit[context] + leaning[annotator] + change[annotator] * later + rng.logistic(0, 0.6, context.size)
    score = np.where(felt > 0.3, 1.0, np.where(felt < -0.3, -1.0, 0.0))
    return score, later, context, annotator


@pytest.mark.parametrize(("contexts", "annotators"), [(20, 8), (60, 8), (60, 20)])
def test_no_change_over_the_session_is_seen_in_about_one_of_twenty_studies(contexts, annotators):
    rng = np.random.default_rng(20260301)
    covered = 0
    for _ in range(STUDIES):
        score, later, context, annotator = a_study(rng, contexts=contexts, annotators=annotators, tiring=0.4)
        found = difference_of(score, later, context, width=2.0, why_not="", annotator=annotator)
        covered += found.low <= 0 <= found.high

    assert LEAST <= covered / STUDIES <= MOST


@pytest.mark.parametrize("contexts", [20, 60])
def test_the_interval_of_a_mean_covers_it(contexts):
    rng = np.random.default_rng(20260302)
    covered = 0
    for _ in range(STUDIES):
        merit = rng.normal(0, 0.7, contexts)
        context = np.repeat(np.arange(contexts), 3)
        felt = merit[context] + rng.logistic(0, 0.6, context.size)
        score = np.where(felt > 0.3, 1.0, np.where(felt < -0.3, -1.0, 0.0))
        found = mean_of(score, context, low=-1.0, high=1.0, why_not="")
        # First and second are alike, so the true mean is 0.
        covered += found.low <= 0 <= found.high

    assert LEAST <= covered / STUDIES <= MOST
