"""What benchmarks of training and decoding learn from: bundled persona pairs, talked through by the offline author."""

import json
from pathlib import Path

from generation.corpus.dialogues import Dialogue, Speaker
from generation.offline import writing
from generation.offline.labelling import label
from training.data.examples import Example, examples_of

PERSONAS = Path(__file__).resolve().parents[1] / "examples" / "demo" / "personas.jsonl"


def some_examples(count: int) -> list[Example]:
    """The first `count` examples; pairs are talked through again, otherwise, once all have been."""
    pairs = [json.loads(line) for line in PERSONAS.read_text(encoding="utf-8").splitlines()]
    found: list[Example] = []
    number = 0
    while len(found) < count:
        pair = pairs[number % len(pairs)]
        speakers = tuple(
            Speaker(
                tuple(persona), {t: level for t, level in label(tuple(persona)).levels.items() if level != "unclear"}
            )
            for persona in (pair["first"], pair["second"])
        )
        turns = writing.write((speakers[0], speakers[1]), seed=7, sample=number // len(pairs))
        dialogue = Dialogue(f"bench/train/{number:05}", "train", (speakers[0], speakers[1]), turns)
        found += examples_of([dialogue])
        number += 1
    return found[:count]
