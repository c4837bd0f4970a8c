import json

import pytest

from evaluation.reports.build import build_report, report_from
from evaluation.stats.data.declared import DeclaredCriterion, StudyInfo
from evaluation.stats.data.rows import JudgmentRow
from tests.evaluation.reports.builders import COHERENCE, NATURALNESS, an_info, some_rows, three_systems


def test_a_report_leads_with_the_declared_claims_and_has_every_part():
    report = build_report(some_rows(criteria=("naturalness", "coherence")), an_info(criteria=(NATURALNESS, COHERENCE)))

    assert report.verdicts[0].text.startswith("Six annotators preferred pt to p on naturalness: net preference")
    assert [table.key for table in report.tables] == [
        "comparisons",
        "hypotheses",
        "tests",
        "effects",
        "agreement",
        "annotators",
        "bias",
        "robustness",
        "agreement_reported",
        "contrasts",
        "influence",
        "halo",
        "conditions",
    ]
    assert (len(report.preference), report.rankings, report.agreement is None, report.sides is None) == (
        1,
        (),
        False,
        False,
    )
    assert report.marks == ()


def test_every_number_of_the_results_table_has_a_signature():
    report = build_report(some_rows(), an_info())

    (comparisons,) = report.leading_tables
    for domain in ("personachat", "synthetic", "all domains"):
        for what in ("net preference", "test", "α"):
            assert f"Naturalness, {domain}, pt against p, {what}" in comparisons.signatures


def test_simulated_judgments_are_marked_wherever_numbers_stand():
    report = build_report(some_rows(kind="simulated"), an_info(simulated=True))

    assert report.marks == ("Simulated annotators",)
    assert report.marked == " Simulated annotators."


def test_two_caveats_of_one_kind_leave_one_mark():
    caveats = ("written by the offline author, a grammar", "traits labelled by the offline author, rules on words")

    report = build_report(some_rows(), an_info(caveats=caveats))

    assert report.marked == " Offline author."


def test_a_single_domain_is_not_shown_twice():
    report = build_report(some_rows(domains=("personachat",)), an_info())

    (comparisons,) = report.leading_tables
    assert [row[1] for row in comparisons.rows] == ["personachat"]


def test_judgments_without_domains_need_no_column_for_them():
    report = build_report(some_rows(domains=("",)), StudyInfo())

    (comparisons,) = report.leading_tables
    assert "domain" not in [column.key for column in comparisons.shown_columns()]
    assert report.marks == ("Exploratory",)


def test_three_systems_get_a_ranking_and_their_pairs():
    report = build_report(three_systems(), StudyInfo())

    assert report.verdicts[0].text.startswith("Of three systems rock stands first on naturalness")
    assert [len(plot.rows) for plot, heat in report.rankings if heat is None] == [3]
    assert [len(plot.rows) for plot in report.preference] == [3]


def test_above_ten_systems_the_ranking_is_the_result():
    names = [f"s{number:02}" for number in range(12)]
    pairs = [(names[number], names[(number + 1) % 12]) for number in range(12)]
    rows = [row for seed, pair in enumerate(pairs) for row in some_rows(systems=pair, domains=("",), seed=seed)]

    report = build_report(rows, StudyInfo())

    ((plot, heat),) = report.rankings
    assert (len(plot.rows), heat is not None and heat.size) == (12, 12)
    assert report.preference == ()


def test_ratings_are_reported_by_system():
    criterion = DeclaredCriterion("fluency", "Fluency", "How fluent?", scale="rating", options=(), low=1, high=5)
    rows = [
        JudgmentRow(context=f"c{c}", annotator=a, criterion="fluency", choice=str(value + c % 2), system=system)
        for c in range(8)
        for a in ("A-ADA", "A-BO")
        for system, value in (("pt", 4), ("p", 2))
    ]

    report = build_report(rows, an_info(criteria=(criterion,), plan=StudyInfo().plan))

    assert report.verdicts[0].text.startswith("On fluency the mean ratings are pt 4.50")
    # Every context differs by 2: of 2^8 flips two are as extreme.
    assert (
        report.verdicts[0]
        .text.replace("\u00a0", " ")
        .endswith(
            "; pt is rated higher than p: pt less p is 2.00 (95 % interval −0.22 to 2.74; sign-flip permutation test "
            "over 8 clusters, p = .008), but the interval does not leave 0 out."
        )
    )
    assert [table.key for table in report.leading_tables] == ["ratings"]


def test_labels_of_one_annotator_have_nothing_to_state_and_break_nothing():
    rows = [JudgmentRow(context=f"c{c}", annotator="A-ADA", criterion="topic", choice="sport") for c in range(3)]

    report = build_report(rows, StudyInfo())

    assert [verdict.text for verdict in report.verdicts] == [
        "Nothing here compares systems, and no two annotators judged the same: there is no result to state."
    ]


def test_nothing_to_analyse_is_a_plain_page():
    report = build_report([], an_info())

    assert [verdict.text for verdict in report.verdicts] == ["There is nothing to analyse: not one judgment counts."]
    assert (report.tables, report.preference, report.agreement) == ((), (), None)
    assert report.methods == ("Nothing was analysed: not one judgment counts.",)


@pytest.mark.parametrize("contexts", [1, 3])
def test_too_few_clusters_are_shown_with_their_reasons(contexts):
    report = build_report(some_rows(contexts=contexts), an_info())

    (comparisons,) = report.leading_tables
    assert "nothing can be tested" in report.verdicts[0].text
    assert any("clusters" in reason for _, reason in comparisons.notes())


def test_a_report_can_be_had_from_its_own_json():
    report = build_report(some_rows(), an_info())

    again = report_from(json.loads(json.dumps(report.analysis)))

    assert again.verdicts == report.verdicts
    assert [table.as_csv() for table in again.tables] == [table.as_csv() for table in report.tables]


def test_methods_say_what_was_done_with_its_numbers():
    said = " ".join(build_report(some_rows(), an_info()).methods).replace("\u00a0", " ")

    assert "Six annotators gave 48 judgments on 16 contexts." in said
    assert "The family has 2 claims, as the plan declares it; Holm's (1979) correction runs over it." in said
    assert "No judgment was left out. The seed is 7" in said
