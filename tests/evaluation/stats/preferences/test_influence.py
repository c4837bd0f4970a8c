import numpy as np
import pytest

from evaluation.stats.preferences.influence import domains_of, effect_without, judgments_that_matter, without_each
from evaluation.stats.preferences.preference import effect, primary_test_of
from tests.evaluation.stats.builders import a_study, judgments, outcomes


def p_of(left):
    return primary_test_of(left, "permutation", seed=7).p


def test_each_cluster_is_left_out_by_arithmetic_as_if_it_had_never_been_judged():
    rows = a_study(contexts=7)
    there = outcomes(rows)

    found = without_each(there, there.cluster)

    slowly = [
        effect(outcomes([row for row in rows if row.context != context])) for context in {r.context for r in rows}
    ]
    assert (found["low"], found["high"]) == (pytest.approx(min(slowly)), pytest.approx(max(slowly)))


def test_how_few_judgments_turn_the_sign_is_the_lead_and_one_more():
    # 7 wins, 4 losses and a tie: without 3 wins it is even, without 4 it leans the other way.
    there = outcomes(judgments([("pt",)] * 7 + [("p",)] * 4 + [("tie",)]))

    found = judgments_that_matter(there, p_of=p_of, alpha=0.05)

    assert found["to_turn_the_sign"] == 4
    assert (found["dropped"], found["net_preference"]) == (1, pytest.approx(2 / 11))


def test_the_other_side_has_the_same_numbers():
    votes = [("pt", "pt", "p")] * 9 + [("p", "p", "p")] * 2
    swapped = [tuple({"pt": "p", "p": "pt"}[vote] for vote in group) for group in votes]

    there, mirrored = (
        judgments_that_matter(outcomes(judgments(each)), p_of=p_of, alpha=0.05) for each in (votes, swapped)
    )

    assert mirrored["to_turn_the_sign"] == there["to_turn_the_sign"]
    assert mirrored["significance"] == there["significance"]


def test_dropping_so_many_changes_significance_and_one_fewer_does_not():
    # Ten clusters, nine of them 1 and one -1: p = 22 / 2^10 = .021. One win more gone: 2 x (1 + 9) / 2^9 = .039;
    # two: 2 x (1 + 8) / 2^8 = .070.
    there = outcomes(judgments([("pt",)] * 9 + [("p",)]))

    found = judgments_that_matter(there, p_of=p_of, alpha=0.05)["significance"]

    assert found == {"judgments": 2, "from": pytest.approx(22 / 1024), "significant": True}


def test_what_is_not_significant_says_how_few_would_make_it_so():
    # Seven of nine lean to pt: p = 2 x (1 + 9 + 36) / 2^9 = .18. Without one loss 2 x (1 + 8) / 2^8 = .070, without
    # both 2 / 2^7 = .016.
    there = outcomes(judgments([("pt",)] * 7 + [("p",)] * 2))

    found = judgments_that_matter(there, p_of=p_of, alpha=0.05)["significance"]

    assert (found["judgments"], found["significant"]) == (2, False)


def test_no_order_at_random_needs_fewer_judgments_than_the_greedy_one():
    rows = a_study(contexts=40, chances=(0.6, 0.1, 0.3), domains=("personachat",))
    there = outcomes(rows)

    fewest = judgments_that_matter(there, p_of=p_of, alpha=0.05)["significance"]["judgments"]

    rng, wins = np.random.default_rng(1), np.flatnonzero(there.score == 1)
    for _ in range(20):
        kept = np.ones(there.score.size, dtype=bool)
        kept[rng.permutation(wins)[: fewest - 1]] = False
        assert p_of(there.chosen_by(kept)) <= 0.05


@pytest.mark.parametrize("votes", [[("tie", "tie")] * 8, [("pt", "p")] * 8], ids=["all ties", "even"])
def test_an_effect_of_nothing_cannot_be_turned(votes):
    assert judgments_that_matter(outcomes(judgments(votes)), p_of=p_of, alpha=0.05) == {"reason": "the effect is 0"}


def test_everyone_agreeing_cannot_be_turned_by_leaving_out():
    found = judgments_that_matter(outcomes(judgments([("pt", "pt")] * 8)), p_of=p_of, alpha=0.05)

    assert found["to_turn_the_sign"] is None
    # Six unanimous clusters still reject (.031), five cannot be tested: three clusters of two have to go.
    assert found["significance"]["judgments"] == 6


def test_automatic_ties_stay_when_judgments_go():
    there = outcomes(judgments([("pt", "p", "pt")] * 2, domain="personachat"), automatic={"personachat": 3}, votes=3)

    assert domains_of(there).effect() == pytest.approx(2 / 15)
    assert effect_without(there, np.array([0])) == pytest.approx(1 / 14)
