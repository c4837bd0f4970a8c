"""The tables of contrasts, looks, runs, ratings, labels, strengths and influence, filled from real analyses."""

from dataclasses import replace

from evaluation.reports.influence_table import influence_table
from evaluation.reports.plan_tables import contrasts_table, looks_table, runs_table
from evaluation.reports.rating_tables import rating_differences_table, shares_table, strengths_table, ties_table
from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import Contrast, Hypothesis, Plan, Side, StudyInfo
from evaluation.stats.preferences.planned import take_look
from tests.evaluation.reports.builders import DOMAINS, an_info, some_rows, three_systems
from tests.evaluation.stats.builders import judgments
from tests.evaluation.stats.preferences.test_differences import INFO as RATED
from tests.evaluation.stats.preferences.test_differences import LABELLED, ratings
from tests.evaluation.stats.preferences.test_seeds import dealt
from tests.evaluation.stats.preferences.test_strength import INFO as FIVE
from tests.evaluation.stats.preferences.test_strength import steps


def shown(table):
    """What a page has of a table: its labels, and its cells as they are read, with plain spaces."""
    return [
        [column.label for column in table.shown_columns()],
        *([cell.text.replace("\u00a0", " ") for cell in row] for row in table.shown_rows()),
    ]


def test_contrasts_have_both_sides_and_their_difference():
    sides = Contrast("naturalness", Side("pt", "p", DOMAINS[0]), Side("pt", "p", DOMAINS[1]))
    info = an_info(plan=Plan(declared=True, contrasts=(sides,)))

    labels, row = shown(contrasts_table(analyse(some_rows(), info)))

    assert labels == ["Criterion", "Contrast", "Net", "Net, minus", "Difference", "95 %", "p", "p (Holm)", "Verdict"]
    assert row[:2] == ["Naturalness", f"pt over p in {DOMAINS[0]}, less pt over p in {DOMAINS[1]}"]


def test_looks_are_listed_claim_by_claim():
    plan = Plan(declared=True, hypotheses=(Hypothesis("naturalness", "all", "pt", "p"),), looks=(0.5,))
    info = StudyInfo(systems=("pt", "p"), plan=plan, planned_clusters={"naturalness": {"all": 24}})
    rows = judgments([("pt",)] * 12)
    looked = replace(info, looks=(take_look(rows, info, at="noon"),))

    assert shown(looks_table(analyse(rows, looked)))[1] == [
        "1, noon", "Naturalness", "all", "pt better than p", "50 %", "+1.00", "< .001", ".003", "better",
    ]  # fmt: skip


def test_every_training_run_has_a_line():
    rows = dealt(some_rows())

    table = runs_table(analyse(rows, an_info(systems=("pt#s1", "pt#s2", "pt#s3", "p"))))

    assert [row[:3] for row in shown(table)[1:]] == [["Naturalness", "pt", seed] for seed in "123"]


def test_ratings_are_set_against_each_other_and_labels_by_their_shares():
    rated = rating_differences_table(analyse(ratings([(5, 2), (4, 3)] * 5), RATED))
    labelled = analyse(ratings([("warm", "cold")] * 8), replace(RATED, criteria=(LABELLED,)))

    assert shown(rated)[1][:4] == ["Naturalness", "all", "10", "2.00"]
    assert [row[2] for row in shown(rating_differences_table(labelled))[1:]] == ["cold", "warm"]
    assert shown(shares_table(labelled))[1][:4] == ["Naturalness", "pt", "cold", "0 %"]


def test_strengths_show_every_step():
    table = strengths_table(analyse(steps([2, 2, 1, 1, -1, 0]), FIVE))

    labels, row = shown(table)
    assert labels[2:4] == ["pt, much", "pt, slightly"]
    assert row[2:8] == ["2", "2", "1", "1", "0", "0.83"]


def test_a_ranking_says_how_readily_systems_tie():
    table = ties_table(analyse(three_systems(), StudyInfo()))

    assert [column.label for column in table.columns] == ["Criterion", "ν", "95 %"]
    assert len(table.rows) == 1


def test_what_the_result_hangs_on_is_a_row_for_each_place():
    rows = [replace(row, problem="broken") if row.context.endswith("1#5") else row for row in some_rows()]

    labels, *found = shown(influence_table(analyse(rows, an_info())))

    assert "Without reported pairs" in labels
    assert "With the excluded" not in labels
    assert len(found) == 3


def test_what_an_analysis_does_not_have_makes_no_table():
    analysis = analyse(judgments([("pt",)] * 8), StudyInfo())

    makers = (
        contrasts_table,
        looks_table,
        runs_table,
        rating_differences_table,
        shares_table,
        strengths_table,
        ties_table,
    )
    assert [maker(analysis) for maker in makers] == [None] * 7
