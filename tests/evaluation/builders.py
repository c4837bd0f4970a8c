"""Small studies in the database, with only the words that matter."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from evaluation.items.questions import sheets_of
from evaluation.judging.assignment import claim_next
from evaluation.judging.submitting import lock, submit
from evaluation.models import Annotator, Context, Criterion, Item, Membership, Researcher, Response, Slot, Study, System
from tests.builders import BAKER, SKIER, SMALL_TALK
from tests.cast import CLEO, NOW

NATURALNESS = {"key": "naturalness", "name": "Naturalness", "question": "Which sounds more like a real person?"}
COHERENCE = {"key": "coherence", "name": "Coherence", "question": "Which fits better with what was said before?"}
TRAITS = {
    "key": "trait_consistency",
    "name": "Trait consistency",
    "question": "This person is {trait_words}. Which fits that better, neither too little nor overdone?",
    "needs": "traits",
    "after": ["naturalness", "coherence"],
}
EXTRAVERSION = {
    "key": "extraversion",
    "name": "Extraversion",
    "question": "Is this person more outgoing, or more reserved?",
    "scale": "label",
    "options": ["high", "low", "unclear"],
}
THREE_CRITERIA = (NATURALNESS, COHERENCE, TRAITS)


def a_researcher(email: str = CLEO, password: str = "a long enough password") -> Researcher:
    """Somebody who can sign in; the same one when asked for twice."""
    found = Researcher.objects.filter(email=email).first()
    return found or Researcher.objects.create_user(email, password, name=email.partition("@")[0].title())


def a_study(
    name: str = "snow",
    *,
    state: str = Study.State.OPEN,
    systems: Sequence[str] = ("p", "pt"),
    criteria: Sequence[Mapping[str, object]] = (NATURALNESS,),
    contexts: int = 0,
    domains: Sequence[str] = ("personachat",),
    k: int = 1,
    traits: Mapping[str, str] | None = None,
    owner: Researcher | None = None,
    **fields: object,
) -> Study:
    """A study with its systems and criteria and, for each of `contexts`, one pair of every two systems with k slots.

    Slots stand in rounds (the first of every item, then the second, ...); sides alternate within an item.
    """
    study = Study.objects.create(
        name=name,
        title=f"The study {name}",
        public_id=f"id{name}"[:16],
        state=state,
        judgments_per_pair=k,
        consent="You may stop at any time.",
        instructions="Read both replies.",
        end_text="Thank you.",
        created_at=NOW - timedelta(days=2),
        opened_at=None if state == Study.State.DRAFT else NOW - timedelta(days=1),
        closed_at=NOW if state == Study.State.CLOSED else None,
        **{"ethics": "none", **fields},
    )
    for place, system in enumerate(systems):
        System.objects.create(study=study, name=system, position=place, digest=f"{place:064}", responses_count=contexts)
    for place, criterion in enumerate(criteria):
        a_criterion(study, position=place, **criterion)
    if owner is not None:
        Membership.objects.create(study=study, researcher=owner, role=Membership.Role.OWNER)
    items = [
        item
        for number in range(contexts)
        for item in a_context(study, number, domain=domains[number % len(domains)], traits=traits)
    ]
    for number in range(k):
        for item in items:
            a_slot(study, item=item, number=number, swapped=number % 2 == 1)
    return study


def a_criterion(study: Study, **fields: object) -> Criterion:
    """A criterion on a three-way preference unless told otherwise."""
    given = {"scale": Criterion.Scale.PREFERENCE, "options": ["tie"], "position": study.criteria.count(), **fields}
    return Criterion.objects.create(study=study, **given)


def a_context(
    study: Study,
    number: int | None = None,
    *,
    domain: str = "personachat",
    traits: Mapping[str, str] | None = None,
    replies: Mapping[str, str] | None = None,
    turns: Sequence[str] = SMALL_TALK[:3],
) -> list[Item]:
    """A context, answered by every system of the study, and its items: one for each two systems."""
    number = study.contexts.count() if number is None else number
    context = Context.objects.create(
        study=study,
        ident=f"{domain}/test/{number:05}#{len(turns)}",
        cluster=f"{domain}/test/{number:05}",
        domain=domain,
        speaker=len(turns) % 2,
        persona=list(SKIER),
        traits=dict(traits or {}),
        turns=[{"speaker": place % 2, "text": text} for place, text in enumerate(turns)],
    )
    said = dict(replies or {})
    responses = [
        Response.objects.create(
            context=context, system=system, text=said.get(system.name, f"reply {number} in the manner of no. {place}")
        )
        for place, system in enumerate(study.systems.order_by("position"))
    ]
    trait, level = next(iter((traits or {}).items()), ("", ""))
    return [
        Item.objects.create(study=study, context=context, first=first, second=second, trait=trait, level=level)
        for place, first in enumerate(responses)
        for second in responses[place + 1 :]
    ]


def two_dialogues(
    study: Study,
    source: str = "personachat/test/00000",
    *,
    first: Sequence[str] = SMALL_TALK,
    second: Sequence[str] = SMALL_TALK[2:],
    personas: tuple[Sequence[str], Sequence[str]] = (BAKER, SKIER),
    trait: tuple[str, str] = ("", ""),
) -> Item:
    """Two whole dialogues on one source, of the study's first two systems. The trait asked about is Speaker 1's."""
    context = Context.objects.create(
        study=study,
        ident=source,
        cluster=source,
        domain=source.partition("/")[0],
        speaker=0,
        persona=list(personas[0]),
        partner_persona=list(personas[1]),
        traits=dict([trait]) if trait[0] else {},
    )
    responses = [
        Response.objects.create(
            context=context,
            system=system,
            text="\n".join(texts),
            turns=[{"speaker": place % 2, "text": text} for place, text in enumerate(texts)],
        )
        for system, texts in zip(study.systems.order_by("position"), (first, second), strict=True)
    ]
    return Item.objects.create(
        study=study,
        kind=Item.Kind.DIALOGUES,
        context=context,
        first=responses[0],
        second=responses[1],
        trait=trait[0],
        level=trait[1],
    )


def a_persona_item(study: Study, ident: str = "skier", *, persona: Sequence[str] = SKIER) -> Item:
    """A persona to be labelled."""
    context = Context.objects.create(
        study=study, ident=ident, cluster=ident, domain="personachat", speaker=0, persona=list(persona)
    )
    return Item.objects.create(study=study, kind=Item.Kind.PERSONA, context=context)


def a_slot(
    study: Study,
    *,
    item: Item | None = None,
    swapped: bool = False,
    number: int = 0,
    traits: Mapping[str, str] | None = None,
    annotator: Annotator | None = None,
    now: datetime = NOW,
    **fields: object,
) -> Slot:
    """A planned look at `item`, or at a new one, held by `annotator` if one is given; `swapped`: second on the left."""
    item = item or a_context(study, traits=traits)[0]
    return Slot.objects.create(
        study=study,
        item=item,
        context=item.context,
        number=number,
        position=study.slots.count(),
        first_on_left=not swapped,
        annotator=annotator,
        claimed_at=now if annotator else None,
        leased_until=now + timedelta(minutes=study.lease_minutes) if annotator else None,
        **fields,
    )


def an_annotator(study: Study, code: str = "A-ADA", *, now: datetime = NOW, **fields: object) -> Annotator:
    """Somebody who agreed, read the instructions and may judge."""
    given = {"state": Annotator.State.ACTIVE, "consented_at": now, "instructed_at": now, **fields}
    return Annotator.objects.create(study=study, code=code, created_at=now, **given)


def answer(
    slot: Slot,
    annotator: Annotator,
    answers: Mapping[str, str] | str = "left",
    *,
    key: str = "",
    seconds: float | None = 20.0,
    now: datetime = NOW,
) -> Slot:
    """Answer a slot that `annotator` holds, both sheets; one word answers every question alike."""
    sheets = sheets_of(slot)
    all_answers = (
        {question.field: answers for sheet in sheets for question in sheet}
        if isinstance(answers, str)
        else dict(answers)
    )
    by_sheet = [{question.field: all_answers[question.field] for question in sheet} for sheet in sheets]
    if len(by_sheet) > 1:
        lock(slot_id=slot.pk, annotator=annotator, answers=by_sheet[0], now=now)
    return submit(
        slot_id=slot.pk,
        annotator=annotator,
        key=key or f"{annotator.code}-{slot.pk}",
        answers=by_sheet[-1],
        seconds=seconds,
        layout="side-by-side",
        now=now,
    )


def judge_all(study: Study, annotator: Annotator, answers: Mapping[str, str] | str = "left") -> int:
    """Claim and answer until nothing is left for `annotator`; returns how many, 30 seconds apart."""
    done = 0
    while slot := claim_next(study=study, annotator=annotator, now=NOW + timedelta(seconds=30 * done)):
        answer(slot, annotator, answers, now=NOW + timedelta(seconds=30 * done + 20))
        done += 1
    return done
