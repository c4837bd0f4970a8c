"""A study in a served site's database, made and counted in a process of its own, under the site's own settings.

`python -m tests.served_study '{"contexts": 100, "k": 3, "links": 16}'` makes it, open, and prints its name and links;
`python -m tests.served_study count NAME` prints what its rows say; `prepare` makes the tables.
"""

import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import django

# As long as PersonaChat's are.
FACTS: Final = ("i like to ski.", "i have two dogs.", "i work as a nurse.", "my sister lives in lisbon.", "i am tall.")
TURNS: Final = (
    "hi ! how are you today ?",
    "good , just back from the mountains . i like to ski .",
    "nice ! i stayed home and baked some bread for my neighbours .",
    "that sounds great . do you bake often ?",
    "every sunday . what do you do for work ?",
)
AT_ONCE: Final = 2000


def make(
    *,
    name: str = "served",
    contexts: int = 100,
    k: int = 3,
    links: int = 16,
    traits: bool = False,
    checks: float = 0.0,
    repeats: float = 0.0,
    **fields: Any,
) -> dict[str, Any]:
    """An open study of `contexts` pairs with `k` slots each, in rounds, and personal links into it."""
    from django.utils import timezone

    from evaluation.annotators.joining import create_invite
    from evaluation.models import Context, Item, Response, Slot, Study, System
    from tests.evaluation.builders import COHERENCE, NATURALNESS, TRAITS, a_criterion

    now, rng = timezone.now(), random.Random(7)
    study = Study.objects.create(
        name=name,
        title=name,
        public_id=f"id{name}"[:16],
        state=Study.State.OPEN,
        judgments_per_pair=k,
        consent="You may stop at any time.",
        instructions="Read **both** replies, then answer each question.",
        end_text="Thank you.",
        design={"checks": {"share": checks}} if checks else {},
        created_at=now,
        opened_at=now,
        seed=7,
        **fields,
    )
    trait = {"extraversion": "high"} if traits else {}
    overall = {"key": "overall", "name": "Overall", "question": "Which would you rather be answered?"}
    for place, criterion in enumerate((NATURALNESS, COHERENCE, TRAITS if traits else overall)):
        a_criterion(study, position=place, **criterion)
    systems = [System.objects.create(study=study, name=each, position=at) for at, each in enumerate(("p", "pt"))]
    known = max(5, round(contexts * 0.05)) if checks else 0
    for start in range(0, contexts + known, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, contexts + known))
        rows = Context.objects.bulk_create(
            Context(
                study=study,
                ident=f"personachat/test/{number:07}#5",
                cluster=f"personachat/test/{number:07}",
                domain="personachat",
                speaker=1,
                persona=list(FACTS),
                traits=trait,
                turns=[{"speaker": at % 2, "text": text} for at, text in enumerate(TURNS)],
            )
            for number in numbers
        )
        said = Response.objects.bulk_create(
            Response(context=row, system=system, text=f"i am a nurse at the hospital no. {row.pk}, and i {verb} it.")
            for row in rows
            for system, verb in zip(systems, ("like", "love"), strict=True)
        )
        items = Item.objects.bulk_create(
            Item(
                study=study,
                context=row,
                first=said[2 * at],
                second=said[2 * at + 1],
                trait="extraversion" if traits else "",
                level="high" if traits else "",
                is_check=number >= contexts,
                expected={"coherence": "first"} if number >= contexts else {},
            )
            for at, (number, row) in enumerate(zip(numbers, rows, strict=True))
        )
        slots = [
            Slot(
                study=study,
                item=item,
                context=row,
                number=turn,
                position=turn * contexts + number,
                first_on_left=(turn + number) % 2 == 0,
            )
            for number, row, item in zip(numbers, rows, items, strict=True)
            if number < contexts
            for turn in range(k)
        ]
        # In the order in which they are handed out, as planning writes them.
        slots.sort(key=lambda each: each.position)
        Slot.objects.bulk_create(slots, batch_size=AT_ONCE)
        Slot.objects.bulk_create(
            Slot(
                study=study,
                item_id=each.item_id,
                context_id=each.context_id,
                look=2,
                repeats=each,
                number=each.number,
                position=contexts * k + each.position,
                first_on_left=not each.first_on_left,
            )
            for each in slots
            if repeats and rng.random() < repeats
        )
    made = [create_invite(study=study, personal=True, now=now) for _ in range(links)]
    analyse()
    return {"name": name, "links": [f"/j/{each.token}/" for each in made]}


def analyse() -> None:
    """Have PostgreSQL's planner know how many rows there are, as it does by itself after a while.

    SQLite's is never told in service, and must not be: from the statistics of a study without repeats it concludes that
    the index on them is worth nothing, and builds another over the whole table for every query.
    """
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def prepare() -> dict[str, Any]:
    """A database with its tables, and the static files, unless they are where another site has put them."""
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        # Without what only researchers' pages show: packing it takes longer than all the rest.
        call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["drf_*", "rest_*", "admin"])
    return {}


def count(name: str) -> dict[str, Any]:
    """What the rows of a study say: the answers by key, drafts by pair, and whatever would be wrong."""
    from evaluation.items.questions import answers_in, criteria_of
    from evaluation.judging.annotator_session import pair_name
    from evaluation.models import Draft, Judgment, Receipt, Slot, Study

    study = Study.objects.get(name=name)
    slots = Slot.objects.filter(study=study).select_related("item__first", "item__second", "study")
    answered = {each.pk: each for each in slots.answered().prefetch_related("judgments__criterion")}
    said = {pk: answers_in(each.judgments.all(), each) for pk, each in answered.items()}
    receipts = list(Receipt.objects.filter(slot__study=study).values_list("key", "slot_id"))
    looks = Counter((each.item_id, each.look) for each in answered.values() if not each.item.is_check)
    whole = {each.pk: len(criteria_of(each)) for each in list(answered.values())[:1]}
    half = [each.pk for each in slots.filter(answered_at=None, locked_at=None).filter(judgments__isnull=False)]
    return {
        "answers": {key: said.get(slot) for key, slot in receipts},
        "answered": len(answered),
        "receipts": len(receipts),
        "judgments": Judgment.objects.filter(slot__study=study, slot__answered_at__isnull=False).count(),
        "criteria": next(iter(whole.values()), 0),
        "most_per_item": max((n for (_, look), n in looks.items() if look == 1), default=0),
        "contexts_twice": len(answered) - len({(e.context_id, e.annotator_id, e.look) for e in answered.values()}),
        "keys_without_slot": [key for key, slot in receipts if slot not in answered],
        "judged_and_not_answered": half,
        # A draft goes with what it was the draft of: once its sheet is locked or submitted.
        "moved_on": [pair_name(each.pk) for each in slots if each.answered_at or each.locked_at],
        "drafts": {pair_name(each.slot_id): each.answers for each in Draft.objects.filter(slot__study=study)},
        "held_by_one": max(
            Counter(
                slots.filter(answered_at=None, annotator__isnull=False).values_list("annotator", flat=True)
            ).values(),
            default=0,
        ),
    }


if __name__ == "__main__":
    django.setup()
    told = sys.argv[1:]
    if told[0] == "prepare":
        result = prepare()
    else:
        result = count(told[1]) if told[0] == "count" else make(**json.loads(told[0]))
    sys.stdout.write(json.dumps(result) + "\n")
