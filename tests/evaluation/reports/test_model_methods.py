"""The method text of what stands beside the primary result: said where it was done, and only there."""

from evaluation.reports.model_methods import model_methods
from evaluation.reports.places import places
from evaluation.stats.analysis import analyse
from tests.evaluation.reports.builders import a_statistic, an_analysis, an_info, some_rows


def said_of(analysis) -> str:
    return " ".join(model_methods(analysis, places(analysis)))


def test_the_tests_and_intervals_that_were_made_are_named_with_their_sources():
    said = said_of(analyse(some_rows(contexts=24), an_info()))

    assert "studentises each resample by its own cluster-robust error (Efron and Tibshirani 1993)" in said
    assert "Beside it stand the percentile bootstrap and Wilson's (1927) on the share of contexts won." in said
    assert "Wilcoxon's (1945) signed-rank test over cluster means" in said
    assert "Satterthwaite 1946" in said
    assert "how few judgments, dropped, would turn its sign" in said


def test_what_could_not_be_had_is_not_claimed():
    said = said_of(an_analysis())

    assert said == ""


def test_contrasts_that_nobody_declared_are_said_to_be_so():
    contrast = {"difference": a_statistic(0.1, -0.1, 0.3), "paired_clusters": 12, "declared": False}

    said = said_of(an_analysis(contrasts=[contrast]))

    assert said == (
        "1\u00a0contrast compares two net preferences, cluster by cluster where a cluster has both; it was declared by "
        "nobody, and corrected among themselves by Holm (1979)."
    )


def test_model_judges_are_said_to_enter_no_result_of_people():
    judges = {"gpt": {"agreement": {}}}

    said = said_of(an_analysis(automatic={"judges": judges}))

    assert "enter no result of theirs" in said
    assert "Calderon, Reichart and Dror 2025" in said


def test_of_no_judgments_there_is_nothing_to_say():
    assert model_methods(an_analysis(n={"judgments": 0}), []) == ()
