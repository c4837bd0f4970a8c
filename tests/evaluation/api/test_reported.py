"""Reported pairs in the API: read by whoever sees the study, answered by those who may change it."""

import pytest

from evaluation.models import Item, Study
from tests.evaluation.api.builders import a_script, sent
from tests.evaluation.builders import a_researcher, a_study, an_annotator, judge_all

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/studies/snow/reported/"


def a_reported_study() -> tuple[Study, int]:
    """Cleo's study, judged by Ada, who reported one pair; with the report's number."""
    study = a_study(contexts=3, owner=a_researcher())
    judge_all(study, an_annotator(study))
    slot = study.slots.first()
    study.slots.filter(pk=slot.pk).update(problem="broken", comment="cut off")
    return study, slot.pk


def test_reports_are_listed_without_systems_and_answered_in_four_ways():
    study, number = a_reported_study()
    script = a_script()

    listed = script.get(PLACE).json()
    kept = sent(script, f"{PLACE}{number}/", {"do": "retain", "note": "It is whole."}).json()
    gone = sent(script, f"{PLACE}{number}/", {"do": "drop", "note": "It is cut off."}).json()
    again = sent(script, f"{PLACE}{number}/", {"do": "drop", "note": "It is cut off."})
    back = sent(script, f"{PLACE}{number}/", {"do": "restore", "note": "It is whole after all."}).json()
    noted = sent(script, f"{PLACE}{number}/", {"do": "seen", "note": "Thanks."}).json()

    assert listed["count"] == 1
    assert {each: listed["results"][0][each] for each in ("number", "problem", "comment", "annotator", "dropped")} == {
        "number": number,
        "problem": "broken",
        "comment": "cut off",
        "annotator": "A-ADA",
        "dropped": "",
    }
    assert [each["note"] for each in kept["notes"]] == ["It is whole."]
    assert gone["dropped"] == "It is cut off."
    assert (again.status_code, again.json()["code"]) == (409, "cannot_amend")
    assert back["dropped"] == ""
    assert [each["note"] for each in noted["notes"]] == ["Thanks.", "It is whole."]
    assert [each.text.partition(" (")[0] for each in study.amendments.order_by("pk")] == [
        "One pair dropped",
        "One dropped pair restored",
    ]


def test_what_is_no_report_is_not_found_and_what_means_nothing_is_refused():
    study, number = a_reported_study()
    script = a_script()
    other = study.slots.exclude(pk=number).first().pk

    for do in ("drop", "restore", "retain", "seen"):
        assert sent(script, f"{PLACE}{other}/", {"do": do, "note": "x"}).status_code == 404
    assert sent(script, f"{PLACE}{number}/", {"do": "delete", "note": "x"}).status_code == 400
    assert sent(script, f"{PLACE}{number}/", {"do": "drop", "note": " "}).status_code == 400
    assert not Item.objects.filter(dropped_at__isnull=False).exists()
