"""Whoever adds a kind of scale is told here where it must be known."""

import pytest

from evaluation.changes.registration_answers import SCALES as IN_REGISTRATIONS
from evaluation.drafts.fields_of_questions import SCALE_WORDS
from evaluation.models import Criterion
from evaluation.reports.agreement_block import SUITED
from evaluation.reports.heds_answers import FORMS
from evaluation.reports.methods import SCALES as IN_METHODS
from evaluation.stats.data.declared import PREFERENCES, SCALES


def test_the_database_has_every_scale_and_no_other():
    assert Criterion.Scale.values == list(SCALES)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(IN_METHODS, id="the report's methods"),
        pytest.param(FORMS, id="the datasheet"),
        pytest.param(SUITED, id="the coefficient of agreement"),
        pytest.param(IN_REGISTRATIONS, id="registrations"),
        pytest.param(SCALE_WORDS, id="the form of a draft"),
    ],
)
def test_every_scale_is_told_wherever_scales_are_told(said):
    assert list(said) == list(SCALES)


def test_a_scale_compares_two_responses_or_tells_of_one():
    assert [scale for scale in SCALES if scale not in PREFERENCES] == ["rating", "label"]
