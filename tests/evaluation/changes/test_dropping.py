"""Reported pairs that are dropped while a study runs, and taken back in."""

from datetime import timedelta
from decimal import Decimal

import pytest

from evaluation.annotators.excluding import exclude
from evaluation.annotators.paying import pay_list
from evaluation.annotators.withdrawing import withdraw
from evaluation.changes.amendable import CannotAmend
from evaluation.changes.dropping import Dropped, drop, restore
from evaluation.changes.extending import extend
from evaluation.changes.registering import differences, registration
from evaluation.judging.assignment import claim_next, most_for_one, own_slot, personal_progress
from evaluation.judging.reading import claim
from evaluation.judging.submitting import LeaseLost
from evaluation.models import Annotator, AuditEntry, Item, Judgment, LostLook, Slot, Study
from evaluation.reports.build import report_of
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import read_judgments, write_judgments
from evaluation.stats.analysis import analyse
from evaluation.studies.life import close_study, progress_of_study, unblind
from evaluation.studies.pair_reports import NoSuchReport
from tests.cast import NOW
from tests.evaluation.builders import a_researcher, a_slot, a_study, an_annotator, answer, judge_all

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
WHY = "the second reply is cut off in its file"


def reported(slot: Slot) -> Slot:
    Slot.objects.filter(pk=slot.pk).update(problem="broken")
    return slot


def a_report(study: Study) -> Slot:
    """Ada judges one pair, and reports it."""
    ada = an_annotator(study)
    slot = claim_next(study=study, annotator=ada, now=NOW)
    assert slot is not None
    return reported(answer(slot, ada))


def held_too(slot: Slot, annotator: Annotator) -> Slot:
    """Another look at the same pair, which `annotator` holds."""
    other = Slot.objects.filter(item=slot.item, annotator=None).first()
    assert other is not None
    assert claim(other.pk, annotator, now=NOW, until=NOW + timedelta(minutes=30))
    return own_slot(annotator=annotator, slot_id=other.pk)


def dropped(slot: Slot, because: str = WHY) -> Dropped:
    return drop(study=slot.study, number=slot.pk, because=because, now=LATER)


def test_dropping_is_an_amendment_that_says_why_and_how_far_the_study_was():
    study = a_study(contexts=3, k=2)
    slot, cleo = a_report(study), a_researcher()

    made = drop(study=study, number=slot.pk, because=f"  {WHY} ", now=LATER, by=cleo)

    context = slot.context.ident
    assert made.amendment.text == f"One pair dropped ({context}): {WHY}"
    assert made.amendment.change == {
        "changes": [{"key": f"pairs.{context}", "before": "judged", "after": "dropped"}],
        "judgments": 1,
        "slots_done": 1,
        "slots": 6,
        "results_seen": False,
        "dropped": {"item": slot.item_id, "context": context, "judgments": 1, "repeats": []},
    }
    assert (made.judgments, made.holders) == (1, 0)
    entry = AuditEntry.objects.get(study=study)
    assert (entry.action, entry.made_by) == ("pair dropped", cleo)


def test_its_open_slots_are_handed_out_to_nobody_and_are_not_counted_as_planned():
    study = a_study(contexts=3, k=2, max_share=0.5)
    slot = a_report(study)
    bo = an_annotator(study, "A-BO")
    assert most_for_one(study) == 3

    dropped(slot)

    assert judge_all(study, bo) == 2
    assert not Slot.objects.filter(item=slot.item, annotator=bo).exists()
    progress = progress_of_study(study, now=LATER)
    # Two pairs of two looks each are left, of which Bo gave two.
    assert (progress.slots, progress.slots_done, progress.items) == (4, 2, 2)
    assert most_for_one(study) == 2


def test_who_holds_it_gets_the_next_pair_never_meets_it_again_and_is_paid_all_the_same():
    study = a_study(contexts=3, k=2, design={"pay": {"currency": "EUR", "per_judgment": "0.50"}})
    slot = a_report(study)
    bo = an_annotator(study, "A-BO")
    held = held_too(slot, bo)

    made = dropped(slot)
    following = claim_next(study=study, annotator=bo, now=LATER)

    assert made.holders == 1
    assert following is not None
    assert following.item_id != slot.item_id
    with pytest.raises(LeaseLost):
        answer(held, bo, now=LATER)
    wage = next(each for each in pay_list(study).wages if each.annotator == "A-BO")
    assert (wage.pairs, wage.due) == (1, Decimal("0.50"))
    restore(study=study, number=slot.pk, because="it is whole", now=LATER)
    assert judge_all(study, bo) == 2


def test_who_withdraws_after_a_pair_was_taken_from_them_is_paid_for_it():
    study = a_study(contexts=3, k=2, design={"pay": {"currency": "EUR", "per_judgment": "0.50"}})
    slot = a_report(study)
    bo = an_annotator(study, "A-BO")
    held_too(slot, bo)
    dropped(slot)

    withdraw(annotator=bo, now=LATER)

    assert [each.pairs for each in pay_list(study).wages] == [1, 1]


def test_what_was_judged_is_kept_left_out_and_counted_with_the_reason():
    study = a_study(contexts=8, k=2)
    for code in ("A-ADA", "A-BO"):
        judge_all(study, an_annotator(study, code), "left")
    slot = reported(study.slots.answered().first())
    before = analyse(rows_of(study), info_of(study))

    dropped(slot)
    after = analyse(rows_of(study), info_of(study))

    assert Judgment.objects.count() == 16
    assert (before["n"]["judgments"], after["n"]["judgments"]) == (16, 14)
    assert after["excluded"] == [{"rule": f"pair dropped by an amendment: {WHY}", "judgments": 2, "annotators": 2}]
    beside = after["robustness"]["naturalness"][0]["including_excluded"]
    assert (beside["n"], after["n"]["clusters"]) == (8, 7)


