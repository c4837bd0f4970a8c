"""Examples that stand before the task: labelled personas and written dialogues, from the tables beside the prompts."""

import json
from dataclasses import dataclass
from typing import Final

from generation.corpus.dialogues import Persona, Speaker, Turn
from generation.corpus.traits import MEDIUM, TRAITS, UNCLEAR, Traits, pole
from generation.telling.traits import table

LABEL_EXAMPLES: Final = "label_examples.toml"
DIALOGUE_EXAMPLES: Final = "dialogue_examples.toml"
# How many there are of either.
MOST_SHOTS: Final = 3


@dataclass(frozen=True)
class LabelExample:
    """A persona and the answer that would be right for it, as JSON."""

    persona: Persona
    answer: str


@dataclass(frozen=True)
class DialogueExample:
    """Two speakers with their traits, and a dialogue of theirs that keeps to the form."""

    speakers: tuple[Speaker, Speaker]
    turns: tuple[Turn, ...]


def label_examples(shots: int, *, levels: int) -> list[LabelExample]:
    """The first `shots` labelled personas, on a scale of 3 or 5 `levels`."""
    found = []
    for example in table(LABEL_EXAMPLES)["example"][:shots]:
        answer = {}
        for trait in TRAITS:
            guess = example.get(trait, {"five": UNCLEAR, "reason": "No clues.", "evidence": []})
            level = _on(levels, guess["five"])
            evidence = guess["evidence"] if level != UNCLEAR else []
            answer[trait] = {"evidence": evidence, "reason": guess["reason"], "level": level}
        found.append(LabelExample(tuple(example["persona"]), json.dumps(answer, ensure_ascii=False)))
    return found


def dialogue_examples(shots: int, *, levels: int) -> list[DialogueExample]:
    """The first `shots` written dialogues, with traits on a scale of 3 or 5 `levels`."""
    found = []
    for example in table(DIALOGUE_EXAMPLES)["example"][:shots]:
        first, second = (
            Speaker(tuple(each["persona"]), _traits(each["traits"], levels=levels)) for each in example["speaker"]
        )
        turns = tuple(Turn(place % 2, text) for place, text in enumerate(example["dialogue"]["turns"]))
        found.append(DialogueExample((first, second), turns))
    return found


def _traits(traits: Traits, *, levels: int) -> Traits:
    on_scale = {trait: _on(levels, level) for trait, level in traits.items()}
    return {trait: level for trait, level in on_scale.items() if level != UNCLEAR}


def _on(levels: int, level: str) -> str:
    """A level of the scale of five, on the scale asked for."""
    if levels == 5:
        return level
    return UNCLEAR if level == MEDIUM else pole(level)
