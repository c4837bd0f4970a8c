"""Planned looks at a study that runs: decided, logged, shown in the report, and no unblinding."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from evaluation.items.blinding import ResultsHidden, require_results
from evaluation.models import Amendment, AuditEntry, Slot
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import read_info, read_judgments, write_judgments
from evaluation.running.looking import look_at
from evaluation.stats.analysis import analyse
from evaluation.stats.preferences.looks import LookNotDue
from evaluation.studies.conduct import changes_after_results, planned_clusters
from evaluation.studies.life import WrongState, close_study, unblind
from generation.terminal import BadInput
from tests.cast import NOW
from tests.evaluation.builders import THREE_CRITERIA, a_context, a_slot, a_study, an_annotator, answer, judge_all

pytestmark = pytest.mark.django_db

PLAN = {
    "declared": True,
    "hypotheses": [{"criterion": "naturalness", "domain": "all", "better": "pt"}],
    "looks": [0.5],
}


def judged(study, code, *, slots, answers):
    """So many slots of `study`, answered by a new annotator in their order."""
    annotator = an_annotator(study, code)
    for slot in Slot.objects.filter(study=study, answered_at=None).order_by("position")[:slots]:
        slot.annotator, slot.claimed_at = annotator, NOW
        slot.leased_until = NOW + timedelta(hours=1)
        slot.save()
        answer(slot, annotator, answers[slot.first_on_left] if isinstance(answers, tuple) else answers)


def a_running_study(**fields):
    """24 contexts of one judgment each; pt, the second system, is on the right where p is on the left."""
    return a_study(contexts=24, k=1, plan=PLAN, **fields)


# What chooses pt on either side: its reply is Reply 1 where the first system's is not.
FOR_PT = ("left", "right")


def test_a_look_is_refused_until_enough_contexts_have_all_their_judgments():
    study = a_running_study()
    judged(study, "A-ADA", slots=11, answers=FOR_PT)

    with pytest.raises(LookNotDue, match="look 1 is planned at 50%"):
        look_at(study=study, now=NOW)

    assert not AuditEntry.objects.filter(study=study, action="looked").exists()


def test_a_look_says_whether_to_go_on_and_shows_no_number(capsys):
    study = a_running_study()
    judged(study, "A-ADA", slots=12, answers=FOR_PT)

    call_command("report", "snow", "--look", "--json")

    printed = json.loads(capsys.readouterr().out)
    assert printed["claims"] == [
        {"criterion": "naturalness", "domain": "all", "better": "pt", "than": "p", "decision": "better"}
    ]
    study.refresh_from_db()
    assert study.unblinded_at is None
    with pytest.raises(ResultsHidden):
        require_results(study)


def test_a_look_is_taken_once_and_is_in_the_report_and_in_the_export(tmp_path, capsys):
    study = a_running_study()
    judged(study, "A-ADA", slots=12, answers=FOR_PT)
    call_command("report", "snow", "--look")
    said = capsys.readouterr().out

    with pytest.raises(BadInput, match="all 1 planned looks were taken"):
        call_command("report", "snow", "--look")
    judged(study, "A-BO", slots=12, answers=FOR_PT)
    close_study(study=study, now=NOW + timedelta(days=1))
    write_judgments(tmp_path / "snow.csv", rows_of(study), info_of(study))
    exported = analyse(read_judgments(tmp_path / "snow.csv"), read_info(tmp_path / "snow.csv"))

    assert "naturalness: pt is better than p" in said
    found = analyse(rows_of(study), info_of(study))
    assert exported == found
    assert found["hypotheses"][0]["looks"]["decided_at_look"] == 1
    assert found["exploratory"] == []


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_only_a_study_that_runs_is_looked_at(state):
    study = a_running_study(state=state)

    with pytest.raises(WrongState, match="expected a study that runs"):
        look_at(study=study, now=NOW)


def test_a_report_needs_its_folder():
    a_running_study(state="closed")

    with pytest.raises(BadInput, match="expected a folder for the report: --to DIR"):
        call_command("report", "snow")


def test_what_is_planned_is_counted_by_criterion_and_domain():
    study = a_study(criteria=THREE_CRITERIA)
    for domain, traits in (("personachat", {"openness": "high"}), ("personalitychat", {}), ("personachat", {})):
        a_slot(study, item=a_context(study, domain=domain, traits=traits)[0])

    planned = planned_clusters(study, study.criteria.all())

    assert planned["naturalness"] == {"all": 3, "personachat": 2, "personalitychat": 1}
    assert planned["trait_consistency"] == {"all": 1, "personachat": 1}


def test_what_is_done_by_hand_after_unblinding_is_said():
    study = a_running_study()
    judged(study, "A-ADA", slots=2, answers="left")
    unblind(study=study, now=NOW + timedelta(hours=2))
    Slot.objects.filter(study=study, answered_at=None).update(answered_at=NOW + timedelta(hours=3))
    AuditEntry.objects.create(study=study, action="excluded", made_at=NOW + timedelta(hours=4))
    Amendment.objects.create(study=study, text="We add a domain.", made_at=NOW + timedelta(hours=5))

    assert changes_after_results(study) == [
        "22 pairs were judged after results had been seen",
        "An annotator was excluded by hand after results could be seen",
        "Amended after results could be seen (We add a domain)",
    ]


def test_what_was_amended_before_anybody_saw_results_changes_nothing():
    study = a_running_study()
    Amendment.objects.create(study=study, text="A typing error.", made_at=NOW - timedelta(hours=5))
    close_study(study=study, now=NOW)

    assert changes_after_results(study) == []


def test_a_reported_pair_is_marked_in_its_rows():
    study = a_study(contexts=1)
    judge_all(study, an_annotator(study))
    Slot.objects.filter(study=study).update(problem="broken")

    assert [row.problem for row in rows_of(study)] == ["broken"]
