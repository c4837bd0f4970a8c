"""What is said before the first pair: a warning, ethics, what is kept; and the page that asks about the annotator."""

import re

import pytest
from django.test import Client

from evaluation.models import Annotator, Background
from tests.evaluation.views.builders import a_link, a_study, entered

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq"
WARNING = "Some replies speak of violence."


def the_consent(**fields) -> str:
    client = Client()
    return client.get(a_link(a_study(**fields)), follow=True).content.decode()


def test_a_content_warning_is_said_before_the_consent_and_that_one_may_skip():
    page = the_consent(content_warning=WARNING, may_skip=True)

    assert page.index(WARNING) < page.index("University of Example") < page.index("I agree")
    assert "You can skip whatever is too much for you" in page


def test_nothing_is_said_of_what_a_study_does_not_have():
    page = the_consent()

    assert "Please know before you begin" not in page
    assert "skip" not in page.partition("<main")[2]
    assert "thics" not in page


@pytest.mark.parametrize(
    ("ethics", "said"),
    [
        ("Ethics board of the faculty, 2026-114", "Ethics approval of this study:"),
        ("none", "No ethics board was asked about this study."),
    ],
)
def test_ethics_are_said_in_plain_words(ethics, said):
    page = the_consent(ethics=ethics)

    assert said in page
    assert (ethics == "none") or ethics in page


def test_what_is_kept_is_said_as_it_is():
    design = {"background": ["language"], "recruiting": {"platform": "mturk"}}

    page = the_consent(design=design)

    assert "is kept apart from your answers, so that you are paid" in page
    assert "One page asks a few things about you" in page


@pytest.mark.parametrize(
    ("asked", "steps"), [((), ["1 of 2", "2 of 2"]), (("language",), ["1 of 3", "2 of 3", "3 of 3"])]
)
def test_the_steps_before_the_first_pair_are_counted_as_they_come(asked, steps):
    client = Client()
    pages = [client.get(a_link(a_study(design={"background": list(asked)})), follow=True).text]
    pages.append(client.post(f"{PLACE}/consent/", {"answer": "agree"}, follow=True).text)
    if asked:
        pages.append(client.post(f"{PLACE}/background/", {"do": "skip"}, follow=True).text)

    assert [re.search(r"Before you begin · step (\d of \d)", page)[1] for page in pages] == steps


def a_sitting(*asked: str) -> Client:
    client = Client()
    entered(client, a_study(design={"background": list(asked)}))
    return client


def test_the_page_comes_once_and_can_be_skipped_whole():
    ada = a_sitting("language", "age_band")

    page = ada.get(f"{PLACE}/", follow=True)
    skipped = ada.post(f"{PLACE}/background/", {"do": "skip", "background.language": "first"}, follow=True)

    assert page.redirect_chain[-1][0] == f"{PLACE}/background/"
    assert "Is English your first language, or one of them?" in page.content.decode()
    assert skipped.redirect_chain[-1][0] == f"{PLACE}/judge/"
    assert not Background.objects.exists()
    assert ada.get(f"{PLACE}/background/", follow=True).redirect_chain[-1][0] == f"{PLACE}/judge/"


def test_what_is_answered_is_kept_apart_from_who_answered():
    ada = a_sitting("language", "age_band")

    ada.post(f"{PLACE}/background/", {"do": "keep", "background.language": "daily", "background.age_band": ""})

    assert list(Background.objects.values_list("answers", flat=True)) == [{"language": "daily"}]
    assert Annotator.objects.get().background_at is not None
    assert {field.name for field in Background._meta.get_fields()} == {"id", "study", "answers"}


def test_what_was_not_offered_is_refused_and_the_page_comes_again():
    ada = a_sitting("age_band")

    refused = ada.post(f"{PLACE}/background/", {"do": "keep", "background.age_band": "12"})
    other = ada.post(f"{PLACE}/background/", {"do": "keep", "background.income": "much"})

    assert (refused.status_code, other.status_code) == (422, 422)
    assert "That could not be taken: age_band: expected one of 18-24" in refused.content.decode()
    assert Annotator.objects.get().background_at is None


def test_sent_twice_it_counts_once():
    ada = a_sitting("language")

    for _ in range(2):
        ada.post(f"{PLACE}/background/", {"do": "keep", "background.language": "first"})

    assert Background.objects.count() == 1


def test_whoever_has_not_agreed_is_not_asked():
    client = Client()
    client.get(a_link(a_study(design={"background": ["language"]})))

    assert client.get(f"{PLACE}/background/", follow=True).redirect_chain[-1][0] == f"{PLACE}/consent/"
