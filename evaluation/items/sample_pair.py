"""A pair to look at before anything is claimed: a practice pair where the study has one, else one that is made up.

Never a pair that is judged: whoever looks may come, and nobody sees a context twice.
"""

from django.utils.translation import gettext as _

from evaluation.annotators.language import interface
from evaluation.items.blinding import BlindedItem, blinded
from evaluation.models import Context, Item, Response, Slot, Study

# Whoever speaks the made-up pair; the study's own questions stand below it.
KIND = "pair"


def sample_pair(study: Study) -> BlindedItem | None:
    """What a pair of `study` looks like, with the questions of its first sheet; None where there is none to show."""
    practice = study.items.filter(is_practice=True).select_related("context", "first", "second").order_by("pk").first()
    if practice is not None:
        return blinded(_look(study, practice))
    if (
        study.items.exclude(kind=Item.Kind.PAIR).exists()
        or interface(study.language) != study.language.partition("-")[0]
    ):
        return None
    return blinded(_look(study, _made_up(study)))


def _look(study: Study, item: Item) -> Slot:
    """A look that is in no plan and is never saved: no slot has this key."""
    return Slot(pk=0, study=study, item=item, context=item.context, number=0, position=0, first_on_left=True)


def _made_up(study: Study) -> Item:
    context = Context(
        study=study,
        speaker=1,
        persona=[_("I grow tomatoes on my balcony."), _("I work at a school.")],
        turns=[{"speaker": 0, "text": _("Hello! What are you up to this weekend?")}],
    )
    first = Response(context=context, text=_("Not much, I hope! I want to see to my tomatoes. And you?"))
    second = Response(context=context, text=_("I work at a school. I work at a school with other people."))
    return Item(study=study, kind=KIND, context=context, first=first, second=second)
