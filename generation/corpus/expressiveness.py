"""How lively a turn is: exclamations, intensifiers, emoticons; and whether it asks something."""

import re
from collections.abc import Sequence
from typing import Final

# What the lists below are, for signatures; the number changes with them.
EXPRESSIVENESS: Final = "expressive1"

_INTENSIFIERS: Final = """
    absolutely amazingly awfully completely deeply definitely enormously entirely especially extremely fully greatly
    highly hugely incredibly insanely intensely particularly perfectly purely quite really remarkably seriously so super
    terribly thoroughly too totally tremendously truly unbelievably utterly very wildly
"""
INTENSIFIERS: Final = frozenset(_INTENSIFIERS.split())
# Faces of punctuation, also where a tokeniser has parted them (": )"), hearts, and pictographs.
_EMOTICON: Final = re.compile(
    r"(?<!\w)[:;=] ?[-'^]? ?[)(dDpPoO](?!\w)|(?<!\w)[xX]D(?!\w)|<3|\^_?\^"
    "|[\U0001f300-\U0001faff\u2600-\u27bf]"
)


def exclaims(text: str) -> bool:
    """Whether there is an exclamation mark in it."""
    return "!" in text


def asks(text: str) -> bool:
    """Whether there is a question mark in it."""
    return "?" in text


def count_intensifiers(words: Sequence[str]) -> int:
    """How many of the words, in lower case, strengthen another."""
    return sum(word in INTENSIFIERS for word in words)


def count_emoticons(text: str) -> int:
    """How many emoticons and emoji stand in it."""
    return len(_EMOTICON.findall(text))


def closed_up(text: str) -> str:
    """`text` with its parted emoticons closed (": )" is ":)"), as a sentiment lexicon knows them."""
    return _EMOTICON.sub(lambda found: found[0].replace(" ", ""), text)
