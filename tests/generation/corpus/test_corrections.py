import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.corpus.corrections import benjamini_hochberg, holm

# Benjamini and Hochberg (1995), section 3.2: the 15 p of a trial of rt-PA; the procedure rejects four at .05.
TRIAL = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip
P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def test_holm_steps_down_from_the_smallest():
    # By hand: .005 x 4, .01 x 3, .03 x 2, and .04 x 1 raised to the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_rejects_as_many_as_bonferroni_in_the_trial_of_1995():
    # The paper states that Hochberg's procedure, as Holm's and Bonferroni's, rejects the three smallest.
    assert sum(p <= 0.05 for p in holm(TRIAL)) == 3


def test_benjamini_hochberg_rejects_one_more():
    assert sum(p <= 0.05 for p in benjamini_hochberg(TRIAL)) == 4


def test_nothing_to_correct_is_nothing_corrected():
    assert (holm([]), benjamini_hochberg([])) == ([], [])


@given(P_VALUES)
def test_a_corrected_p_is_never_below_its_own_and_never_above_1(p_values):
    for correct in (holm, benjamini_hochberg):
        for p, corrected in zip(p_values, correct(p_values), strict=True):
            assert p - 1e-15 <= corrected <= 1


@given(P_VALUES, st.randoms(use_true_random=False))
def test_the_order_of_the_tests_does_not_matter(p_values, random):
    order = list(range(len(p_values)))
    random.shuffle(order)

    for correct in (holm, benjamini_hochberg):
        shuffled = correct([p_values[place] for place in order])
        assert shuffled == [correct(p_values)[place] for place in order]
