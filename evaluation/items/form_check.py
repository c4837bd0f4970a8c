"""Whether form alone tells a study's systems apart, on the replies as annotators see them; see `stats.form`."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max

from evaluation.items.blinding import displayed
from evaluation.models import Item, Response, Study
from evaluation.stats.data.conduct import FormFound, conduct_from_json
from evaluation.stats.instrument.form import FormPair, form_tells, warns
from evaluation.stats.preferences.seeds import system_of
from generation.corpus.manifest import digest_of, parley_version

DAY = 24 * 3600


def form_of(study: Study) -> tuple[FormFound, ...]:
    """For every two systems judged together, how far the form of their replies tells them apart.

    Of pairs that are shown: equal replies, check pairs and controls are none. Had once for the same pairs.
    """
    items = Item.objects.filter(
        study=study, is_check=False, is_practice=False, control="", automatic_tie=False, first__system__isnull=False
    )
    there = items.aggregate(n=Count("pk"), last=Max("pk"))
    # What was answered is known by the digests; what of it is judged follows from the design and the number of items.
    answered = list(study.systems.order_by("position").values_list("name", "digest"))
    made_from = [study.pk, study.created_at.isoformat(), answered, there, study.display, study.seed, parley_version()]
    key = f"form-{digest_of(made_from)}"
    kept: list[dict[str, Any]] | None = cache.get(key)
    if kept is None:
        found = _found(study, items.select_related("context", "first__system", "second__system").order_by("pk"))
        cache.set(key, [asdict(each) for each in found], DAY)
        return found
    return conduct_from_json({"form": kept}).form


def _found(study: Study, items: Iterable[Item]) -> tuple[FormFound, ...]:
    pairs: dict[tuple[str, str], list[FormPair]] = defaultdict(list)
    for item in items:
        first, second = item.first, item.second
        if first is None or second is None or first.system is None or second.system is None:
            continue
        between = system_of(first.system.name), system_of(second.system.name)
        pairs[between].append(FormPair(item.context.cluster, _shown(first, study), _shown(second, study)))
    return tuple(form_tells(of, first=first, second=second, seed=study.seed) for (first, second), of in pairs.items())


def _shown(response: Response, study: Study) -> str:
    """The reply, or of a whole dialogue its turns, as they are displayed."""
    said = [str(turn.get("text", "")) for turn in response.turns] or [response.text]
    return "\n".join(displayed(text, study) for text in said)


def form_warnings(found: Iterable[FormFound], *, display: str) -> tuple[str, ...]:
    """A sentence for every two systems that form tells apart too well."""
    advice = "" if display == "detokenised" else ' display = "detokenised" evens out spaces and capitals.'
    return tuple(
        f"form alone (length, capitals, spacing, punctuation) tells {each.first} from {each.second} in "
        f"{each.accuracy:.0%} of {each.pairs:,} pairs{_because(each)}: people may judge the form, or know the system "
        f"by it.{advice}"
        for each in found
        if warns(each) and each.accuracy is not None
    )


def _because(found: FormFound) -> str:
    return f" ({'; '.join(found.by)})" if found.by else ""
