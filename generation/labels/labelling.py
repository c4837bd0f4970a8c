"""What an author thinks of a persona's five traits, why, and the file in which it is kept."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, ValuesView
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import BadLine, CorpusMissing, Persona, read_json_lines
from generation.corpus.manifest import new_file
from generation.corpus.personas import PersonaKey, key_text, same_persona_key
from generation.corpus.spilling import Numbered, OnDisk, SortedLines
from generation.corpus.traits import FIVE_LEVELS, LEVELS, TRAITS, Traits, UnknownTrait, check_traits, levels_of

FORMAT: Final = 1
LABELS_FILE: Final = "labels.jsonl"


@dataclass(frozen=True, slots=True)
class TraitLabel:
    """One trait's level, why, and the persona sentences that it rests on (none where it is unclear).

    `votes` are the levels that it was merged from, in their order; empty where it was asked for once.
    """

    level: str
    reason: str
    evidence: tuple[str, ...] = ()
    votes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The label as it stands in its persona's line; `votes` only where there were several."""
        told = {"level": self.level, "reason": self.reason, "evidence": list(self.evidence)}
        return told | ({"votes": list(self.votes)} if self.votes else {})


@dataclass(frozen=True, slots=True)
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
            "traits": {trait: self.traits[trait].as_json() for trait in TRAITS},
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
    votes = data.get("votes", [])
    if not isinstance(votes, list):
        raise ValueError(f"{trait}: expected votes as a list of levels, got {type(votes).__name__}")
    try:
        for level in (data["level"], *votes):
            check_traits({trait: level})
    except UnknownTrait as error:
        raise ValueError(str(error)) from error
    return TraitLabel(data["level"], str(data.get("reason", "")), tuple(data.get("evidence", ())), tuple(votes))


class LabelsOnDisk(MutableMapping[PersonaKey, PersonaLabels]):
    """Labels by persona in whatever spelling, in the order in which they came, in temporary files.

    What is kept once is neither changed nor taken out.
    """

    def __init__(self) -> None:
        self._numbers = Numbered()
        self._rows = OnDisk(PersonaLabels.as_json, _trusted)

    def __setitem__(self, key: PersonaKey, labels: PersonaLabels) -> None:
        if self._numbers.number(key_text(key)) != len(self._rows):
            raise ValueError(f"a persona is labelled twice: {' '.join(labels.persona)}")
        self._rows.append(labels)

    def __getitem__(self, key: PersonaKey) -> PersonaLabels:
        place = self._numbers.find(key_text(key))
        if place is None:
            raise KeyError(key)
        return self._rows[place]

    def __delitem__(self, key: PersonaKey) -> None:
        raise TypeError("labels are not taken out again")

    def __contains__(self, key: object) -> bool:
        return isinstance(key, frozenset) and self._numbers.find(key_text(key)) is not None

    def __iter__(self) -> Iterator[PersonaKey]:
        return (each.key for each in self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def values(self) -> "ValuesView[PersonaLabels]":
        """The labels, read one after the other."""
        return _Values(self, self._rows)


class _Values(ValuesView[PersonaLabels]):
    def __init__(self, labels: LabelsOnDisk, rows: OnDisk[PersonaLabels]) -> None:
        super().__init__(labels)
        self._rows = rows

    def __iter__(self) -> Iterator[PersonaLabels]:
        return iter(self._rows)


def _trusted(data: dict[str, Any]) -> PersonaLabels:
    """Labels that were checked before they were put away."""
    traits = data["traits"].items()
    return PersonaLabels(
        tuple(data["persona"]),
        {
            trait: TraitLabel(told["level"], told["reason"], tuple(told["evidence"]), tuple(told.get("votes", ())))
            for trait, told in traits
        },
    )


def read_labels(folder: Path, *, levels: int = 5) -> LabelsOnDisk:
    """The labels kept in a corpus, by persona in whatever spelling; `CorpusMissing` where it has none.

    `BadLine` where a level is not of the scale of 3 or 5 `levels`.
    """
    path = folder / LABELS_FILE
    if not path.is_file():
        raise CorpusMissing(f"no labels at {folder}: {LABELS_FILE} is not there; `generate` makes it")
    labels = LabelsOnDisk()
    for number, data in read_json_lines(path):
        try:
            each = labels_from_json(data)
        except ValueError as error:
            raise BadLine(path, number, str(error)) from error
        if strange := set(each.levels.values()) - set(levels_of(levels)):
            raise BadLine(path, number, f"the level {min(strange)!r} is not of the scale of {levels}; see --levels")
        if each.key in labels:
            raise BadLine(path, number, "this persona stands in the file twice")
        labels[each.key] = each
    return labels


def write_labels(folder: Path, labels: Iterable[PersonaLabels]) -> int:
    """Write `labels.jsonl` into `folder`, sorted by persona, whole or not at all; returns how many."""
    ordered = SortedLines((each.persona, json.dumps(each.as_json(), ensure_ascii=False)) for each in labels)
    with new_file(folder / LABELS_FILE) as out:
        out.writelines(f"{line}\n" for _, line in ordered)
    return len(ordered)


def count_levels(labels: Iterable[PersonaLabels]) -> dict[str, dict[str, int]]:
    """How many personas have each level of each trait: the distribution to report.

    Of three levels, or, where a trait has one that only a scale of five has, of five from the lowest up.
    """
    counted: dict[str, Counter[str]] = {trait: Counter() for trait in TRAITS}
    for each in labels:
        for trait, level in each.levels.items():
            counted[trait][level] += 1
    seen = {level for levels in counted.values() for level in levels}
    scale = LEVELS if seen <= set(LEVELS) else FIVE_LEVELS
    return {trait: {level: counted[trait][level] for level in scale} for trait in TRAITS}
