"""Hashes that are the same in every run, and counting what is distinct in a stream without holding it."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Final

_BITS: Final = 64
_MASK: Final = (1 << _BITS) - 1
# Odd, with no pattern in its bits (the golden ratio): neighbouring words must not cancel out.
_SPREAD: Final = 0x9E3779B97F4A7C15
# Exact up to twice as many distinct things; beyond it the standard error is 1 / sqrt(SIZE), a third of a per cent.
SIZE: Final = 100_000
# So many new ones wait to be put among those held.
WAITING: Final = 20_000


def hash_of(text: str) -> int:
    """A number of 64 bits, the same in every run and on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=_BITS // 8).digest(), "big")


@lru_cache(maxsize=20_000)
def _hash_of_word(word: str) -> int:
    return hash_of(word)


def hash_of_words(words: Iterable[str]) -> int:
    """As `hash_of`, of words in their order; cheap where the same words come again."""
    mixed = 0
    for word in words:
        mixed = ((mixed ^ _hash_of_word(word)) * _SPREAD) & _MASK
        mixed ^= mixed >> 29
    return mixed


class DistinctCount:
    """How many distinct hashes a stream holds, in bounded memory: 8 bytes for each of those held.

    All are held while there are at most twice `size`; then only the smallest `size`, from whose largest the number
    follows: k hashes up to the share q of their range stand for (k - 1) / q. Bar-Yossef et al. (2002), "Counting
    distinct elements in a data stream"; Beyer et al. (2007).
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        # In their order. New ones wait in a set, which takes ten times as much, until it is worth while to merge them.
        self._held = array("Q")
        self._new: set[int] = set()
        self._limit = _MASK + 1

    def add(self, hashed: int) -> None:
        """Go on with this one."""
        if hashed < self._limit:
            self._new.add(hashed)
            if len(self._new) > WAITING:
                self._take_in()

    @property
    def is_exact(self) -> bool:
        """Whether nothing had to be left out."""
        self._take_in()
        return self._limit > _MASK

    @property
    def count(self) -> int:
        """How many distinct ones there were: exact, or estimated."""
        if self.is_exact:
            return len(self._held)
        self._cut()
        return round((self._size - 1) * (_MASK + 1) / self._limit)

    def _take_in(self) -> None:
        if not self._new:
            return
        held, taken, begin = self._held, array("Q"), 0
        for each in sorted(self._new):
            place = bisect_left(held, each, begin)
            if place == len(held) or held[place] != each:
                taken += held[begin:place]
                taken.append(each)
                begin = place
        self._held = taken + held[begin:]
        self._new.clear()
        # Cut back now and then: not for each one more.
        if len(self._held) > 2 * self._size:
            self._cut()

    def _cut(self) -> None:
        del self._held[self._size :]
        self._limit = self._held[-1]
