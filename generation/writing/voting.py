"""Several answers about one persona, merged into one: what most of them say, or that it is unclear."""

from collections import Counter
from collections.abc import Sequence

from generation.asking.authors import Author, AuthorFailed
from generation.corpus.dialogues import Persona
from generation.corpus.traits import TRAITS, UNCLEAR
from generation.labels.labelling import PersonaLabels, TraitLabel


async def vote_on(author: Author, persona: Persona, *, votes: int = 1) -> PersonaLabels:
    """The labels of a persona: one answer as it stands, or `votes` of them merged.

    They are asked for one after the other: runs are parallel over personas. Where a vote cannot be had, raises its
    `AuthorFailed` once all were asked for, so that only that one is left to buy; but at once where the endpoint will
    never take the persona.
    """
    if votes == 1:
        return await author.label(persona)
    had: list[PersonaLabels] = []
    failed: AuthorFailed | None = None
    for vote in range(votes):
        try:
            had.append(await author.label(persona, vote=vote))
        except AuthorFailed as error:
            if error.kind == "rejected":
                raise
            failed = failed or error
    if failed:
        raise failed
    return merge(had)


def merge(votes: Sequence[PersonaLabels]) -> PersonaLabels:
    """For each trait the level that more than half of the votes gave; where none has so many it is unclear.

    Reason and evidence are those of the first vote for that level; the levels of all votes are kept beside.
    """
    return PersonaLabels(votes[0].persona, {trait: _merged([vote.traits[trait] for vote in votes]) for trait in TRAITS})


def _merged(votes: Sequence[TraitLabel]) -> TraitLabel:
    levels = tuple(vote.level for vote in votes)
    level, count = Counter(levels).most_common(1)[0]
    if 2 * count <= len(votes):
        return TraitLabel(UNCLEAR, f"no majority among the votes: {', '.join(levels)}", votes=levels)
    first = votes[levels.index(level)]
    return TraitLabel(level, first.reason, first.evidence, levels)
