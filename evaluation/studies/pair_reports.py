"""Reports of pairs: which there is by a number, and what may be done about one."""

from typing import Final

from evaluation.models import Slot, Study

# Note it, keep the pair, drop it from the study, take it back in.
ANSWERS_TO_A_REPORT: Final = ("seen", "retain", "drop", "restore")


class NoSuchReport(LookupError):
    """A pair that nobody of this study reported, or a note that says nothing."""


def reported_slot(study: Study, number: int) -> Slot:
    """The look at which a pair was reported; raises `NoSuchReport`."""
    slot = Slot.objects.filter(study=study, pk=number).reported().first()
    if slot is None:
        raise NoSuchReport("no such report in this study")
    return slot
