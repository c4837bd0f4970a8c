"""What a judge of a trait is asked: two texts at a time, and the words for either end of the trait.

Never what a system was told, nor the chat: there the speaker's own turns would speak of the trait that he has, and not
of the one that was forced.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Final

from generation.corpus.traits import in_words
from generation.labels.label_parsing import json_object
from generation.telling.parsing import Answer, Unusable, check_whole
from generation.telling.prompting import Messages
from training.answering.decoding import seed_of
from training.data.responses import Response
from training.trait_scores.trait_classifier import HIGH, LOW, Said

FOLDER: Final = Path(__file__).resolve().parent.parent / "prompts"
PROMPTS: Final = ("trait_judge", "trait_judge_pair")
# What an answer is worth to the text that was shown first.
WORTH: Final = {"1": 1.0, "2": 0.0, "neither": 0.5}
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": list(WORTH)}},
    "required": ["answer"],
    "additionalProperties": False,
}
SHOWN_PROMPTS: Final = 3
# A rule of thumb for English; endpoints count for themselves.
CHARACTERS_PER_TOKEN: Final = 4


@dataclass(frozen=True)
class Twosome:
    """Two texts of which the first was told the trait high; `name` is what a failure of theirs is listed under."""

    name: str
    high: str
    low: str
    cluster: str


@dataclass(frozen=True)
class Docket:
    """All that a judge is asked of one contrast: replies in the contexts drawn, and held-out turns."""

    trait: str
    replies: tuple[Twosome, ...]
    turns: tuple[Twosome, ...]

    def requests(self) -> list[Messages]:
        """Every conversation once, both orders of each two texts that differ."""
        texts = dict.fromkeys(
            both
            for each in (*self.replies, *self.turns)
            if each.high != each.low
            for both in ((each.high, each.low), (each.low, each.high))
        )
        return [to_tell(self.trait, first, second) for first, second in texts]


def docket_of(
    trait: str,
    pairs: Sequence[tuple[Response, Response]],
    held_out: Sequence[Said],
    *,
    contexts: int | None,
    turns: int,
    seed: int,
) -> Docket:
    """`contexts` of `pairs` (high, low), drawn by seed, None for all; and at most `turns` pairs of held-out turns.

    Of those one was told high and one low, and no two are from one dialogue.
    """
    drawn = sorted(pairs, key=lambda pair: seed_of(pair[0].context.id, seed=seed))
    within = {high.context.id for high, _ in drawn[:contexts]}
    return Docket(
        trait=trait,
        replies=tuple(
            Twosome(high.context.id, high.text, low.text, high.context.cluster)
            for high, low in pairs
            if high.context.id in within
        ),
        turns=tuple(_paired(held_out, count=turns, seed=seed)),
    )


def rehearse(docket: Docket) -> dict[str, Any]:
    """How many requests and tokens the docket comes to, and the first prompts. Nothing is asked."""
    requests = docket.requests()
    texts = ["\n\n".join(message["content"] for message in messages) for messages in requests]
    return {
        "requests": len(requests),
        "contexts": len(docket.replies),
        "held_out_pairs": len(docket.turns),
        "prompt_tokens": sum(map(len, texts)) // CHARACTERS_PER_TOKEN,
        "prompts": texts[:SHOWN_PROMPTS],
    }


def to_tell(trait: str, first: str, second: str) -> Messages:
    """Ask which of two texts sounds more like somebody at the high end. What never changes comes first."""
    ends = {HIGH: in_words(trait, HIGH), LOW: in_words(trait, LOW)}
    # A line of a text is a line of that text: it must not look like the beginning of the other.
    texts = {"first": " ".join(first.split()), "second": " ".join(second.split())}
    return [
        {"role": "system", "content": Template(_text("trait_judge")).substitute(ends).strip()},
        {"role": "user", "content": Template(_text("trait_judge_pair")).substitute(texts, high=ends[HIGH]).strip()},
    ]


def parse_pick(answer: Answer) -> float:
    """What an answer is worth to the first text; raises `Unusable` for what was not offered."""
    check_whole(answer)
    said = json_object(answer.text).get("answer")
    picked = str(said).strip().casefold()
    if not isinstance(said, str | int) or picked not in WORTH:
        raise Unusable("malformed", f"answer: expected one of {', '.join(map(repr, WORTH))}, got {said!r}")
    return WORTH[picked]


def digests_of_prompts() -> dict[str, str]:
    """SHA-256 of each prompt file: with another wording it is another judge."""
    return {name: hashlib.sha256(_text(name).encode()).hexdigest() for name in PROMPTS}


def _paired(said: Sequence[Said], *, count: int, seed: int) -> list[Twosome]:
    """Turns told high beside turns told low. A dialogue gives one turn at most, so that the pairs are independent."""
    order = list(said)
    random.Random(f"trait judge {seed}").shuffle(order)
    used: set[str] = set()
    drawn: dict[bool, list[Said]] = {True: [], False: []}
    for each in order:
        # Neither end runs ahead of the other: where both have turns left, it is their turn by turns.
        if each.cluster not in used and len(drawn[each.high]) <= len(drawn[not each.high]):
            used.add(each.cluster)
            drawn[each.high].append(each)
    return [
        Twosome(f"held out: {high.cluster}, {low.cluster}", high.text, low.text, f"{high.cluster} {low.cluster}")
        for high, low in list(zip(drawn[True], drawn[False], strict=False))[:count]
    ]


def _text(prompt: str) -> str:
    return (FOLDER / f"{prompt}.txt").read_text(encoding="utf-8")
