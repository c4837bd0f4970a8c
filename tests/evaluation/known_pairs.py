"""Studies with check pairs and practice, with only the words that matter."""

from typing import Any

from evaluation.models import Context, Item, Response, Study
from tests.builders import SKIER, SMALL_TALK
from tests.evaluation.builders import a_study

RIGHT, WRONG = "i work nights , so the mornings are mine .", "seven o'clock , at the harbour gate ?"


def a_known_pair(study: Study, number: int, *, practice: bool = False, criteria: tuple[str, ...] = ("naturalness",)):
    """A check pair or, with `practice`, a practice pair: its right reply is its first."""
    ident = f"{'practice' if practice else 'check'}/{number:05}"
    context = Context.objects.create(
        study=study,
        ident=f"{ident}#3",
        cluster=ident,
        domain="personachat",
        speaker=1,
        persona=list(SKIER),
        turns=[{"speaker": place % 2, "text": text} for place, text in enumerate(SMALL_TALK[:3])],
    )
    first, second = (Response.objects.create(context=context, text=f"{text} {number}") for text in (RIGHT, WRONG))
    return Item.objects.create(
        study=study,
        context=context,
        first=first,
        second=second,
        is_check=not practice,
        is_practice=practice,
        expected=dict.fromkeys(criteria, "first"),
        why="The other reply belongs to another talk.",
    )


def a_checked_study(
    *, contexts: int = 12, share: float = 0.25, checks: int = 8, rules: tuple[str, ...] = (), **fields: Any
) -> Study:
    """A study that mixes check pairs in; `rules` end people."""
    study = a_study(
        contexts=contexts,
        design={"checks": {"share": share}, **fields.pop("design", {})},
        plan={"exclusions": list(rules)} if rules else {},
        **fields,
    )
    for number in range(checks):
        a_known_pair(study, number)
    return study


def a_practised_study(*, pairs: int = 2, passing: int = 2, tries: int = 2, **fields: Any) -> Study:
    """A study that begins with practice."""
    said = {"practice": {"pairs": pairs, "passing": passing, "tries": tries}, **fields.pop("design", {})}
    study = a_study(contexts=fields.pop("contexts", 3), design=said, **fields)
    for number in range(pairs):
        a_known_pair(study, number, practice=True)
    return study


def right_side(slot) -> str:
    """On which side the right reply of a check pair stands."""
    return "left" if slot.first_on_left else "right"


def wrong_side(slot) -> str:
    return "right" if slot.first_on_left else "left"
