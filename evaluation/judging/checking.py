"""When check pairs come, and which: by a schedule that follows from the study's seed and the annotator's code alone.

An annotator's pairs are counted from 1. With a share of 1 in 10, one of every ten is a check, at a place in the ten
that is drawn: spread over all that somebody judges, at no place that can be foreseen. A look at a check pair becomes a
slot when it is due, since nobody knows beforehand who comes and how long they stay.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db.models import Exists, Max, OuterRef

from evaluation.models import Annotator, Item, LostLook, Slot, Study


def check_places(*, seed: int, code: str, share: float) -> Iterator[int]:
    """The places of the checks among an annotator's pairs, rising and without end: one in each 1 / `share` pairs."""
    rng = random.Random(f"{seed} checks of {code}")
    before = 0
    for number in count(1):
        upto = int(number / share)
        yield rng.randint(before + 1, upto)
        before = upto


def share_of_checks(study: Study) -> float:
    """The share of an annotator's pairs that are checks; 0 in a study without."""
    said: dict[str, Any] = study.design.get("checks") or {}
    return float(said.get("share", 0.0))


def check_due(*, annotator: Annotator, study: Study) -> bool:
    """Whether the pair that `annotator` claims next is to be a check."""
    share = share_of_checks(study)
    if not share:
        return False
    place = Slot.objects.for_annotator(annotator).count() + 1
    places = check_places(seed=study.seed, code=annotator.code, share=share)
    return next(each for each in places if each >= place) == place


def take_check(*, annotator: Annotator, study: Study, now: datetime) -> int | None:
    """A slot of a check pair that `annotator` has not seen, made and leased to them; None where none is left.

    Which pair comes, and which reply stands first, is drawn by the seed and the annotator's code.
    """
    seen = Slot.objects.for_annotator(annotator).filter(context=OuterRef("context"))
    left = LostLook.objects.filter(annotator=annotator, context=OuterRef("context"))
    unseen = list(Item.objects.filter(~Exists(seen), ~Exists(left), study=study, is_check=True).order_by("pk"))
    if not unseen:
        return None
    met = Slot.objects.for_annotator(annotator).filter(item__is_check=True).count()
    rng = random.Random(f"{study.seed} check {met} of {annotator.code}")
    item = rng.choice(unseen)
    # Two annotators at once may draw the same pair: the item is held, so that their looks get different numbers.
    Item.objects.select_for_update().get(pk=item.pk)
    last = Slot.objects.filter(item=item).aggregate(number=Max("number"))
    slot = Slot.objects.create(
        study=study,
        item=item,
        context_id=item.context_id,
        number=0 if last["number"] is None else last["number"] + 1,
        # It is handed out when it is made, so it has no place in the plan's order.
        position=0,
        first_on_left=rng.random() < 0.5,
        annotator=annotator,
        claimed_at=now,
        leased_until=now + timedelta(minutes=study.lease_minutes),
    )
    return slot.pk


def checks_to_come(*, annotator: Annotator, study: Study, real: int) -> int:
    """How many checks `annotator` meets before the last of `real` more pairs, as the bar at the top must count them."""
    share = share_of_checks(study)
    if not share or not real:
        return 0
    mine = Slot.objects.for_annotator(annotator)
    answered = mine.answered().count()
    unseen = Item.objects.filter(study=study, is_check=True).count() - mine.filter(item__is_check=True).count()
    unseen -= LostLook.objects.filter(annotator=annotator, item__is_check=True).count()
    # One that is open is among those to come, wherever it stands.
    unseen += mine.filter(item__is_check=True, answered_at=None).count()
    to_come, left, place = 0, real, answered
    places = check_places(seed=study.seed, code=annotator.code, share=share)
    due = next(places)
    while left:
        place += 1
        while due < place:
            due = next(places)
        if due == place and to_come < unseen:
            to_come += 1
        else:
            left -= 1
    return to_come
