"""What the page of a running study shows, made so that it can be asked for every few seconds, however large the study.

Slots are counted each time. What takes reading the judgments (agreement, pace, sides) is kept for a while that grows
with what it cost, and of a large study rests on a sample of its pairs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import thread_time
from typing import Final

from django.core.cache import cache
from django.db.models import Count, Q

from evaluation.annotators.paying import NoPay, PayList, pay_list
from evaluation.models import Slot, Study
from evaluation.running.quality import Quality, quality_of
from evaluation.studies.life import StudyProgress, progress_of_study

# So many times what it cost to make is a page's numbers kept: never more than a thirtieth of a processor.
KEPT: Final = 30
LONGEST_KEPT: Final = 600
# Below this much of a processor's time it is made anew each time.
CHEAP_SECONDS: Final = 0.25


@dataclass(frozen=True)
class Slots:
    """How many slots are judged, with annotators just now, and free."""

    done: int
    out: int
    free: int

    @property
    def all(self) -> int:
        """All that are planned."""
        return self.done + self.out + self.free


@dataclass(frozen=True)
class Live:
    """A study at a moment; `as_of` is when what rests on the judgments was read."""

    slots: Slots
    progress: StudyProgress
    quality: Quality
    pay: PayList | None
    as_of: datetime
    # For how long the numbers are kept; zero where they are made anew each time.
    kept: timedelta


def slots_of(study: Study, *, now: datetime) -> Slots:
    """The slots of `study` at `now`, in one query."""
    counts = (
        Slot.objects.filter(study=study)
        .planned()
        .aggregate(
            all=Count("pk"),
            done=Count("pk", filter=Q(answered_at__isnull=False)),
            out=Count("pk", filter=Q(answered_at=None, annotator__isnull=False, leased_until__gt=now)),
        )
    )
    return Slots(counts["done"], counts["out"], counts["all"] - counts["done"] - counts["out"])


def live_of(study: Study, *, now: datetime) -> Live:
    """How `study` stands; the same number of queries whatever its size, and few where the numbers are kept."""
    key = f"live-{study.public_id}-{study.pk}-{study.state}-{study.judgments_per_pair}"
    slots = slots_of(study, now=now)
    kept: Live | None = cache.get(key)
    if kept is not None and kept.as_of <= now < kept.as_of + kept.kept:
        return Live(slots, kept.progress, kept.quality, kept.pay, kept.as_of, kept.kept)
    began = thread_time()
    progress, quality = progress_of_study(study, now=now), quality_of(study)
    try:
        pay = pay_list(study) if study.design.get("pay") else None
    except NoPay:
        pay = None
    cost = thread_time() - began
    seconds = 0 if cost < CHEAP_SECONDS else min(LONGEST_KEPT, round(KEPT * cost))
    made = Live(slots, progress, quality, pay, now, timedelta(seconds=seconds))
    if seconds:
        cache.set(key, made, seconds)
    return made
