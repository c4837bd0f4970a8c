"""A study in which everything is there to be guessed, and everybody who might."""

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.test import Client

from evaluation.annotators.annotator_tokens import create_annotator_token
from evaluation.judging.annotator_session import pair_name
from evaluation.judging.assignment import claim_next
from evaluation.models import Annotator, Invite, Job, Membership, Study, StudyDraft, Talk, Webhook
from evaluation.operation.tokens import READ, WRITE, create_token
from tests.cast import CLEO, DOV, NOW
from tests.evaluation.builders import a_researcher, a_study, an_annotator, answer
from tests.evaluation.views.builders import a_link, entered
from tests.security.addresses import (
    ANNOTATOR,
    ANOTHER_ANNOTATOR,
    COLLABORATOR,
    FELLOW,
    NOBODY,
    OUTSIDER,
    OWNER,
    READER,
    own_addresses,
)

ADA, BO = "ada@example.org", "bo@example.org"
# Of people, not of a study's contents: what everybody's visit changes.
PASSING = ("last_seen_at", "last_login", "leased_until")


@dataclass
class World:
    """The study `snow`; `ids` fill its addresses, `browsers` and `scripts` are those of everybody in `WHO`."""

    study: Study
    ids: dict[str, Any]
    browsers: dict[str, Client]
    scripts: dict[str, Client]
    numbers: dict[str, int] = field(default_factory=dict)


def a_world() -> World:
    """An open study with all that a study can have, beside another with people of its own."""
    cleo = a_researcher()
    study = a_study(contexts=4, k=2, owner=cleo, may_skip=True, ethics="none", unblinded_at=NOW)
    study.design = {"pay": {"currency": "EUR", "per_judgment": "0.15"}}
    study.save()
    rain = a_study("rain", contexts=2, owner=a_researcher(DOV))
    for email, role in ((ADA, "collaborator"), (BO, "reader")):
        Membership.objects.create(study=study, researcher=a_researcher(email), role=role)
    browsers = {who: Client() for who in (NOBODY, ANOTHER_ANNOTATOR, ANNOTATOR, FELLOW)}
    people = {
        ANNOTATOR: entered(browsers[ANNOTATOR], study, link=a_link(study)),
        FELLOW: entered(browsers[FELLOW], study, link=a_link(study)),
        ANOTHER_ANNOTATOR: entered(browsers[ANOTHER_ANNOTATOR], rain, link=a_link(rain)),
    }
    left_out = an_annotator(study, "A-OUT")
    held = [_at_work(each, each.study) for each in people.values()]
    job = Job.objects.create(study=study, kind="report", fingerprint="x", state="done", made_at=NOW, made_by=cleo)
    hook = Webhook.objects.create(
        study=study, **_filled(Webhook, made_by=cleo, address="https://hooks.example.org/told")
    )
    talk = Talk.objects.create(researcher=cleo, systems=["pt"], begun_at=NOW)
    draft = StudyDraft.objects.create(owner=cleo, name="wind", toml="title = 'W'", created_at=NOW, changed_at=NOW)
    token = create_token(researcher=cleo, name="cleo's", scopes=(READ,)).token
    for who, email in ((OUTSIDER, DOV), (READER, BO), (COLLABORATOR, ADA), (OWNER, CLEO)):
        browsers[who] = Client()
        browsers[who].force_login(a_researcher(email))
    return World(
        study=study,
        ids={
            "name": study.name,
            "code": people[ANNOTATOR].code,
            "public_id": study.public_id,
            "pair": pair_name(held[0]),
            "digest": token.digest,
            "token": "made-up",
            "key": "comparisons",
            "action": "pause",
            "reply": 1,
            "step": "judge",
        },
        browsers=browsers,
        scripts=_scripts(people),
        numbers={
            "study-revoke": Invite.objects.filter(study=study).order_by("pk")[0].pk,
            "api-revoke": Invite.objects.filter(study=study).order_by("pk")[0].pk,
            "study-job": job.pk,
            "study-job-file": job.pk,
            "study-webhook-remove": hook.pk,
            "study-webhook-try": hook.pk,
            "api-job": job.pk,
            "api-job-file": job.pk,
            "api-remove-webhook": hook.pk,
            "api-try-webhook": hook.pk,
            **dict.fromkeys(
                ("study-member", "api-member", "api-remove-member"),
                Membership.objects.get(study=study, role="reader").pk,
            ),
            "talk": talk.pk,
            **{name: draft.pk for name in own_addresses() if name.startswith("draft")},
            "talk-say": talk.pk,
            "talk-ask-again": talk.pk,
            "left out": left_out.pk,
        },
    )


def _at_work(annotator: Annotator, study: Study) -> int:
    """One pair judged and another held; which."""
    first = claim_next(study=study, annotator=annotator, now=NOW)
    assert first is not None
    answer(first, annotator)
    second = claim_next(study=study, annotator=annotator, now=NOW)
    assert second is not None
    return second.pk


def _filled(model: Any, **known: Any) -> dict[str, Any]:
    """Values for the fields of `model` that must have one."""
    values: dict[str, Any] = dict(known)
    for each in model._meta.fields:
        if each.name in values or each.primary_key or each.has_default() or each.null or each.name == "study":
            continue
        kind = each.get_internal_type()
        values[each.name] = NOW if kind == "DateTimeField" else "https://hooks.example.org/" if "URL" in kind else "x"
    names = {each.name for each in model._meta.fields}
    return {key: value for key, value in values.items() if key in names}


def _scripts(people: dict[str, Annotator]) -> dict[str, Client]:
    found = {NOBODY: Client()}
    for who, email in ((OUTSIDER, DOV), (READER, BO), (COLLABORATOR, ADA), (OWNER, CLEO)):
        made = create_token(researcher=a_researcher(email), name="script", scopes=(READ, WRITE))
        found[who] = Client(headers={"Authorization": f"Token {made.plain}"})
    for who, annotator in people.items():
        plain = create_annotator_token(annotator=annotator, now=annotator.created_at).plain
        found[who] = Client(headers={"Authorization": f"Annotator {plain}"})
    return found


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is stored, but for the traces of a visit."""
    kept = {}
    for model in apps.get_app_config("evaluation").get_models():
        names = [each.attname for each in model._meta.fields if each.name not in PASSING]
        kept[model.__name__] = list(model.objects.order_by("pk").values_list(*names))
    return kept
