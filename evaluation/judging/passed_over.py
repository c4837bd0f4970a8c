"""What annotators passed over, by annotator and by pair: missing from the results, and perhaps not by chance."""

from collections import Counter

from django.db.models import Count, QuerySet

from evaluation.models import Annotator, Item, LostLook, Slot, Study
from evaluation.stats.data.conduct import SkippedPair


def skips_of_annotators(study: Study) -> dict[str, int]:
    """Annotator -> pairs passed over, of all who did and did not withdraw; check pairs too."""
    counted = _skips(study).values("annotator__code").annotate(n=Count("pk")).order_by("annotator__code")
    return {each["annotator__code"]: each["n"] for each in counted}


def skipped_pairs(study: Study) -> tuple[SkippedPair, ...]:
    """Every judged pair that was passed over, the most often first; `judged` are first looks at it that count."""
    skips: Counter[int] = Counter(
        _skips(study).filter(item__is_check=False, item__control="").values_list("item", flat=True)
    )
    judged = dict(
        Slot.objects.filter(study=study, look=1, item__in=skips, answered_at__isnull=False)
        .planned()
        .values_list("item")
        .annotate(n=Count("pk"))
    )
    items = Item.objects.filter(pk__in=skips).select_related("context", "first__system", "second__system")
    found = [
        SkippedPair(
            context=each.context.ident,
            domain=each.context.domain,
            first=_system(each, "first"),
            second=_system(each, "second"),
            skipped=skips[each.pk],
            judged=judged.get(each.pk, 0),
        )
        for each in items
    ]
    return tuple(sorted(found, key=lambda each: (-each.skipped, each.context, each.first, each.second)))


def _system(item: Item, place: str) -> str:
    response = getattr(item, place)
    return response.system.name if response is not None and response.system is not None else ""


def _skips(study: Study) -> QuerySet[LostLook]:
    return LostLook.objects.filter(annotator__study=study, skipped_at__isnull=False).exclude(
        annotator__state=Annotator.State.WITHDRAWN
    )
