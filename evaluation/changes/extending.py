"""More of a study that is open: more judgments for each item, more items; what was drawn, shown and said stays.

Which items come is `further`'s to say. It is one transaction beside claims, and an amendment.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from evaluation.changes.amending import record
from evaluation.changes.further import CannotExtend, contexts_by_domain, more_items, more_personas
from evaluation.design.extended import Standing, plan_more_slots
from evaluation.design.slots import PlannedItem
from evaluation.material.gathering import Gathered
from evaluation.models import Amendment, Item, Researcher, Slot, Study
from evaluation.opening.planning import AT_ONCE
from evaluation.studies.holding import hold_alone
from evaluation.study_files.item_kinds import Kind, kind_of

EXTENDED: Final = "extended"
MOST_JUDGMENTS: Final = 1000
RUNS: Final = (Study.State.OPEN, Study.State.PAUSED)


@dataclass(frozen=True)
class Extended:
    """What came to a study. `contexts` is how many of each domain; `ties` those items that nobody is asked about."""

    amendment: Amendment
    judgments_per_pair: int
    contexts: dict[str, int]
    items: int
    ties: int
    slots: int

    def as_json(self) -> dict[str, Any]:
        """For `--json` and the API."""
        return {
            "judgments_per_pair": self.judgments_per_pair,
            "contexts": self.contexts,
            "items": self.items,
            "automatic_ties": self.ties,
            "slots": self.slots,
            "amendment": {"text": self.amendment.text, **self.amendment.change},
        }


@transaction.atomic
def extend(
    *,
    study: Study,
    because: str,
    now: datetime,
    by: Researcher | None = None,
    judgments_per_pair: int | None = None,
    per_domain: int | None = None,
    per_level: int | None = None,
    gathered: Gathered | None = None,
) -> Extended:
    """Bring every item to `judgments_per_pair`, and each domain to `per_domain` contexts, or as many as there are.

    Of personas to be labelled so many of each trait and level are drawn as `per_level` says. All are what the study is
    to have, not what comes to it. More items need what the study is made of (`gathered`, of personas drawn so).
    Raises `CannotExtend` with what was expected, and leaves everything as it was.
    """
    hold_alone(study.pk)
    held = Study.objects.select_for_update(of=("self",), no_key=True).get(pk=study.pk)
    because = " ".join(because.replace("\0", "").split())
    _check(held, because, judgments_per_pair, per_domain, per_level)
    before = contexts_by_domain(held)
    k = judgments_per_pair or held.judgments_per_pair
    made: list[Item] = []
    if per_level is not None:
        made = more_personas(held, gathered, per_level)
    elif per_domain is not None:
        made = more_items(held, gathered, per_domain, before)
    changes: list[dict[str, Any]] = []
    if k != held.judgments_per_pair:
        changes.append({"key": "judgments_per_pair", "before": held.judgments_per_pair, "after": k})
    if made:
        changes.append({"key": "contexts", "before": before, "after": contexts_by_domain(held)})
    amendment = record(
        study=held,
        text=_said(changes, because, kind_of(held.design)),
        changes=changes,
        now=now,
        by=by,
        action=EXTENDED,
        extended=True,
        looks=held.audit.filter(action="looked").count(),
    )
    slots = _more_slots(held, k)
    # Of how many looks a share is, is counted anew.
    Study.objects.filter(pk=held.pk).update(judgments_per_pair=k, planned_looks=None, planned_looks_at=None)
    study.refresh_from_db()
    new = Counter(item.context.domain for item in made)
    return Extended(
        amendment=amendment,
        judgments_per_pair=k,
        contexts={domain: len({each.context_id for each in made if each.context.domain == domain}) for domain in new},
        items=sum(not each.automatic_tie for each in made),
        ties=sum(each.automatic_tie for each in made),
        slots=slots,
    )


def _check(
    study: Study, because: str, judgments_per_pair: int | None, per_domain: int | None, per_level: int | None
) -> None:
    if study.state not in RUNS:
        raise CannotExtend(f"{study.name}: expected a study that is open or paused, and it is {study.state}")
    if not because:
        raise CannotExtend("expected a reason: the report states it")
    personas = kind_of(study.design) == "persona"
    if judgments_per_pair is None and per_domain is None and per_level is None:
        more = "personas per level" if personas else "contexts per domain"
        raise CannotExtend(f"expected more judgments per {_one(study)}, more {more}, or both")
    if personas and per_domain is not None:
        raise CannotExtend("contexts per domain: personas are drawn by trait and level; expected more of each level")
    if not personas and per_level is not None:
        raise CannotExtend("personas per level: the study has none to be labelled; expected more contexts per domain")
    now, each = study.judgments_per_pair, f"judgments per {_one(study)}"
    if judgments_per_pair is not None and not now <= judgments_per_pair <= MOST_JUDGMENTS:
        raise CannotExtend(f"{each}: expected {now} or more, got {judgments_per_pair}: none is taken away")
    if judgments_per_pair == now and per_domain is None and per_level is None:
        raise CannotExtend(f"{each}: every {_one(study)} is planned {now} times already")
    for what, size in (("contexts per domain", per_domain), ("personas per level", per_level)):
        if size is not None and size < 1:
            raise CannotExtend(f"{what}: expected at least 1, got {size}")


def _one(study: Study) -> str:
    return "persona" if kind_of(study.design) == "persona" else "pair"


def _said(changes: Sequence[dict[str, Any]], because: str, kind: Kind) -> str:
    one, many = ("persona", "personas") if kind == "persona" else ("pair", "contexts")
    parts = []
    for each in changes:
        if each["key"] == "judgments_per_pair":
            parts.append(f"from {each['before']} to {each['after']} judgments for each {one}")
        else:
            before, after = sum(each["before"].values()), sum(each["after"].values())
            parts.append(f"from {before:,} to {after:,} {many}")
    return f"Extended {' and '.join(parts)}: {because}"


@dataclass(frozen=True)
class _Row:
    """An item by its keys: whole rows of a large study would take a while to make, and no more is asked of them."""

    pk: int
    context: int
    planned: PlannedItem


def _more_slots(study: Study, k: int) -> int:
    """Plan what every pair lacks of `k`; how many slots that are. Numbers and places go on from those that stand."""
    items = _rows(study)
    sides: dict[int, list[bool]] = defaultdict(list)
    planned = Slot.objects.filter(study=study, look=1, stands_for=None, item__is_check=False).order_by("number", "pk")
    for item, on_left in planned.values_list("item_id", "first_on_left"):
        sides[item].append(on_left)
    standing = [Standing(each.planned, tuple(sides[each.pk])) for each in items]
    plan = plan_more_slots(standing, k=k, repeat_share=study.repeat_share, seed=study.seed)
    # Looks that stand in for somebody's go on counting from there, so an item's next number is not always k.
    last = dict(Slot.objects.filter(study=study, look=1).values_list("item_id").annotate(last=Max("number")))
    offset = {each.pk: max(0, last.get(each.pk, -1) + 1 - len(sides[each.pk])) for each in items}
    start = (Slot.objects.filter(study=study).aggregate(last=Max("position"))["last"] or 0) + 1
    rows = [
        Slot(
            study_id=study.pk,
            item_id=items[each.item].pk,
            context_id=items[each.item].context,
            look=each.look,
            number=each.number + offset[items[each.item].pk],
            position=start + place,
            first_on_left=each.first_on_left,
        )
        for place, each in enumerate(plan)
    ]
    Slot.objects.bulk_create((row for row in rows if row.look == 1), batch_size=AT_ONCE)
    repeats = []
    for each, row in zip(plan, rows, strict=True):
        if each.repeats is not None:
            row.repeats = rows[each.repeats]
            repeats.append(row)
    Slot.objects.bulk_create(repeats, batch_size=AT_ONCE)
    return len(rows)


def _rows(study: Study) -> list[_Row]:
    """What is judged in `study`, in the order in which it was made: systems by their places; a persona has none."""
    found = (
        Item.objects.filter(study=study, is_check=False, is_practice=False)
        .order_by("pk")
        .values_list(
            "pk",
            "context_id",
            "context__ident",
            "context__domain",
            "first__system__position",
            "second__system__position",
            "automatic_tie",
        )
    )
    return [
        _Row(
            pk,
            context,
            PlannedItem(
                context=ident,
                domain=domain,
                first=0 if first is None else first,
                second=1 if second is None else second,
                tied=tied,
            ),
        )
        for pk, context, ident, domain, first, second, tied in found
    ]
