from dataclasses import replace

import pytest

from evaluation.stats.agreeing.consistency import repeats, self_consistency
from evaluation.stats.agreeing.judged import comparable
from evaluation.stats.data.declared import DeclaredCriterion
from evaluation.stats.data.selection import choose
from evaluation.stats.instrument.annotators import annotator_summaries, excluded_summaries
from tests.evaluation.stats.builders import a_judgment

NATURALNESS = DeclaredCriterion("naturalness", "Naturalness", "?")


def summaries(rows):
    chosen = choose(rows)
    return annotator_summaries(chosen, [comparable(chosen.counted, NATURALNESS, systems=("pt", "p"))])


def test_a_line_says_how_much_how_fast_and_from_which_side():
    rows = [
        a_judgment("pt", context="talk-1", displayed_left="pt", seconds=10.0),
        a_judgment("tie", context="talk-2", displayed_left="p", seconds=30.0),
        a_judgment("p", context="talk-3", displayed_left="pt", seconds=20.0),
        a_judgment("cannot_judge", context="talk-4"),
    ]

    ada = summaries(rows)["ada"].as_json()

    assert (ada["judgments"], ada["contexts"], ada["median_seconds"], ada["cannot_judge"]) == (4, 4, 20.0, 1)
    assert (ada["share_left"]["value"], ada["share_left"]["n"], ada["side_bias"]["value"]) == (0.5, 2, 0.0)
    assert ada["share_tied"]["value"] == pytest.approx(1 / 3)
    assert ada["checks"] == {"value": None, "low": None, "high": None, "reason": "no check pairs"}


def test_the_criteria_of_one_look_share_its_time():
    rows = [
        a_judgment(context="talk-1", criterion=criterion, seconds=seconds)
        for criterion, seconds in (("naturalness", 40.0), ("coherence", 40.0))
    ] + [a_judgment(context="talk-2", seconds=10.0)]

    assert summaries(rows)["ada"].median_seconds == 25.0


def test_agreement_is_with_the_others_of_the_same_unit():
    rows = [
        a_judgment(choice, context=context, annotator=annotator)
        for context, choices in (("talk-1", ("pt", "pt", "p")), ("talk-2", ("tie", "p", "p")))
        for annotator, choice in zip(("ada", "bo", "cy"), choices, strict=True)
    ]

    found = summaries(rows)

    # Ada: one of two others, then none. Bo: one of two, then one of two. Cy: none, then one of two.
    assert [found[name].agreement.value for name in ("ada", "bo", "cy")] == [0.25, 0.5, 0.25]


def test_who_shares_nothing_has_no_agreement():
    assert summaries([a_judgment()])["ada"].agreement.reason == "shares no unit with anybody"


def test_checks_are_right_or_wrong():
    rows = [a_judgment(), *(
        a_judgment(choice, context=f"check-{number}", is_check=True, expected="pt")
        for number, choice in enumerate(("pt", "pt", "p", "tie"))
    )]  # fmt: skip

    checks = summaries(rows)["ada"].checks

    assert (checks.value, checks.more) == (0.5, {"n": 4})


def test_a_repeat_is_held_against_the_first_look_alone():
    rows = [a_judgment(choice, context=f"talk-{number}") for number, choice in enumerate(("pt", "p", "tie"))]
    seconds = [replace(row, look=2, choice="pt") for row in rows[:2]] + [a_judgment(context="talk-9", look=2)]

    found = repeats(rows, seconds)

    assert [same for _, same in found] == [True, False]
    estimate = self_consistency(found, seed=7)
    assert (estimate.value, estimate.more) == (0.5, {"n": 2})
    assert summaries([*rows, *seconds])["ada"].self_consistency.value == 0.5


def test_without_repeats_there_is_no_self_consistency():
    assert self_consistency([], seed=7).reason == "no pair was shown to anybody twice"


def test_the_agreement_of_an_annotator_has_an_interval_over_dialogues():
    rows = [
        a_judgment(choice, context=f"talk-{number}", annotator=annotator)
        for number, choices in enumerate([("pt", "pt"), ("p", "pt"), ("pt", "pt"), ("tie", "tie")] * 3)
        for annotator, choice in zip(("ada", "bo"), choices, strict=True)
    ]

    agreement = summaries(rows)["ada"].agreement

    assert (agreement.value, agreement.more["clusters"]) == (0.75, 12)
    assert 0 < agreement.low < 0.75 < agreement.high <= 1


def test_the_criteria_of_a_look_are_one_answer_to_the_question_of_sides():
    rows = [
        a_judgment(context=f"talk-{number}", criterion=criterion, displayed_left="pt")
        for number in range(6)
        for criterion in ("naturalness", "coherence", "fit")
    ]

    # Eighteen answers on the left, but of six dialogues: 2 x 2^-6, not 2 x 2^-18.
    assert summaries(rows)["ada"].side_test.p == pytest.approx(2 / 64)


def test_a_declared_rule_is_held_against_everybody():
    checks = [
        a_judgment(choice, context=f"check-{number}", annotator=annotator, is_check=True, expected="pt")
        for annotator, choices in (("ada", ("p", "p")), ("bo", ("pt", "p")))
        for number, choice in enumerate(choices)
    ]
    rows = [a_judgment(annotator=annotator) for annotator in ("ada", "bo", "cy")] + checks
    chosen = choose(rows)

    found = annotator_summaries(chosen, [], rules=("checks_wrong >= 2",))

    assert {name: each.rules["checks_wrong >= 2"].fires for name, each in found.items()} == {
        "ada": True,
        "bo": False,
        "cy": None,
    }


def test_who_was_left_out_stands_apart_with_the_rule_and_their_checks():
    struck = {"annotator": "cy", "excluded_by": "checks_wrong >= 2"}
    rows = [
        a_judgment(),
        *(a_judgment(context=f"talk-{number}", **struck) for number in range(3)),
        *(a_judgment("p", context=f"check-{n}", is_check=True, expected="pt", **struck) for n in range(2)),
    ]
    chosen = choose(rows)

    assert list(annotator_summaries(chosen, [])) == ["ada"]
    cy = excluded_summaries(chosen, rules=("checks_wrong >= 2",))["cy"].as_json()
    assert (cy["judgments"], cy["checks"]["value"], cy["excluded_by"]) == (3, 0.0, "checks_wrong >= 2")
    assert cy["rules"]["checks_wrong >= 2"] == {"fires": True}
    assert cy["agreement"]["reason"] == "left out, so not held against the others"


def test_the_seconds_of_all_looks_add_up():
    rows = [
        a_judgment(context=f"talk-{number}", criterion=criterion, seconds=20.0)
        for number in range(3)
        for criterion in ("naturalness", "coherence")
    ]

    assert summaries(rows)["ada"].active_seconds == 60.0
