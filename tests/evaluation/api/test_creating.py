"""Studies made of uploads over the API, files looked through, and amendments."""

import gzip
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evaluation.models import Criterion, Membership, Study
from tests.cast import CLEO, DOV
from tests.evaluation.api.builders import a_script, sent
from tests.evaluation.builders import a_researcher, a_study
from tests.evaluation.files import a_line

pytestmark = pytest.mark.django_db

LIST, CHECK = "/api/v1/studies/", "/api/v1/check-files/"
TOML = """\
title = "Ours against theirs"
responses = ["ours.jsonl", "theirs.jsonl"]
ethics = "none"

[[criteria]]
key = "naturalness"
"""


def lines(system: str, contexts: int = 4) -> bytes:
    return "".join(f"{json.dumps(a_line(system, number))}\n" for number in range(contexts)).encode()


def uploads(**changed: bytes | None) -> list[SimpleUploadedFile]:
    """The files of a good study, some of them changed or left out."""
    files = {"study.toml": TOML.encode(), "ours.jsonl": lines("ours"), "theirs.jsonl": lines("theirs")}
    files |= {key.replace("__", "."): value for key, value in changed.items()}
    return [SimpleUploadedFile(name, content) for name, content in files.items() if content is not None]


def created(script, name: str = "ours-against-theirs", **changed):
    return script.post(LIST, {"name": name, "files": uploads(**changed)})


def test_a_study_is_made_of_uploaded_files_and_belongs_to_who_sent_them(parley_home):
    answer = created(a_script())

    assert answer.status_code == 201
    assert {key: answer.json()[key] for key in ("study", "state", "done", "items", "slots")} == {
        "study": "ours-against-theirs",
        "state": "draft",
        "done": "created",
        "items": 4,
        "slots": 12,
    }
    assert Membership.objects.get(role="owner").researcher.email == CLEO


def test_the_same_files_again_change_nothing(parley_home):
    script = a_script()
    created(script)

    again = created(script)

    assert (again.status_code, again.json()["done"]) == (200, "kept")


def test_a_name_that_is_somebody_elses_is_taken_and_nothing_more_is_said(parley_home):
    created(a_script())

    answer = created(a_script(DOV))

    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert "Ours against theirs" not in answer.text


def test_all_that_is_wrong_is_told_with_its_file_and_line(parley_home):
    broken = lines("ours", 2) + b"{not json\n" + b'{"context": {"id": "x"}}\n'

    answer = created(a_script(), ours__jsonl=broken)

    assert (answer.status_code, answer.json()["code"]) == (400, "upload_refused")
    assert [each["field"] for each in answer.json()["errors"]] == ["ours.jsonl:3", "ours.jsonl:4"]
    assert not Study.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"study__toml": None}, ""),
        ({"study__toml": TOML.replace("naturalness", "Not A Key").encode()}, "study.toml:5"),
        ({"theirs__jsonl": None}, "study.toml:2"),
    ],
)
def test_what_makes_no_study_is_refused(parley_home, changed, field):
    answer = created(a_script(), **changed)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize("name", ["", "../x", "Ours", "x" * 91, "a\0b"])
def test_a_name_that_is_none_is_refused(parley_home, name):
    answer = created(a_script(), name)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "name")


def test_a_form_without_files_or_of_another_kind_is_refused():
    script = a_script()

    assert script.post(LIST, {"name": "x"}).json()["errors"][0]["field"] == "files"
    assert sent(script, LIST, {"name": "x"}).status_code == 415


def test_files_are_looked_through_without_keeping_anything(parley_home):
    broken = lines("ours", 2) + b"{not json\n"

    answer = a_script().post(CHECK, {"files": uploads(ours__jsonl=broken)})

    looked = {each["name"]: each for each in answer.json()["files"]}
    assert (looked["theirs.jsonl"]["systems"], looked["theirs.jsonl"]["errors"]) == ({"theirs": 4}, [])
    assert [each["line"] for each in looked["ours.jsonl"]["errors"]] == [3]
    assert looked["theirs.jsonl"]["sample"][0]["system"] == "theirs"
    assert not Study.objects.exists()


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(parley_home):
    bomb = gzip.compress(b"0" * 40_000_000)

    answer = a_script().post(CHECK, {"files": [SimpleUploadedFile("ours.jsonl.gz", bomb)]})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_an_opened_study_is_amended_with_a_reason_that_is_kept():
    study = a_study(contexts=1, owner=a_researcher())
    script = a_script()
    change = {"criteria.naturalness.question": "Which would a person rather say?"}

    answer = sent(script, f"{LIST}snow/amendments/", {"because": "it was misread", "changes": change})

    assert answer.status_code == 201
    assert Criterion.objects.get(study=study).version == 2
    assert script.get(f"{LIST}snow/amendments/").json()["results"] == [answer.json()]
    assert (answer.json()["made_by"], "it was misread" in answer.json()["text"]) == ("Cleo", True)


@pytest.mark.parametrize(
    "changes",
    [{"systems": ["a"]}, {}, {"criteria.naturalness.question": 7}, {"pay": [[[]]]}, {"plan.alpha": "\ud800"}],
)
def test_what_must_not_change_is_refused(changes):
    a_study(contexts=1, owner=a_researcher())

    answer = sent(a_script(), f"{LIST}snow/amendments/", {"because": "it was misread", "changes": changes})

    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_amend")


def extended(script, name: str = "ours-against-theirs", **body):
    return script.post(f"{LIST}{name}/extend/", {"because": "the pilot was small", **body})


def test_a_study_that_runs_is_extended_from_the_files_it_was_made_of(parley_home):
    script = a_script()
    created(script, study__toml=f"{TOML}\n[contexts]\nper_domain = 2\n".encode())
    assert sent(script, f"{LIST}ours-against-theirs/open/").status_code == 200
    files = [each for each in uploads() if each.name != "study.toml"]

    more_judgments = extended(script, judgments_per_pair=4).json()
    without_files = extended(script, per_domain=4)
    more_pairs = extended(script, per_domain=4, files=files)

    assert (more_judgments["slots"], more_judgments["judgments_per_pair"]) == (2, 4)
    assert (without_files.status_code, without_files.json()["code"]) == (409, "files_missing")
    assert (more_pairs.status_code, more_pairs.json()["items"], more_pairs.json()["slots"]) == (200, 2, 8)
    assert script.get(f"{LIST}ours-against-theirs/amendments/").json()["count"] == 2


def test_other_files_than_the_studys_extend_nothing(parley_home):
    script = a_script()
    created(script, study__toml=f"{TOML}\n[contexts]\nper_domain = 2\n".encode())
    sent(script, f"{LIST}ours-against-theirs/open/")
    changed = [each for each in uploads(ours__jsonl=lines("ours", 5)) if each.name != "study.toml"]

    for files in (changed, uploads()[1:2], [SimpleUploadedFile("ours.jsonl", b"{not json"), *uploads()[2:]]):
        answer = extended(script, per_domain=4, files=files)

        assert (answer.status_code, answer.json()["code"]) == (409, "cannot_extend")
        assert "/" not in answer.json()["detail"].replace("personachat/test/", "")
