import numpy as np
import pytest

from evaluation.stats.inference.estimate import Significance
from evaluation.stats.inference.sign import sign_test


def test_nine_to_one_is_counted_by_hand():
    # 2 x (1 + 10) / 2^10; the three ties are left out.
    assert sign_test(np.array([1] * 9 + [-1] + [0] * 3)) == Significance(
        p=pytest.approx(22 / 1024), n=10, method="exact binomial", smallest_p=2 / 1024
    )


def test_an_even_split_is_no_evidence():
    assert sign_test(np.array([1, 1, -1, -1])).p == 1.0


def test_only_ties_have_no_p():
    assert sign_test(np.array([0, 0])) == Significance(p=None, n=0, reason="every context is a tie")
