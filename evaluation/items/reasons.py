"""Reasons: what an annotator says in words beside an answer, where the study asks for it.

A reason travels beside its answer, under the answer's field and `.reason`: in drafts, forms and the API alike. "Cannot
judge" always comes with one, whatever the criterion asks for: else nobody could tell a hard pair from a broken one.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from evaluation.items.questions import Question, answer_in
from evaluation.models import Judgment, Slot

SUFFIX: Final = ".reason"
LONGEST_REASON: Final = 500
CANNOT: Final = Judgment.Choice.CANNOT_JUDGE.value
# What is asked of an answer; "cannot" where only "cannot judge" needs one.
Asks = Literal["", "optional", "required", "cannot"]


def reason_field(field: str) -> str:
    """What the reason of the answer in `field` is called."""
    return f"{field}{SUFFIX}"


def asks_for(question: Question) -> Asks:
    """Whether a page shows a place for a reason, and for which answers."""
    criterion = question.criterion
    if criterion.reason == "required":
        return "required"
    if criterion.reason == "optional":
        return "optional"
    return "cannot" if any(needs_reason(question, value) for value in question.values()) else ""


def needs_reason(question: Question, value: str) -> bool:
    """Whether the answer `value` counts only with a reason."""
    return question.criterion.reason == "required" or (value == CANNOT and question.criterion.scale != "label")


def takes_reason(question: Question, value: str) -> bool:
    """Whether a reason beside the answer `value` is kept; one that nobody asked for is not."""
    return bool(question.criterion.reason) or needs_reason(question, value)


def tidied(text: str) -> str:
    """A reason as it is kept: on one line, without what is no text."""
    return " ".join(text.replace("\0", "").split())


def parted(answers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The answers, and the reasons by the field of their answer."""
    said = {name: value for name, value in answers.items() if not name.endswith(SUFFIX)}
    reasons = {name.removesuffix(SUFFIX): tidied(value) for name, value in answers.items() if name.endswith(SUFFIX)}
    return said, {field: reason for field, reason in reasons.items() if reason}


def reasons_in(judgments: Iterable[Judgment], slot: Slot) -> dict[str, str]:
    """All reasons that were given, under the names that they have in a form."""
    return {reason_field(answer_in(each, slot)[0]): each.reason for each in judgments if each.reason}
