from dataclasses import replace

import pytest

from evaluation.stats.planning.power import Assumed, Design, power
from evaluation.stats.planning.sizing import Pay, Wish, size_of

WISH = Wish(Assumed(0.25), Design(60), votes=(1, 3), studies=400, pay=Pay(seconds=30, hourly=12, currency="EUR"))


def test_what_is_needed_has_the_power_that_was_asked_for():
    sized = size_of(WISH)

    for curve in sized.curves:
        for target, contexts in curve.needed.items():
            design = replace(WISH.design, contexts=contexts, votes=curve.votes)
            # Twice the error of 1,000 studies and of the curve's own 400.
            assert power(design, WISH.assumed, seed=99).value == pytest.approx(target, abs=0.06)


def test_for_the_same_pay_more_contexts_find_more_than_more_votes():
    one, three = size_of(WISH).equal_pay

    assert (one[:2], three[:2]) == ((1, 180), (3, 60))
    assert one[2].value > three[2].value


def test_a_family_and_a_population_take_more_contexts():
    alone = size_of(WISH).curves[-1].needed[0.8]

    assert size_of(replace(WISH, family=6)).curves[-1].needed[0.8] > 1.3 * alone
    assert size_of(replace(WISH, annotators="population")).curves[-1].needed[0.8] >= alone


def test_a_power_that_leanings_put_out_of_reach_is_none():
    leaning = replace(WISH.assumed, variances=replace(WISH.assumed.variances, annotator=0.2))
    wish = replace(WISH, assumed=leaning, annotators="population", design=Design(60, annotators=6))

    assert size_of(wish).curves[-1].needed == {0.8: None, 0.9: None}


def test_cost_is_judgments_in_all_places_times_their_seconds_and_pay():
    cost = size_of(replace(WISH, places=2)).cost(contexts=60, votes=3)

    # 60 x 3 x 2 looks of half a minute are three hours.
    assert (cost.judgments, cost.hours, cost.pay) == (360, 3.0, 36.0)


def test_without_an_effect_there_is_a_rate_of_false_positives_and_nothing_to_reach():
    sized = size_of(replace(WISH, assumed=Assumed(0.0)))

    assert sized.curves == ()
    assert sized.power.value < 0.09
    assert sized.as_json()["curves"] == []
