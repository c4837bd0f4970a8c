import numpy as np
import pytest
from scipy.special import ndtri

from evaluation.stats.preferences.spending import levels, spent


def bounds(shares, alpha=0.05):
    return [-ndtri(level / 2) for level in levels(shares, alpha)]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        # Reboussin, DeMets, Kim and Lan (2000), the O'Brien-Fleming type function, two-sided .05.
        ([0.2, 0.4, 0.6, 0.8, 1.0], [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        # The R package gsDesign, sfLDOF with two looks at half and all: 2.963 and 1.969.
        ([0.5, 1.0], [2.963, 1.969]),
    ],
)
def test_the_bounds_are_the_published_ones(shares, expected):
    assert bounds(shares) == pytest.approx(expected, abs=5e-4)


def test_a_single_look_at_the_end_has_the_whole_level():
    assert levels([1.0], 0.05) == pytest.approx([0.05])
    assert spent(1.0, 0.025) == pytest.approx(0.025)


def test_all_looks_together_reject_a_true_null_at_alpha():
    shares = [0.3, 0.55, 0.8, 1.0]
    rng = np.random.default_rng(4)
    steps = rng.normal(size=(200_000, 4)) * np.sqrt(np.diff([0.0, *shares]))
    reached = np.abs(steps.cumsum(axis=1) / np.sqrt(shares)) >= bounds(shares)

    # 200,000 studies: within .0015 of .05 but for one run in five hundred.
    assert reached.any(axis=1).mean() == pytest.approx(0.05, abs=0.0015)


def test_what_was_looked_at_late_leaves_less():
    assert levels([0.9, 1.0], 0.05)[1] < levels([0.3, 1.0], 0.05)[1] < 0.05


def test_looks_that_do_not_rise_are_refused():
    with pytest.raises(ValueError, match="expected looks at rising shares"):
        levels([0.5, 0.5], 0.05)
