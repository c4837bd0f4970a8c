"""The rows of a new study: what is judged, by which questions, and every slot in its order."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from evaluation.design.controls import with_controls
from evaluation.design.dealing import dealt_pairs
from evaluation.design.slots import Candidate, PlannedItem, PlannedSlot, choose_contexts, choose_traits, plan_slots
from evaluation.material.contexts import as_json, candidate_of, context_row
from evaluation.material.control_pairs import ControlPair, control_rows, plan_controls, planned_controls
from evaluation.material.gathering import Answered, Gathered, WrongFiles, alike
from evaluation.material.known_pairs import KnownPairs, plan_known_pairs
from evaluation.material.planting import plant
from evaluation.models import Context, Criterion, Item, Response, Slot, Study, System
from evaluation.study_files.item_kinds import Kind
from evaluation.study_files.study_file import StudyCriterion, StudyFile

# Opaque to annotators, who see it in their addresses.
PUBLIC_ID_BYTES: Final = 9
AT_ONCE: Final = 500
WRITTEN_BY_PEOPLE: Final = {"name", "title", "public_title", "language"}


@transaction.atomic
def plan_study(*, name: str, file: StudyFile, gathered: Gathered, design: dict[str, object], now: datetime) -> Study:
    """A new draft: its systems and criteria, the contexts drawn, their pairs, and every slot with its sides and place.

    `design` is what is kept of `file`, as it stands in the database. Raises `WrongFiles` where nothing can be asked.
    """
    candidates = candidates_of(gathered, always=any(not each.needs for each in file.criteria))
    chosen = choose_contexts(
        candidates,
        per_domain=file.contexts.per_domain,
        per_cluster=file.contexts.per_cluster,
        balance=file.contexts.balance,
        seed=file.contexts.seed,
    )
    if not chosen:
        raise WrongFiles("no context is left to judge: every question needs a stated trait, and none is stated")
    known, controls = _apart(file, gathered, chosen, candidates)
    chosen = known.judged
    traits = choose_traits(chosen, seed=file.contexts.seed)
    study = _study(name, file, gathered, design, now)
    systems = System.objects.bulk_create(
        System(
            study=study,
            name=each.system,
            position=place,
            digest=each.digest,
            responses_count=len(each.responses),
        )
        for place, each in enumerate(gathered.systems)
    )
    Criterion.objects.bulk_create(_criterion(study, each, place) for place, each in enumerate(file.criteria))
    contexts = context_rows(study, chosen, gathered)
    responses = response_rows(chosen, contexts, systems, gathered)
    planned = planned_pairs(chosen, gathered, seed=file.contexts.seed)
    items = item_rows(study, planned, kind=gathered.kind, contexts=contexts, responses=responses, traits=traits)
    slots = plan_slots(planned, k=file.judgments_per_pair, repeat_share=file.repeat_share, seed=file.contexts.seed)
    if controls:
        items += control_rows(study, file, controls, {each.name: each for each in systems})
        asked = planned_controls(controls)
        slots = with_controls(slots, asked, items=len(planned), k=file.judgments_per_pair, seed=file.contexts.seed)
    _slots(study, items, slots)
    plant(study, file, known)
    return study


def _apart(
    file: StudyFile, gathered: Gathered, chosen: Sequence[Candidate], candidates: Sequence[Candidate]
) -> tuple[KnownPairs, tuple[ControlPair, ...]]:
    """What is judged, the pairs with a known answer, and those that test the instrument: no context is two of them."""
    made = plan_controls(file, gathered, plan_known_pairs(file, gathered, chosen, candidates), candidates)
    return made.known, made.controls


def planned_pairs(chosen: Sequence[Candidate], gathered: Gathered, *, seed: int) -> list[PlannedItem]:
    """What is judged of each context: every two systems, or the persona by itself."""
    if gathered.kind == "persona":
        return [PlannedItem(context=each.id, domain=each.domain, first=0, second=1) for each in chosen]
    # Of a system that was trained several times, each context is answered by one of its runs.
    pairs = dealt_pairs(
        [each.system for each in gathered.systems],
        {each.id: each.domain for each in chosen},
        seed=seed,
        answered=lambda place, context: context in gathered.systems[place].responses,
    )
    return [
        PlannedItem(
            context=each.id,
            domain=each.domain,
            first=first,
            second=second,
            tied=alike(_said(gathered.systems[first], each.id), _said(gathered.systems[second], each.id)),
        )
        for each in chosen
        for first, second in pairs[each.id]
    ]


def candidates_of(gathered: Gathered, *, always: bool) -> list[Candidate]:
    """The contexts of which something can be asked: all, where a question is `always` asked, else those with traits."""
    candidates = [candidate_of(each) for each in gathered.contexts.values()]
    return [each for each in candidates if always or each.traits]


def _study(name: str, file: StudyFile, gathered: Gathered, design: dict[str, object], now: datetime) -> Study:
    study = Study(
        name=name,
        title=file.title,
        public_title=file.public_title,
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        design=design,
        plan=asdict(file.plan) if file.plan.declared or file.plan.exclusions else {},
        seed=file.contexts.seed,
        judgments_per_pair=file.judgments_per_pair,
        max_share=file.max_share,
        repeat_share=file.repeat_share,
        lease_minutes=file.lease_minutes,
        display=file.display,
        language=file.language,
        layout=file.layout,
        content_warning=file.content_warning,
        may_skip=file.may_skip,
        ethics=file.ethics,
        closes_at=datetime.fromisoformat(file.closes) if file.closes else None,
        consent=file.consent,
        instructions=file.instructions,
        end_text=file.end,
        caveats=list(gathered.caveats),
        created_at=now,
    )
    try:
        study.clean_fields(exclude={each.name for each in Study._meta.fields} - WRITTEN_BY_PEOPLE)
    except ValidationError as error:
        raise WrongFiles("; ".join(f"{key}: {' '.join(said)}" for key, said in error.message_dict.items())) from error
    study.save()
    return study


def _criterion(study: Study, asked: StudyCriterion, place: int) -> Criterion:
    rated = {"min": asked.low, "max": asked.high, "ends": list(asked.ends)} if asked.scale == "rating" else {}
    return Criterion(
        study=study,
        key=asked.key,
        name=asked.name,
        question=asked.question,
        help=asked.help,
        scale=asked.scale,
        options=list(asked.options),
        range=rated,
        needs=asked.needs,
        after=list(asked.after),
        reason=asked.reason,
        position=place,
    )


def context_rows(study: Study, chosen: Sequence[Candidate], gathered: Gathered) -> dict[str, Context]:
    """The contexts of `chosen`, made, by id."""
    rows = []
    for each in chosen:
        context = gathered.contexts[each.id]
        said = [system.responses[each.id].reference for system in gathered.systems if each.id in system.responses]
        rows.append(context_row(study, context, reference=next((text for text in said if text is not None), None)))
    return {each.ident: each for each in Context.objects.bulk_create(rows, batch_size=AT_ONCE)}


def response_rows(
    chosen: Sequence[Candidate], contexts: dict[str, Context], systems: Sequence[System], gathered: Gathered
) -> dict[tuple[str, int], Response]:
    """What every system answered in `chosen`, made, by context id and the system's place."""
    keys = [
        (each.id, place)
        for each in chosen
        for place in range(len(systems))
        # Training runs may share out the contexts.
        if each.id in gathered.systems[place].responses
    ]
    rows = []
    for identifier, place in keys:
        response = gathered.systems[place].responses[identifier]
        rows.append(
            Response(
                context=contexts[identifier],
                system=systems[place],
                text=response.text,
                turns=as_json(gathered.systems[place].turns.get(identifier, ())),
                given={"persona": response.given.persona, "traits": dict(response.given.traits)},
            )
        )
    return dict(zip(keys, Response.objects.bulk_create(rows, batch_size=AT_ONCE), strict=True))


