from dataclasses import replace

from evaluation.reports.instrument_figures import annotator_plot, halo_plot, identification_plot, length_plot
from evaluation.reports.instrument_methods import instrument_methods
from evaluation.reports.instrument_sentences import (
    control_cautions,
    control_verdicts,
    identification_verdicts,
    instrument_paragraphs,
)
from evaluation.reports.instrument_tables import instrument_tables
from evaluation.reports.people_tables import annotators_table
from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import DeclaredCriterion, Plan, StudyInfo
from evaluation.stats.data.measures import Measures
from tests.evaluation.reports.builders import some_rows
from tests.evaluation.stats.builders import a_judgment, asked, reference, same_system

INFO = StudyInfo(systems=("pt", "p"))
NONE = "–"


def tables(found):
    return {table.key: table for table in instrument_tables(found)}


def cells(table, row=0):
    """What a page shows in one row, by the column's label."""
    labels = [column.label for column in table.shown_columns()]
    return dict(zip(labels, (cell.text for cell in table.shown_rows()[row]), strict=True))


def test_the_report_opens_with_what_the_controls_say():
    found = analyse([*some_rows(), *same_system(6, 5, ties=3), *reference(15, 1)], INFO)

    (verdict,) = control_verdicts(found)

    assert verdict.text.startswith("The instrument finds nothing where nothing is: between two samples of one system ")
    assert "net preference was +7\u00a0points" in verdict.text
    assert "It sees what is there: for the human reference over a shuffled one net preference was +88" in verdict.text
    assert control_cautions(found) == ()
    assert cells(tables(found)["controls"])["Passed"] == "yes"


def test_a_control_that_fails_is_said_loudly():
    found = analyse([*some_rows(), *same_system(14, 1), *reference(8, 8)], INFO)

    (verdict,) = control_verdicts(found)
    one, other = control_cautions(found)

    assert verdict.text.startswith("The instrument finds something where nothing is")
    assert "It does not see what is there" in verdict.text
    assert {(caution.mark, caution.weight) for caution in (one, other)} == {("Control failed", "loud")}


def test_too_few_controls_are_not_called_passed():
    (verdict,) = control_verdicts(analyse([*some_rows(), *same_system(2, 1)], INFO))

    assert verdict.text.startswith("Whether the instrument finds nothing where nothing is cannot be told")
    assert "fewer than 6 clusters" in verdict.text


def test_a_study_without_controls_says_nothing_of_them():
    found = analyse(some_rows(), INFO)

    assert (control_verdicts(found), control_cautions(found)) == ((), ())
    assert "controls" not in tables(found)


def test_traits_that_are_told_and_those_that_are_not_stand_in_one_sentence():
    rows = [*asked(18, 2), *asked(11, 9, trait="openness"), *asked(10, 10, about="openness"), *asked(9, 11, system="p")]
    info = replace(INFO, measures=Measures(told_no_trait=("p[extraversion=high]",)))

    found = analyse([*some_rows(), *rows], info)

    (verdict,) = identification_verdicts(found)
    assert verdict.text.startswith("People tell extraversion (90\u00a0% right, ")
    assert "from the replies of pt; that openness (55\u00a0% right, " in verdict.text
    assert verdict.text.endswith("can be told from them is not shown. One half is chance.")
    plot = identification_plot(found)
    assert [(row.label, row.sublabel) for row in plot.rows] == [
        ("Extraversion", "pt"),
        ("Openness", "pt"),
        ("Control: extraversion", "pt, asked about openness"),
        ("Control: extraversion", "p, told no trait"),
    ]
    assert cells(tables(found)["identification"], row=2)["Control"] == "another trait"


def test_a_control_of_the_traits_away_from_chance_is_a_caution():
    found = analyse([*some_rows(), *asked(18, 2), *asked(19, 1, about="openness")], INFO)

    (caution,) = control_cautions(found)

    assert "extraversion (pt, asked about openness)" in caution.text


def test_traits_taken_the_wrong_way_round_are_said_so():
    found = analyse([*some_rows(), *asked(1, 19)], INFO)

    assert "take the low replies of pt for the high ones in extraversion" in identification_verdicts(found)[0].text


def test_annotators_are_drawn_with_their_agreement_and_their_checks():
    checks = [
        a_judgment(choice, context=f"check-{number}", annotator="A-01", is_check=True, expected="pt")
        for number, choice in enumerate(["pt", "pt", "p"])
    ]
    found = analyse([*some_rows(), *checks], INFO)

    plot = annotator_plot(found)

    assert len(plot.rows) == 6
    assert plot.key == ("with the others, 95 % interval", "check pairs right")
    with_checks = [row.label for row in plot.rows if row.other is not None]
    assert with_checks == ["A-01"]
    values = [found["annotators"][row.label]["agreement"]["value"] for row in plot.rows]
    assert values == sorted(values)


def test_one_annotator_has_nobody_to_agree_with():
    assert annotator_plot(analyse([a_judgment(context=f"talk-{number}") for number in range(8)], INFO)) is None


