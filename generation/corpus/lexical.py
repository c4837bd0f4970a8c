"""Words and their variety. One normaliser stands before every lexical measure, and is named in each signature.

Measures depend on it: split on spaces, text that is stored pre-tokenised ("hi , how are you ?") seems poorer than text
that is not, and the order of two corpora can turn round.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from sys import intern
from typing import Final

# What `normalise` does, for signatures; the number changes with its output.
NORMALISER: Final = "words1:lower,expanded,punctuation"
# McCarthy and Jarvis (2010): a factor is complete where the type-token ratio has fallen to this.
FACTOR_SIZE: Final = 0.72
# A backward pass needs its tokens at hand; so many are a few megabytes and thousands of factors.
BLOCK: Final = 250_000

_CONTRACTIONS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\s*'\s*(?=(?:s|m|d|t|re|ve|ll)\b)", "'"),
        (r"(?<=\w) n't\b", "n't"),
        (r"\b(?:can't|cannot)\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"\bshan't\b", "shall not"),
        (r"n't\b", " not"),
        (r"\b(i)'?m\b|\b(i) m\b", "i am"),
        (r"'re\b", " are"),
        (r"'ve\b", " have"),
        (r"'ll\b", " will"),
        (r"'d\b", " would"),
        (r"\blet's\b", "let us"),
        (r"\b(it|that|what|he|she|there|here|who|where|how|when|why)'s\b", r"\1 is"),
    )
)
# Most turns have no apostrophe, and only these can then be found.
_WITHOUT_APOSTROPHE: Final = tuple(
    each for each in _CONTRACTIONS if "cannot" in each[0].pattern or "(i) m" in each[0].pattern
)
_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")


def spelled_out(text: str) -> str:
    """`text` in lower case with contractions written out: "I'm" is "i am", "don ' t" is "do not".

    A possessive keeps its 's, and so does a noun before "is": they cannot be told apart.
    """
    spelled = text.lower().replace("’", "'").replace("‘", "'")
    for pattern, replacement in _CONTRACTIONS if "'" in spelled else _WITHOUT_APOSTROPHE:
        spelled = pattern.sub(replacement, spelled)
    return spelled


def normalise(text: str) -> list[str]:
    """The tokens of `text`: lower case, contractions written out, each punctuation mark a token of its own."""
    return list(_tokens(text))


# Several measures ask for the tokens of the dialogue at hand.
@lru_cache(maxsize=1_000)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(spelled_out(text)))


def words(text: str) -> list[str]:
    """The tokens of `text` without punctuation."""
    return [token for token in _tokens(text) if token[0].isalnum()]


def type_token_ratio(tokens: Sequence[str]) -> float | None:
    """Distinct tokens over tokens; None without any. It falls with length, so compare equal numbers of tokens only."""
    return len(set(tokens)) / len(tokens) if tokens else None


def distinct(texts: Iterable[Sequence[str]], n: int) -> float | None:
    """Distinct n-grams over n-grams of all `texts` together; no n-gram crosses from one text into the next.

    None where no text has n tokens. Li et al. (2016). It falls with the amount of text.
    """
    seen: set[tuple[str, ...]] = set()
    total = 0
    for tokens in texts:
        for gram in ngrams(tokens, n):
            seen.add(gram)
            total += 1
    return len(seen) / total if total else None


def ngrams(tokens: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    """Each run of n neighbouring tokens."""
    if n == 2:
        yield from pairwise(tokens)
    else:
        yield from zip(*(tokens[start:] for start in range(n)), strict=False)


@dataclass
class Factors:
    """One direction of MTLD, token by token: how often the type-token ratio fell to the factor size."""

    complete: int = 0
    tokens: int = 0

    def __post_init__(self) -> None:
        self._types: set[str] = set()
        self._length = 0

    def add(self, token: str) -> None:
        """Go on by one token."""
        self._types.add(token)
        self._length += 1
        self.tokens += 1
        if len(self._types) / self._length < FACTOR_SIZE:
            self.complete += 1
            self._types.clear()
            self._length = 0

    @property
    def factors(self) -> float:
        """The complete factors, and the last one as far as it has come."""
        if not self._length:
            return float(self.complete)
        return self.complete + (1 - len(self._types) / self._length) / (1 - FACTOR_SIZE)


class LexicalVariety:
    """MTLD of a stream of tokens, forward and backward, without holding the stream.

    McCarthy and Jarvis (2010), "MTLD, vocd-D, and HD-D": the mean number of tokens over which the type-token ratio
    stays above 0.72, averaged over both directions. Higher is more varied. The backward pass runs block by block, each
    block's last, unfinished factor counted in part; a text within one block is measured exactly.
    """

    def __init__(self, block: int = BLOCK) -> None:
        self._forward = Factors()
        self._backward_factors = 0.0
        self._block = block
        self._held: list[str] = []

    def add(self, tokens: Iterable[str]) -> None:
        """Go on with these tokens."""
        for token in tokens:
            self._forward.add(token)
            self._held.append(intern(token))
            if len(self._held) >= self._block:
                self._backward_factors += _backward(self._held)
                self._held.clear()

    @property
    def mtld(self) -> float | None:
        """None where no token is repeated enough to measure anything: fewer than a hundredth of a factor."""
        tokens = self._forward.tokens
        backward = self._backward_factors + _backward(self._held)
        if min(self._forward.factors, backward) < 0.01:
            return None
        return (tokens / self._forward.factors + tokens / backward) / 2


def both_ways(tokens: Sequence[str]) -> tuple[int, float]:
    """The tokens of a text, and its MTLD factors, the mean of both directions: the parts of an MTLD over many texts."""
    forward = Factors()
    for token in tokens:
        forward.add(token)
    return len(tokens), (forward.factors + _backward(tokens)) / 2


def moving_average(tokens: Iterable[str], window: int) -> tuple[float, int]:
    """The type-token ratios of every `window` neighbouring tokens, added up, and how many windows there are.

    Their quotient is MATTR, the moving-average type-token ratio: Covington and McFall (2010), "Cutting the Gordian
    knot". A text shorter than the window has none.
    """
    held: deque[str] = deque()
    types: Counter[str] = Counter()
    distinct_in_all = windows = 0
    for token in tokens:
        held.append(token)
        types[token] += 1
        if len(held) > window:
            gone = held.popleft()
            types[gone] -= 1
            if not types[gone]:
                del types[gone]
        if len(held) == window:
            distinct_in_all += len(types)
            windows += 1
    return distinct_in_all / window, windows


def mtld(tokens: Iterable[str]) -> float | None:
    """The measure of textual lexical diversity of `tokens` (see `LexicalVariety`), None where it is undefined."""
    variety = LexicalVariety()
    variety.add(tokens)
    return variety.mtld


def _backward(tokens: Sequence[str]) -> float:
    factors = Factors()
    for token in reversed(tokens):
        factors.add(token)
    return factors.factors
