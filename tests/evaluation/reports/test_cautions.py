from evaluation.reports.cautions import cautions
from evaluation.reports.places import places
from tests.evaluation.reports.builders import a_claim, a_statistic, an_analysis


def found(analysis) -> list[tuple[str, str]]:
    """Mark and weight of each caution."""
    return [(caution.mark, caution.weight) for caution in cautions(analysis, places(analysis))]


def texts(analysis) -> str:
    return " ".join(caution.text for caution in cautions(analysis, places(analysis)))


def test_simulated_annotators_and_the_offline_author_are_said_aloud_and_marked():
    analysis = an_analysis(a_claim())
    analysis["study"] |= {
        "simulated": True,
        "annotator_kind": "simulated",
        "caveats": ["written by the offline author, a grammar, not by people or an LLM"],
    }
    analysis["warnings"] = [
        "The annotators are simulated: these numbers say nothing about people or systems.",
        "written by the offline author, a grammar, not by people or an LLM.",
    ]

    assert found(analysis)[:2] == [("Simulated annotators", "loud"), ("Offline author", "loud")]
    assert texts(analysis).count("offline author") == 1
    assert texts(analysis).count("simulated:") == 0


def test_an_undeclared_plan_and_an_early_look_are_marked():
    analysis = an_analysis(
        a_claim(),
        warnings=[
            "No plan was declared before the first judgment: the analysis is exploratory.",
            "Results were looked at before the study was closed: the primary result is exploratory.",
        ],
    )
    analysis["study"]["declared"] = False

    assert found(analysis)[:2] == [("Exploratory", "plain"), ("Unblinded early", "plain")]


def test_a_plan_without_a_hypothesis_is_exploratory_too():
    analysis = an_analysis(a_claim())
    analysis["plan"]["hypotheses"] = []

    assert ("Exploratory", "plain") in found(analysis)


def test_a_study_that_could_not_have_rejected_says_so():
    analysis = an_analysis(a_claim(could_reject=False), a_claim(domain="synthetic", could_reject=False))

    assert ("Could not reject", "plain") in found(analysis)


def test_single_claims_that_could_not_be_rejected_are_named():
    analysis = an_analysis(a_claim(), a_claim(domain="synthetic", could_reject=False))

    assert "could not have rejected on naturalness in synthetic" in texts(analysis)


def test_a_test_and_an_interval_that_disagree_are_reported():
    analysis = an_analysis(a_claim(note="The test and the 95 % interval disagree about 0."))

    assert "Naturalness in personachat: The test and the 95 % interval disagree about 0." in texts(analysis)


def test_the_verdict_names_whom_it_speaks_for():
    these, general = an_analysis(a_claim(), annotators=3), an_analysis(a_claim())
    general["plan"]["annotators"] = "population"

    assert "Three annotators took part. The verdict speaks for these three; for annotators in general" in texts(these)
    assert "speaks for annotators in general" in texts(general)


def test_too_few_annotators_for_a_general_statement_are_left_to_the_analysis_own_warning():
    analysis = an_analysis(a_claim(), annotators=3)
    for domain in analysis["criteria"]["naturalness"]["comparisons"][0]["domains"].values():
        domain["net_preference"]["two_way"] = a_statistic(None, reason="fewer than 5 annotators")

    assert texts(analysis) == ""


def test_amendments_are_listed():
    amended = {"text": "ten more contexts", "judgments": 40, "results_seen": False, "changes": []}

    said = texts(an_analysis(amendments=[amended, amended | {"judgments": 0}, amended | {"results_seen": True}]))

    assert "Amended after opening, with 40\u00a0judgments in: ten more contexts" in said
    assert "Amended after opening, before the first judgment: ten more contexts" in said
    assert "Amended after opening, with 40\u00a0judgments in and results seen: ten more contexts" in said


def test_many_amendments_are_left_to_their_table():
    amended = {"text": "ten more contexts", "judgments": 40, "changes": []}

    said = texts(an_analysis(amendments=[amended] * 7))

    assert "Amended after opening 7 times: see the table" in said
    assert "ten more contexts" not in said
