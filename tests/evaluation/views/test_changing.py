"""A study changed from its pages: amended, extended, closed, looked at, deposited."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from evaluation.models import Amendment, AuditEntry, Study
from evaluation.studies.conduct import LOOKED
from evaluation.studies.life import pause_study
from tests.cast import CLEO, NOW
from tests.evaluation.builders import NATURALNESS, a_researcher, a_study, an_annotator, judge_all
from tests.evaluation.views.people import a_planted_study, cleo

pytestmark = pytest.mark.django_db
PLAN = {
    "declared": True,
    "alpha": 0.05,
    "hypotheses": [{"criterion": "naturalness", "domain": "all", "better": "pt", "than": "p"}],
}


@pytest.fixture(autouse=True)
def _nothing_kept_by_another_test():
    cache.clear()


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def amended(browser: Client, **changes: str):
    """The page's own form sent back with some of it changed."""
    page = browser.get("/studies/snow/amend/")
    form = page.context["form"]
    posted = {key: form.fields[key].initial or "" for key in form.fields}
    return browser.post("/studies/snow/amend/", posted | {"because": "asked"} | changes, follow=True)


def test_the_page_amends_what_was_changed_on_it_and_nothing_else():
    study = a_study(contexts=2, criteria=(NATURALNESS,), owner=a_researcher(), plan=PLAN)

    answer = amended(cleo(), **{"criteria.naturalness.question": "Which would a person say?"})

    assert "The study is amended." in answer.text
    assert study.criteria.get().version == 2
    amendment = Amendment.objects.get()
    assert [each["key"] for each in amendment.change["changes"]] == ["criteria.naturalness.question"]
    assert amendment.made_by.email == CLEO
    assert "The question on naturalness changed: asked" in answer.text


def test_the_plan_is_amended_as_text_and_what_is_wrong_with_it_is_said():
    study = a_study(contexts=2, criteria=(NATURALNESS,), owner=a_researcher(), plan=PLAN)
    plan = cleo().get("/studies/snow/amend/").context["form"].fields["plan"].initial

    wrong = amended(cleo(), plan=plan.replace('"pt"', '"zebra"'))
    broken = amended(cleo(), plan="alpha = ")
    right = amended(cleo(), plan=plan.replace("alpha = 0.05", "alpha = 0.01"))

    # What is no name of the study's stands in the message as it was sent.
    assert "expected one of p, pt, got &#x27;zebra&#x27;" in wrong.text
    assert wrong.status_code == 422
    assert "The plan: " in broken.text
    assert "The study is amended." in right.text
    study.refresh_from_db()
    assert study.plan["alpha"] == 0.01
    assert Amendment.objects.count() == 1


def test_an_amendment_without_a_reason_or_a_change_is_refused_and_what_was_written_stays():
    a_study(contexts=1, criteria=(NATURALNESS,), owner=a_researcher())

    answer = amended(cleo(), because="", **{"text.end": "Goodbye now."})
    nothing = amended(cleo())

    assert (answer.status_code, nothing.status_code) == (422, 422)
    assert "Goodbye now." in answer.text
    assert "Nothing would change" in nothing.text
    assert not Amendment.objects.exists()


def test_the_page_extends_by_judgments_and_says_where_files_are_needed():
    study = a_study(contexts=2, k=1, owner=a_researcher())
    browser = cleo()

    fewer = browser.post("/studies/snow/extend/", {"judgments_per_pair": 0, "because": "x"})
    same = browser.post("/studies/snow/extend/", {"judgments_per_pair": 1, "because": "x"})
    more = browser.post("/studies/snow/extend/", {"judgments_per_pair": 3, "because": "agreement"}, follow=True)
    contexts = browser.post("/studies/snow/extend/", {"judgments_per_pair": 3, "per_domain": 9, "because": "x"})

    assert (fewer.status_code, same.status_code, contexts.status_code) == (422, 422, 422)
    assert "planned 1 times already" in same.text
    assert "The study is extended by 4 slots." in more.text
    assert "--responses FILE FILE" in contexts.text
    assert study.slots.count() == 6


def test_a_study_that_rests_is_extended_and_a_closed_one_is_not():
    study = a_study(contexts=2, k=1, owner=a_researcher())
    pause_study(study=study, now=NOW)
    cleo().post("/studies/snow/extend/", {"judgments_per_pair": 2, "because": "x"})
    Study.objects.update(state="closed")

    answer = cleo().post("/studies/snow/extend/", {"judgments_per_pair": 3, "because": "x"})

    assert "expected a study that is open or paused" in answer.text
    assert study.slots.count() == 4


# The rest of what can be done


def test_closing_warns_of_what_is_with_annotators():
    study = a_study(contexts=2, k=1, owner=a_researcher())
    study.slots.update(annotator=an_annotator(study), leased_until=timezone.now() + timedelta(minutes=5))

    page = flat(cleo().get("/studies/snow/close/").text)

    assert "2 pairs are with annotators just now." in page


def test_a_planned_look_is_taken_by_a_button_and_shows_decisions_alone():
    study = a_study(contexts=10, k=1, owner=a_researcher(), plan=PLAN | {"looks": [0.5]})
    judge_all(study, an_annotator(study), "left")
    browser = cleo()
    assert "Take a look" in browser.get("/studies/snow/").text

    answer = browser.post("/studies/snow/look/", follow=True)
    again = browser.post("/studies/snow/look/", follow=True)

    assert "Look 1, at 100% of the clusters. It is logged." in answer.text
    assert "naturalness: " in answer.text
    assert "All 1 planned looks were taken" in again.text
    assert study.audit.filter(action=LOOKED).count() == 1
    assert not Study.objects.get().shows_results()


def test_a_study_without_planned_looks_offers_none():
    a_study(contexts=1, owner=a_researcher())

    assert "Take a look" not in cleo().get("/studies/snow/").text
    assert "declares no look" in cleo().post("/studies/snow/look/", follow=True).text


def test_where_it_was_deposited_is_kept_from_the_page():
    study = a_planted_study()
    browser = cleo()

    refused = browser.post("/studies/snow/deposited/", {"url": "javascript:alert(1)"}, follow=True)
    kept = browser.post("/studies/snow/deposited/", {"url": "https://osf.io/abc12"}, follow=True)

    assert "Expected an address that begins with https://" in refused.text
    assert 'href="https://osf.io/abc12"' in kept.text
    assert AuditEntry.objects.get(study=study).action == "deposited"
