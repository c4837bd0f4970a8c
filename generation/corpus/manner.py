"""How much speakers sound like an assistant, and not like two people in a chat.

Chat models are trained to help, and it shows when they play somebody: they offer help, are delighted by whatever they
hear, thank for being told, enumerate, and end every turn with a question. Five signs are looked for in each turn, by
patterns of our own; each is harmless where it is rare, so compare corpora, not single turns.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from generation.corpus.dialogues import Dialogue, Turn
from generation.corpus.lexical import words


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_DELIGHT: Final = (
    "amazing|awesome|wonderful|fantastic|great|incredible|fascinating|lovely|beautiful|delightful|exciting|inspiring|"
    "impressive|admirable|adorable|perfect|so cool"
)
# Applied to a turn with its apostrophes straightened and closed up ("that ' s").
SIGNS: Final[dict[str, re.Pattern[str]]] = {
    # The assistant's own trade.
    "offers_of_help": _any(
        r"\b(?:how|what) (?:can|may|could) i (?:help|assist|do for)\b",
        r"\b(?:happy|glad|here) to (?:help|assist|listen|support|answer)\b",
        r"\b(?:feel free|don't hesitate) to\b",
        r"\blet me know if\b",
        r"\bif you (?:ever )?(?:need|have) any(?:thing| help| advice| tips| questions| recommendations)\b",
        r"\b(?:anything else|something else) (?:i can|you(?:'d| would) like)\b",
        r"\bi can (?:definitely |certainly |also )?(?:help|assist|recommend|suggest)\b",
        r"\bwould you like (?:me to|some (?:tips|advice|suggestions|recommendations))\b",
    ),
    # Delight at what the partner is, does or says.
    "enthusiasm": _any(
        rf"\bthat(?:'s| is| sounds| must be) (?:\w+ ){{0,2}}(?:{_DELIGHT})\b",
        rf"\b(?:sounds|how) (?:\w+ )?(?:{_DELIGHT})\b",
        rf"^(?:oh,? |wow,? )*(?:{_DELIGHT}) ?!",
        r"\bi (?:absolutely|totally|really|just) (?:love|adore) (?:that|it|how|your)\b",
        r"\bi(?:'m| am) (?:so |really |very )(?:happy|glad|excited|impressed|thrilled)\b",
        r"\bwhat an? (?:\w+ )?(?:amazing|awesome|wonderful|fantastic|incredible|fascinating|lovely|great)\b",
    ),
    # Courtesy that acknowledges being told.
    "formulas": _any(
        r"\bthank(?:s| you)(?: so much| very much)? for (?:sharing|asking|telling|letting|the|your|understanding)\b",
        r"\bi (?:really |truly |so )?appreciate (?:that|it|you|your)\b",
        r"\b(?:great|nice|good|lovely|wonderful) to (?:hear|know|learn)\b",
        r"\bi (?:completely |totally |can )?(?:understand|hear you|imagine|relate)\b",
        r"\bthat(?:'s| is) (?:completely |totally )?(?:understandable|a great (?:question|point|way|idea))\b",
        r"\bit(?:'s| is) (?:so |really |very )?important to\b",
    ),
    # One enumerates in a text, not in a chat.
    "lists": _any(
        r"(?:^|\s)(?:1[.)]|[-*•]) .+(?:\s)(?:2[.)]|[-*•]) ",
        r"\bfirst(?:ly|,| of all).+\bsecond(?:ly|,)",
        r"^(?:here are|there are (?:several|many|a few) (?:ways|things))\b",
        r"\*\*",
    ),
}
QUESTION: Final = "closing_questions"
MANNERS: Final = (*SIGNS, QUESTION)
_APOSTROPHE: Final = re.compile(r"\s*['’]\s*(?=(?:s|m|d|t|re|ve|ll)\b)")


@dataclass(frozen=True)
class Manner:
    """How many of a dialogue's turns show each sign, and how many show any that people rarely show."""

    turns: int
    signs: dict[str, int]
    # Turns with an offer of help, delight, a formula or a list. Questions are asked by people as well.
    like_an_assistant: int

    @property
    def share(self) -> float | None:
        """The share of turns that sound like an assistant's; None without turns."""
        return self.like_an_assistant / self.turns if self.turns else None


def signs_of(turn: Turn) -> Iterator[str]:
    """The signs that this turn shows, of `MANNERS`."""
    text = _APOSTROPHE.sub("'", turn.text)
    for sign, pattern in SIGNS.items():
        if pattern.search(text):
            yield sign
    if text.rstrip(" \"')").endswith("?") and words(text):
        yield QUESTION


def manner_of(dialogue: Dialogue) -> Manner:
    """The signs counted over a dialogue."""
    counts = dict.fromkeys(MANNERS, 0)
    like_an_assistant = 0
    for turn in dialogue.turns:
        signs = set(signs_of(turn))
        for sign in signs:
            counts[sign] += 1
        like_an_assistant += bool(signs - {QUESTION})
    return Manner(len(dialogue.turns), counts, like_an_assistant)
