"""A context of the files as the database keeps it and as the design engine draws it, for all that is planned."""

from collections.abc import Sequence

from evaluation import models
from evaluation.design.slots import Candidate
from generation.corpus.dialogues import Turn
from generation.corpus.traits import adjectives, stated
from training.data.responses import Context


def context_row(study: models.Study, context: Context, *, reference: str | None = None) -> models.Context:
    """The row of `context` in `study`, not saved yet."""
    return models.Context(
        study=study,
        ident=context.id,
        cluster=context.cluster,
        domain=context.domain,
        speaker=context.speaker,
        persona=list(context.persona),
        traits=dict(context.traits),
        turns=as_json(context.turns),
        partner_persona=list(context.partner_persona),
        reference=reference,
    )


def as_json(turns: Sequence[Turn]) -> list[dict[str, object]]:
    """Turns as the database keeps them."""
    return [{"speaker": turn.speaker, "text": turn.text} for turn in turns]


def candidate_of(context: Context) -> Candidate:
    """`context` with what a draw goes by: of its traits those that can be said in words."""
    return Candidate(
        id=context.id,
        cluster=context.cluster,
        domain=context.domain,
        speaker=context.speaker,
        depth=len(context.turns),
        traits=tuple((trait, level) for trait, level in stated(context.traits).items() if adjectives(trait, level)),
    )
