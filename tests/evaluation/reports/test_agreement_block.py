"""What audits look for: the coefficient by name, level and interval, annotators per item, and who they were."""

from evaluation.reports.agreement_block import OPEN, agreement_block, coefficient_of, facts, raters_said
from evaluation.reports.table import Missing
from evaluation.stats.analysis import analyse
from tests.evaluation.reports.builders import a_statistic, an_analysis, an_info, some_rows


def test_a_row_names_the_coefficient_its_level_its_interval_and_the_annotators_per_item():
    analysis = analyse(some_rows(), an_info())

    table = agreement_block(analysis)

    there = analysis["criteria"]["naturalness"]["agreement"]["all"]
    ordinal = there["alpha_ordinal"]
    assert table.rows == (
        (
            "Naturalness",
            "Krippendorff's alpha",
            "ordinal",
            ordinal["value"],
            (ordinal["low"], ordinal["high"]),
            there["percent"]["value"],
            16,
            48,
            "3",
        ),
    )
    assert list(table.signatures) == ["Naturalness, Krippendorff's alpha"]


def test_the_level_suits_the_scale_and_falls_back_where_it_is_undefined():
    nominal, ordinal = a_statistic(0.3), a_statistic(0.4)

    def coefficient(scale, **there):
        return coefficient_of({"scale": scale, "agreement": {"all": there}})

    assert coefficient("preference5", alpha_ordinal=ordinal, alpha_nominal=nominal) == ("alpha_ordinal", ordinal)
    assert coefficient("label", alpha_ordinal=ordinal, alpha_nominal=nominal) == ("alpha_nominal", nominal)
    assert coefficient("rating", alpha_interval=a_statistic(None), alpha_nominal=nominal) == ("alpha_nominal", nominal)


def test_agreement_that_cannot_be_had_stands_with_its_reason():
    rows = some_rows(votes=1)

    table = agreement_block(analyse(rows, an_info()))

    value = table.rows[0][3]
    assert isinstance(value, Missing)
    assert "no unit has two judgments" in value.reason


def test_annotators_per_item_are_counted_where_they_differ():
    assert raters_said({"3": 120}) == "3"
    assert raters_said({"10": 1, "2": 4}) == "2 (4), 10 (1)"


def test_without_an_answer_of_the_researchers_pay_and_training_are_theirs_to_fill_in():
    said = dict(facts(an_analysis()))

    assert said["Pay"] == said["Training"] == said["Recruitment"] == OPEN
    assert said["Annotators"] == "14\u00a0annotators"
    assert said["Exclusions"] == "none"


def test_their_answers_stand_where_they_gave_them():
    analysis = an_analysis(excluded=[{"rule": "checks_wrong >= 2", "judgments": 48, "annotators": 1}])
    analysis["study"]["datasheet"] = {"3.2.2.2": "12 pounds an hour", "adjudication": "by Cleo"}

    said = dict(facts(analysis))

    assert said["Pay"] == "12 pounds an hour"
    assert said["Adjudication"] == "by Cleo"
    assert said["Exclusions"] == "48\u00a0judgments (checks_wrong >= 2)"


def test_nobody_is_paid_where_nobody_took_part():
    said = dict(facts(analyse(some_rows(kind="simulated"), an_info())))

    assert said["Pay"] == "none: no people took part"
    assert said["Annotators"] == "6\u00a0simulated annotators"
