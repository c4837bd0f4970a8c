"""The life of a study, unblinding, and progress that says nothing by system."""

from dataclasses import asdict
from datetime import date, timedelta

import pytest

from evaluation.judging.assignment import claim_next
from evaluation.models import AuditEntry, Study
from evaluation.studies.life import (
    AnnotatorProgress,
    NoSuchStudy,
    NotReady,
    WrongState,
    close_study,
    open_study,
    pause_study,
    progress_of_study,
    study_named,
    unblind,
)
from tests.cast import NOW
from tests.evaluation.builders import a_criterion, a_researcher, a_study, an_annotator, answer, judge_all

pytestmark = [pytest.mark.django_db, pytest.mark.db]

LATER = NOW + timedelta(hours=2)
DRAFT, OPEN, PAUSED, CLOSED = Study.State.values


def test_a_study_is_found_by_name_and_otherwise_those_that_there_are_are_listed():
    study = a_study("snow")

    assert study_named("snow") == study
    with pytest.raises(NoSuchStudy, match="no study 'rain'; there: snow"):
        study_named("rain")


@pytest.mark.parametrize(
    ("move", "state", "after"),
    [
        (open_study, DRAFT, OPEN),
        (open_study, PAUSED, OPEN),
        (pause_study, OPEN, PAUSED),
        (close_study, OPEN, CLOSED),
        (close_study, PAUSED, CLOSED),
    ],
)
def test_a_study_moves_and_it_is_kept_who_moved_it(move, state, after):
    study, cleo = a_study(state=state, contexts=1), a_researcher()

    move(study=study, now=NOW, by=cleo)

    assert (study.state, Study.objects.get().state) == (after, after)
    entry = AuditEntry.objects.get()
    assert (entry.made_by, entry.made_at) == (cleo, NOW)


@pytest.mark.parametrize(
    ("move", "state"),
    [
        (open_study, OPEN),
        (open_study, CLOSED),
        (pause_study, DRAFT),
        (pause_study, PAUSED),
        (pause_study, CLOSED),
        (close_study, DRAFT),
        (close_study, CLOSED),
    ],
)
def test_a_move_that_the_state_does_not_allow_changes_nothing_and_says_what_was_expected(move, state):
    study = a_study(state=state, contexts=1)

    with pytest.raises(WrongState, match=rf"snow: expected a study that is .*, and it is {state}"):
        move(study=study, now=NOW)

    assert (Study.objects.get().state, AuditEntry.objects.count()) == (state, 0)


def test_the_row_and_not_the_object_at_hand_decides():
    study = a_study()
    stale = Study.objects.get()
    close_study(study=study, now=NOW)

    with pytest.raises(WrongState, match="it is closed"):
        pause_study(study=stale, now=NOW)


def test_opening_freezes_the_design_once():
    study = a_study(state=DRAFT, contexts=2)

    open_study(study=study, now=NOW)
    first = (study.design_digest, study.opened_at)
    pause_study(study=study, now=NOW)
    open_study(study=study, now=LATER)

    assert len(study.design_digest) == 64
    assert (study.design_digest, study.opened_at) == first


@pytest.mark.parametrize("change", ["wording", "plan", "side", "none"])
def test_whatever_is_changed_in_the_design_changes_its_digest(change):
    digests = []
    for name in ("snow", "rain"):
        study = a_study(name, state=DRAFT, contexts=2)
        if name == "rain" and change == "wording":
            study.criteria.update(question="Which is nicer?")
        if name == "rain" and change == "plan":
            Study.objects.filter(pk=study.pk).update(plan={"declared": True, "alpha": 0.01})
            study.refresh_from_db()
        if name == "rain" and change == "side":
            study.slots.filter(position=0).update(first_on_left=False)
        open_study(study=study, now=NOW)
        digests.append(study.design_digest)

    assert (digests[0] == digests[1]) == (change == "none")


