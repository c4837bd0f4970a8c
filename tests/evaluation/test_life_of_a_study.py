"""Whatever people do, in whatever order, the design holds: a state machine draws claims, answers, skips, leases that
run out, exclusions, withdrawals, pauses and extensions, and after every step all that was promised is looked at."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from evaluation.annotators.excluding import exclude
from evaluation.annotators.withdrawing import withdraw
from evaluation.changes.extending import extend
from evaluation.items.questions import sheets_of
from evaluation.judging.assignment import MOST_LEAD, LeaseLost, claim_next, most_for_one
from evaluation.judging.reading import open_looks
from evaluation.judging.skipping import skip
from evaluation.judging.submitting import lock, submit
from evaluation.material.gathering import gather_named
from evaluation.models import Annotator, Draft, Judgment, LostLook, Slot, Study
from evaluation.opening.importing import create_study
from evaluation.studies.life import open_study, pause_study
from evaluation.study_files.study_file import read_study_file
from tests.cast import NOW
from tests.evaluation.builders import an_annotator
from tests.evaluation.files import STUDY, a_study_file, two_systems

PEOPLE = 4
LEASE = timedelta(minutes=30)
FILE = f"""may_skip = true
judgments_per_pair = 3
max_share = 0.6
repeat_share = 0.2
contexts = {{ per_domain = 3, seed = 11 }}
{STUDY}
[[criteria]]
key = "trait_consistency"
[checks]
make = "shuffled-context"
share = 0.25
"""


class Life(RuleBasedStateMachine):
    """One study's life; every example begins with the same draft, opened, and is rolled back at its end."""

    study_name = "life"

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.now = NOW
        self.sent = 0
        self.study = Study.objects.get(name=self.study_name)
        self.people: list[Annotator] = []

    @initialize()
    def begin(self) -> None:
        open_study(study=self.study, now=self.now)
        self.people = [an_annotator(self.study, f"A-{number}") for number in range(PEOPLE)]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def somebody(self, number: int) -> Annotator:
        return Annotator.objects.select_related("study").get(pk=self.people[number].pk)

    def held_by(self, who: Annotator) -> Slot | None:
        """What they hold, as they see it: a lease that ran out is still theirs until another takes it."""
        return Slot.objects.for_annotator(who).filter(answered_at=None).first()

    @rule(number=st.integers(0, PEOPLE - 1))
    def claim(self, number: int) -> None:
        who = self.somebody(number)
        before, sides = self.held_by(who), self.sides_of(who)
        lead = 2 * sum(sides) - len(sides)
        wanted = lead < 0
        there = open_looks(who.pk, self.study.pk, taken=True).unclaimed(self.now).filter(first_on_left=wanted).exists()

        slot = claim_next(study=self.study, annotator=who, now=self.now)

        if before is not None and slot is not None:
            # What is held comes first, on whatever device.
            assert slot.pk == before.pk
        elif slot is not None and slot.look == 1 and not slot.item.is_check and abs(lead) >= MOST_LEAD and there:
            assert slot.first_on_left == wanted
        if slot is not None:
            assert self.study_now().is_open()
            assert self.somebody(number).state == Annotator.State.ACTIVE

    @rule(number=st.integers(0, PEOPLE - 1), say=st.sampled_from(["left", "right", "tie"]), twice=st.booleans())
    def answer(self, number: int, say: str, twice: bool) -> None:
        who = self.somebody(number)
        slot = self.held_by(who)
        if slot is None or not self.study_now().is_open():
            return
        sheets = sheets_of(slot)
        if len(sheets) > 1 and slot.locked_at is None:
            lock(slot_id=slot.pk, annotator=who, answers=self.all_of(sheets[0], say), now=self.now)
        self.sent += 1
        for _ in range(2 if twice else 1):
            submit(
                slot_id=slot.pk,
                annotator=who,
                key=f"key {self.sent}",
                answers=self.all_of(sheets[-1], say),
                seconds=12.0,
                layout="stacked",
                now=self.now,
            )
        asked = sum(len(sheet) for sheet in sheets)
        assert Judgment.objects.filter(slot=slot).count() == asked

    @staticmethod
    def all_of(sheet, say: str) -> dict[str, str]:
        return {question.field: say for question in sheet}

    @rule(number=st.integers(0, PEOPLE - 1))
    def lock_the_first_sheet(self, number: int) -> None:
        who = self.somebody(number)
        slot = self.held_by(who)
        if slot is not None and self.study_now().is_open() and len(sheets_of(slot)) > 1:
            lock(slot_id=slot.pk, annotator=who, answers=self.all_of(sheets_of(slot)[0], "left"), now=self.now)

    @rule(number=st.integers(0, PEOPLE - 1), twice=st.booleans())
    def pass_over(self, number: int, twice: bool) -> None:
        who = self.somebody(number)
        slot = self.held_by(who)
        if slot is None or not self.study_now().is_open():
            return
        skip(slot_id=slot.pk, annotator=who, now=self.now)
        if twice and Slot.objects.filter(pk=slot.pk).exists():
            skip(slot_id=slot.pk, annotator=who, now=self.now)
        assert self.held_by(who) is None
        look = LostLook.objects.get(annotator=who, context_id=slot.context_id)
        assert (look.item_id, look.skipped_at) == (slot.item_id, self.now)

    @rule(minutes=st.sampled_from([1, 29, 31]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(number=st.integers(0, PEOPLE - 1))
    def somebody_is_left_out(self, number: int) -> None:
        who = self.somebody(number)
        if not who.excluded_by and who.state != Annotator.State.WITHDRAWN:
            exclude(annotator=who, because="asked to be", now=self.now)
            assert claim_next(study=self.study, annotator=self.somebody(number), now=self.now) is None

    @rule(number=st.integers(0, PEOPLE - 1))
    def somebody_withdraws(self, number: int) -> None:
        withdraw(annotator=self.somebody(number), now=self.now)
        assert not Slot.objects.filter(annotator=self.people[number]).exists()

    @rule()
    def a_newcomer(self) -> None:
        if len(self.people) < 2 * PEOPLE:
            # Takes the place of the first at the table.
            self.people = [*self.people[1:], an_annotator(self.study, f"A-{self.sent}-{self.people[-1].pk}")]

    @rule()
    def rest_or_go_on(self) -> None:
        study = self.study_now()
        (pause_study if study.is_open() else open_study)(study=study, now=self.now)
        if not self.study_now().is_open():
            assert claim_next(study=study, annotator=self.somebody(0), now=self.now) is None

    @precondition(lambda self: self.study_now().judgments_per_pair < 5)
    @rule()
    def more_judgments_per_pair(self) -> None:
        study = self.study_now()
        extend(
            study=study, because="too wide an interval", now=self.now, judgments_per_pair=study.judgments_per_pair + 1
        )

    @rule(number=st.integers(0, PEOPLE - 1), other=st.integers(0, PEOPLE - 1))
    def somebody_elses_pair_is_nobody_elses(self, number: int, other: int) -> None:
        slot = self.held_by(self.somebody(number))
        if slot is None or number == other or not self.study_now().is_open():
            return
        with pytest.raises(LeaseLost):
            submit(
                slot_id=slot.pk,
                annotator=self.somebody(other),
                key="theirs",
                answers={},
                seconds=1.0,
                layout="",
                now=self.now,
            )

    # What must hold, whatever was done ------------------------------------------------------------------------------

    def study_now(self) -> Study:
        return Study.objects.get(pk=self.study.pk)

    def sides_of(self, who: Annotator) -> list[bool]:
        mine = Slot.objects.for_annotator(who).filter(look=1, item__is_check=False)
        return list(mine.values_list("first_on_left", flat=True))

    @invariant()
    def no_pair_has_more_judgments_than_planned_and_none_of_them_is_lost(self) -> None:
        k = self.study_now().judgments_per_pair
        looks = Slot.objects.filter(study=self.study, look=1).planned().values_list("item", "answered_at")
        planned = Counter(item for item, _answered in looks)
        assert set(planned.values()) <= {k}
        assert len(planned) == self.study.items.filter(is_check=False, automatic_tie=False).count()

    @invariant()
    def nobody_sees_a_context_twice(self) -> None:
        seen = Counter(
            Slot.objects.filter(study=self.study, look=1, annotator__isnull=False).values_list("annotator", "context")
        )
        assert set(seen.values()) <= {1}
        lost = set(LostLook.objects.filter(annotator__study=self.study).values_list("annotator", "context"))
        # What was lost or skipped is held by nobody who lost it; whoever answered a repeat's first look may have
        # skipped the repeat.
        held = Slot.objects.filter(study=self.study, answered_at=None, annotator__isnull=False)
        assert not lost & set(held.values_list("annotator", "context"))

    @invariant()
    def nobody_holds_two_pairs_or_more_than_their_share(self) -> None:
        held = Counter(
            Slot.objects.filter(study=self.study, answered_at=None, annotator__isnull=False).values_list("annotator")
        )
        assert set(held.values()) <= {1}
        shares = Counter(
            Slot.objects.filter(study=self.study, look=1, item__is_check=False, annotator__isnull=False).values_list(
                "annotator", flat=True
            )
        )
        assert max(shares.values(), default=0) <= most_for_one(self.study_now())

    @invariant()
    def each_pair_has_each_order_of_sides_as_often(self) -> None:
        sides: dict[int, list[bool]] = defaultdict(list)
        for item, on_left in (
            Slot.objects.filter(study=self.study, look=1).planned().values_list("item", "first_on_left")
        ):
            sides[item].append(on_left)
        assert all(abs(2 * sum(each) - len(each)) <= len(each) % 2 for each in sides.values())

    @invariant()
    def repeats_are_their_annotators_own_with_sides_swapped(self) -> None:
        repeats = Slot.objects.filter(study=self.study, look=2)
        assert not repeats.filter(first_on_left=F("repeats__first_on_left")).exists()
        assert not repeats.filter(annotator__isnull=False).exclude(annotator=F("repeats__annotator")).exists()

    @invariant()
    def what_is_answered_has_all_its_answers_and_what_is_not_has_none_that_count(self) -> None:
        for slot in Slot.objects.filter(study=self.study, annotator__isnull=False).prefetch_related("judgments"):
            sheets = sheets_of(slot)
            asked = {question.field for sheet in sheets for question in sheet}
            given = {each.criterion.key for each in slot.judgments.select_related("criterion")}
            first = {question.field for question in sheets[0]} if slot.locked_at and len(sheets) > 1 else set()
            assert given == (asked if slot.answered_at else first)
        free = Slot.objects.filter(study=self.study, annotator=None)
        assert not Judgment.objects.filter(slot__in=free).exists()
        assert not Draft.objects.filter(slot__in=free).exists()

    @invariant()
    def whoever_withdrew_left_nothing(self) -> None:
        gone = Annotator.objects.filter(study=self.study, state=Annotator.State.WITHDRAWN)
        assert not Slot.objects.filter(annotator__in=gone).exists()
        assert not Judgment.objects.filter(annotator__in=gone).exists()


@pytest.fixture
def a_life(parley_home, tmp_path, db):
    two_systems(parley_home, contexts=16, traits={"openness": "high"})
    file = read_study_file(a_study_file(tmp_path, FILE))
    return create_study(name="life", file=file, gathered=gather_named(file.responses, folder=tmp_path), now=NOW).study


def live(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.db
def test_the_design_holds_whatever_happens(a_life):
    live(examples=6, steps=25)


@pytest.mark.slow
def test_the_design_holds_whatever_happens_for_long(a_life):
    live(examples=40, steps=50)
