"""What speakers of one trait level say more often than those of the others: distinctive n-grams.

Monroe, Colaresi and Quinn (2008), "Fightin' Words": the log-odds ratio of an n-gram between two groups, shrunk by an
informative Dirichlet prior that is made of both together, over its standard error. Two things are ours: what is
counted are speakers who say the n-gram at least once in their dialogue, since one who says it ten times is still one
speaker; and what is significant is settled by Benjamini and Hochberg (1995) over all n-grams, traits and levels.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from generation.corpus.corrections import benjamini_hochberg
from generation.corpus.lexical import ngrams, normalise
from generation.corpus.traits import TRAITS, UNCLEAR, Traits

LONGEST: Final = 3
# Said by fewer speakers, nothing can be significant among as many n-grams, and the normal approximation is poor.
FEWEST_SPEAKERS: Final = 10
# The prior weighs as much as so many speakers: little against a corpus, enough that "never" is not infinitely rare.
PRIOR_SPEAKERS: Final = 50
# The expected share of chance finds among what is called distinctive.
FALSE_DISCOVERIES: Final = 0.05
# How many n-grams are kept; when twice as many have come, the rarer ones are forgotten.
TABLE: Final = 100_000
_BITS: Final = 32
_ONE: Final = (1 << _BITS) - 1
# What is shown of each level.
SHOWN: Final = 10

_PLACES: Final = {str(trait): place for place, trait in enumerate(TRAITS)}
# A trait and one of its levels.
Told = tuple[str, str]


@dataclass(frozen=True)
class Distinctive:
    """An n-gram, how many of the level's speakers say it and of how many, the same of the others', and how sure it is.

    `log_odds` is above 0; `p` is two-sided, `p_bh` corrected.
    """

    ngram: str
    speakers: int
    of: int
    other_speakers: int
    of_others: int
    log_odds: float
    z: float
    p: float
    p_bh: float


@dataclass(frozen=True)
class DistinctiveNgrams:
    """For each trait and level its distinctive n-grams, the surest first; how many tests were corrected for.

    `missed` is the most speakers that an n-gram may have lost by being forgotten for a while; 0: all counts are exact.
    """

    found: dict[Told, tuple[Distinctive, ...]]
    tests: int
    missed: int

    def as_json(self) -> dict[str, Any]:
        """Trait -> level -> n-grams."""
        by_trait: dict[str, dict[str, Any]] = {}
        for (trait, level), found in self.found.items():
            by_trait.setdefault(trait, {})[level] = [vars(each) for each in found]
        return {"tests": self.tests, "missed": self.missed, "traits": by_trait}


class NgramTable:
    """How many speakers of each trait and level say an n-gram: counted in a stream, in bounded memory.

    The counts of an n-gram are one number: 32 bits for how many say it at all, then 32 for each level of a trait in the
    order in which they came. A table of objects would hold a quarter as many.
    """

    def __init__(self, size: int = TABLE) -> None:
        self._size = size
        self._counts: dict[str, int] = {}
        self._speakers: Counter[Told] = Counter()
        self._places: dict[Told, int] = {}
        self._missed = 0

    def add(self, traits: Traits, texts: Iterable[str]) -> None:
        """Count a speaker who was told `traits` and said `texts`; one who was told nothing counts for nothing."""
        told = [(trait, level) for trait, level in traits.items() if level != UNCLEAR]
        if not told:
            return
        self._speakers.update(told)
        one = 1
        for each in told:
            one += 1 << _BITS * self._places.setdefault(each, 1 + len(self._places))
        counts = self._counts
        for ngram in {ngram for text in texts for ngram in _ngrams(normalise(text))}:
            counts[ngram] = counts.get(ngram, 0) + one
        if len(counts) > 2 * self._size:
            self._forget()

    def _forget(self) -> None:
        """Drop the rarer half or more: all that are no more frequent than the one in the middle.

        What is dropped may come again, so counts may be too low by as much.
        """
        totals = sorted((packed & _ONE for packed in self._counts.values()), reverse=True)
        limit = totals[self._size]
        self._missed += limit
        self._counts = {ngram: packed for ngram, packed in self._counts.items() if packed & _ONE > limit}

    def _count(self, packed: int, told: Told) -> int:
        return packed >> _BITS * self._places[told] & _ONE

    def distinctive(self) -> DistinctiveNgrams:
        """The n-grams of each level that its speakers say more often than those told another level of the trait."""
        # Only what is significant before the correction can be so after it; the rest is counted and let go.
        candidates: list[tuple[Told, Distinctive]] = []
        tests = 0
        for trait in TRAITS:
            for told, others in _contrasts(trait, self._speakers):
                for test in self._tests(told, others):
                    tests += 1
                    if test.p <= FALSE_DISCOVERIES:
                        candidates.append((told, test))
        corrected = benjamini_hochberg([test.p for _, test in candidates], tests=tests)
        found: dict[Told, list[Distinctive]] = {told: [] for told in sorted(self._speakers, key=_in_order)}
        for (told, test), p_bh in zip(candidates, corrected, strict=True):
            if p_bh <= FALSE_DISCOVERIES and test.log_odds > 0:
                found[told].append(Distinctive(**{**vars(test), "p_bh": p_bh}))
        return DistinctiveNgrams(
            {told: tuple(sorted(each, key=lambda it: (-it.z, it.ngram))) for told, each in found.items()},
            tests=tests,
            missed=self._missed,
        )

    def _tests(self, told: Told, others: Sequence[Told]) -> Iterator[Distinctive]:
        of, of_others = self._speakers[told], sum(self._speakers[other] for other in others)
        for ngram, packed in self._counts.items():
            here, there = self._count(packed, told), sum(self._count(packed, other) for other in others)
            # What everybody says ("." mostly) has no odds, and tells nobody apart.
            if FEWEST_SPEAKERS <= here + there < of + of_others:
                yield compare(ngram, here, of, there, of_others)


def compare(ngram: str, here: int, of: int, there: int, of_others: int) -> Distinctive:
    """The log-odds ratio of `here` of `of` speakers against `there` of `of_others`, its z and p; not yet corrected."""
    prior = PRIOR_SPEAKERS * (here + there) / (of + of_others)
    silent = PRIOR_SPEAKERS - prior
    say, keep = here + prior, of - here + silent
    others_say, others_keep = there + prior, of_others - there + silent
    log_odds = math.log(say / keep) - math.log(others_say / others_keep)
    z = log_odds / math.sqrt(1 / say + 1 / keep + 1 / others_say + 1 / others_keep)
    p = math.erfc(abs(z) / math.sqrt(2))
    return Distinctive(ngram, here, of, there, of_others, log_odds, z, p, p)


def telling(found: Sequence[Distinctive], count: int = SHOWN) -> list[Distinctive]:
    """The first `count` of those that say something of their own.

    Left out is what lies within an n-gram before it, or around one, and is said by about as many: "a big" beside "a big
    party".
    """
    chosen: list[Distinctive] = []
    for each in found:
        if len(chosen) == count:
            break
        if not any(_overlap(each.ngram, other.ngram) and _alike(each.speakers, other.speakers) for other in chosen):
            chosen.append(each)
    return chosen


def _ngrams(tokens: Sequence[str]) -> Iterator[str]:
    """Runs of words without punctuation between them; a mark ("!") alone."""
    run: list[str] = []
    for token in (*tokens, ""):
        if token[:1].isalnum():
            run.append(token)
            continue
        if token:
            yield token
        for n in range(1, LONGEST + 1):
            yield from map(" ".join, ngrams(run, n))
        run.clear()


def _contrasts(trait: str, speakers: Mapping[Told, int]) -> list[tuple[Told, list[Told]]]:
    """Each level of the trait against the others; of only two levels, both directions are one contrast read twice."""
    told = sorted((each for each in speakers if each[0] == trait), key=_in_order)
    return [(each, others) for each in told if (others := [other for other in told if other != each])]


def _in_order(told: Told) -> tuple[int, str]:
    return _PLACES[told[0]], told[1]


def _overlap(one: str, other: str) -> bool:
    return f" {one} " in f" {other} " or f" {other} " in f" {one} "


def _alike(one: int, other: int) -> bool:
    return 4 * min(one, other) >= 3 * max(one, other)
