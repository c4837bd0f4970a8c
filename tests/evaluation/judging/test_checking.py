from itertools import islice

import pytest

from evaluation.judging.assignment import claim_next, personal_progress
from evaluation.judging.checking import check_places
from evaluation.models import Slot
from evaluation.opening.simulating import simulate
from evaluation.results.exporting import rows_of
from evaluation.stats.data.selection import choose
from tests.cast import NOW
from tests.evaluation.builders import an_annotator, answer, judge_all
from tests.evaluation.known_pairs import a_checked_study, right_side

pytestmark = pytest.mark.django_db


def seen_by(annotator) -> list[bool]:
    """Whether each pair was a check, in the order in which they came."""
    looks = Slot.objects.filter(annotator=annotator).order_by("answered_at", "pk")
    return list(looks.values_list("item__is_check", flat=True))


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.5])
def test_each_stretch_of_pairs_has_one_check(share):
    places = list(islice(check_places(seed=7, code="A-ADA", share=share), 40))

    assert places == sorted(set(places))
    assert all(int(number / share) < place <= int((number + 1) / share) for number, place in enumerate(places))


def test_the_schedule_is_the_annotators_own_and_can_be_made_again():
    places = {code: list(islice(check_places(seed=7, code=code, share=0.1), 20)) for code in ("A-ADA", "A-BO2")}

    assert places["A-ADA"] == list(islice(check_places(seed=7, code="A-ADA", share=0.1), 20))
    assert places["A-ADA"] != places["A-BO2"]
    # One in ten, and at no fixed place in the ten.
    assert len({place % 10 for place in places["A-ADA"]}) >= 5


def test_checks_come_where_the_schedule_says_and_no_pair_is_lost():
    study = a_checked_study(contexts=12, share=0.25)
    ada = an_annotator(study)

    judge_all(study, ada)

    seen = seen_by(ada)
    scheduled = set(islice(check_places(seed=study.seed, code="A-ADA", share=0.25), 10))
    assert seen.count(False) == 12
    assert [place for place, check in enumerate(seen, start=1) if check] == sorted(
        place for place in scheduled if place <= len(seen)
    )
    assert not seen[-1]


def test_everybody_sees_a_check_pair_once_and_on_both_sides_over_all():
    study = a_checked_study(contexts=12, share=0.4, k=6)
    people = [an_annotator(study, f"A-{number}") for number in range(6)]

    for each in people:
        judge_all(study, each)

    looks = Slot.objects.filter(item__is_check=True)
    counts = [looks.filter(annotator=each).count() for each in people]
    # 12 real pairs are 60 of 100, so up to 8 checks belong to them; none comes after the last real pair.
    assert all(6 <= number <= 8 for number in counts)
    assert [looks.filter(annotator=each).values("item").distinct().count() for each in people] == counts
    assert 0.3 < looks.filter(first_on_left=True).count() / looks.count() < 0.7
    orders = {tuple(looks.filter(annotator=each).order_by("pk").values_list("item", flat=True)) for each in people}
    assert len(orders) == 6


def test_the_bar_at_the_top_does_not_tell_a_check_from_another_pair():
    study = a_checked_study(contexts=12, share=0.25)
    ada = an_annotator(study)
    totals, counts = [], []

    while True:
        before = personal_progress(annotator=ada)
        counts.append(before.left)
        totals.append(before.done + before.left)
        slot = claim_next(study=study, annotator=ada, now=NOW)
        if slot is None:
            break
        held = personal_progress(annotator=ada)
        assert (held.done, held.left) == (before.done, before.left)
        answer(slot, ada)

    assert len(set(totals)) == 1
    assert counts == list(range(totals[0], -1, -1))


def test_a_check_that_was_left_lying_comes_back_to_the_same_person_and_to_nobody_else():
    study = a_checked_study(contexts=6, share=0.5)
    ada, bo = an_annotator(study), an_annotator(study, "A-BO2")
    slot = claim_next(study=study, annotator=ada, now=NOW)
    while not slot.item.is_check:
        answer(slot, ada)
        slot = claim_next(study=study, annotator=ada, now=NOW)

    late = NOW.replace(hour=23)
    bos = claim_next(study=study, annotator=bo, now=late)

    assert bos.pk != slot.pk
    assert claim_next(study=study, annotator=ada, now=late).pk == slot.pk


def test_checks_are_marked_in_the_rows_and_enter_no_result():
    study = a_checked_study(contexts=6, share=0.25)
    ada = an_annotator(study)
    judge_all(study, ada, "left")

    rows = rows_of(study)

    checks = [row for row in rows if row.is_check]
    slots = {slot.item.context.ident: slot for slot in Slot.objects.filter(item__is_check=True)}
    assert len(checks) == len(slots) >= 1
    assert {row.expected for row in checks} == {"right-on-a-check"}
    assert [row.choice == row.expected for row in checks] == [
        right_side(slots[row.context]) == "left" for row in checks
    ]
    assert {(row.first, row.second) for row in checks} == {("right-on-a-check", "made-for-a-check")}
    assert len(choose(rows).counted) == 6
    assert choose(rows).checks == tuple(checks)


def test_one_that_is_unseen_no_more_leaves_the_rest_to_real_pairs():
    study = a_checked_study(contexts=12, share=0.5, checks=2)
    ada = an_annotator(study)

    judge_all(study, ada)

    assert seen_by(ada).count(True) == 2
    assert seen_by(ada).count(False) == 12


def test_a_dry_run_meets_the_checks_and_fills_the_study():
    study = a_checked_study(contexts=12, share=0.25, k=2, rules=("checks_wrong >= 2",))
    people = simulate(study=study, annotators=6, truth={}, seed=7, now=NOW)

    looks = Slot.objects.filter(study=people.study, item__is_check=True)
    assert (people.slots, people.unfilled) == (24, 0)
    assert looks.count() >= 4
    # Simulated people know the right reply nearly always.
    checks = [row for row in rows_of(people.study) if row.is_check]
    assert sum(row.choice == row.expected for row in checks) / len(checks) > 0.8
    assert Slot.objects.filter(study=study, item__is_check=True).count() == 0
