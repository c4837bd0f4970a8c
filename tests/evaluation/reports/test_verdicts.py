from evaluation.reports.places import places
from evaluation.reports.verdicts import verdicts
from tests.evaluation.reports.builders import a_claim, a_place, a_statistic, an_analysis


def sentences(analysis) -> list[str]:
    return [verdict.text.replace("\u00a0", " ") for verdict in verdicts(analysis, places(analysis))]


def test_a_preference_is_said_with_its_uncertainty_in_the_same_breath():
    analysis = an_analysis(a_claim())

    assert sentences(analysis) == [
        "14 annotators preferred pt to p on naturalness: net preference +31 points in personachat "
        "(95 % interval +22 to +40; sign-flip permutation test over 30 contexts, p < .001)."
    ]


def test_the_domain_that_nobody_named_is_not_said():
    domains = dict.fromkeys(("default", "all"), a_place(a_statistic(0.31, 0.22, 0.4)))
    criteria = {"naturalness": {"comparisons": [{"first": "pt", "second": "p", "domains": domains}]}}

    assert sentences(an_analysis(a_claim(domain="default"), criteria=criteria)) == [
        "14 annotators preferred pt to p on naturalness: net preference +31 points "
        "(95 % interval +22 to +40; sign-flip permutation test over 30 contexts, p < .001)."
    ]


def test_a_claim_that_came_out_the_other_way_names_the_winner_first():
    lost = a_claim(effect=a_statistic(-0.31, -0.4, -0.22), verdict="worse")

    assert sentences(an_analysis(lost, annotators=3)) == [
        "Three annotators preferred p to pt on naturalness: net preference +31 points in personachat "
        "(95 % interval +22 to +40; sign-flip permutation test over 30 contexts, p < .001)."
    ]


def test_what_was_not_shown_is_not_called_no_difference():
    opened = a_claim(effect=a_statistic(0.06, -0.03, 0.15), p=0.21, p_holm=0.21, verdict="inconclusive")

    (said,) = sentences(an_analysis(opened))

    assert said == (
        "On naturalness neither was shown to be better: net preference for pt over p +6 points in personachat "
        "(95 % interval −3 to +15; sign-flip permutation test over 30 contexts, p = .21)."
    )
    assert "no difference" not in said


def test_what_was_shown_leads_and_what_stays_open_follows_and_the_test_is_named_once():
    said = sentences(
        an_analysis(
            a_claim(effect=a_statistic(0.06, -0.03, 0.15), p=0.2, p_holm=0.2, verdict="inconclusive"),
            a_claim(domain="synthetic"),
            a_claim(criterion="coherence", p_holm=0.03),
            annotators=3,
        )
    )

    assert said == [
        "Three annotators preferred pt to p on naturalness: net preference +31 points in synthetic (95 % interval "
        "+22 to +40; sign-flip permutation test over 30 contexts, p < .001 after Holm); +6 points in personachat "
        "(−3 to +15; p = .20) could be chance.",
        "On coherence pt was preferred to p: net preference +31 points in personachat (+22 to +40; p = .030).",
    ]


def test_equivalence_is_said_with_its_margin_and_the_interval_that_belongs_to_it():
    close = a_claim(
        margin=0.1,
        test="equivalence",
        effect=a_statistic(0.02, -0.06, 0.1),
        interval_90=a_statistic(0.02, -0.04, 0.08),
        p_holm=0.02,
        verdict="equivalent within 0.1",
    )

    assert sentences(an_analysis(close)) == [
        "On naturalness pt and p are equivalent within 10 points: +2 points in personachat (90 % interval −4 to +8; "
        "two one-sided tests over 30 contexts, p = .020)."
    ]


def test_what_cannot_be_tested_says_why_and_what_was_seen():
    few = a_claim(p=None, p_holm=None, verdict="inconclusive", reason="fewer than 6 clusters: nothing can be tested")

    assert sentences(an_analysis(few)) == [
        "On naturalness nothing can be tested: fewer than 6 clusters; "
        "net preference for pt over p was +31 points in personachat."
    ]


def test_simulated_annotators_are_called_so_in_the_sentence_itself():
    analysis = an_analysis(a_claim(), annotators=3)
    analysis["study"]["annotator_kind"] = "simulated"

    assert sentences(analysis)[0].startswith("Three simulated annotators preferred pt to p")


def test_without_judgments_there_is_one_plain_sentence():
    analysis = an_analysis(a_claim(), n={"judgments": 0, "annotators": 0, "contexts": 0, "clusters": 0})

    assert sentences(analysis) == ["There is nothing to analyse: not one judgment counts."]


def test_many_systems_are_led_by_the_first_and_how_settled_its_place_is():
    analysis = an_analysis()
    comparison = analysis["criteria"]["naturalness"]["comparisons"][0]
    analysis["criteria"] = {
        "naturalness": {
            "comparisons": [comparison, {**comparison, "second": "x"}],
            "ranking": {
                "bradley_terry": {
                    "pt": a_statistic(0.9, 0.4, 1.4),
                    "p": a_statistic(-0.2, -0.6, 0.5),
                    "x": a_statistic(-0.7, -1.1, -0.3),
                }
            },
        }
    }

    assert sentences(analysis) == [
        "Of three systems pt stands first on naturalness: Bradley-Terry log strength +0.90 (95 % interval +0.40 to "
        "+1.40), ahead of p (−0.20); the intervals of 1 other system reach into its own, so its place is not settled."
    ]


def test_names_are_not_parted_at_their_hyphens_on_a_page():
    analysis = an_analysis(a_claim(better="pt-tiny"), annotators=3)

    (verdict,) = verdicts(analysis, places(analysis))

    assert "pt-tiny" in verdict.text
    assert "pt\u2011tiny" in verdict.shown
