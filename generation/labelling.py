"""What an author thinks of a persona's five traits, why, and the file in which it is kept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import BadLine, CorpusMissing, Persona, read_json_lines
from generation.corpus.manifest import new_file
from generation.corpus.personas import PersonaKey, same_persona_key
from generation.corpus.traits import TRAITS, UNCLEAR, Traits, UnknownTrait, check_traits

FORMAT: Final = 1
LABELS_FILE: Final = "labels.jsonl"


@dataclass(frozen=True)
class TraitLabel:
    """One trait's level, why, and the persona sentences that it rests on (none where it is unclear)."""

    level: str
    reason: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonaLabels:
    """All five traits of a persona, as its author speculated. They hold for every spelling of it."""

    persona: Persona
    traits: Mapping[str, TraitLabel]

    @property
    def key(self) -> PersonaKey:
        """What the labels are known by."""
        return same_persona_key(self.persona)

    @property
    def levels(self) -> Traits:
        """Trait -> level, in the order of `TRAITS`."""
        return {trait: self.traits[trait].level for trait in TRAITS}

    def as_json(self) -> dict[str, Any]:
        """The labels as their line in `labels.jsonl`."""
        return {
            "format": FORMAT,
            "persona": list(self.persona),
            "traits": {
                trait: {"level": label.level, "reason": label.reason, "evidence": list(label.evidence)}
                for trait, label in ((trait, self.traits[trait]) for trait in TRAITS)
            },
        }


def labels_from_json(data: object) -> PersonaLabels:
    """The labels in a parsed line; raises ValueError that says what was expected and what came."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f"expected an object of format {FORMAT}")
    persona, traits = data.get("persona"), data.get("traits")
    if not isinstance(persona, list) or not all(isinstance(sentence, str) for sentence in persona):
        raise ValueError("persona: expected a list of sentences")
    if not isinstance(traits, dict) or sorted(traits) != sorted(TRAITS):
        raise ValueError(f"traits: expected exactly {', '.join(TRAITS)}")
    return PersonaLabels(tuple(persona), {trait: _label(trait, traits[trait]) for trait in TRAITS})


def _label(trait: str, data: object) -> TraitLabel:
    if not isinstance(data, dict) or not isinstance(data.get("level"), str):
        raise ValueError(f"{trait}: expected an object with level, reason and evidence")
    try:
        check_traits({trait: data["level"]})
    except UnknownTrait as error:
        raise ValueError(str(error)) from error
    return TraitLabel(data["level"], str(data.get("reason", "")), tuple(data.get("evidence", ())))


def read_labels(folder: Path) -> dict[PersonaKey, PersonaLabels]:
    """The labels kept in a corpus, by persona in whatever spelling; `CorpusMissing` where it has none."""
    path = folder / LABELS_FILE
    if not path.is_file():
        raise CorpusMissing(f"no labels at {folder}: {LABELS_FILE} is not there; `generate` makes it")
    labels: dict[PersonaKey, PersonaLabels] = {}
    for number, data in read_json_lines(path):
        try:
            each = labels_from_json(data)
        except ValueError as error:
            raise BadLine(path, number, str(error)) from error
        if each.key in labels:
            raise BadLine(path, number, "this persona stands in the file twice")
        labels[each.key] = each
    return labels


def write_labels(folder: Path, labels: Iterable[PersonaLabels]) -> int:
    """Write `labels.jsonl` into `folder`, sorted by persona, whole or not at all; returns how many."""
    ordered = sorted(labels, key=lambda each: each.persona)
    with new_file(folder / LABELS_FILE) as out:
        for each in ordered:
            out.write(json.dumps(each.as_json(), ensure_ascii=False) + "\n")
    return len(ordered)


def count_levels(labels: Iterable[PersonaLabels]) -> dict[str, dict[str, int]]:
    """How many personas have each level of each trait: the distribution to report."""
    counts: dict[str, dict[str, int]] = {trait: {"high": 0, "low": 0, UNCLEAR: 0} for trait in TRAITS}
    for each in labels:
        for trait, level in each.levels.items():
            counts[trait][level] = counts[trait].get(level, 0) + 1
    return counts
