"""The document against the server: made-up requests, good and bad, to every operation (schemathesis).

Nothing may be answered with a 500, with a status that the document does not name, or in a shape that it does not give;
what breaks its schema may not be taken. Real studies, tokens, links and pairs are there to be met, and each request
finds them as they were. The short form runs always and is the same each time; the long one runs in `make test-all`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import URLPattern
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    object_level_authorization,
    positive_data_acceptance,
    unsupported_method,
)

from config.wsgi import application
from evaluation.annotators.joining import consent_version
from evaluation.api import urls
from evaluation.models import Job, Membership, Webhook
from evaluation.queue.webhooks import EVENTS
from tests.cast import DOV, NOW
from tests.evaluation.api.builders import a_front_end, a_script, an_invite, claimed, judged
from tests.evaluation.builders import THREE_CRITERIA, a_researcher, a_study, an_annotator, judge_all

pytestmark = pytest.mark.django_db

SHORT, LONG = 6, 300
EVERYTHING_WRONG = list(HealthCheck)
# What these look for is held by tests of their own, in `test_studies` and `tests/security`; and a request that is well
# formed may still be refused for what it means (409, 422).
NOT_HERE = [ignored_auth, missing_required_header, object_level_authorization, positive_data_acceptance]
NOT_HERE += [unsupported_method]
# Of a form every value comes as bytes: what breaks its schema cannot be told from a file. `test_creating` holds these.
FORMS = ("/api/v1/studies/", "/api/v1/check-files/", "/api/v1/studies/{name}/extend/")


def every_operation() -> Iterator[tuple[str, str]]:
    """Method and path of each, as the document writes them."""
    for pattern in urls.urlpatterns:
        view = getattr(pattern.callback, "cls", None) if isinstance(pattern, URLPattern) else None
        path = re.sub(r"<\w+:(\w+)>", r"{\1}", f"/api/{pattern.pattern}")
        if path.startswith("/api/v1/"):
            yield from ((method, path) for method in ("get", "post", "put") if hasattr(view, method))


@dataclass
class World:
    """What there is to be met: values of path parameters and of bodies' keys, and the two tokens."""

    tokens: dict[bool, str]
    known: dict[str, list[Any]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def schema(django_db_setup, django_db_blocker) -> Any:
    with django_db_blocker.unblock():
        return schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)


@pytest.fixture
def one_connection(world) -> Iterator[None]:
    """As Django's own test client does: a test's connection outlives its requests."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def world(parley_home, settings) -> World:
    """An open study with somebody at work, a draft, a closed one, and one of somebody else."""
    settings.ALLOWED_HOSTS, settings.WEBHOOK_HOSTS = ["*"], ["hooks.example.org"]
    settings.BROKER_URL = "memory://"
    cleo = a_researcher()
    pay = {"pay": {"currency": "EUR", "per_judgment": "0.15"}}
    study = a_study(
        contexts=4, owner=cleo, criteria=THREE_CRITERIA, traits={"extraversion": "high"}, may_skip=True, design=pay
    )
    judge_all(a_study("shut", contexts=4, owner=cleo), shut := an_annotator(a_last(study, "shut"), "A-BO"))
    shut.study.state, shut.study.closed_at = "closed", NOW
    shut.study.save()
    a_study("draft", contexts=1, owner=cleo, state="draft", ethics="none")
    a_study("theirs", contexts=1)
    front, script = a_front_end(study), a_script()
    judged(front, claimed(front))
    pair = claimed(front)["item"]["pair"]
    job = Job.objects.create(study=a_last(study, "shut"), kind="export", state="done", made_at=NOW)
    hook = Webhook.objects.create(study=study, address="https://hooks.example.org/", events=EVENTS, made_at=NOW)
    Membership.objects.create(study=study, researcher=a_researcher(DOV), role="reader")
    numbers = [*study.invites.values_list("pk", flat=True), *study.memberships.values_list("pk", flat=True)]
    return World(
        tokens={
            True: front.defaults["HTTP_AUTHORIZATION"],
            False: script.defaults["HTTP_AUTHORIZATION"],
        },
        known={
            "name": ["snow", "shut", "draft", "theirs"],
            "code": [*study.annotators.values_list("code", flat=True), "A-BO"],
            "number": [*numbers, job.pk, hook.pk, 10**30],
            "email": ["dov@example.org", "cleo@example.org"],
            "address": ["https://hooks.example.org/parley", "https://elsewhere.example.org/"],
            "pair": [pair],
            "confirm": ["snow", "shut", "A-BO", "withdraw"],
            "invite": [an_invite(study), an_invite(study, personal=False)],
            "consent_version": [consent_version(study)],
            "answers": [
                {"naturalness": "left", "coherence": "tie"},
                {"naturalness": "left", "coherence": "tie", "trait_consistency": "right"},
            ],
            "changes": [{"criteria.naturalness.question": "Which is better?"}, {"plan.alpha": 0.01}, {"pay": {}}],
        },
    )


def a_last(study: Any, name: str) -> Any:
    """The study of that name."""
    return type(study).objects.get(name=name)


def met(values: dict[str, Any], world: World, data: st.DataObject) -> dict[str, Any]:
    """`values` with some of them put right, so that they meet what is there."""
    return {
        key: data.draw(st.sampled_from(world.known[key])) if key in world.known and data.draw(st.booleans()) else value
        for key, value in values.items()
    }


def ask_many(schema: Any, world: World, method: str, path: str, *, mode: GenerationMode, times: int, same: bool) -> int:
    """So many requests to one operation, each checked, and each undone; how many were taken."""
    operation, taken = schema[path][method], []
    left_out = [*NOT_HERE, *([negative_data_rejection] if path in FORMS and method == "post" else [])]
    token = world.tokens["/annotate/" in path]

    @settings(
        max_examples=times,
        derandomize=same,
        deadline=None,
        database=None,
        suppress_health_check=EVERYTHING_WRONG,
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def ask(case: Any, data: Any) -> None:
        if mode == GenerationMode.POSITIVE:
            case.path_parameters = met(dict(case.path_parameters or {}), world, data)
            if isinstance(case.body, dict):
                case.body = met(case.body, world, data)
        with transaction.atomic():
            answer = case.call(headers={"Authorization": token})
            transaction.set_rollback(True)
        case.validate_response(answer, excluded_checks=left_out, headers={"Authorization": token})
        taken.append(answer.status_code < 400)

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("it takes nothing that can be wrong")
    return sum(taken)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), sorted(every_operation()))
def test_every_operation_keeps_to_the_document(method, path, mode, schema, world, one_connection):
    ask_many(schema, world, method, path, mode=mode, times=SHORT, same=True)


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), sorted(every_operation()))
def test_every_operation_keeps_to_the_document_for_long(method, path, mode, schema, world, one_connection):
    ask_many(schema, world, method, path, mode=mode, times=LONG, same=False)
