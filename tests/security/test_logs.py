"""Nothing of a person, and no secret, is in any line that is logged; and a line can still be worked with."""

import io
import json
import logging
import logging.config
import re
from collections import Counter
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.logs import told
from evaluation.models import Annotator, Membership
from evaluation.study_files.uploaded_files import LARGEST_STUDY_FILE
from tests.cast import CLEO
from tests.evaluation.api.builders import JSON, a_script
from tests.evaluation.builders import a_researcher
from tests.evaluation.views.builders import LONG_REPLY, a_link, form_of
from tests.evaluation.views.test_recruited import PLACE, from_prolific, recruited

pytestmark = pytest.mark.django_db
PID, COMMENT, REASON = "5f0000000000000000000ada", "I am Ada Lovelace of Turin", "typed-into-an-address"
PASSWORD, WRONG, ADDRESS = "a long enough password", "wrong-Zanzibar-9", "203.0.113.77"


@pytest.fixture
def lines() -> Callable[[], list[str]]:
    """All that is logged at DEBUG under the handlers, filters and form of production."""
    out = io.StringIO()
    found = told("DEBUG", as_json=True)
    found["handlers"]["lines"]["stream"] = out
    for each in ("django", "parley"):
        found["loggers"].setdefault(each, {"handlers": []})["level"] = "DEBUG"
    logging.config.dictConfig(found)
    yield lambda: out.getvalue().splitlines()
    logging.config.dictConfig(django_settings.LOGGING)


def explode(*_: object, **__: object) -> None:
    secret_local = COMMENT
    raise RuntimeError(f"no place for {secret_local} of {PID}")


def walk(monkeypatch) -> list[str]:
    """A whole session, with every mishap; the planted words that no line may hold."""
    study = recruited(ethics="none")
    cleo = a_researcher(CLEO, PASSWORD)
    Membership.objects.create(study=study, researcher=cleo, role=Membership.Role.OWNER)
    lab = Client(REMOTE_ADDR=ADDRESS, raise_request_exception=False)
    for password in (WRONG, PASSWORD):
        lab.post("/account/login/", {"login": CLEO, "password": password})
    assert lab.get("/studies/").status_code == 200
    lab.post(f"/studies/{study.name}/invite/", {"count": "1", "label": COMMENT})
    link, dead = a_link(study), "/j/no-such-link-was-ever-made/"
    for path in (link, dead):
        Client(REMOTE_ADDR=ADDRESS).get(path)
    ada = Client(REMOTE_ADDR=ADDRESS, raise_request_exception=False)
    ada.get(from_prolific(PID))
    ada.get(from_prolific("{{%PROLIFIC_PID%}}", STUDY_ID=REASON))
    ada.post(f"{PLACE}/consent/", {"answer": "agree"})
    ada.post(f"{PLACE}/instructions/")
    for problem in ("", "broken"):
        page = ada.get(f"{PLACE}/judge/").text
        given = dict.fromkeys(re.findall(r'name="(answer\.[^"]+)"', page), "left")
        ada.post(f"{PLACE}/judge/", {**form_of(page), **given, "comment": COMMENT, "problem": problem})
    monkeypatch.setattr("evaluation.views.annotate.claim_pair", explode)
    assert ada.get(f"{PLACE}/judge/").status_code == 500
    monkeypatch.undo()
    for path in (f"/{REASON}/?q={PID}", f"/studies/{REASON}/"):
        assert lab.get(path).status_code == 404
    huge = SimpleUploadedFile("responses.jsonl", b"{" + COMMENT.encode())
    lab.post("/studies/new/", {"toml": f"title = {COMMENT}", "file": huge})
    Client(enforce_csrf_checks=True).post(f"/s/{study.public_id}/withdraw/?{PID}", {"sure": "yes"})
    Client(headers={"Host": "evil.example"}).get(f"/?{PID}")
    script = a_script()
    token = script.defaults["HTTP_AUTHORIZATION"].partition(" ")[2] if "HTTP_AUTHORIZATION" in script.defaults else ""
    token = token or str(script.headers if hasattr(script, "headers") else "")
    script.get(f"/api/v1/studies/{study.name}/")
    script.post(f"/api/v1/studies/{study.name}/open/", {"confirm": COMMENT}, content_type=JSON)
    Client(headers={"Authorization": f"Token {WRONG}"}).get(f"/api/v1/studies/{study.name}/")
    ada.post(f"{PLACE}/withdraw/", {"sure": "yes"})
    code = Annotator.objects.values_list("code", flat=True).first()
    cookies = [morsel.value for client in (lab, ada) for morsel in client.cookies.values() if len(morsel.value) > 5]
    planted = [PID, COMMENT, "Lovelace", REASON, PASSWORD, WRONG, ADDRESS, CLEO, "Cleo", LONG_REPLY[:20], str(code)]
    planted += [link.split("/")[2], dead.split("/")[2], *cookies]
    return [*planted, token] if token else planted


def test_a_whole_session_leaves_no_word_of_anybody_in_any_line(lines, monkeypatch):
    planted = walk(monkeypatch)

    found = lines()

    assert [(word, line) for word in planted for line in found if word in line] == []
    # It was logged, and what was planted is what could have been.
    assert len(planted) > 14
    answered = [json.loads(line) for line in found]
    assert {each["status"] for each in answered if "status" in each} >= {200, 302, 400, 401, 403, 404, 500}


