"""How positive or negative a turn is: VADER's lexicon and rules, which come with the package and need no network."""

from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from typing import cast

from generation.corpus.expressiveness import closed_up
from generation.corpus.lexical import spelled_out


def sentiment_signature() -> str:
    """What `valence` does, for signatures."""
    return f"VADER {version('vaderSentiment')} compound, lower case, contractions written out"


def valence(text: str) -> float:
    """The compound score of a turn: -1 negative, 0 neutral, 1 positive. Hutto and Gilbert (2014), "VADER".

    Lower case and with contractions written out, since "don ' t" would not count as a negation, and only some corpora
    have capitals to shout with.
    """
    return _scores()(spelled_out(closed_up(text)))["compound"]


@cache
def _scores() -> Callable[[str], dict[str, float]]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    # The package has no types.
    return cast(Callable[[str], dict[str, float]], SentimentIntensityAnalyzer().polarity_scores)
