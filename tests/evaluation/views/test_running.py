"""A study while it runs: its live part, reported pairs, the audit trail."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from evaluation.annotators.excluding import exclude
from evaluation.models import AuditEntry, Study
from evaluation.running import live, quality
from evaluation.studies.conduct import LOOKED
from tests.cast import CLEO, NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator, judge_all
from tests.evaluation.views.people import a_planted_study, a_reader, cleo, dov, planted_in

pytestmark = pytest.mark.django_db
PAGES = ("live/", "reports/", "audit/", "audit/audit.csv", "members/")
ACTS = ("amend/", "extend/", "deposited/", "reports/")


@pytest.fixture(autouse=True)
def _nothing_kept_by_another_test():
    cache.clear()


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_a_stranger_finds_none_of_it_and_nobody_does_without_signing_in():
    a_planted_study()

    for page in (*PAGES, "amend/", "extend/"):
        assert dov().get(f"/studies/snow/{page}").status_code == 404
        assert Client().get(f"/studies/snow/{page}").status_code == 302
    for act in ACTS:
        assert dov().post(f"/studies/snow/{act}", {}).status_code == 404
    assert dov().post("/studies/snow/members/1/", {"role": "gone"}).status_code == 404


def test_a_reader_looks_at_all_of_it_and_changes_nothing():
    study = a_planted_study()
    browser = a_reader(study)

    assert {browser.get(f"/studies/snow/{page}").status_code for page in PAGES} == {200}
    assert {browser.get(f"/studies/snow/{page}").status_code for page in ("amend/", "extend/")} == {404}
    assert {browser.post(f"/studies/snow/{act}", {}).status_code for act in ACTS} == {404}
    assert "Amend" not in browser.get("/studies/snow/").text


def test_nothing_on_any_of_its_pages_tells_a_system_before_it_closes():
    study = a_planted_study(design={"pay": {"currency": "EUR", "per_hour": "12"}})
    study.slots.filter(pk=study.slots.first().pk).update(problem="broken", comment="cut off")
    claim = {
        "criterion": "naturalness",
        "better": "zebra-pt-large",
        "net_preference": 1.0,
        "share": 1.0,
        "decision": "",
    }
    AuditEntry.objects.create(study=study, action=LOOKED, detail={"at": "", "claims": [claim]}, made_at=NOW)
    browser = cleo()

    for page in ("", "live/", "reports/", "audit/", "audit/audit.csv", "members/", "extend/"):
        assert planted_in(browser.get(f"/studies/snow/{page}").content.decode()) == []


# The live part


def test_the_live_part_is_the_page_s_own_and_stops_being_asked_for_once_the_study_is_over():
    study = a_planted_study()
    browser = cleo()

    page, part = browser.get("/studies/snow/").text, browser.get("/studies/snow/live/")

    assert 'hx-get="/studies/snow/live/"' in page
    assert 'hx-trigger="every 15s"' in page
    assert flat(part.text.strip()) in flat(page)
    assert part.status_code == 200
    Study.objects.filter(pk=study.pk).update(state="closed")
    assert browser.get("/studies/snow/live/").status_code == 286
    assert "hx-get" not in browser.get("/studies/snow/").text


@pytest.mark.parametrize("contexts", [2, 40])
def test_the_live_part_takes_the_same_queries_for_few_slots_as_for_many(contexts, django_assert_num_queries):
    study = a_study(contexts=contexts, k=2, owner=a_researcher(), design={"pay": {"currency": "EUR", "per_hour": "12"}})
    for code in ("A-ADA", "A-BO"):
        judge_all(study, an_annotator(study, code), "left")
    browser = cleo()

    with django_assert_num_queries(21):
        browser.get("/studies/snow/live/")


def test_what_is_dear_is_kept_for_a_while_and_slots_are_counted_all_the_same(monkeypatch, django_assert_num_queries):
    study = a_study(contexts=4, k=1, owner=a_researcher())
    monkeypatch.setattr(live, "CHEAP_SECONDS", 0.0)
    monkeypatch.setattr(live, "KEPT", 10**6)
    first = live.live_of(study, now=NOW)
    judge_all(study, an_annotator(study), "left")

    with django_assert_num_queries(1):
        kept = live.live_of(study, now=NOW + timedelta(seconds=60))

    assert (first.slots.done, kept.slots.done, kept.progress.judgments) == (0, 4, 0)
    assert kept.as_of == NOW
    later = live.live_of(study, now=NOW + timedelta(seconds=live.LONGEST_KEPT + 1))
    assert later.progress.judgments == 4


def test_of_a_large_study_agreement_rests_on_a_sample_and_says_so(monkeypatch):
    study = a_study(contexts=40, k=2, owner=a_researcher())
    for code in ("A-ADA", "A-BO"):
        judge_all(study, an_annotator(study, code), "left")
    monkeypatch.setattr(quality, "MOST_JUDGMENTS", 20)

    found = quality.quality_of(study)
    page = cleo().get("/studies/snow/live/").text

    assert found.sampled == 10
    assert found == quality.quality_of(study)
    assert "rest on 10 pairs drawn from all" in flat(page)


def test_the_page_says_what_it_cost_so_far_and_who_clicks_one_side_in_a_row():
    study = a_study(contexts=12, k=1, owner=a_researcher(), design={"pay": {"currency": "EUR", "per_hour": "36"}})
    judge_all(study, an_annotator(study), "left")

    page = flat(cleo().get("/studies/snow/").text)

    # Twelve pairs of 20 seconds at 36 an hour.
    assert "<dt>Cost so far</dt> <dd> 2.40 EUR </dd>" in page
    assert '<span class="flag">12</span>' in page


# Reported pairs


def test_a_reported_pair_is_shown_as_it_was_seen_and_marked_with_a_note():
    study = a_planted_study()
    slot = study.slots.answered().first()
    study.slots.filter(pk=slot.pk).update(problem="broken", comment="The second is cut off.")
    browser = cleo()
    assert "<b>1 new</b>" in browser.get("/studies/snow/").text

    page = flat(browser.get("/studies/snow/reports/").text)
    browser.post("/studies/snow/reports/", {"number": slot.pk, "note": "It is whole in the file."})

    assert "Broken, reported by A-ADA" in page
    assert "The second is cut off." in page
    assert "1 of the 2 who judged this pair reported it" in page
    assert "It is whole in the file." in browser.get("/studies/snow/reports/").text
    assert "1 new" not in browser.get("/studies/snow/").text
    entry = AuditEntry.objects.get(action="report seen")
    assert (entry.made_by.email, entry.detail["slot"]) == (CLEO, slot.pk)


@pytest.mark.parametrize(
    "posted", [{"number": 999, "note": "x"}, {"number": "", "note": "x"}, {"number": 1, "note": " "}]
)
def test_a_report_that_is_none_or_a_note_that_says_nothing_is_refused(posted):
    a_planted_study()

    answer = cleo().post("/studies/snow/reports/", posted, follow=True)

    assert "loud" in answer.text
    assert not AuditEntry.objects.filter(action="report seen").exists()


def test_a_reported_pair_is_dropped_kept_or_taken_back_on_its_page():
    study = a_planted_study()
    slot = study.slots.answered().first()
    study.slots.filter(pk=slot.pk).update(problem="broken")
    browser = cleo()

    def post(do: str) -> str:
        sent = {"number": slot.pk, "note": "It is cut off.", "do": do}
        return flat(browser.post("/studies/snow/reports/", sent, follow=True).text)

    assert "The pair stays, and the note is kept." in post("retain")
    gone = post("drop")
    assert re.search(r"The pair is dropped: \d judgments leave the results\. The report says so, and why\.", gone)
    assert "<b>Dropped</b>, and in no result: It is cut off." in gone
    assert "Take the pair back in" in gone
    assert "Drop the pair" not in gone
    assert "already: It is cut off." in post("drop")
    assert re.search(r"The pair is back: \d judgments count again\.", post("restore"))
    assert "only one that was dropped can be restored" in post("restore")
    assert planted_in(gone) == []
    assert [each.action for each in study.audit.order_by("pk")][-3:] == [
        "pair retained",
        "pair dropped",
        "pair restored",
    ]


# The audit trail


def test_the_trail_says_who_did_what_filters_and_comes_as_csv():
    study = a_planted_study()
    cleo().post("/studies/snow/pause/")
    exclude(annotator=study.annotators.get(code="A-BO"), because="=guessed", now=timezone.now())
    browser = cleo()

    everything = flat(browser.get("/studies/snow/audit/").text)
    paused = flat(browser.get("/studies/snow/audit/?action=paused").text)
    lines = list(csv.DictReader(io.StringIO(browser.get("/studies/snow/audit/audit.csv").content.decode())))
    only = browser.get("/studies/snow/audit/audit.csv?action=paused").content.decode()

    assert "annotator A-BO; because =guessed" in everything
    assert "excluded" not in paused.partition("<tbody>")[2]
    assert "paused" in paused.partition("<tbody>")[2]
    assert [line["action"] for line in lines] == ["excluded", "paused"]
    assert lines[1]["by"] == CLEO
    assert json.loads(lines[0]["detail"])["annotator"] == "A-BO"
    assert len(only.splitlines()) == 2


def test_the_trail_has_pages_and_takes_as_many_queries_for_one_line_as_for_many(django_assert_num_queries):
    study = a_study(owner=a_researcher())
    for number in range(120):
        AuditEntry.objects.create(study=study, action="paused", made_by=a_researcher(), made_at=NOW + timedelta(number))
    browser = cleo()

    with django_assert_num_queries(6):
        first = browser.get("/studies/snow/audit/").text
    last = browser.get("/studies/snow/audit/?page=99").text

    assert "Page 1 of 3" in first
    assert "Page 3 of 3" in last
    assert last.partition("<tbody>")[2].count("<tr>") == 20


# Members
