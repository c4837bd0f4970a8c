import pytest

from evaluation.stats.data.rules import fires

ADA = {"checks_wrong": 2.0, "checks_right": 0.6, "median_seconds": None}


@pytest.mark.parametrize(
    ("rule", "fired"),
    [
        ("checks_wrong >= 2", True),
        ("checks_wrong > 2", False),
        ("checks_right < 0.7", True),
        ("median_seconds < 4", None),
    ],
)
def test_a_rule_on_checks_or_time_fires_or_does_not(rule, fired):
    assert fires(rule, ADA).fires is fired


def test_what_depends_on_the_outcome_flags_and_never_excludes():
    found = fires("agreement < 0.5", ADA)

    assert (found.fires, found.reason) == (None, "agreement depends on the outcome: it flags and never excludes")


def test_a_rule_in_other_words_is_not_guessed_at():
    assert fires("failed two checks", ADA).reason.startswith("not of the form MEASURE < NUMBER")
