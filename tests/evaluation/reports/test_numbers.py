import pytest

from evaluation.reports.numbers import decimal, in_words, listed, p_said, p_value, percent, plain, points


@pytest.mark.parametrize(
    ("value", "said"), [(0.314, ".31"), (-0.031, "−.03"), (1.0, "1.00"), (-0.001, ".00"), (0.0, ".00"), (-1.0, "−1.00")]
)
def test_a_decimal_has_no_leading_zero_and_a_real_minus(value, said):
    assert decimal(value) == said


def test_signed_decimals_carry_their_plus_but_nothing_is_plus_nothing():
    assert [decimal(value, sign=True) for value in (0.2, -0.2, 0.001)] == ["+.20", "−.20", ".00"]


@pytest.mark.parametrize(("value", "said"), [(0.314, "+31"), (-0.03, "−3"), (0.004, "0"), (-0.004, "0"), (1.0, "+100")])
def test_net_preference_is_said_in_points(value, said):
    assert points(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.5, "50 %"), (0.004, "< 1 %"), (0.997, "> 99 %"), (0.0, "0 %"), (1.0, "100 %")]
)
def test_a_share_reads_as_none_or_all_only_where_it_is(value, said):
    assert percent(value).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("p", "said"), [(0.0000001, "< .001"), (0.0034, ".003"), (0.0321, ".032"), (0.2149, ".21"), (1.0, "1.00")]
)
def test_p_is_said_as_journals_do(p, said):
    assert p_value(p).replace("\u00a0", " ") == said


def test_a_small_p_within_a_sentence_has_no_equals_sign():
    assert [p_said(p).replace("\u00a0", " ") for p in (0.00001, 0.04)] == ["p < .001", "p = .040"]


def test_numbers_of_open_scales_keep_their_zero():
    assert [plain(value, sign=True) for value in (0.31, -1.2, 0.0)] == ["+0.31", "−1.20", "0.00"]


def test_words_in_a_row_and_small_counts_are_said_as_people_do():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert [in_words(count) for count in (0, 1, 12, 13, 1200)] == ["no", "one", "twelve", "13", "1,200"]
