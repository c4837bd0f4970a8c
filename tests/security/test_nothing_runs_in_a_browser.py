"""What models answer, annotators write and researchers name is only ever text: planted everywhere, looked for on every
page. And the policy with which every page comes would not let it run."""

from html.parser import HTMLParser
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.test import Client

from evaluation.models import Annotator, AuditEntry, Context, Criterion, System, Talk
from evaluation.operation.markdown import rendered
from tests.builders import a_dialogue
from tests.evaluation.made_corpora import a_corpus
from tests.security.addresses import ANNOTATOR, API, HOLDS, JUDGES, OWNER, TABLE, filled, own_addresses
from tests.security.worlds import World, a_world

pytestmark = pytest.mark.django_db

# Short, so that it fits every field; as a tag of its own it cannot be overlooked.
XSS: Final = "'\"><xss onx=1>"
MARKDOWN: Final = (
    f"# {XSS}\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) [y](data:text/html,x) ![z](https://x.example/z)\n\n"
    f"`{XSS}` <style>*{{}}</style> <iframe src=x></iframe> <a href='vbscript:x' onclick=x>k</a>\n"
)
# What the machinery itself reads: planted, it would only break it.
STRUCTURAL: Final = {"name", "public_id", "key", "language", "display", "layout", "ident", "cluster", "needs"}
STRUCTURAL |= {"digest", "design_digest", "token_digest", "token_key", "consent_version", "fingerprint", "file"}
STRUCTURAL |= {"password", "email", "expected", "trait", "level", "secret", "address", "holder", "control", "reason"}
STRUCTURAL |= {"deposited_at"}
TEXTS: Final = {"consent", "instructions", "end_text", "content_warning"}


class Looked(HTMLParser):
    """What of a page a browser would run, or load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        wrong = [key for key in given if key.startswith("on") or key == "style"]
        if tag in ("xss", "style", "iframe", "object", "embed", "base") or wrong:
            self.found.append(f"<{tag} {wrong or given}>")
        if tag == "script" and not given.get("src", "").startswith(("/static/", "/api/docs/")):
            self.found.append(f"<script {given}>")
        for key in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            if given.get(key, "").strip().lower().startswith(("javascript:", "data:", "vbscript:")):
                self.found.append(f"<{tag} {key}={given[key]!r}>")


def plant() -> int:
    """Put `XSS` into every text that is stored and has room for it; in how many fields."""
    planted = 0
    for model in apps.get_app_config("evaluation").get_models():
        for each in model._meta.fields:
            text = isinstance(each, models.CharField | models.TextField) and not each.choices
            if not text or each.name in STRUCTURAL:
                continue
            value = MARKDOWN if each.name in TEXTS else XSS
            if each.max_length and each.max_length < len(value):
                continue
            try:
                with transaction.atomic():
                    planted += bool(model.objects.update(**{each.name: value}))
            except IntegrityError:
                # Unique: of one row then.
                model.objects.filter(pk=model.objects.order_by("pk")[0].pk).update(**{each.name: value})
                planted += 1
    Context.objects.update(persona=[XSS], turns=[{"speaker": 0, "text": XSS}] * 3, domain="personachat")
    Criterion.objects.update(name=XSS, question=XSS, help=XSS)
    AuditEntry.objects.update(detail={XSS: XSS})
    Talk.objects.update(persona=[XSS], systems=[XSS])
    for number, system in enumerate(System.objects.order_by("pk")):
        System.objects.filter(pk=system.pk).update(name=f"{XSS}{number}")
    return planted


@pytest.fixture
def world(parley_home) -> World:
    found = a_world()
    a_corpus(parley_home, "human", [a_dialogue(texts=(XSS,) * 3, personas=((XSS,), (XSS,)))])
    assert plant() > 20
    found.ids["code"] = Annotator.objects.filter(study=found.study).order_by("pk")[0].code
    return found


def pages(world: World) -> list[tuple[str, Client]]:
    """Every address that answers GET, with a client who may look at it."""
    routes, found = own_addresses(), []
    for name, rights in TABLE.items():
        who = ANNOTATOR if rights.get("get") in (JUDGES, HOLDS) else OWNER
        named = world.ids | {"number": world.numbers.get(name, 1)}
        if name.startswith("corpus"):
            named["name"] = "human"
        if "get" in rights:
            client = (world.scripts if name in API and "annotate" not in routes[name] else world.browsers)[who]
            if name in API and "annotate" in routes[name]:
                client = world.scripts[ANNOTATOR]
            found.append((filled(routes[name], named), client))
    return [*found, ("/account/login/", Client()), ("/nowhere/", Client()), ("/account/password/reset/", Client())]


def test_what_was_planted_is_text_on_every_page(world):
    wrong, shown = [], 0

    for address, client in pages(world):
        with transaction.atomic():
            answer: Any = client.get(address)
            transaction.set_rollback(True)
        assert answer.status_code < 500 or address == "/readyz", address
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        text = answer.content.decode()
        look = Looked()
        look.feed(text)
        shown += "xss onx" in text
        wrong += [f"{address}: {each}" for each in look.found]
        if XSS in text:
            wrong.append(f"{address}: {XSS} as it came")

    assert wrong == []
    # It was there to be seen, else this test would say nothing.
    assert shown > 15


def test_every_answer_forbids_what_is_inline_and_from_elsewhere(world):
    for address, client in pages(world):
        with transaction.atomic():
            answer = client.get(address)
            transaction.set_rollback(True)
        policy = answer.headers.get("Content-Security-Policy", "")
        told = dict(part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip())
        assert told.get("default-src") == "'none'", address
        assert (told.get("script-src"), told.get("style-src"), told.get("base-uri")) == (
            "'self'",
            "'self'",
            "'none'",
        ), address
        assert "unsafe" not in policy, address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address


def test_markdown_keeps_no_script_no_style_and_no_address_that_runs():
    look = Looked()

    look.feed(str(rendered(MARKDOWN)))

    assert look.found == []
    assert "javascript:" not in str(rendered("[x](javascript:alert(1))")).partition(">")[0]
    assert "<img" not in str(rendered(MARKDOWN))


def test_json_is_never_taken_for_a_page(world):
    answer = world.scripts[OWNER].get(f"/api/v1/studies/{world.study.name}/annotators/")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