def test_a_refused_upload_is_logged_by_its_route_and_status_and_without_a_word_of_it(lines, monkeypatch, parley_home):
    a_researcher(CLEO, PASSWORD)
    lab, script = Client(REMOTE_ADDR=ADDRESS), a_script()
    lab.post("/account/login/", {"login": CLEO, "password": PASSWORD})
    study = f'title = "{COMMENT}"\nresponses = ["p.jsonl", "pt.jsonl"]\nethics = "none"\n'.encode()
    picture, told = b"\x89PNG\r\n\x1a\n" + COMMENT.encode(), f'{{"persona": "{COMMENT}"}}\n'.encode()
    refused = {
        # Too large; no responses at all; a name that leads elsewhere.
        413: [{"study.toml": study + b"# " + COMMENT.encode() * LARGEST_STUDY_FILE}],
        400: [{"study.toml": study, "p.jsonl": picture, "pt.jsonl": told}, {f"{REASON}|{PID}.exe": picture}],
    }

    for status, uploads in refused.items():
        for files in uploads:
            sent = {"name": "t", "files": [SimpleUploadedFile(name, content) for name, content in files.items()]}
            assert script.post("/api/v1/studies/", sent).status_code == status
            sent["files"] = [SimpleUploadedFile(name, content) for name, content in files.items()]
            assert lab.post("/studies/new/", {"do": "compare", **sent}).status_code == status
    # More than is even read.
    monkeypatch.setattr("evaluation.views.uploads.LARGEST_TOTAL", 1000)
    monkeypatch.setattr("evaluation.views.uploads.AROUND", 0)
    whole = {"name": PID, "files": SimpleUploadedFile("p.jsonl", told * 1000)}
    assert lab.post("/studies/new/", whole).status_code == 413

    found = lines()
    planted = (COMMENT, "Lovelace", REASON, PID, ADDRESS, CLEO)
    assert [(word, line) for word in planted for line in found if word in line] == []
    answered = Counter(
        (each["route"], each["status"]) for each in map(json.loads, found) if each.get("status") in refused
    )
    assert answered == {
        ("api/v1/studies/", 413): 1,
        ("api/v1/studies/", 400): 2,
        ("studies/new/", 413): 2,
        ("studies/new/", 400): 2,
    }


def test_every_line_is_one_object_of_known_fields(lines, monkeypatch):
    walk(monkeypatch)

    found = [json.loads(line) for line in lines()]

    known = {"time", "level", "logger", "message", "request_id", "method", "route", "status", "duration_ms", "study"}
    assert {key for each in found for key in each} <= known | {"source", "error", "at"}
    assert all(each["time"].endswith("+00:00") for each in found)
    routes = {each["route"] for each in found if "route" in each}
    assert {"j/<str:token>/", "prolific/<slug:public_id>/", "s/<slug:public_id>/judge/", "unmatched"} <= routes
    assert all(re.fullmatch(r"[0-9a-f]{32}", each["request_id"]) for each in found if "status" in each)


def test_an_error_says_its_kind_and_where_it_was_and_nothing_of_what_it_held(lines, monkeypatch):
    walk(monkeypatch)

    error = next(each for each in map(json.loads, lines()) if "error" in each and each["error"] == "RuntimeError")

    assert error["at"][-1].endswith(" explode")
    assert error["request_id"]
    assert COMMENT not in json.dumps(error)


def test_the_number_of_a_request_is_the_trusted_proxys_or_a_new_one(settings):
    given = "0123456789abcdef0123456789ABCDEF"

    made = Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    settings.TRUSTED_PROXIES = 1
    kept = Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    refused = [
        Client().get("/healthz", headers={"X-Request-ID": bad})["X-Request-ID"]
        for bad in ("short", "x" * 32, "a" * 65, "0123456789abcdef ", "0123456789abcdef\u0660")
    ]

    assert (made != given.lower(), kept) == (True, given.lower())
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in [made, *refused])
    assert len({made, *refused}) == 6


def test_what_libraries_log_is_kept_as_far_as_it_is_their_own_words(lines):
    other = logging.getLogger("somebody.elses")
    other.debug("chatter")
    other.warning("gave %s to %d of %s", "ada@example.org", 3, PID)
    other.error(f"all about {PID}")
    logging.getLogger("celery.app.trace").info(
        "Task %(name)s[%(id)s] took %(runtime)s: %(args)s",
        {"name": "evaluation.work", "id": "7", "runtime": 1.5, "args": PID},
    )
    logging.getLogger("gunicorn.access").info("GET /j/%s", "a-link")

    found = [json.loads(line) for line in lines()]

    assert [each["message"] for each in found] == [
        "gave … to 3 of …",
        "…",
        "Task evaluation.work[7] took 1.5: …",
    ]
    assert all("test_logs.py:" in each["source"] for each in found)


def test_lines_for_people_say_the_same_and_no_more():
    out = io.StringIO()
    found = told("INFO", as_json=False)
    found["handlers"]["lines"]["stream"] = out
    logging.config.dictConfig(found)
    try:
        explode()
    except RuntimeError:
        logging.getLogger("evaluation.queue").exception("job %s failed", 7)
    finally:
        logging.config.dictConfig(django_settings.LOGGING)

    first, *rest = out.getvalue().splitlines()

    assert re.fullmatch(r"\d\d:\d\d:\d\d ERROR evaluation.queue: job 7 failed \(RuntimeError\)", first)
    assert rest[-1].endswith(" explode")
    assert PID not in out.getvalue()


@pytest.mark.parametrize(("level", "to"), [("LOUD", "stderr"), ("INFO", "/var/log/parley")])
def test_a_level_or_stream_that_there_is_none_of_is_refused(level, to):
    with pytest.raises(ValueError, match="expected"):
        told(level, as_json=True, to=to)
