"""`drop_pair`: reported pairs listed, dropped and taken back in from the command line, as on the page."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.models import AuditEntry, Item, Slot, Study
from evaluation.studies.life import close_study
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator, judge_all

pytestmark = pytest.mark.django_db
WHY = "the second reply is cut off in its file"


def run(*words: str) -> tuple[dict, str]:
    """What the command answers, and what it says."""
    out, said = StringIO(), StringIO()
    call_command("drop_pair", *words, "--json", stdout=out, stderr=said)
    return json.loads(out.getvalue()), said.getvalue()


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as error:
        call_command("drop_pair", *words, stdout=StringIO(), stderr=StringIO())
    assert error.value.returncode == 2
    return str(error.value)


@pytest.fixture
def study() -> Study:
    return a_study(contexts=3, k=1)


@pytest.fixture
def report(study) -> Slot:
    """Ada judged everything, and reported the first pair."""
    judge_all(study, an_annotator(study))
    slot = study.slots.order_by("pk").first()
    Slot.objects.filter(pk=slot.pk).update(problem="broken", comment="cut off")
    return slot


def test_without_a_pair_the_reports_are_listed_by_nothing_that_tells_a_system(study, report):
    answer, said = run("snow")

    context = report.context.ident
    assert answer["reports"] == [
        {
            "number": report.pk,
            "context": context,
            "problem": "broken",
            "comment": "cut off",
            "annotator": "A-ADA",
            "reporters": 1,
            "judged": 1,
            "dropped": "",
            "is_check": False,
        }
    ]
    assert f"  {report.pk}  {context}  broken, by A-ADA: cut off" in said
    assert "Next: manage.py drop_pair snow PAIR --why REASON" in said
    assert not study.amendments.exists()


def test_where_nothing_was_reported_it_says_so(study):
    assert run("snow")[1] == "snow: no pair reported.\n"


@pytest.mark.parametrize("named", ["context", "number"])
def test_a_pair_is_dropped_and_taken_back_in_by_amendments(named, study, report):
    pair = report.context.ident if named == "context" else str(report.pk)

    gone, said = run("snow", pair, "--why", WHY)
    listed = run("snow")[1]
    back, said_of_back = run("snow", pair, "--restore", "--because", "it is whole")

    assert (gone["report"], gone["judgments"], gone["holders"]) == (report.pk, 1, 0)
    assert gone["amendment"]["text"] == f"One pair dropped ({report.context.ident}): {WHY}"
    assert "1 judgments leave every result, and are kept." in said
    assert f"(dropped: {WHY})" in listed
    assert back["amendment"]["text"] == f"One dropped pair restored ({report.context.ident}): it is whole"
    assert "1 judgments count again" in said_of_back
    assert [each.action for each in AuditEntry.objects.order_by("pk")] == ["pair dropped", "pair restored"]
    assert not Item.objects.filter(dropped_at__isnull=False).exists()


def test_what_cannot_be_is_refused_with_status_2_and_nothing_changes(study, report):
    context = report.context.ident
    other = study.slots.exclude(pk=report.pk).first()

    assert "expected --why REASON" in refused("snow", context)
    assert "expected PAIR" in refused("snow", "--why", WHY)
    assert "expected a reason" in refused("snow", context, "--why", " ")
    assert "expected the number of a report in snow, or" in refused("snow", "nowhere#1", "--why", WHY)
    assert "expected the number of a report" in refused("snow", str(other.pk), "--why", WHY)
    assert "expected the number of a report" in refused("snow", "9" * 30, "--why", WHY)
    assert "only one that was dropped can be restored" in refused("snow", context, "--restore", "--why", WHY)
    assert "rain" in refused("rain", context, "--why", WHY)
    close_study(study=study, now=NOW)
    assert "expected a study that is open or paused, and it is closed" in refused("snow", context, "--why", WHY)
    assert not study.amendments.exists()


def test_a_context_of_which_several_pairs_were_reported_has_to_be_told_by_number(study, report):
    pair = report.item
    second = Item.objects.create(study=study, context=pair.context, first=pair.second, second=pair.first)
    another = Slot.objects.create(
        study=study, item=second, context=pair.context, number=0, position=99, first_on_left=True,
        annotator=None, answered_at=NOW, problem="unsafe",
    )  # fmt: skip

    said = refused("snow", pair.context.ident, "--why", WHY)

    assert f"more than one pair may be meant; of this context there are the reports {report.pk}, {another.pk}" in said
