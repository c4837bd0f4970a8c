"""The content words of a text, crudely stemmed: what leakage and coverage go by.

A content word is a word of letters that is neither a function word nor one of the words that anybody says in any chat
("good", "know", "really"). Plurals and verb forms of one word count as one, as far as cutting off endings shows it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from generation.corpus.lexical import words

# What `stem` and the list below do, for signatures; the number changes with their output.
CONTENT: Final = "content1:words1,no-function-words,stemmed"

_FUNCTION_WORDS: Final = """
    a an the this that these those some any no every each either neither both all half enough much many more most few
    fewer less least several other others another such own same
    i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself we us
    our ours ourselves they them their theirs themselves one ones who whom whose which what whatever where when why how
    somebody someone something anybody anyone anything everybody everyone everything nobody nothing none
    and or but nor so yet if unless because since although though while whereas whether than as
    of in on at by for with without about against between into onto through during before after above below to from
    up down out off over under near around across along behind beside among toward towards until till upon within per
    am is are was were be been being do does did doing done have has had having will would shall should can could may
    might must ought need dare not ca wo
    here there now then again once twice ever never always often sometimes usually seldom soon later already still just
    only even also too very quite rather almost really pretty actually maybe perhaps else instead away back together
"""
_CHAT_WORDS: Final = """
    hi hello hey bye goodbye yes yeah yep no nope oh ok okay wow cool haha lol please thanks thank sorry welcome sure
    well right true good great nice fine bad better best awesome amazing interesting
    know think guess mean say says said saying tell told ask see seen saw look hear heard sound sounds
    get gets got getting go goes going gone went come comes came make makes made making take takes took put let try
    want wants wanted like likes liked love loves loved enjoy enjoys
    thing things stuff lot lots bit kind sort way time times day days today tonight one two
"""
_PASSED_OVER: Final = frozenset(f"{_FUNCTION_WORDS} {_CHAT_WORDS}".split())
_ENDINGS: Final = ("ings", "ing", "ed", "es", "s")
# What is left of a word must be more than a syllable's beginning: "red" keeps its ed, "sing" its ing.
_SHORTEST_STEM: Final = 3
_LETTERS: Final = re.compile(r"[^\W\d_]+")


def content_words(texts: Iterable[str]) -> dict[str, str]:
    """Stem -> the first word of `texts` that has it, in the order of first mention."""
    found: dict[str, str] = {}
    for text in texts:
        for stemmed, word in _of_one(text):
            found.setdefault(stemmed, word)
    return found


# Leakage, coverage and the use of sentences ask for those of the dialogue at hand, one after the other.
@lru_cache(maxsize=1_000)
def _of_one(text: str) -> tuple[tuple[str, str], ...]:
    bare = (word.removesuffix("'s") for word in words(text))
    return tuple((stem(word), word) for word in bare if word not in _PASSED_OVER and _LETTERS.fullmatch(word))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """`word` without its ending: "dogs" is "dog", "baking" and "bakes" are "bak", "party" and "parties" are "parti".

    Crude, but the same for the persona and for what is said: irregular forms ("ran") stay apart, "care" meets "car".
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    if word.endswith("y"):
        return word[:-1] + "i"
    if len(word) > _SHORTEST_STEM and (word.endswith("e") or word[-1] == word[-2]):
        return word[:-1]
    return word
