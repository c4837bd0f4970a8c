"""More of a study that is open: more judgments for each pair, more pairs; what was drawn, shown and said stays.

Further contexts are drawn by the study's own seed, as if more had been asked for from the start: those that it has come
first in that draw, which is checked. Their responses are not in the database, so they are read from the study's files,
which must have the digest that was frozen. It is one transaction beside claims, and an amendment.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Max

from evaluation.changes.amending import CannotAmend, record
from evaluation.design.extended import Standing, plan_more_slots
from evaluation.design.slots import Candidate, PlannedItem, choose_contexts, choose_traits
from evaluation.material.gathering import Gathered
from evaluation.models import Amendment, Item, Researcher, Slot, Study
from evaluation.opening.planning import AT_ONCE, candidates_of, context_rows, planned_pairs, response_rows
from evaluation.studies.holding import hold_alone

EXTENDED: Final = "extended"
MOST_JUDGMENTS: Final = 1000
RUNS: Final = (Study.State.OPEN, Study.State.PAUSED)


class CannotExtend(CannotAmend):
    """A study that does not run, a size that is none, or files that are not the study's."""


@dataclass(frozen=True)
class Extended:
    """What came to a study. `contexts` is how many of each domain; `ties` those pairs that nobody is asked about."""

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


def contexts_by_domain(study: Study) -> dict[str, int]:
    """How many contexts of each domain are judged in `study`."""
    judged = Item.objects.filter(study=study, is_check=False, is_practice=False, control="")
    counts = judged.values("context__domain").annotate(n=Count("context", distinct=True)).order_by("context__domain")
    return {str(row["context__domain"]): int(row["n"]) for row in counts}