def item_rows(
    study: Study,
    planned: Sequence[PlannedItem],
    *,
    kind: Kind,
    contexts: Mapping[str, Context],
    responses: Mapping[tuple[str, int], Response],
    traits: Mapping[str, tuple[str, str]],
) -> list[Item]:
    """What is judged of each context, made, in the order of `planned`."""
    return Item.objects.bulk_create(
        (
            Item(
                study=study,
                kind=kind,
                context=contexts[each.context],
                # Of a persona there is none: it is shown by itself.
                first=responses[each.context, each.first] if responses else None,
                second=responses[each.context, each.second] if responses else None,
                trait=traits.get(each.context, ("", ""))[0],
                level=traits.get(each.context, ("", ""))[1],
                automatic_tie=each.tied,
            )
            for each in planned
        ),
        batch_size=AT_ONCE,
    )


def _said(answered: Answered, context: str) -> str:
    return answered.responses[context].text


def _slots(study: Study, items: Sequence[Item], planned: Sequence[PlannedSlot]) -> None:
    rows = [
        Slot(
            study=study,
            item=items[each.item],
            context=items[each.item].context,
            look=each.look,
            number=each.number,
            position=position,
            first_on_left=each.first_on_left,
        )
        for position, each in enumerate(planned)
    ]
    first_looks = [row for row in rows if row.look == 1]
    Slot.objects.bulk_create(first_looks, batch_size=AT_ONCE)
    repeats = []
    for each, row in zip(planned, rows, strict=True):
        if each.repeats is not None:
            row.repeats = rows[each.repeats]
            repeats.append(row)
    Slot.objects.bulk_create(repeats, batch_size=AT_ONCE)
