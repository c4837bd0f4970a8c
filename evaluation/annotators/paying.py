"""Who is to be paid what: for work done, whoever did it and however it ended, and what that comes to in an hour."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_UP, Decimal
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluation.models import Annotator, LostLook, Slot, Study
from generation.spreadsheets import harmless

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

CENT: Final = Decimal("0.01")
SECONDS_PER_HOUR: Final = 3600
# The share of annotators who may earn less than the lower figure that is shown.
LOW_QUANTILE: Final = 10


class NoPay(ValueError):
    """A pay list was asked of a study that says nothing of pay."""


@dataclass(frozen=True)
class Wage:
    """What one annotator did and is to get. `seconds` None: no time is known of anybody; `hourly` then neither."""

    annotator: str
    participant: str
    state: str
    excluded_by: str
    pairs: int
    seconds: float | None
    due: Decimal
    hourly: Decimal | None


def keep_work(annotator: Annotator) -> None:
    """Keep how much `annotator` has done before their answers are deleted: work done is paid, withdrawn or not."""
    looks = list(Slot.objects.for_annotator(annotator).answered().values_list("seconds", flat=True))
    # A pair that was dropped while they held it was not theirs to finish.
    looks += [None] * LostLook.objects.filter(annotator=annotator, dropped_at__isnull=False).count()
    annotator.withdrawn_pairs = len(looks)
    annotator.withdrawn_seconds = _worked(looks, None) or 0.0
    annotator.save(update_fields=["withdrawn_pairs", "withdrawn_seconds"])


@dataclass(frozen=True)
class PayList:
    """All wages; `median_hourly` and `low_hourly` (10th percentile) are of those who did something."""

    currency: str
    floor: Decimal | None
    wages: tuple[Wage, ...]
    total: Decimal
    median_hourly: Decimal | None
    low_hourly: Decimal | None

    @property
    def below_floor(self) -> bool:
        """Whether the median, on which pay is judged, is under the stated floor."""
        return self.floor is not None and self.median_hourly is not None and self.median_hourly < self.floor


def pay_list(study: Study) -> PayList:
    """What is owed to the people who judged in `study`, in the order in which they came; raises `NoPay`.

    Every answered pair counts, checks and repeats too, one that was dropped while somebody held it, and those of
    whoever was ended or withdrew. Time is active
    time; a pair that was not measured (no script) takes the annotator's median, else the study's. Amounts are rounded
    up to the cent.
    """
    said: dict[str, Any] = study.design.get("pay") or {}
    if not said:
        raise NoPay(f"{study.name} says nothing of pay: expected [pay] in its study file")
    per_judgment = Decimal(said["per_judgment"]) if "per_judgment" in said else None
    per_hour = Decimal(said["per_hour"]) if "per_hour" in said else None
    people = list(study.annotators.filter(kind=Annotator.Kind.HUMAN).order_by("created_at", "pk"))
    looks: dict[int, list[float | None]] = {each.pk: [] for each in people}
    answered = Slot.objects.filter(study=study, annotator__in=people).answered().order_by("pk")
    for annotator, seconds in answered.values_list("annotator_id", "seconds"):
        assert annotator is not None
        looks[annotator].append(seconds)
    taken = LostLook.objects.filter(annotator__in=people, dropped_at__isnull=False)
    for annotator in taken.values_list("annotator_id", flat=True):
        looks[annotator].append(None)
    usual = _median([seconds for each in looks.values() for seconds in each])
    wages = []
    for each in people:
        worked, pairs = _worked(looks[each.pk], usual), len(looks[each.pk]) + each.withdrawn_pairs
        if worked is not None:
            worked += each.withdrawn_seconds
        if per_judgment is not None:
            due = per_judgment * pairs
        else:
            assert per_hour is not None
            due = per_hour * Decimal(str(worked or 0)) / SECONDS_PER_HOUR
        due = due.quantize(CENT, rounding=ROUND_UP)
        wages.append(
            Wage(
                annotator=each.code,
                participant=each.participant,
                state=each.state,
                excluded_by=each.excluded_by,
                pairs=pairs,
                seconds=worked,
                due=due,
                hourly=_cents(float(due) * SECONDS_PER_HOUR / worked) if worked else None,
            )
        )
    hourly = [float(each.hourly) for each in wages if each.hourly is not None]
    return PayList(
        currency=said["currency"],
        floor=Decimal(said["floor"]) if "floor" in said else None,
        wages=tuple(wages),
        total=sum((each.due for each in wages), Decimal(0)).quantize(CENT),
        median_hourly=_cents(median(hourly)) if hourly else None,
        low_hourly=_cents(float(np.percentile(hourly, LOW_QUANTILE))) if hourly else None,
    )


def write_pay_list(paid: PayList, out: "SupportsWrite[str]") -> None:
    """The list as CSV, a line for each annotator; amounts in `currency`."""
    lines = csv.DictWriter(
        out,
        ["annotator", "participant", "state", "excluded_by", "pairs", "seconds", "due", "hourly", "currency"],
        lineterminator="\n",
    )
    lines.writeheader()
    for each in paid.wages:
        line = asdict(each) | {"currency": paid.currency}
        # A participant id comes from outside, and a reason from whoever wrote it.
        for key in ("annotator", "participant", "excluded_by"):
            # A bare carriage return is not quoted, and what follows it would begin a line.
            line[key] = harmless(str(line[key])).replace("\r", " ")
        line["seconds"] = "" if each.seconds is None else f"{each.seconds:.1f}"
        lines.writerow(line)


def _worked(seconds: Sequence[float | None], usual: float | None) -> float | None:
    """Active seconds over all pairs; 0 where there is none, None where nothing was ever measured."""
    if not seconds:
        return 0.0
    own = _median(seconds)
    instead = usual if own is None else own
    if instead is None:
        return None
    return sum(instead if each is None else each for each in seconds)


def _median(seconds: Sequence[float | None]) -> float | None:
    measured = [each for each in seconds if each is not None]
    return median(measured) if measured else None


def _cents(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(CENT)