def test_who_was_left_out_stands_in_the_table_with_the_rule():
    struck = [replace(row, excluded_by="checks_wrong >= 2") for row in some_rows() if row.annotator == "A-03"]
    kept = [row for row in some_rows() if row.annotator != "A-03"]
    info = replace(INFO, plan=Plan(exclusions=("checks_wrong >= 2",)))

    table = annotators_table(analyse([*kept, *struck], info))

    assert cells(table, row=5)["Rules that fire"] == "left out: checks_wrong >= 2"
    # Of those who stayed nobody saw a check pair, so whether the rule fires cannot be told.
    assert cells(table, row=0)["Rules that fire"] == "checks_wrong >= 2?"


def test_halo_is_drawn_and_told_where_several_questions_were_asked():
    found = analyse(some_rows(criteria=("naturalness", "coherence")), INFO)

    plot = halo_plot(found)
    text = " ".join(instrument_paragraphs(found))

    assert (plot.rows[0].label, plot.rows[0].sublabel) == ("Coherence", "and naturalness")
    same = found["bias"]["halo"][0]["same"]["value"]
    assert f"coherence and naturalness in {round(100 * same)}\u00a0% of the looks (correlation" in text
    assert halo_plot(analyse(some_rows(), INFO)) is None
    assert any(" where coherence was tied" in str(row[1]) for row in tables(found)["halo"].rows)


def test_length_is_drawn_where_it_is_known():
    rows = some_rows(contexts=20)
    contexts = sorted({row.context for row in rows})
    lengths = {
        "pt": {context: 8 + number % 9 for number, context in enumerate(contexts)},
        "p": {context: 6 + number % 5 for number, context in enumerate(contexts)},
    }
    found = analyse(rows, replace(INFO, measures=Measures(lengths=lengths)))

    assert length_plot(found).rows[0].sublabel == "pt against p"
    assert "reply was preferred by" in " ".join(instrument_paragraphs(found))
    assert cells(tables(found)["lengths"])["At equal length"] != NONE
    assert length_plot(analyse(rows, INFO)) is None


def test_times_are_told_in_seconds_and_hours():
    found = analyse(some_rows(), INFO)

    first = instrument_paragraphs(found)[0]

    assert first.startswith("Half of 48\u00a0looks took ")
    assert "0.3\u00a0hours in all" in first or "0.2\u00a0hours in all" in first


def test_what_answers_hang_on_is_one_line_for_a_condition_and_a_criterion():
    table = tables(analyse(some_rows(), INFO))["conditions"]

    assert [row[:2] for row in table.rows] == [("In haste", "Naturalness")]
    assert set(cells(table)) >= {"Reply 1", "Ties", "Agreement", "Net"}
    assert "First" not in cells(table)


def test_a_difference_whose_interval_leaves_out_zero_is_told():
    # The side of Reply 1 in each later half, even sides in each first half.
    rows = [
        a_judgment(
            "pt" if look >= 12 else ("pt", "p")[(look + annotator) % 2],
            context=f"talk-{annotator}-{look}",
            annotator=f"A-{annotator}",
            displayed_left="pt",
            submitted_at=f"2026-03-02T10:{look:02}:00+00:00",
        )
        for annotator in range(6)
        for look in range(24)
    ]

    text = " ".join(instrument_paragraphs(analyse(rows, INFO)))

    assert "In the later half of a session Reply 1 was chosen 50\u00a0points more often on naturalness" in text
    assert "one in twenty leaves out 0 by chance alone" in text


def test_metrics_stand_beside_people():
    rows = some_rows(contexts=10)
    contexts = sorted({row.context for row in rows})
    scores = {
        "pt": {context: 0.3 + 0.01 * number for number, context in enumerate(contexts)},
        "p": dict.fromkeys(contexts, 0.35),
    }

    found = analyse(rows, replace(INFO, measures=Measures(scores={"f1": scores})))

    shown = cells(tables(found)["metrics"])
    assert (shown["Metric"], shown["Over"], shown["n"]) == ("f1", "pairs of replies", "20")


def test_the_methods_say_what_was_done_and_no_more():
    bare = " ".join(instrument_methods(analyse(some_rows(), INFO)))
    full = " ".join(
        instrument_methods(analyse([*some_rows(), *same_system(6, 5), *asked(18, 2), *asked(9, 9, system="p")], INFO))
    )

    assert "Dawid and Skene's (1979) model" in bare
    assert "How far answers hang on haste was estimated" in bare
    assert "control" not in bare
    assert "annotators were also shown two samples of one system; these judgments enter no result" in full
    assert "told from replies was asked of a reply at the high and one at the low end" in full


def test_how_often_nobody_could_choose_is_told_by_comparison():
    rows = some_rows()
    none = [replace(row, choice=("cannot_judge", "both_bad")[number % 2]) for number, row in enumerate(rows[:8])]

    table = tables(analyse([*none, *rows[8:]], replace(INFO, criteria=(CRITERION,))))["answers"]

    # Four of 48 could not judge, and four of the other 44 found both bad.
    assert (cells(table)["Could not judge"], cells(table)["Both bad"]) == ("8\u00a0%", "9\u00a0%")


CRITERION = DeclaredCriterion("naturalness", "Naturalness", "?", options=("tie", "both_bad", "cannot_judge"))
