"""What a reply does with the personas: words of one's own, words that only the partner's could have told, copying.

Content words are those of `generation.corpus.content`, compared by their stems.
"""

from typing import Final

from generation.corpus.content import content_words
from generation.corpus.lexical import normalise
from training.data.responses import Response

# So many neighbouring tokens of a persona sentence, said again, are copied and not just said alike.
COPIED: Final = 4


def own_words(row: Response) -> tuple[float, float] | None:
    """(own persona's content words said in the reply, content words of the persona); None without a persona."""
    persona = content_words(row.context.persona).keys()
    if not persona:
        return None
    return float(len(persona & content_words([row.text]).keys())), float(len(persona))


def leaks(row: Response) -> tuple[float, float] | None:
    """(1 if the reply leaks, 1): it says a content word of the partner's persona alone that nobody has said before.

    None where either persona is not told.
    """
    own, partner = content_words(row.context.persona).keys(), content_words(row.context.partner_persona).keys()
    if not own or not partner:
        return None
    said = content_words(turn.text for turn in row.context.turns).keys()
    return float(bool((partner - own - said) & content_words([row.text]).keys())), 1.0


def copied(row: Response) -> tuple[float, float] | None:
    """(tokens of the reply within runs of at least four that a persona sentence has, tokens); None without either."""
    tokens = normalise(row.text)
    if not row.context.persona or not tokens:
        return None
    known = {run for sentence in row.context.persona for run in _runs(normalise(sentence))}
    within: set[int] = set()
    for start, run in enumerate(_runs(tokens)):
        if run in known:
            within.update(range(start, start + COPIED))
    return float(len(within)), float(len(tokens))


def _runs(tokens: list[str]) -> list[tuple[str, ...]]:
    return [tuple(tokens[start : start + COPIED]) for start in range(len(tokens) - COPIED + 1)]
