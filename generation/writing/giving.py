"""Traits that the user gives instead of having them sampled from labels: a file of JSON lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generation.corpus.dialogues import BadLine, CorpusMissing, Dialogue, read_json_lines
from generation.corpus.personas import PersonaKey, same_persona_key
from generation.corpus.traits import Traits, UnknownTrait, check_traits, levels_of, stated


class TraitsNotGiven(ValueError):
    """A speaker whose traits stand in the file of given traits neither by dialogue nor by persona."""


@dataclass(frozen=True)
class Given:
    """Given traits: by the source dialogue for both speakers, or by persona wherever it speaks."""

    path: Path
    by_source: Mapping[str, tuple[Traits, Traits]] = field(default_factory=dict)
    by_persona: Mapping[PersonaKey, Traits] = field(default_factory=dict)

    def traits_of(self, dialogue: Dialogue) -> tuple[Traits, Traits]:
        """What both speakers of a source dialogue are told: as its line says, else as the lines of their personas do.

        Raises `TraitsNotGiven`: nobody is told nothing by an oversight. An empty object tells nothing on purpose.
        """
        if dialogue.origin in self.by_source:
            return self.by_source[dialogue.origin]
        given: list[Traits] = []
        for number, speaker in enumerate(dialogue.speakers):
            key = same_persona_key(speaker.persona)
            if key not in self.by_persona:
                raise TraitsNotGiven(
                    f"{self.path.name} gives no traits for speaker {number} of {dialogue.origin}: expected a line with "
                    f'"source": "{dialogue.origin}" or with the persona; {{}} tells nothing'
                )
            given.append(self.by_persona[key])
        return given[0], given[1]


def read_given(path: Path, *, levels: int) -> Given:
    """The given traits in a file, whose lines each have `source` and `traits` of two, or `persona` and `traits`.

    Levels must be of the scale of 3 or 5 `levels`. Raises `BadLine` where a line is neither or says it twice.
    """
    if not path.is_file():
        raise CorpusMissing(f"--give: no file {path}")
    by_source: dict[str, tuple[Traits, Traits]] = {}
    by_persona: dict[PersonaKey, Traits] = {}
    for number, data in read_json_lines(path):
        try:
            source, persona, traits = _line(data, levels)
        except ValueError as error:
            raise BadLine(path, number, str(error)) from error
        if source in by_source or persona in by_persona:
            raise BadLine(path, number, "these traits were given before")
        if persona is not None:
            by_persona[persona] = traits[0]
        else:
            by_source[source] = (traits[0], traits[1])
    return Given(path, by_source, by_persona)


def _line(data: object, levels: int) -> tuple[str, PersonaKey | None, list[Traits]]:
    """Source, persona key (None where the line goes by source) and traits; raises ValueError."""
    if not isinstance(data, dict) or ("source" in data) == ("persona" in data):
        raise ValueError('expected an object with "traits" and either "source" or "persona"')
    traits = data.get("traits")
    if "persona" in data:
        persona = data["persona"]
        if not isinstance(persona, list) or not all(isinstance(sentence, str) for sentence in persona):
            raise ValueError("persona: expected a list of sentences")
        return "", same_persona_key(tuple(persona)), [_traits(traits, levels)]
    if not isinstance(data["source"], str):
        raise ValueError(f"source: expected the id of a dialogue, got {data['source']!r}")
    if not isinstance(traits, list) or len(traits) != 2:
        raise ValueError("traits: expected a list of two objects, one for each speaker of the dialogue")
    return data["source"], None, [_traits(each, levels) for each in traits]


def _traits(data: object, levels: int) -> Traits:
    if not isinstance(data, dict):
        raise ValueError(f"traits: expected an object of trait and level, got {data!r}")
    try:
        check_traits(data)
    except UnknownTrait as error:
        raise ValueError(str(error)) from error
    for trait, level in data.items():
        if level not in levels_of(levels):
            raise ValueError(f"{trait}: the level {level!r} is not of the scale of {levels}; see --levels")
    return stated(data)
