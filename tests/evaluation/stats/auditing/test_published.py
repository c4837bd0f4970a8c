import numpy as np
import pytest

from evaluation.stats.auditing.published import published_preference, published_ratings
from tests.evaluation.stats.builders import judgments, outcomes


def test_the_binomial_test_takes_every_judgment_as_independent_and_leaves_ties_out():
    # 8 heads in 10 tosses: (C(10,8) + C(10,9) + C(10,10)) * 2 / 1024 = 112 / 1024.
    found = published_preference(outcomes(judgments([["pt"]] * 8 + [["p"]] * 2 + [["tie"]] * 5)))

    assert found.tests["binomial"].p == pytest.approx(112 / 1024)
    assert (found.tests["binomial"].n, found.share.value) == (10, 0.8)


def test_the_majority_test_counts_each_item_once():
    # Three items, each won 2 to 1: three heads in three tosses, against 6 of 9 judgments.
    found = published_preference(outcomes(judgments([["pt", "pt", "p"]] * 3)))

    assert found.tests["majority"].p == pytest.approx(2 / 8)
    assert found.tests["binomial"].p == pytest.approx(260 / 512)


def test_ties_alone_have_no_test():
    found = published_preference(outcomes(judgments([["tie"]])))

    assert (found.tests["binomial"].p, found.share.reason) == (None, "every judgment is a tie")


def test_welchs_test_is_that_of_other_programs():
    # R 4.3: t.test(extra ~ group, data = sleep) gives t = -1.8608, df = 17.776, p-value = 0.07939.
    first = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    second = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])

    found = published_ratings(first, second)

    assert found.tests["welch"].p == pytest.approx(0.07939, abs=5e-6)
    assert found.tests["welch"].method == "Welch's t with 17.8 degrees of freedom"
    assert found.share.value == pytest.approx(-1.58)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [([4.0], [3.0, 3.0], "fewer than two ratings of a system"), ([4.0, 4.0], [3.0, 3.0], "all ratings of a system")],
)
def test_ratings_that_cannot_be_tested_say_why(first, second, reason):
    assert published_ratings(np.array(first), np.array(second)).tests["welch"].reason.startswith(reason)
