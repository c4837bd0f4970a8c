import re
import shlex
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from evaluation.annotators.excluding import CannotExclude, Checked, apply_rules, check_results, exclude, include
from evaluation.judging.assignment import NotYours, claim_next, most_for_one
from evaluation.judging.submitting import last_answered
from evaluation.models import Annotator, AuditEntry, Slot
from evaluation.results.exporting import rows_of
from evaluation.stats.data.selection import choose
from evaluation.studies.conduct import changes_after_results
from evaluation.studies.life import close_study, progress_of_study
from tests.cast import NOW
from tests.conftest import ROOT
from tests.evaluation.builders import a_researcher, a_study, an_annotator, answer, judge_all
from tests.evaluation.known_pairs import a_checked_study, right_side, wrong_side

pytestmark = pytest.mark.django_db
TWO_WRONG = "checks_wrong >= 2"


def judge(study, annotator, *, wrong: int, seconds: float = 20.0) -> int:
    """Judge until nothing comes, the first `wrong` checks wrong; returns how many pairs were answered."""
    done = failed = 0
    while slot := claim_next(study=study, annotator=annotator, now=NOW):
        side = "left"
        if slot.item.is_check:
            side = wrong_side(slot) if failed < wrong else right_side(slot)
            failed += 1
        answer(slot, annotator, side, seconds=seconds, now=NOW + timedelta(seconds=done))
        done += 1
    annotator.refresh_from_db()
    return done


def test_two_failed_checks_end_somebody_at_once_and_one_slip_does_not():
    study = a_checked_study(contexts=12, share=0.25, k=2, rules=(TWO_WRONG,))
    ada, bo = an_annotator(study), an_annotator(study, "A-BO2")

    judge(study, ada, wrong=2)
    judge(study, bo, wrong=1)

    assert (ada.state, ada.excluded_by) == (Annotator.State.ENDED, TWO_WRONG)
    assert (bo.state, bo.excluded_by) == (Annotator.State.FINISHED, "")
    last = Slot.objects.filter(annotator=ada).order_by("-answered_at", "-pk").first()
    assert last.item.is_check
    assert check_results(study)[ada.pk] == Checked(right=0, wrong=2)
    assert last_answered(annotator=ada) is None
    assert list(AuditEntry.objects.values_list("action", "detail")) == [
        ("ended by a rule", {"annotator": "A-ADA", "rule": TWO_WRONG})
    ]


def test_what_they_judged_stands_marked_and_is_planned_again():
    study = a_checked_study(contexts=12, share=0.25, rules=(TWO_WRONG,))
    ada, bo = an_annotator(study), an_annotator(study, "A-BO2")
    judge(study, ada, wrong=2)
    judged = Slot.objects.filter(annotator=ada, item__is_check=False)
    real = judged.count()
    before = progress_of_study(study, now=NOW)

    judge(study, bo, wrong=0)

    chosen = choose(rows_of(study))
    assert 0 < real < 12
    assert (before.slots, before.slots_done, before.slots_free) == (12, 0, 12)
    assert {row.annotator for row in chosen.counted} == {"A-BO2"}
    assert (len(chosen.counted), len(chosen.ruled_out)) == (12, real)
    assert {row.excluded_by for row in chosen.ruled_out} == {TWO_WRONG}
    sides = {slot.item_id: slot.first_on_left for slot in judged}
    stand_ins = Slot.objects.filter(stands_for__annotator=ada)
    assert {slot.item_id: slot.first_on_left for slot in stand_ins} == sides
    assert progress_of_study(study, now=NOW).slots_done == 12


def test_the_pair_they_held_is_given_back():
    study = a_study(contexts=3)
    ada = an_annotator(study)
    slot = claim_next(study=study, annotator=ada, now=NOW)

    exclude(annotator=ada, because="told us that they guessed", now=NOW)

    slot.refresh_from_db()
    assert (slot.annotator, slot.leased_until) == (None, None)
    with pytest.raises(NotYours):
        answer(slot, ada)
    assert claim_next(study=study, annotator=ada, now=NOW) is None
    assert most_for_one(study) == 3


def test_a_pace_that_is_too_fast_acts_once_there_is_a_pace():
    study = a_study(contexts=12, plan={"exclusions": ["median_seconds < 3"]})
    ada = an_annotator(study)

    done = judge(study, ada, wrong=0, seconds=1.0)

    assert (done, ada.excluded_by) == (8, "median_seconds < 3")