@transaction.atomic
def extend(
    *,
    study: Study,
    because: str,
    now: datetime,
    by: Researcher | None = None,
    judgments_per_pair: int | None = None,
    per_domain: int | None = None,
    gathered: Gathered | None = None,
) -> Extended:
    """Bring every pair to `judgments_per_pair`, and each domain to `per_domain` contexts, or as many as there are.

    Both are what the study is to have, not what comes to it. More contexts need what its systems answered (`gathered`).
    Raises `CannotExtend` with what was expected, and leaves everything as it was.
    """
    hold_alone(study.pk)
    held = Study.objects.select_for_update(of=("self",), no_key=True).get(pk=study.pk)
    because = " ".join(because.replace("\0", "").split())
    _check(held, because, judgments_per_pair, per_domain)
    before = contexts_by_domain(held)
    k = judgments_per_pair or held.judgments_per_pair
    made = _more_pairs(held, gathered, per_domain, before) if per_domain is not None else []
    changes: list[dict[str, Any]] = []
    if k != held.judgments_per_pair:
        changes.append({"key": "judgments_per_pair", "before": held.judgments_per_pair, "after": k})
    if made:
        changes.append({"key": "contexts", "before": before, "after": contexts_by_domain(held)})
    amendment = record(
        study=held,
        text=_said(changes, because),
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


def _check(study: Study, because: str, judgments_per_pair: int | None, per_domain: int | None) -> None:
    if study.state not in RUNS:
        raise CannotExtend(f"{study.name}: expected a study that is open or paused, and it is {study.state}")
    if not because:
        raise CannotExtend("expected a reason: the report states it")
    if judgments_per_pair is None and per_domain is None:
        raise CannotExtend("expected more judgments per pair, more contexts per domain, or both")
    now = study.judgments_per_pair
    if judgments_per_pair is not None and not now <= judgments_per_pair <= MOST_JUDGMENTS:
        raise CannotExtend(f"judgments per pair: expected {now} or more, got {judgments_per_pair}: none is taken away")
    if judgments_per_pair == now and per_domain is None:
        raise CannotExtend(f"judgments per pair: every pair is planned {now} times already")
    if per_domain is not None and per_domain < 1:
        raise CannotExtend(f"contexts per domain: expected at least 1, got {per_domain}")


def _said(changes: Sequence[dict[str, Any]], because: str) -> str:
    parts = []
    for each in changes:
        if each["key"] == "judgments_per_pair":
            parts.append(f"from {each['before']} to {each['after']} judgments for each pair")
        else:
            before, after = sum(each["before"].values()), sum(each["after"].values())
            parts.append(f"from {before:,} to {after:,} contexts")
    return f"Extended {' and '.join(parts)}: {because}"


def _more_pairs(study: Study, gathered: Gathered | None, per_domain: int, before: dict[str, int]) -> list[Item]:
    """The further contexts with their responses and pairs, made; no slot yet."""
    if study.items.exclude(kind=Item.Kind.PAIR).exists():
        raise CannotExtend(
            "more contexts: only a study of pairs of responses can be given more; expected --judgments-per-pair"
        )
    if gathered is None:
        raise CannotExtend("more contexts: expected what the study's systems answered, and its files are not here")
    _check_same_responses(study, gathered)
    chosen = _further(study, gathered, per_domain, before)
    asked = Counter(
        study.items.filter(is_check=False, is_practice=False).exclude(trait="").values_list("trait", "level")
    )
    traits = choose_traits(chosen, seed=study.seed, asked_before=asked)
    systems = list(study.systems.order_by("position"))
    # As the study's own order has them, whatever order the files came in.
    by_name = {each.system: each for each in gathered.systems}
    gathered = Gathered(
        systems=tuple(by_name[system.name] for system in systems), contexts=gathered.contexts, missing=gathered.missing
    )
    contexts = context_rows(study, chosen, gathered)
    responses = response_rows(chosen, contexts, systems, gathered)
    return Item.objects.bulk_create(
        (
            Item(
                study=study,
                context=contexts[each.context],
                first=responses[each.context, each.first],
                second=responses[each.context, each.second],
                trait=traits.get(each.context, ("", ""))[0],
                level=traits.get(each.context, ("", ""))[1],
                automatic_tie=each.tied,
            )
            for each in planned_pairs(chosen, gathered, seed=study.seed)
        ),
        batch_size=AT_ONCE,
    )


def _check_same_responses(study: Study, gathered: Gathered) -> None:
    kept = dict(study.systems.values_list("name", "digest"))
    found = {each.system: each.digest for each in gathered.systems}
    for name in sorted(set(kept) | set(found)):
        if kept.get(name) != found.get(name):
            what = "is not in the files" if name not in found else "is none of the study's systems"
            if name in kept and name in found:
                what = f"was frozen under the digest {kept[name][:12]}, and the files have {found[name][:12]}"
            raise CannotExtend(f"the responses are not those that the study was made of: {name} {what}")


def _further(study: Study, gathered: Gathered, per_domain: int, before: dict[str, int]) -> list[Candidate]:
    """The contexts that come to the study, by the same draw: after those that it has, without those of known pairs."""
    said = study.design.get("contexts") or {}
    candidates = candidates_of(gathered, always=study.criteria.filter(needs="").exists())
    drawn = choose_contexts(
        candidates,
        per_domain=None,
        per_cluster=int(said.get("per_cluster") or 1),
        balance=tuple(said.get("balance") or ()),
        seed=study.seed,
    )
    used = set(study.contexts.values_list("ident", flat=True))
    judged = set(
        study.items.filter(is_check=False, is_practice=False, control="").values_list("context__ident", flat=True)
    )
    by_domain: dict[str, list[Candidate]] = defaultdict(list)
    for each in drawn:
        by_domain[each.domain].append(each)
    chosen: list[Candidate] = []
    for domain, there in by_domain.items():
        new = [place for place, each in enumerate(there) if each.id not in used]
        after_the_first_new = there[new[0] :] if new else []
        if any(each.id in judged for each in after_the_first_new):
            raise CannotExtend(
                f"the draw of {domain} does not begin with the contexts that the study has: it was made by other rules"
            )
        chosen += [there[place] for place in new[: max(0, per_domain - before.get(domain, 0))]]
    if not chosen:
        most = ", ".join(f"{len(there):,} of {domain}" for domain, there in by_domain.items())
        has = ", ".join(f"{count:,} of {domain}" for domain, count in before.items())
        raise CannotExtend(
            f"contexts per domain: expected more than the study has ({has}); {most} can be drawn, with those that "
            f"pairs with a known answer are made of; got {per_domain}"
        )
    return chosen


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
