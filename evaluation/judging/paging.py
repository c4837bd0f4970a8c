"""A criterion at a time, where the study says so: which of a pair's questions a page shows, and which it carries along.

What was answered on other pages travels in the form itself, so that a page needs no script and a submit is whole: it
counts all of a sheet or nothing, as on one page, and what is locked before the traits stays locked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evaluation.items.blinding import BlindedItem, BlindedQuestion
from evaluation.items.reasons import CANNOT, SUFFIX


@dataclass(frozen=True)
class Step:
    """One criterion's page: the `number`-th of `total` on this sheet. `carried` are the other answers, as fields."""

    key: str
    number: int
    total: int
    questions: tuple[BlindedQuestion, ...]
    carried: tuple[tuple[str, str], ...]

    @property
    def first(self) -> bool:
        """Whether nothing comes before it."""
        return self.number == 1

    @property
    def last(self) -> bool:
        """Whether the sheet ends with it."""
        return self.number == self.total


def step_of(item: BlindedItem, *, at: str = "", move: int = 0) -> Step:
    """The page of the criterion `at`, or of the one `move` pages on; without `at`, the first that is open still.

    Where nothing is open, the last. Locked questions are on no page.
    """
    asked = [question for question in item.questions if not question.locked]
    keys = list(dict.fromkeys(question.criterion for question in asked))
    if at in keys:
        place = min(max(keys.index(at) + move, 0), len(keys) - 1)
    else:
        open_ones = [keys.index(question.criterion) for question in asked if is_open(question)]
        place = open_ones[0] if open_ones else len(keys) - 1
    here = tuple(question for question in asked if question.criterion == keys[place])
    others = [question for question in asked if question not in here]
    return Step(
        key=keys[place],
        number=place + 1,
        total=len(keys),
        questions=here,
        carried=tuple(
            (field, value)
            for question in others
            for field, value in ((question.field, question.chosen), (question.reason_field, question.reason))
            if value
        ),
    )


def still_open(questions: Iterable[BlindedQuestion]) -> list[str]:
    """The fields that are to be filled before the next page: answers, and reasons that an answer needs."""
    return [
        question.field if not question.chosen else question.reason_field for question in questions if is_open(question)
    ]


def is_open(question: BlindedQuestion) -> bool:
    """Whether an answer is missing, or the reason that it needs."""
    needed = question.asks_reason == "required" or (question.asks_reason and question.chosen == CANNOT)
    return not question.chosen or bool(needed and not question.reason)


def criterion_of(field: str) -> str:
    """The criterion that a form's field belongs to: "fluency.left.reason" is of fluency."""
    return field.removesuffix(SUFFIX).partition(".")[0]