@pytest.mark.parametrize("rule", ["agreement < 0.9", "side_bias > 0.1", "longest_run >= 3"])
def test_what_depends_on_the_outcome_never_acts(rule):
    study = a_study(contexts=12, plan={"exclusions": [rule]})
    ada = an_annotator(study)

    assert judge(study, ada, wrong=0) == 12
    assert ada.excluded_by == ""


def test_a_share_of_few_checks_does_not_end_anybody_on_one_slip():
    study = a_checked_study(contexts=12, share=0.25, rules=("checks_right < 0.9",))
    ada = an_annotator(study)

    judge(study, ada, wrong=1)

    assert ada.excluded_by == ""


def test_somebody_taken_back_counts_again_and_no_rule_ends_them_any_more():
    study = a_checked_study(contexts=12, share=0.25, rules=(TWO_WRONG,))
    ada = an_annotator(study)
    judge(study, ada, wrong=2)

    include(annotator=ada, because="the checks were broken", now=NOW, by=a_researcher())
    ada.refresh_from_db()
    state = ada.state
    judge(study, ada, wrong=9)

    assert (state, ada.excluded_by) == (Annotator.State.ACTIVE, "")
    assert len(choose(rows_of(study)).counted) == 12
    assert not Slot.objects.filter(stands_for__annotator=ada).exists()
    assert apply_rules(annotator=ada, now=NOW) == ""


def test_a_planned_repeat_is_planned_again_with_its_pair():
    study = a_study(contexts=2)
    for slot in study.slots.order_by("position"):
        Slot.objects.create(
            study=study,
            item=slot.item,
            context=slot.context,
            look=2,
            repeats=slot,
            number=0,
            position=9,
            first_on_left=not slot.first_on_left,
        )
    ada, bo = an_annotator(study), an_annotator(study, "A-BO2")
    judge_all(study, ada)

    exclude(annotator=ada, because="guessed", now=NOW)

    assert progress_of_study(study, now=NOW).slots == 4
    assert judge_all(study, bo) == 4
    rows = choose(rows_of(study))
    assert (len(rows.counted), len(rows.second_looks)) == (2, 2)


def test_by_hand_once_results_could_be_seen_makes_the_result_exploratory_and_a_rule_does_not():
    study = a_checked_study(contexts=6, share=0.5, rules=(TWO_WRONG,))
    ada = an_annotator(study)
    judge(study, ada, wrong=2)
    close_study(study=study, now=NOW + timedelta(minutes=30))
    by_rule = changes_after_results(study)

    include(annotator=ada, because="the checks were broken", now=NOW + timedelta(hours=1))

    assert by_rule == []
    assert changes_after_results(study) == ["An excluded annotator was taken back by hand after results could be seen"]


def test_nobody_is_left_out_twice_without_a_reason_or_after_withdrawing():
    study = a_study(contexts=3)
    ada, bo = an_annotator(study), an_annotator(study, "A-BO2", state=Annotator.State.WITHDRAWN)
    with pytest.raises(CannotExclude, match="expected a reason"):
        exclude(annotator=ada, because=" ", now=NOW)
    exclude(annotator=ada, because="guessed", now=NOW)

    for annotator, why in ((ada, "is left out already: by hand: guessed"), (bo, "has withdrawn")):
        with pytest.raises(CannotExclude, match=why):
            exclude(annotator=annotator, because="again", now=NOW)
    with pytest.raises(CannotExclude, match="is not left out"):
        include(annotator=bo, because="", now=NOW)


def test_the_command_leaves_out_and_takes_back_as_the_guide_says(capsys):
    study = a_study("demo", contexts=3)
    judge_all(study, an_annotator(study, "A-7Q2"))
    guide = (ROOT / "docs" / "running-a-study.md").read_text(encoding="utf-8")
    line = re.search(r"`manage\.py (exclude_annotator demo [^`]+)`", guide)
    words = shlex.split(line[1])

    call_command(*words)
    out = Annotator.objects.get().excluded_by
    call_command(*words, "--include")

    assert (out, Annotator.objects.get().excluded_by) == ("by hand: told us that they guessed", "")
    assert "A-7Q2 is left out (by hand: told us that they guessed); 3 looks stand open" in capsys.readouterr().out


def test_the_command_names_those_there_are():
    an_annotator(a_study("demo"), "A-7Q2")

    with pytest.raises(CommandError, match="no annotator 'A-NOBODY' in demo; there: A-7Q2"):
        call_command("exclude_annotator", "demo", "A-NOBODY", "--because", "guessed")
