"""Automatic measures of replies: overlap with what was really said, variety, length. Texts in, numbers out."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from generation.corpus.lexical import LexicalVariety, distinct, normalise, type_token_ratio

# The type-token ratio falls with the number of tokens: every system is measured on as many, in the contexts' order.
RATIO_TOKENS: Final = 1000
# The share of distinct replies falls with their number: it is that among as many for every system.
AMONG: Final = 100

# Repetition is that of runs of so many tokens.
RUN: Final = 3

# What ParlAI's F1 passes over: this punctuation, then the articles.
_PUNCTUATION: Final = re.compile(r"""[!"#$%&()*+,\-./:;<=>?@\[\]\\^`{|}~_']""")
_ARTICLES: Final = re.compile(r"\b(?:a|an|the)\b")


def answer_tokens(text: str) -> list[str]:
    """The words that F1 compares: lower case, punctuation and articles turned into spaces, as ParlAI does."""
    return _ARTICLES.sub(" ", _PUNCTUATION.sub(" ", text.lower())).split()


def unigram_f1(reply: str, reference: str) -> float:
    """The harmonic mean of precision and recall of the reply's words, each counted as often as it stands in both.

    0 where they share none, so also where either has no words. As ParlAI's F1 metric against one reference.
    """
    ours, theirs = answer_tokens(reply), answer_tokens(reference)
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs)) if shared else 0.0


def words(text: str) -> int:
    """The number of the text's tokens under the one normaliser, punctuation included."""
    return len(normalise(text))


def distinct_n(replies: Sequence[str], n: int) -> float | None:
    """Distinct n-grams over n-grams of all replies together; None where no reply has n tokens."""
    return distinct([normalise(reply) for reply in replies], n)


def ratio_of_types(replies: Sequence[str]) -> float | None:
    """Distinct tokens over tokens among the first 1,000 tokens of the replies; None where there are fewer."""
    tokens: list[str] = []
    for reply in replies:
        tokens += normalise(reply)
        if len(tokens) >= RATIO_TOKENS:
            return type_token_ratio(tokens[:RATIO_TOKENS])
    return None


def distinct_share(replies: Sequence[str]) -> float | None:
    """The share of distinct replies that is expected among 100 of them, drawn without putting back; None without any.

    Among all where there are fewer. The expected number of distinct ones is the sum over kinds of reply of
    1 - C(N - n, m) / C(N, m), with N replies, n of this kind, and m drawn: rarefaction, Hurlbert (1971), equation 6.
    """
    if not replies:
        return None
    total, drawn = len(replies), min(AMONG, len(replies))
    kinds = Counter(map(same_reply_key, replies))
    ways = math.comb(total, drawn)
    return sum(1 - math.comb(total - count, drawn) / ways for count in kinds.values()) / drawn


def lexical_variety(replies: Sequence[str]) -> float | None:
    """MTLD over all replies in their order; None where nothing is repeated enough to measure it."""
    variety = LexicalVariety()
    for reply in replies:
        variety.add(normalise(reply))
    return variety.mtld


def repeated_within(reply: str) -> tuple[float, float] | None:
    """(three-token runs that the reply has said already, its three-token runs); None where it has none."""
    tokens = normalise(reply)
    runs = [tuple(tokens[start : start + RUN]) for start in range(len(tokens) - RUN + 1)]
    return (float(len(runs) - len(set(runs))), float(len(runs))) if runs else None


def repeated_between(replies: Sequence[str]) -> float | None:
    """Of the three-token runs of the first 100 replies, each counted once a reply, the share another of them has."""
    holders: Counter[tuple[str, ...]] = Counter()
    for reply in replies[:AMONG]:
        tokens = normalise(reply)
        holders.update({tuple(tokens[start : start + RUN]) for start in range(len(tokens) - RUN + 1)})
    total = holders.total()
    return sum(count for count in holders.values() if count > 1) / total if total else None


def same_reply_key(text: str) -> str:
    """What is equal for two replies exactly when they are the same word for word, whatever their case and spacing."""
    return " ".join(normalise(text))
