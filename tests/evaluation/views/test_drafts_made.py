"""Drafts that were made into studies, and studies made into drafts: taken away as files, edited again, deleted."""

import io
import zipfile

import pytest

from evaluation.drafts import drafting
from evaluation.models import Membership, Study, StudyDraft
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator
from tests.evaluation.uploads import TWO, a_draft, responses_of

pytestmark = pytest.mark.django_db


def test_a_draft_and_a_study_come_as_files(client, cleo):
    draft = a_draft(cleo, toml="# mine\n" + TWO)
    drafting.make_study(draft=draft, now=NOW)

    of_draft = zipfile.ZipFile(io.BytesIO(client.get(f"/drafts/{draft.pk}/study.zip").content))
    of_study = zipfile.ZipFile(io.BytesIO(client.get("/studies/upload/files/").content))

    assert of_draft.read("study.toml").decode() == draft.toml
    assert of_draft.read("p.jsonl") == responses_of("p")
    assert sorted(of_study.namelist()) == ["consent.md", "end.md", "instructions.md", "study.toml"]
    assert 'responses = ["p.jsonl", "pt.jsonl"]' in of_study.read("study.toml").decode()


def test_a_study_that_was_never_opened_is_edited_again(client, cleo):
    draft = a_draft(cleo)
    study = drafting.make_study(draft=draft, now=NOW).study

    assert client.post("/studies/upload/edit/").url == f"/drafts/{draft.pk}/"

    draft.delete()
    answer = client.post("/studies/upload/edit/")
    anew = StudyDraft.objects.get()
    assert answer.url == f"/drafts/{anew.pk}/"
    assert (anew.study, anew.name) == (study, "upload")
    assert sorted(anew.files.values_list("name", flat=True)) == ["consent.md", "end.md", "instructions.md"]


def test_an_opened_study_is_not_edited(client, cleo):
    a_study("snow", owner=cleo)

    answer = client.post("/studies/snow/edit/", follow=True)

    assert "frozen" in answer.content.decode()
    assert not StudyDraft.objects.exists()


def test_a_draft_is_deleted_and_its_study_stays(client, cleo):
    draft = a_draft(cleo)
    drafting.make_study(draft=draft, now=NOW)

    assert client.get(f"/drafts/{draft.pk}/delete/").status_code == 200
    client.post(f"/drafts/{draft.pk}/delete/")

    assert not StudyDraft.objects.exists()
    assert Study.objects.count() == 1


def test_an_owner_deletes_a_study_until_somebody_joins(client, cleo):
    study = drafting.make_study(draft=a_draft(cleo), now=NOW).study
    an_annotator(study)
    client.post("/studies/upload/delete/")
    assert Study.objects.exists()

    study.annotators.all().delete()
    client.post("/studies/upload/delete/")
    assert not Study.objects.exists()


@pytest.mark.parametrize(("role", "state"), [("collaborator", "draft"), ("reader", "draft"), ("owner", "open")])
def test_nobody_else_deletes_a_study_and_none_that_is_open(client, cleo, role, state):
    study = a_study("snow", state=state)
    Membership.objects.create(study=study, researcher=cleo, role=role)

    assert client.get("/studies/snow/delete/").status_code == 404
    assert client.post("/studies/snow/delete/").status_code == 404
    assert Study.objects.exists()
