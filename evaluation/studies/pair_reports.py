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


def report_named(study: Study, said: str) -> int:
    """The number of the report that is meant by its number or by its pair's context; raises `NoSuchReport`."""
    reported = Slot.objects.filter(study=study).reported()
    of_context = list(reported.filter(item__context__ident=said).order_by("pk").values_list("pk", "item_id"))
    by_number = said.isdecimal() and reported.filter(pk=int(said)).exists()
    pairs = {item for _, item in of_context}
    if len(pairs) > 1 or (by_number and pairs):
        numbers = ", ".join(str(number) for number, _ in of_context)
        raise NoSuchReport(f"{said}: more than one pair may be meant; of this context there are the reports {numbers}")
    if not by_number and not pairs:
        raise NoSuchReport(
            f"{said}: expected the number of a report in {study.name}, or the context of a reported pair"
        )
    return int(said) if by_number else of_context[0][0]
