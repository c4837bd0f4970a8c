"""What a judge looks at: every item of a study, pairs in both orders, sheet by sheet; and the rows of its answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from evaluation.items.blinding import BlindedItem, BlindedQuestion, blinded
from evaluation.items.questions import fill_in, sheets_of
from evaluation.models import Annotator, Item, Judgment, Slot, Study
from evaluation.results.exporting import row_of
from evaluation.stats.data.rows import JudgmentRow


@dataclass(frozen=True)
class Look:
    """One sheet of one pair in one order. `number` is the order: 1 with the first response as Reply 1, 2 swapped."""

    slot: Slot
    number: int
    shown: BlindedItem
    questions: tuple[BlindedQuestion, ...]

    @property
    def name(self) -> str:
        """What it is called where something went wrong."""
        return f"{self.slot.item.context.ident} (order {self.number})"

    def rows(self, answers: Mapping[str, str], *, judge: str, now: datetime) -> list[JudgmentRow]:
        """The answers as judgments of kind `llm`; the second order is look 2."""
        annotator = Annotator(study=self.slot.study, code=judge, kind=Annotator.Kind.LLM)
        asked = [question for sheet in sheets_of(self.slot) for question in sheet if question.field in answers]
        return [
            row_of(
                fill_in(
                    Judgment(
                        slot=self.slot,
                        criterion=question.criterion,
                        annotator=annotator,
                        displayed_left=self.slot.left(),
                        criterion_version=question.criterion.version,
                        trait=self.slot.item.trait if question.criterion.needs else "",
                        level=self.slot.item.level if question.criterion.needs else "",
                        submitted_at=now,
                    ),
                    question,
                    answers[question.field],
                    self.slot,
                )
            )
            for question in asked
        ]


def looks_at(study: Study, *, limit: int | None = None) -> Iterator[Look]:
    """Every look, pair by pair in the order of the study; of the first `limit` pairs where it is told.

    Pairs with equal responses are shown to nobody. What may be seen is decided by `blinded`, as it is for people; what
    is asked after the traits are shown is asked by itself, so that they cannot colour the answers before.
    """
    items = (
        Item.objects.filter(study=study, automatic_tie=False, is_check=False, is_practice=False, dropped_at=None)
        .select_related("context", "first__system", "second__system")
        .order_by("pk")
    )
    for item in items[:limit]:
        # A persona has no sides to be swapped.
        orders = ((1, True),) if item.kind == Item.Kind.PERSONA else ((1, True), (2, False))
        for number, first_on_left in orders:
            yield from _sheets(study, item, number, first_on_left=first_on_left)


def _sheets(study: Study, item: Item, number: int, *, first_on_left: bool) -> Iterator[Look]:
    # A look that is in no plan and that nobody holds: it is never saved.
    slot = Slot(pk=0, study=study, item=item, context=item.context, number=0, position=0, look=number)
    slot.first_on_left = first_on_left
    first = blinded(slot)
    yield Look(slot, number, first, first.questions)
    if first.more_to_come:
        slot.locked_at = study.created_at
        whole = blinded(slot)
        slot.locked_at = None
        yield Look(slot, number, whole, tuple(each for each in whole.questions if not each.locked))
