"""The day on which a study ends: from then on nobody is given another pair, and whoever holds one finishes it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from evaluation.changes.amending import CannotAmend, amend
from evaluation.changes.amending_file import changes_in
from evaluation.judging.assignment import claim_next
from evaluation.models import Annotator, Study
from evaluation.operation.rates import forget_counts
from evaluation.studies.life import NotReady, open_study
from evaluation.study_files.study_file import read_study_file
from evaluation.study_files.toml_table import BadToml
from tests.cast import NOW
from tests.evaluation.api.builders import sent
from tests.evaluation.builders import a_study, an_annotator, answer
from tests.evaluation.views import builders as pages

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq"
HOUR = timedelta(hours=1)
FILE = 'title = "Snow"\nresponses = ["a.jsonl"]\n{said}[[criteria]]\nkey = "naturalness"\n'


def a_page_study(**fields) -> Study:
    """The study of the pages' tests, without traits."""
    study = pages.a_study(criteria=(pages.NATURALNESS, pages.COHERENCE))
    Study.objects.filter(pk=study.pk).update(**fields)
    study.refresh_from_db()
    return study


def test_whoever_holds_a_pair_finishes_it_and_nobody_is_given_another():
    study = a_study(contexts=3, k=2, closes_at=NOW + HOUR)
    ada, bo = an_annotator(study), an_annotator(study, "A-BO")
    held = claim_next(study=study, annotator=ada, now=NOW)
    assert held is not None

    later = NOW + 2 * HOUR
    again = claim_next(study=study, annotator=ada, now=later)
    assert again is not None
    assert again.pk == held.pk
    answer(again, ada, now=later)

    assert claim_next(study=study, annotator=ada, now=later) is None
    assert claim_next(study=study, annotator=bo, now=later) is None
    assert Annotator.objects.get(pk=ada.pk).state == Annotator.State.FINISHED


def test_a_later_day_is_an_amendment_and_lets_those_who_had_finished_go_on():
    study = a_study(contexts=3, closes_at=NOW)
    ada = an_annotator(study)
    assert claim_next(study=study, annotator=ada, now=NOW) is None

    amendment = amend(study=study, changes={"closes": "2027-01-31"}, because="too few came", now=NOW)

    assert amendment.text == "The day on which it ends changed: too few came"
    assert amendment.change["changes"] == [
        {"key": "closes", "before": NOW.isoformat(timespec="seconds"), "after": "2027-02-01T00:00:00+00:00"}
    ]
    assert claim_next(study=study, annotator=ada, now=NOW + HOUR) is not None
    amend(study=study, changes={"closes": ""}, because="open end", now=NOW)
    assert Study.objects.get().closes_at is None


@pytest.mark.parametrize("value", ["tomorrow", 7, "2026-13-01", "9999-12-31"])
def test_what_is_no_day_is_refused(value):
    study = a_study(contexts=1)

    with pytest.raises(CannotAmend, match="closes: expected a day such as 2026-12-24"):
        amend(study=study, changes={"closes": value}, because="x", now=NOW)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-12-24", "2026-12-25T00:00:00+00:00"),
        ("2026-12-24T18:00:00", "2026-12-24T18:00:00+00:00"),
        ("2026-12-24T18:00:00+02:00", "2026-12-24T16:00:00+00:00"),
        ("", ""),
    ],
)
def test_a_study_file_says_a_day_which_counts_to_its_end_or_a_time(tmp_path, said, moment):
    path = tmp_path / "study.toml"
    path.write_text(FILE.format(said=f"closes = {said}\n" if said else ""))

    file = read_study_file(path)

    assert file.closes == moment
    assert ("closes" in file.as_json()) == bool(said)


@pytest.mark.parametrize("said", ['"soon"', "24", "12:00:00", "9999-12-31"])
def test_a_file_that_says_no_day_is_refused_by_its_line(tmp_path, said):
    path = tmp_path / "study.toml"
    path.write_text(FILE.format(said=f"closes = {said}\n"))

    with pytest.raises(BadToml, match=r"study.toml:3: closes: expected a day"):
        read_study_file(path)