def test_the_report_says_how_much_why_and_whether_results_could_be_seen():
    study = a_study(contexts=8, k=1)
    judge_all(study, an_annotator(study), "left")
    slots = list(study.slots.answered().order_by("pk"))
    dropped(reported(slots[0]))
    unblind(study=study, now=LATER)
    drop(study=study, number=reported(slots[1]).pk, because="hurtful", now=LATER + timedelta(hours=1))
    close_study(study=study, now=LATER + timedelta(hours=2))

    report = report_of(study)

    cautions = " ".join(" ".join(each.text for each in report.cautions).split())
    assert f"Amended after opening, with 8 judgments in: One pair dropped ({slots[0].context.ident}): {WHY}" in cautions
    assert "with 8 judgments in and results seen: One pair dropped" in cautions
    # Dropped by hand once results could be seen: no confirmation any more.
    assert any("the primary result is exploratory" in each for each in info_of_warnings(study))
    table = next(each for each in report.tables if each.key == "amendments")
    assert [row[-1] for row in table.rows] == ["no", "yes"]


def info_of_warnings(study: Study) -> list[str]:
    return list(analyse(rows_of(study), info_of(study))["warnings"])


def test_the_exported_file_gives_the_same_result(tmp_path):
    study = a_study(contexts=6, k=1)
    judge_all(study, an_annotator(study), "left")
    dropped(reported(study.slots.answered().first()))
    path = tmp_path / "judgments.csv"

    write_judgments(path, rows_of(study), info_of(study))

    assert read_judgments(path) == rows_of(study)
    assert [row.dropped for row in rows_of(study)].count(WHY) == 1


def test_restored_it_counts_again_and_its_slots_and_repeats_are_open_again():
    study = a_study(contexts=2, k=2, repeat_share=0.5)
    slot = a_report(study)
    repeat = a_slot(study, item=slot.item, swapped=True, look=2, number=0, repeats=slot)
    ada = slot.annotator
    assert ada is not None
    assert personal_progress(annotator=ada).left == 2
    dropped(slot)
    # The other pair alone: a second look at the dropped one does not come.
    assert personal_progress(annotator=ada).left == 1
    assert not Slot.objects.filter(pk=repeat.pk).exists()

    made = restore(study=study, number=slot.pk, because="it is whole in the file", now=LATER)

    assert made.amendment.text == f"One dropped pair restored ({slot.context.ident}): it is whole in the file"
    assert personal_progress(annotator=ada).left == 2
    again = Slot.objects.get(repeats=slot)
    assert (again.look, again.first_on_left, again.context_id) == (2, not slot.first_on_left, slot.context_id)
    assert [row.dropped for row in rows_of(study)] == [""]
    assert (Item.objects.get(pk=slot.item_id).dropped_at, progress_of_study(study, now=LATER).slots) == (None, 5)


def test_extending_and_excluding_keep_every_pair_at_k_whatever_was_dropped_meanwhile():
    study = a_study(contexts=3, k=1)
    slot = a_report(study)
    ada = slot.annotator
    dropped(slot)

    extend(study=study, because="more", now=LATER, judgments_per_pair=3)
    exclude(annotator=ada, because="a bot", now=LATER)

    assert progress_of_study(study, now=LATER).slots == 6
    restore(study=study, number=slot.pk, because="it is whole", now=LATER)
    planned = Slot.objects.filter(study=study).planned()
    assert [planned.filter(item=each).count() for each in study.items.order_by("pk")] == [3, 3, 3]
    done = [judge_all(study, an_annotator(study, f"A-B{number}")) for number in range(3)]
    assert done == [3, 3, 3]


def test_what_was_registered_is_told_apart_from_the_amendment(tmp_path):
    study = a_study(contexts=3, k=1, design_digest="")
    registered = registration(study, code=tmp_path)
    slot = a_report(study)

    dropped(slot)

    assert differences(study, registered, code=tmp_path) == [
        f"amended on {LATER:%Y-%m-%d}: One pair dropped ({slot.context.ident}): {WHY}"
    ]


def test_what_cannot_be_dropped_or_restored_is_refused_and_nothing_changes():
    study = a_study(contexts=3, k=1)
    slot = a_report(study)
    other = study.slots.exclude(pk=slot.pk).first()

    with pytest.raises(NoSuchReport):
        drop(study=study, number=other.pk, because=WHY, now=LATER)
    with pytest.raises(NoSuchReport):
        drop(study=a_study("rain"), number=slot.pk, because=WHY, now=LATER)
    with pytest.raises(CannotAmend, match="expected a reason"):
        dropped(slot, because=" ")
    with pytest.raises(CannotAmend, match="only one that was dropped"):
        restore(study=study, number=slot.pk, because=WHY, now=LATER)
    Item.objects.filter(pk=slot.item_id).update(is_check=True)
    with pytest.raises(CannotAmend, match="a known answer"):
        dropped(slot)
    Item.objects.filter(pk=slot.item_id).update(is_check=False)
    dropped(slot)
    with pytest.raises(CannotAmend, match=f"already: {WHY}"):
        dropped(slot)
    close_study(study=study, now=LATER)
    with pytest.raises(CannotAmend, match="it is closed"):
        restore(study=study, number=slot.pk, because=WHY, now=LATER)
    assert study.amendments.count() == 1
    assert not LostLook.objects.exists()
