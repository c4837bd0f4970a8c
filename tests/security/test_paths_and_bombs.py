"""No file is reached by its name that is not meant, and no small upload becomes a large one in memory."""

import gzip
import io
import resource
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evaluation.models import Study
from tests.builders import a_dialogue
from tests.evaluation.api.builders import a_script, sent
from tests.evaluation.builders import a_researcher, a_study
from tests.evaluation.made_corpora import a_corpus
from tests.evaluation.views.people import cleo

pytestmark = pytest.mark.django_db

LIST, CHECK = "/api/v1/studies/", "/api/v1/check-files/"
OUTSIDE = ("../secret", "..%2fsecret", "%2e%2e/secret", "....//secret", "/etc/passwd", "%2fetc%2fpasswd", "..\\secret")
TOML = 'title = "T"\nresponses = ["{}", "{}"]\nethics = "none"\n[[criteria]]\nkey = "naturalness"\n'
MEGABYTE = 1024 * 1024


@pytest.fixture
def secret(parley_home):
    """A corpus's folder beside which lies what nobody may read."""
    a_corpus(parley_home, "human", [a_dialogue()])
    (parley_home / "secret").write_text("the-secret", encoding="utf-8")
    (parley_home / "corpora" / "secret").mkdir()
    (parley_home / "corpora" / "secret" / "notes.txt").write_text("the-secret", encoding="utf-8")
    return parley_home


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_page_reaches_a_file_by_a_name_that_leads_elsewhere(secret, name):
    study = a_study(contexts=1, owner=a_researcher(), state="closed")

    for address in (
        f"/corpora/{name}/",
        f"/studies/{study.name}/report/{name}.csv",
        f"/studies/{study.name}/jobs/{name}/file/",
        f"/studies/{name}/",
        f"/static/{name}",
        f"/static/evaluation/{name}",
        f"/api/v1/studies/{name}/report/",
    ):
        answer = cleo().get(address)
        assert answer.status_code in (301, 302, 400, 401, 404), address
        assert b"the-secret" not in answer.getvalue() + str(answer.headers).encode(), address


@pytest.mark.parametrize("query", ["beside", "find", "split"])
@pytest.mark.parametrize("name", OUTSIDE)
def test_no_query_reaches_a_file_either(secret, query, name):
    answer = cleo().get("/corpora/human/", {query: name})

    assert answer.status_code in (200, 400)
    assert "the-secret" not in answer.text


@pytest.mark.parametrize(
    "name", ["../x.jsonl", "/etc/passwd", "a/../../b", "..", "con", "a\0b", "\\\\x\\y", "C:x", "~/x"]
)
def test_an_uploads_name_leads_nowhere(parley_home, name):
    file = SimpleUploadedFile("x.jsonl", b"{}")
    # As it comes over the wire; a browser's own class would clean it.
    boundary, body = "b", io.BytesIO()
    body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode())
    body.write(file.read() + f"\r\n--{boundary}--\r\n".encode())

    answer = a_script().post(CHECK, data=body.getvalue(), content_type=f"multipart/form-data; boundary={boundary}")

    # The folder of a name is dropped before it comes to us, and what is left is a name or is refused.
    told = [each["name"] for each in answer.json().get("files", [])]
    assert all("/" not in each and "\\" not in each and ".." not in each for each in told)
    assert answer.status_code in (200, 400)
    assert sorted(each.name for each in parley_home.rglob("*")) == []


@pytest.mark.parametrize("named", ["../secret", "/etc/passwd", "./../secret", "~/secret", "responses/../../secret"])
def test_a_study_file_names_only_what_was_uploaded_or_lies_at_home(secret, named):
    files = [SimpleUploadedFile("study.toml", TOML.format(named, named).encode())]

    answer = a_script().post(LIST, {"name": "t", "files": files})

    assert answer.status_code == 400
    assert "the-secret" not in answer.text
    assert "root:" not in answer.text
    assert not Study.objects.exists()


def peak() -> float:
    """The most memory that this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.fixture(scope="module")
def gzip_bomb() -> bytes:
    """600 megabytes in 600 kilobytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as out:
        for _ in range(600):
            out.write(b"0" * MEGABYTE)
    return packed.getvalue()


@pytest.mark.parametrize("address", [CHECK, LIST])
def test_a_gzip_bomb_is_refused_and_fills_no_memory(parley_home, gzip_bomb, address):
    named = {"name": "t"} if address == LIST else {}
    a_script().post(address, named | {"files": [SimpleUploadedFile("x.jsonl", b"{}")]})
    before = peak()

    answer = a_script().post(
        address,
        named
        | {
            "files": [
                SimpleUploadedFile("study.toml", TOML.format("x.jsonl.gz", "x.jsonl.gz").encode()),
                SimpleUploadedFile("x.jsonl.gz", gzip_bomb),
            ],
        },
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert peak() - before < 150


def test_a_zip_is_never_unpacked(parley_home):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("../../evil.txt", b"0" * 50 * MEGABYTE)

    answer = a_script().post(CHECK, {"files": [SimpleUploadedFile("x.zip", packed.getvalue())]})

    assert answer.status_code in (200, 400)
    assert sorted(each.name for each in parley_home.rglob("*")) == []


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 100_000, b'{"kind": ' + b"[" * 30 + b"]" * 30 + b"}"])
def test_json_that_nests_without_end_is_refused(body):
    a_study(owner=a_researcher())

    answer = a_script().post(f"{LIST}snow/invites/", data=body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_json_of_any_length_is_not_read(settings):
    a_study(owner=a_researcher())

    answer = a_script().post(
        f"{LIST}snow/invites/",
        data=b'{"kind": "' + b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 10) + b'"}',
        content_type="application/json",
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_more_bytes_than_all_files_may_have_are_not_even_read():
    script = a_script()

    answer = script.post(CHECK, {"files": [SimpleUploadedFile("x.jsonl", b"{}")]}, CONTENT_LENGTH=str(10**12))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_nobody_uploads_without_a_token():
    files = [SimpleUploadedFile("x.jsonl", b"{}")]

    assert Client().post(CHECK, {"files": files}).status_code == 401
    assert sent(Client(), LIST, {}).status_code == 401
