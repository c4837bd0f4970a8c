"""Sentences and cautions about labels: of systems' responses, and of personas against a labeller."""

from dataclasses import replace

from evaluation.reports.build import build_report
from evaluation.stats.data.declared import DeclaredCriterion, Plan, StudyInfo
from tests.evaluation.stats.builders import a_judgment, a_rating

TONE = DeclaredCriterion("tone", "Tone", "?", "label", ("cold", "warm"))
EXTRAVERSION = DeclaredCriterion("extraversion", "Extraversion", "?", "label", ("high", "low", "unclear"))
FLUENCY = DeclaredCriterion("fluency", "Fluency", "?", "rating", (), low=1, high=5)


def of_systems(*, warm_of_pt, contexts=20, annotators=2, criterion="tone", labels=("cold", "warm")):
    """Both systems labelled in each context: p warm in half of them, pt in so many."""
    return [
        a_rating(
            labels[number < (warm_of_pt if system == "pt" else contexts // 2)],
            system=system,
            context=f"talk-{number}",
            annotator=f"annotator-{annotator}",
            criterion=criterion,
        )
        for number in range(contexts)
        for annotator in range(annotators)
        for system in ("p", "pt")
    ]


def verdicts(rows, **info):
    return [each.text for each in build_report(rows, StudyInfo(plan=Plan(declared=True), **info)).verdicts]


def cautions(rows, **info):
    return [each.text for each in build_report(rows, StudyInfo(plan=Plan(declared=True), **info)).cautions]


def test_a_label_that_one_system_was_given_more_often_is_the_verdict():
    (said,) = verdicts(of_systems(warm_of_pt=19), systems=("p", "pt"), criteria=(TONE,))

    assert said.startswith("On tone p was called “cold” more often than pt, 50\u00a0% against 5\u00a0% (difference ")
    assert "pt was called “warm” more often than p, 95\u00a0% against 50\u00a0%" in said
    assert said.endswith("after Holm).")


def test_no_difference_of_labels_is_never_said_to_be_none():
    (said,) = verdicts(of_systems(warm_of_pt=11), systems=("p", "pt"), criteria=(TONE,))

    assert said.startswith(
        "On tone neither p nor pt was shown to be given any label more often; the largest difference is in “cold”, "
    )


def test_labels_of_several_domains_are_told_domain_by_domain():
    chat = [replace(row, domain="chat") for row in of_systems(warm_of_pt=19)]
    letters = [
        replace(row, domain="letters", context=f"letter {row.context}", cluster=f"letter {row.context}")
        for row in of_systems(warm_of_pt=10)
    ]

    (said,) = verdicts([*chat, *letters], systems=("p", "pt"), criteria=(TONE,))

    assert said.startswith("On tone in chat p was called “cold” more often than pt (difference ")
    assert "; neither p nor pt was shown to be given any label more often in letters; the largest difference " in said
    assert "cannot be compared" not in said
    assert "unknown" not in said


def test_labels_that_are_too_few_to_be_tested_say_so():
    (said,) = verdicts(of_systems(warm_of_pt=2, contexts=3), systems=("p", "pt"), criteria=(TONE,))

    assert said == "On tone labels of p and pt cannot be compared: fewer than 6 clusters."


def test_labels_of_personas_are_held_against_the_labeller():
    rows = [
        a_judgment(
            ("high", "low")[number % 2],
            context=f"p{number}",
            annotator=f"a{annotator}",
            criterion="extraversion",
            first="",
            second="",
        )
        for number in range(12)
        for annotator in range(3)
    ]
    labelled = {
        f"p{number}": {"levels": {"extraversion": ("high", "low")[number % 2]}, "weight": 1} for number in range(12)
    }

    (said,) = verdicts(rows, criteria=(EXTRAVERSION,), labelled=labelled)

    assert said == (
        "On extraversion the labels say what most people say of 100\u00a0% of the personas (Cohen's kappa 1.00); "
        "against the majority of the others they reach a balanced accuracy of 1.00, and a person 1.00."
    )


def test_without_a_labeller_the_verdict_is_how_far_people_agree():
    rows = [
        a_judgment(
            "high", context=f"p{number}", annotator=f"a{annotator}", criterion="extraversion", first="", second=""
        )
        for number in range(6)
        for annotator in range(3)
    ]
    rows += [
        a_judgment(
            "low", context=f"q{number}", annotator=f"a{annotator}", criterion="extraversion", first="", second=""
        )
        for number in range(6)
        for annotator in range(3)
    ]

    (said,) = verdicts(rows, criteria=(EXTRAVERSION,))

    assert said.startswith("On extraversion annotators agree with Krippendorff's alpha 1.00")


def test_few_annotators_of_ratings_and_labels_are_warned_of_as_those_of_preferences_are():
    labels = cautions(of_systems(warm_of_pt=19), systems=("p", "pt"), criteria=(TONE,))
    ratings = cautions(
        of_systems(warm_of_pt=15, criterion="fluency", labels=("2", "4")), systems=("p", "pt"), criteria=(FLUENCY,)
    )

    few = "Fewer than 5 annotators rated or labelled: what comes out holds for these alone, not for others."
    assert few in labels
    assert few in ratings


def test_enough_annotators_of_labels_are_told_for_whom_they_speak():
    said = cautions(of_systems(warm_of_pt=19, annotators=6), systems=("p", "pt"), criteria=(TONE,))

    assert (
        "Six annotators took part. What they say speaks for these six: the intervals resample what was judged, not "
        "annotators."
    ) in said
    assert not [each for each in said if each.startswith("Fewer than 5")]
