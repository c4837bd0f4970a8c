"""What stood in a database of any schema, written with the models of its time.

`a_row_in_every_table` needs no word of a new migration: it fills every column that the schema has with something other
than what it would hold by itself. `a_study_under_way` is a study as people leave it half-way, made of what the first
schema had, so that whatever today's code says of it must be the same from wherever it comes.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from knox.crypto import hash_token

from tests.cast import NOW
from tests.faults.old_schemas import APP

# Model and field -> what its row says, where the value made up from the field's type would break a rule of the table.
SAID: dict[tuple[str, str], Any] = {}
LINKS = {"ada": "ada-comes-by-this-link", "bo": "bo-comes-by-this-link", "open": "everybody-comes-by-this-link"}
API_TOKEN = "d0v" * 21 + "a"
CLEO, PASSWORD = "cleo@example.org", "a long enough password"
CRITERIA = ("naturalness", "coherence", "trait_consistency")
# Context -> the side that Ada clicked for each criterion; the first system stands on the left of the even ones.
ADA_SAID = {0: ("left", "left", "tie"), 1: ("right", "tie", "right"), 2: ("right", "right", "left")}
CONTEXTS, K = 6, 3


class NoDataFor(AssertionError):
    """A table or a field that nothing was made up for: `SAID` must name its value."""


def a_row_in_every_table(apps: Apps) -> list[str]:
    """One row in each table of the app at least, with every field at another value than its default; the tables."""
    made: dict[str, models.Model] = {}
    waiting = {model._meta.label: model for model in apps.get_app_config(APP).get_models()}
    filled = list(waiting)
    while waiting:
        ready = [label for label, model in waiting.items() if not _needs(model) & set(waiting) - {label}]
        if not ready:
            raise NoDataFor(
                f"{', '.join(waiting)} need each other's rows: make them by hand in tests/faults/old_data.py"
            )
        for label in ready:
            model = waiting.pop(label)
            # The second can point at the first.
            rows = 2 if label in {_target(field) for field in _links(model)} else 1
            for number in range(rows):
                made[label] = _a_row(model, made, number)
    return filled


def _a_row(model: type[models.Model], made: dict[str, models.Model], number: int) -> models.Model:
    values = {
        field.name: _value(field, made, number) for field in model._meta.concrete_fields if not isinstance(field, AUTO)
    }
    try:
        # An error leaves the connection usable, so that it is this one that is told.
        with transaction.atomic():
            return model._default_manager.create(**values)
    except (DatabaseError, ValidationError, ValueError, TypeError) as error:
        raise NoDataFor(
            f"{model._meta.label} takes no row of made-up values ({error}): name what its fields must hold in SAID "
            "of tests/faults/old_data.py"
        ) from error


AUTO = (models.AutoField, models.BigAutoField)


def _links(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def _target(field: Any) -> str:
    return str(field.related_model._meta.label)


def _needs(model: type[models.Model]) -> set[str]:
    return {_target(field) for field in _links(model)}


def _value(field: Any, made: dict[str, models.Model], number: int) -> Any:
    if (said := SAID.get((field.model._meta.object_name, field.name))) is not None:
        return said
    if field.is_relation:
        return made.get(_target(field))
    if field.choices:
        return list(field.choices)[-1][0]
    word = f"{field.model._meta.model_name} {field.name} {number}"
    by_type: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
        (models.EmailField, f"{field.model._meta.model_name}{number}@example.org"),
        (models.URLField, f"https://example.org/{number}"),
        (models.BooleanField, not field.get_default()),
        (models.DateTimeField, NOW + timedelta(hours=number + 1)),
        (models.FloatField, 0.25 + number),
        (models.IntegerField, 7 + number),
        (models.JSONField, [word] if field.default is list else {word: [1, "ü"]}),
        (models.BinaryField, word.encode() + b"\x00\xff"),
        (models.TextField, f"{word}: ü, 中文, 'quoted'\n"),
        (models.CharField, hashlib.sha256(word.encode()).hexdigest()[: field.max_length]),
    )
    for kind, value in by_type:
        if isinstance(field, kind):
            return value
    raise NoDataFor(f"{field}: no value is made up for a {type(field).__name__}; see tests/faults/old_data.py")


@dataclass(frozen=True)
class Put:
    """What `a_study_under_way` holds, for comparison: rows as the long export names them."""

    judged: list[dict[str, Any]]
    held_context: str
    draft: dict[str, str]


def a_study_under_way(apps: Apps) -> Put:
    """An open study: Ada has judged three pairs of six and a check, Bo is in the middle of one, the rest is free."""
    study = _the_study(apps)
    systems = [
        study.systems.create(name=name, position=at, digest=f"{at:064}", responses_count=CONTEXTS)
        for at, name in enumerate(("persona", "persona-traits"))
    ]
    for position, key in enumerate(CRITERIA):
        study.criteria.create(
            key=key,
            name=key.replace("_", " ").title(),
            question="Which fits better with someone who is {trait_words}?" if position == 2 else "Which is better?",
            scale="preference",
            options=["tie"],
            needs="traits" if position == 2 else "",
            after=list(CRITERIA[:2]) if position == 2 else [],
            position=position,
            version=2 if key == "coherence" else 1,
        )
    items = [_an_item(study, systems, number) for number in range(CONTEXTS + 1)]
    people = {who: _somebody(study, who, link) for who, link in LINKS.items()}
    slots = {
        (number, turn): study.slots.create(
            item=item,
            context=item.context,
            number=turn,
            position=turn * CONTEXTS + number,
            first_on_left=(turn + number) % 2 == 0,
        )
        for turn in range(K)
        for number, item in enumerate(items[:CONTEXTS])
    }
    check = study.slots.create(item=items[-1], context=items[-1].context, number=0, position=99, first_on_left=True)
    judged: list[dict[str, Any]] = []
    for number, said in ADA_SAID.items():
        judged += _judged(slots[number, 0], people["ada"], said, seconds=30.5 + number)
    _judged(check, people["ada"], ("left", "right", "tie"), seconds=9.0)
    held = slots[4, 0]
    held.annotator, held.claimed_at, held.leased_until = people["bo"], NOW, datetime(2100, 1, 1, tzinfo=UTC)
    held.save()
    draft = {"naturalness": "right", "coherence": "tie"}
    apps.get_model(APP, "Draft").objects.create(slot=held, answers=draft, saved_at=NOW)
    return Put(judged, held.context.ident, draft)


def _the_study(apps: Apps) -> Any:
    cleo = apps.get_model(APP, "Researcher").objects.create(email=CLEO, name="Cleo", password=make_password(PASSWORD))
    study = apps.get_model(APP, "Study").objects.create(
        name="snow",
        title="Personas with and without traits",
        public_id="k3p9w2xq",
        state="open",
        design={"systems": ["persona", "persona-traits"]},
        design_digest="5" * 64,
        plan={"alpha": 0.05},
        seed=11,
        judgments_per_pair=K,
        consent="You may stop at any time.",
        instructions="Read **both** replies.",
        end_text="Thank you.",
        caveats=["offline author"],
        created_at=NOW - timedelta(days=2),
        opened_at=NOW - timedelta(days=1),
    )
    study.memberships.create(researcher=cleo, role="owner")
    study.audit.create(action="opened", detail={"slots": 18}, made_by=cleo, made_at=NOW)
    study.amendments.create(text="The wording of coherence.", made_by=cleo, made_at=NOW)
    apps.get_model(APP, "ApiToken").objects.create(
        digest=hash_token(API_TOKEN),
        token_key=API_TOKEN[:15],
        user=cleo,
        name="a script",
        scopes=["read"],
        expiry=datetime(2100, 1, 1, tzinfo=UTC),
    )
    return study


def _an_item(study: Any, systems: list[Any], number: int) -> Any:
    context = study.contexts.create(
        ident=f"personachat/test/{number:05}#3",
        cluster=f"personachat/test/{number:05}",
        domain="personachat",
        speaker=1,
        persona=["i like to ski.", "i have two dogs."],
        traits={"extraversion": "high"},
        turns=[{"speaker": at % 2, "text": text} for at, text in enumerate(("hi !", "hello , you ski ?", "yes !"))],
        partner_persona=["i am a nurse."],
        reference="every winter .",
    )
    first, second = (
        context.responses.create(system=system, text=f"i go {number + 2} times a {when} .", given={"traits": at == 1})
        for at, (system, when) in enumerate(zip(systems, ("week", "year"), strict=True))
    )
    is_check = number == CONTEXTS
    return study.items.create(
        context=context,
        first=first,
        second=second,
        trait="extraversion",
        level="high",
        is_check=is_check,
        expected={"coherence": "first"} if is_check else {},
    )


def _somebody(study: Any, who: str, link: str) -> Any:
    invite = study.invites.create(
        token_digest=hashlib.sha256(link.encode()).hexdigest(),
        personal=who != "open",
        label=who,
        created_at=NOW - timedelta(hours=20),
    )
    if who == "open":
        return None
    return study.annotators.create(
        code=f"A-{who.upper()}",
        state="active",
        invite=invite,
        participant=f"prolific-{who}",
        consent_version="",
        consented_at=NOW - timedelta(hours=10),
        instructed_at=NOW - timedelta(hours=10),
        created_at=NOW - timedelta(hours=10),
        last_seen_at=NOW,
    )


def _judged(slot: Any, annotator: Any, said: tuple[str, ...], *, seconds: float) -> list[dict[str, Any]]:
    """`slot` answered; its rows as the export says them."""
    at = NOW + timedelta(minutes=slot.position)
    slot.annotator, slot.claimed_at, slot.locked_at, slot.answered_at = annotator, NOW, at, at
    slot.seconds, slot.layout, slot.comment, slot.problem = seconds, "stacked", "Both ski.", "nonsense"
    slot.save()
    slot.receipts.create(key=f"key-of-{slot.position}", received_at=at)
    left, right = (slot.item.first, slot.item.second) if slot.first_on_left else (slot.item.second, slot.item.first)
    rows = []
    for criterion, choice in zip(slot.study.criteria.order_by("position"), said, strict=True):
        of_trait = criterion.needs == "traits"
        judgment = slot.judgments.create(
            criterion=criterion,
            annotator=annotator,
            choice=choice,
            displayed_left=left,
            criterion_version=criterion.version,
            trait="extraversion" if of_trait else "",
            level="high" if of_trait else "",
            submitted_at=at,
        )
        if criterion.key == "coherence":
            judgment.revisions.create(choice="tie", replaced_at=at)
        rows.append(
            {
                "context": slot.context.ident,
                "annotator": annotator.code,
                "criterion": criterion.key,
                "choice": {"left": left.system.name, "right": right.system.name}.get(choice, choice),
                "displayed_left": left.system.name,
                "first": "persona",
                "second": "persona-traits",
                "seconds": seconds,
                "layout": "stacked",
                "problem": "nonsense",
                "wording": criterion.version,
                "trait": judgment.trait,
                "level": judgment.level,
                "look": 1,
            }
        )
    return rows
