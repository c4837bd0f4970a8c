"""Check and practice pairs in a study to judge: what no annotator may tell from the others."""

from evaluation.models import Context, Item, Response, Study
from tests.evaluation.views.builders import LONG_REPLY, PERSONA, SHORT_REPLY, TURNS


def add_known_pairs(study: Study, *, checks: int = 0, practice: int = 0, share: float = 0.5, **said: object) -> None:
    """Pairs with a known answer, whose right reply begins with "right 0" and the other with "wrong 0"."""
    if checks:
        study.design = study.design | {"checks": {"share": share}}
    if practice:
        study.design = study.design | {"practice": {"pairs": practice, "passing": practice, "tries": 2, **said}}
    study.save()
    for number in range(checks + practice):
        context = Context.objects.create(
            study=study,
            ident=f"planted-known/{number}",
            cluster=f"planted-known/{number}",
            domain="savannah",
            speaker=1,
            persona=list(PERSONA),
            turns=[{"speaker": place % 2, "text": text} for place, text in enumerate(TURNS)],
        )
        right = Response.objects.create(context=context, text=f"right {number} : {LONG_REPLY}")
        wrong = Response.objects.create(context=context, text=f"wrong {number} : {SHORT_REPLY}")
        Item.objects.create(
            study=study,
            context=context,
            first=right,
            second=wrong,
            trait="extraversion",
            level="high",
            is_check=number < checks,
            is_practice=number >= checks,
            expected={"coherence": "first"},
            why="Only one of them answers the question.",
        )
