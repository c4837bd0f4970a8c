import pytest

from evaluation.stats.agreeing.judged import comparable
from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.instrument.conditions import (
    answers_of,
    changed,
    conditions,
    hasty,
    later,
    positions,
    stacked,
    usual_seconds,
)
from tests.evaluation.stats.builders import a_judgment

NATURALNESS = DeclaredCriterion("naturalness", "Naturalness", "?")
PT = ("pt", "p")


def a_session(choices, *, annotator="ada", **words):
    """One annotator's looks in their order, a dialogue each."""
    return [
        a_judgment(
            choice,
            context=f"talk-{number}",
            annotator=annotator,
            displayed_left="pt",
            submitted_at=f"2026-03-02T10:{number:02}:00+00:00",
            **{name: values[number] for name, values in words.items()},
        )
        for number, choice in enumerate(choices)
    ]


def compared(rows):
    return comparable(rows, NATURALNESS, systems=PT)


def test_places_run_from_the_first_look_to_the_last_in_the_annotators_own_time():
    rows = a_session(["pt", "p", "tie"])
    evening = a_judgment(context="talk-9", submitted_at="2026-03-02T09:00:00-05:00")

    found = positions([evening, *reversed(rows)])

    # Nine in New York is after ten in London.
    assert [found[look] for look in sorted(found, key=found.get)] == [0, pytest.approx(1 / 3), pytest.approx(2 / 3), 1]
    assert max(found, key=found.get)[2] == "talk-9"


def test_who_tires_prefers_reply_1_more_later_on():
    # Twelve looks: the sides even at first, Reply 1 throughout the later half.
    rows = a_session(["pt", "p"] * 3 + ["pt"] * 6)

    found = changed(answers_of(compared(rows), systems=PT), later(rows, positions(rows)))

    assert (found.without, found.under) == (6, 6)
    assert (found.share_left.value, found.net[PT].value) == (pytest.approx(0.5), pytest.approx(1.0))
    assert found.share_left.low < 0.5 < found.share_left.high


def test_ties_and_agreement_may_change_as_well():
    ada = a_session(["pt"] * 4 + ["tie"] * 4)
    bo = a_session(["pt"] * 8, annotator="bo")
    answers = answers_of(compared([*ada, *bo]), systems=PT)

    found = changed(answers, later([*ada, *bo], positions([*ada, *bo])))

    # Later on Ada calls four ties of eight judgments, and neither agrees with the other any more.
    assert (found.tied.value, found.agreement.value) == (pytest.approx(0.5), pytest.approx(-1.0))


def test_haste_is_measured_against_the_annotators_own_median():
    rows = a_session(["pt"] * 3, seconds=[4.0, 10.0, 30.0]) + a_session(
        ["p"] * 3, annotator="bo", seconds=[1.0, 2.0, 3.0]
    )

    found = hasty(rows, usual_seconds(rows))

    assert [str(each) for each in found] == ["1.0", "nan", "0.0", "1.0", "nan", "0.0"]


def test_layouts_are_told_apart():
    rows = a_session(["pt"] * 3, layout=["stacked", "side-by-side", ""])

    assert [str(each) for each in stacked(rows)] == ["1.0", "0.0", "nan"]


def test_the_line_from_first_to_last_is_the_slope_of_net_preference():
    rows = a_session(["p"] * 4 + ["tie"] * 4 + ["pt"] * 4)

    order = conditions(rows, [NATURALNESS], {"naturalness": compared(rows)}, systems=PT)["order"]

    entry = order["criteria"]["naturalness"]["from_first_to_last"][0]
    # Least squares through (k / 11, -1 / 0 / 1): 64 / 143 x 11 / 2.
    assert entry["net_preference"]["value"] == pytest.approx(64 / 143 * 11 / 2)


def test_a_file_without_times_layouts_and_seconds_says_so():
    rows = [a_judgment(context=f"talk-{number}") for number in range(8)]

    found = conditions(rows, [NATURALNESS], {"naturalness": compared(rows)}, systems=PT)

    assert {name: each["value"] for name, each in found.items()} == {"order": None, "layout": None, "pace": None}
    assert all(each["reason"] for each in found.values())
