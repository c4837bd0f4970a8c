"""Labels that people shall check: a sample stratified by trait and predicted level, so that rare levels appear.

Two files: one for people, which shows what the label was made from and not the label, and the key beside it, with the
labels and with the weights that undo the stratification. A line's `context` is the persona's id, its `criterion` the
trait, as in a file of judgments.
"""

import csv
import io
import json
import random
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import Persona
from generation.corpus.manifest import new_file
from generation.corpus.spilling import OnDisk, SortedLines
from generation.corpus.traits import TRAITS, in_words
from generation.labels.labelling import PersonaLabels, count_levels, labels_from_json
from generation.spreadsheets import harmless

FORMAT: Final = 1
SUFFIXES: Final = (".csv", ".jsonl")
# 40 bits: among a million personas two ids are hardly ever the same, and nobody has to read more.
ID_DIGITS: Final = 10


class BadSample(ValueError):
    """A sample of labels that cannot be drawn or written as asked."""


@dataclass(frozen=True)
class Sampled:
    """A persona's label on one trait that people shall check. `weight` is how many personas it stands for."""

    context: str
    trait: str
    predicted: str
    weight: float
    persona: Persona
    levels: tuple[str, ...]

    @property
    def question(self) -> str:
        """What people are asked, in plain words; the name of the trait alone means little to most."""
        high, low = in_words(self.trait, "high"), in_words(self.trait, "low")
        return f"From these sentences: is this person more {high} (high), or more {low} (low)?"

    def for_people(self) -> dict[str, Any]:
        """The line without the label: `choice` and `annotator` are theirs to fill in."""
        return {
            "context": self.context,
            "criterion": self.trait,
            "annotator": "",
            "choice": "",
            "persona": list(self.persona),
            "question": self.question,
            "options": list(self.levels),
        }

    def as_key(self) -> dict[str, Any]:
        """The line of the key."""
        return {
            "format": FORMAT,
            "context": self.context,
            "trait": self.trait,
            "predicted": self.predicted,
            "weight": self.weight,
            "persona": list(self.persona),
        }


def draw_sample(labels: Iterable[PersonaLabels], *, corpus: str, per_cell: int, seed: int) -> list[Sampled]:
    """For each trait and level `per_cell` of the personas labelled so, all where there are fewer, in a random order.

    The weight is the personas in the cell over those drawn from it. Depends on the seed and the labels alone.
    """
    if per_cell < 1:
        raise BadSample(f"--per-cell: expected at least 1, got {per_cell}")
    # Personas lie on the disk; shuffled are their places.
    lines = SortedLines((each.persona, json.dumps(each.as_json())) for each in labels)
    ordered = OnDisk(PersonaLabels.as_json, labels_from_json, (labels_from_json(json.loads(line)) for _, line in lines))
    scale = tuple(count_levels(ordered)[TRAITS[0]])
    cells: dict[tuple[str, str], array[int]] = {(trait, level): array("I") for trait in TRAITS for level in scale}
    for place, each in enumerate(ordered):
        for trait, level in each.levels.items():
            cells[trait, level].append(place)
    sampled: list[Sampled] = []
    for (trait, level), cell in cells.items():
        # Each cell has a generator of its own, and its first few are drawn: a larger sample holds the smaller one.
        random.Random(f"labels {seed} {trait} {level}").shuffle(cell)
        drawn = [ordered[place] for place in cell[:per_cell]]
        sampled += [
            Sampled(
                context=f"{corpus}/persona/{_digest(each)}",
                trait=trait,
                predicted=level,
                weight=len(cell) / len(drawn),
                persona=each.persona,
                levels=scale,
            )
            for each in drawn
        ]
    # In the order of the cells the place would give the label away.
    random.Random(f"order {seed}").shuffle(sampled)
    return sampled


def _digest(labels: PersonaLabels) -> str:
    """The same for every spelling of a persona, in every corpus."""
    return sha256(json.dumps(sorted(labels.key), ensure_ascii=False).encode()).hexdigest()[:ID_DIGITS]


def cells_of(labels: Iterable[PersonaLabels], sampled: Sequence[Sampled]) -> dict[str, dict[str, dict[str, int]]]:
    """Per trait and level how many personas there are and how many were drawn."""
    counts = count_levels(labels)
    return {
        trait: {
            level: {
                "personas": count,
                "sampled": sum(each.trait == trait and each.predicted == level for each in sampled),
            }
            for level, count in levels.items()
        }
        for trait, levels in counts.items()
    }


def key_path(path: Path) -> Path:
    """Where the key of a sample lies: beside it."""
    return path.with_name(f"{path.name}.key.jsonl")


def write_sample(path: Path, sampled: Sequence[Sampled]) -> None:
    """Write the file for people (.csv or .jsonl) and its key.

    Raises `BadSample` where another file is in the way: it may hold what people have answered.
    """
    if path.suffix not in SUFFIXES:
        raise BadSample(f"--to {path.name}: expected a file that ends in {' or '.join(SUFFIXES)}")
    lines = [each.for_people() for each in sampled]
    text = _as_csv(lines) if path.suffix == ".csv" else _as_json_lines(lines)
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise BadSample(f"{path} is there already, and is not this sample; people may have written in it")
    for file, content in ((path, text), (key_path(path), _as_json_lines([each.as_key() for each in sampled]))):
        with new_file(file) as out:
            out.write(content)


def _as_csv(lines: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    for line in lines:
        persona = harmless("\n".join(line["persona"]))
        writer.writerow({**line, "persona": persona, "options": ", ".join(line["options"])})
    return out.getvalue()


def _as_json_lines(lines: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
