"""Krippendorff's alpha over the votes on personas."""

import subprocess
import sys

import pytest

from generation.corpus.traits import FIVE_LEVELS, TRAITS
from generation.labels.labelling import PersonaLabels, TraitLabel
from generation.labels.reliability import Alpha, Reliability, reliability

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: four observers, twelve units, five
# values, some missing. The paper has .743 for nominal and .815 for ordinal data.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
UNITS = list(zip(*(row.split() for row in OBSERVERS), strict=True))


def of(*votes: tuple[str, ...]) -> Reliability:
    """The agreement where these are the votes on openness, a persona each."""
    once = TraitLabel("unclear", "no clues")
    labels = [
        PersonaLabels(
            (f"i am number {number}.",),
            {
                trait: TraitLabel(each[0], "so it seems", votes=each) if trait == "openness" else once
                for trait in TRAITS
            },
        )
        for number, each in enumerate(votes)
    ]
    return reliability(labels)["openness"]


def test_alpha_is_that_of_the_published_example():
    votes = [tuple(FIVE_LEVELS[int(value) - 1] for value in unit if value != ".") for unit in UNITS]

    found = of(*votes)

    assert found.nominal.value == pytest.approx(0.743, abs=0.0005)
    assert found.ordinal.value == pytest.approx(0.815, abs=0.0005)
    # Eleven of the twelve have two values or more.
    assert (found.nominal.n, found.ordinal.n) == (11, 11)


def test_votes_that_always_agree_have_one():
    assert of(("high", "high"), ("low", "low"), ("unclear", "unclear")).nominal == Alpha(1.0, 3)


def test_unclear_has_no_place_in_the_order():
    found = of(("high", "high", "unclear"), ("low", "low", "unclear"), ("high", "unclear", "unclear"))

    assert found.ordinal == Alpha(1.0, 2)
    assert found.nominal.value is not None
    assert found.nominal.value < 1
    assert found.nominal.n == 3


def test_all_votes_alike_leave_alpha_undefined_with_the_reason():
    found = of(("unclear", "unclear"), ("unclear", "unclear"))

    assert found.nominal.as_json() == {
        "value": None,
        "n": 2,
        "reason": "all votes are the same level: there is no chance agreement to set them against",
    }
    assert found.ordinal == Alpha(None, 0, "no persona has two votes that are not unclear")


def test_votes_and_their_order_make_no_difference_between_voters():
    assert of(("high", "low"), ("low", "low"), ("high", "high")) == of(
        ("low", "high"), ("low", "low"), ("high", "high")
    )


def test_labels_that_were_asked_for_once_have_no_reliability():
    once = PersonaLabels(("i ski.",), {trait: TraitLabel("high", "x") for trait in TRAITS})

    assert reliability([once]) == {}


def test_nobody_pays_for_numpy_who_asks_once():
    # Run where nothing else has loaded it.
    code = (
        "import generation.writing.generating, generation.running.ordering, sys; print('krippendorff' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert out.stdout == "False\n"