@pytest.mark.parametrize(
    ("hypothesis", "problem"),
    [
        ({"criterion": "beauty", "better": "pt"}, "hypothesis 1 names the criterion 'beauty'"),
        ({"criterion": "naturalness", "better": "gpt"}, "hypothesis 1 names the better 'gpt', and there is only p, pt"),
        ({"criterion": "naturalness", "better": "pt", "than": "gpt"}, "hypothesis 1 names the than 'gpt'"),
        ({"criterion": "naturalness", "better": "pt", "domain": "moon"}, "hypothesis 1 names the domain 'moon'"),
    ],
)
def test_a_draft_whose_plan_names_what_is_not_there_is_not_opened(hypothesis, problem):
    study = a_study(state=DRAFT, contexts=1, plan={"declared": True, "hypotheses": [hypothesis]})

    with pytest.raises(NotReady, match=problem):
        open_study(study=study, now=NOW)

    assert Study.objects.get().state == DRAFT


def test_a_draft_with_nothing_to_ask_or_to_judge_is_not_opened():
    study = a_study(state=DRAFT, criteria=())

    with pytest.raises(NotReady, match="it asks no question; it has no pair to judge"):
        open_study(study=study, now=NOW)


def test_unblinding_is_kept_once_with_who_did_it():
    study, cleo = a_study(), a_researcher()

    unblind(study=study, now=NOW, by=cleo)
    unblind(study=study, now=LATER)

    assert study.unblinded_at == NOW
    assert list(AuditEntry.objects.values_list("action", "made_by__email", "made_at")) == [
        ("unblinded", cleo.email, NOW)
    ]
    assert study.unblinded_early()


def test_a_closed_study_needs_no_unblinding_and_a_draft_has_nothing_to_see():
    closed, draft = a_study("shut", state=CLOSED), a_study("new", state=DRAFT)

    unblind(study=closed, now=LATER)

    assert (closed.unblinded_at, closed.unblinded_early()) == (None, False)
    with pytest.raises(WrongState, match="a draft has no results"):
        unblind(study=draft, now=NOW)


def test_progress_counts_slots_and_each_annotators_work():
    study = a_study(contexts=4, k=2)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    for number, choice in enumerate(("left", "left", "right", "tie")):
        slot = claim_next(study=study, annotator=ada, now=NOW)
        answer(slot, ada, choice, seconds=10.0 + number, now=NOW + timedelta(days=number // 2, minutes=1))
    claim_next(study=study, annotator=bo, now=NOW)
    ada.refresh_from_db()

    progress = progress_of_study(study, now=NOW)

    assert (progress.slots, progress.slots_done, progress.slots_out, progress.slots_free) == (8, 4, 1, 3)
    assert (progress.items, progress.annotators, progress.judgments) == (4, 2, 4)
    assert progress.by_day == ((date(2026, 11, 24), 2), (date(2026, 11, 25), 2))
    assert progress.per_annotator == (
        # Two of three sided answers went left; one of four was a tie; the median of 10, 11, 12 and 13 seconds.
        AnnotatorProgress("A-ADA", "human", "active", 4, 11.5, 2 / 3, 0.25, ada.last_seen_at),
        AnnotatorProgress("A-BO", "human", "active", 0, None, None, None, NOW),
    )


def test_an_abandoned_slot_counts_as_free():
    study = a_study(contexts=1)
    claim_next(study=study, annotator=an_annotator(study), now=NOW)

    assert progress_of_study(study, now=NOW).slots_out == 1
    assert progress_of_study(study, now=LATER).slots_free == 1


def test_progress_of_a_study_with_nothing_in_it():
    progress = progress_of_study(a_study(), now=NOW)

    assert (progress.slots, progress.per_annotator, progress.by_day) == (0, (), ())


def test_progress_says_nothing_by_system():
    study = a_study(systems=("zebra-p", "zebra-pt"), domains=("zebra",), contexts=2)
    judge_all(study, an_annotator(study))

    assert "zebra" not in str(asdict(progress_of_study(study, now=NOW)))


@pytest.mark.parametrize("annotators", [1, 3])
def test_progress_takes_the_same_number_of_queries_for_one_annotator_and_for_three(
    annotators, django_assert_num_queries
):
    study = a_study(contexts=3, k=3)
    a_criterion(study, key="fun", name="Fun", question="Which is more fun?")
    for number in range(annotators):
        judge_all(study, an_annotator(study, f"A-{number}"))

    with django_assert_num_queries(6):
        progress_of_study(study, now=NOW)