def test_a_changed_file_amends_the_day(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(FILE.format(said="closes = 2026-12-24\n"))
    file = read_study_file(path)
    design = file.as_json() | {"responses": list(file.responses)}
    study = a_study(design=design)
    texts = {"consent": file.consent, "instructions": file.instructions, "end_text": file.end}
    Study.objects.filter(pk=study.pk).update(**texts)
    study.refresh_from_db()
    study.criteria.update(**{key: getattr(file.criteria[0], key) for key in ("name", "question", "help")})
    study.criteria.update(options=list(file.criteria[0].options))

    assert changes_in(study, file)["closes"] == "2026-12-25T00:00:00+00:00"


def test_a_study_whose_day_is_past_does_not_open():
    study = a_study(state=Study.State.DRAFT, contexts=1, closes_at=NOW)

    with pytest.raises(NotReady, match="nobody would be given a pair since"):
        open_study(study=study, now=NOW)


def test_the_way_in_says_until_when_and_in_the_study_s_language():
    day = datetime(2099, 12, 24, 18, tzinfo=UTC)
    study = a_page_study(closes_at=day)
    ada = Client()
    ada.get(pages.a_link(study))

    assert "This study is open until Dec. 24, 2099, 6 p.m. (UTC)." in " ".join(
        ada.get(f"{PLACE}/consent/").text.split()
    )
    Study.objects.update(language="de")
    assert "Diese Studie ist bis zum 24. Dezember 2099 18:00 (UTC) offen." in " ".join(
        ada.get(f"{PLACE}/consent/").text.split()
    )


def test_whoever_returns_after_it_reads_the_last_page_and_that_they_are_paid():
    study = a_page_study(design={"pay": {"currency": "EUR", "per_judgment": "0.50"}})
    ada = Client()
    pages.entered(ada, study)
    form = pages.form_of(ada.get(f"{PLACE}/judge/").text)
    ada.post(f"{PLACE}/judge/", {**form, "answer.naturalness": "left", "answer.coherence": "tie"})
    held = pages.form_of(ada.get(f"{PLACE}/judge/").text)
    Study.objects.update(closes_at=timezone.now() - HOUR)

    finished = ada.post(
        f"{PLACE}/judge/", {**held, "answer.naturalness": "left", "answer.coherence": "tie"}, follow=True
    )

    page = " ".join(finished.text.split())
    assert (
        "You have judged 2 pairs. The time of this study is over, and nothing more is needed. "
        "Everything that you did is kept, and is paid as was agreed." in page
    )
    assert "Look for more" not in page
    newcomer = Client()
    newcomer.get(pages.a_link(study))
    answered = newcomer.get(f"{PLACE}/consent/")
    assert (answered.status_code, "This study is over." in answered.text) == (410, True)


def test_whoever_agreed_and_has_not_begun_is_not_sent_to_prepare_for_nothing():
    study = a_page_study()
    ada = Client()
    ada.get(pages.a_link(study))
    ada.post(f"{PLACE}/consent/", {"answer": "agree"})
    Study.objects.update(closes_at=timezone.now() - HOUR)

    answered = ada.get(f"{PLACE}/", follow=True)

    assert "Thank you for your interest." in answered.text


def test_the_api_takes_nobody_in_after_it():
    study = a_study(contexts=1, closes_at=timezone.now() - HOUR)
    token = pages.a_link(study).rstrip("/").rpartition("/")[2]

    told = sent(Client(), "/api/v1/annotate/enter/", {"invite": token}).json()["study"]
    refused = sent(Client(), "/api/v1/annotate/join/", {"invite": token, "consent_version": told["consent_version"]})

    assert told["closes_at"] is not None
    assert (refused.status_code, refused.json()["code"]) == (409, "study_not_open")


# How fast a browser may go


@pytest.fixture
def two_in_a_minute(settings):
    settings.API_RATES = {"claim": "2/min"}
    cache.clear()
    forget_counts()
    yield
    cache.clear()
    forget_counts()


@pytest.mark.usefixtures("two_in_a_minute")
def test_a_browser_that_is_too_fast_is_told_to_wait_and_loses_nothing():
    study = a_page_study()
    ada = Client()
    pages.entered(ada, study)
    ada.get(f"{PLACE}/judge/")
    form = pages.form_of(ada.get(f"{PLACE}/judge/").text)

    refused = ada.post(f"{PLACE}/judge/", {**form, "answer.naturalness": "left", "comment": "Hm."})

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert "One moment, please." in refused.text
    assert "what you picked is kept" in refused.text
    slot = study.slots.get(annotator__isnull=False)
    assert slot.draft.answers == {"naturalness": "left", ".comment": "Hm."}
    # Another annotator has a count of their own.
    bo = Client()
    pages.entered(bo, study)
    assert bo.get(f"{PLACE}/judge/").status_code == 200


@pytest.mark.usefixtures("two_in_a_minute")
def test_a_cache_that_does_not_answer_keeps_nobody_from_judging(monkeypatch, settings):
    def down(*args, **kwargs):
        raise ConnectionError("no cache")

    monkeypatch.setattr(cache, "add", down)
    study = a_page_study()
    ada = Client()
    pages.entered(ada, study)

    # This process counts alone meanwhile.
    assert [ada.get(f"{PLACE}/judge/").status_code for _ in range(3)] == [200, 200, 429]
