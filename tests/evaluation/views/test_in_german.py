"""A study in German: its annotators meet Parley in German, whatever their browser prefers, and nobody else does."""

import pytest
from django.test import Client

from evaluation.study_files.study_file import read_study_file
from evaluation.study_files.wording import bundled_text
from tests.evaluation.views.builders import COHERENCE, TRAIT, a_link, a_study, entered, form_of
from tests.evaluation.views.people import cleo

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq"
ENGLISH_BROWSER = {"accept-language": "en"}
STUDY = """title = "Zwei Systeme"
responses = ["p", "pt"]
language = "de-AT"
[[criteria]]
key = "naturalness"
[[criteria]]
key = "trait_consistency"
needs = "traits"
"""


def test_the_study_chooses_the_language_and_not_the_browser():
    study = a_study(language="de", criteria=(COHERENCE, TRAIT | {"question": "Diese Person ist {trait_words}."}))
    ada = Client(headers=ENGLISH_BROWSER)

    consent = ada.get(a_link(study), follow=True).text
    entered(ada, study)
    judge = ada.get(f"{PLACE}/judge/").text
    locked = ada.post(f"{PLACE}/judge/", form_of(judge) | {"answer.coherence": "tie"}, follow=True).text

    assert '<html lang="de" dir="ltr">' in consent
    assert "Ich stimme zu, beginnen" in consent
    assert [
        words for words in ("Paar 1 von 3", "Antwort 1", "Etwa gleich", "Alles beantwortet.") if words not in judge
    ] == []
    assert "Diese Person ist kontaktfreudig, gesprächig und energiegeladen." in locked


def test_what_goes_wrong_is_said_in_german_too():
    study = a_study(language="de")
    strict = Client(enforce_csrf_checks=True, headers=ENGLISH_BROWSER)
    strict.get(a_link(study))

    refused = strict.post(f"{PLACE}/consent/", {"answer": "agree"})

    assert (refused.status_code, "Bitte versuchen Sie das noch einmal." in refused.text) == (403, True)
    assert "Bitte öffnen Sie Ihren Link noch einmal." in Client(headers=ENGLISH_BROWSER).get(f"{PLACE}/judge/").text


def test_a_link_that_belongs_to_no_study_goes_by_the_browser():
    said = {
        tongue: Client(headers={"accept-language": tongue}).get("/j/none/").text for tongue in ("de-CH,de;q=0.8", "fr")
    }

    assert "Dieser Link funktioniert nicht." in said["de-CH,de;q=0.8"]
    assert "This link does not work." in said["fr"]


def test_researchers_stay_in_english_also_right_after_an_annotator():
    study = a_study(language="de")
    entered(Client(), study)

    page = cleo().get("/studies/", headers={"accept-language": "de"}).text

    assert '<html lang="en" dir="ltr">' in page
    assert "Skip to the content" in page


def test_a_study_file_in_german_gets_the_german_wording(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")

    study = read_study_file(tmp_path / "study.toml")

    assert [each.name for each in study.criteria] == ["Natürlichkeit", "Passung zur Person"]
    assert study.criteria[1].question.startswith("Diese Person ist {trait_words}.")
    assert study.public_title == "Welche Antwort ist besser?"
    assert study.consent == bundled_text("consent", "de") != bundled_text("consent", "en")
