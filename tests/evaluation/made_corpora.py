"""Small corpora on the disk: dialogues, labels of their personas, and what lies beside them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from generation.corpus.dialogues import Dialogue, write_dialogues
from generation.corpus.traits import TRAITS
from generation.labels.labelling import PersonaLabels, TraitLabel, write_labels
from tests.builders import a_dialogue


def a_corpus(home: Path, name: str, dialogues: Iterable[Dialogue], *, caveats: Sequence[str] = ()) -> Path:
    """A corpus under PARLEY_HOME."""
    folder = home / "corpora" / name
    write_dialogues(folder, dialogues)
    (folder / "manifest.json").write_text(json.dumps({"results": {"caveats": list(caveats)}}), encoding="utf-8")
    return folder


def personas_of(number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two people that no other number has."""
    return (f"i have {number} cats.", "i bake bread."), (f"i am {20 + number} years old.", "i like to ski.")


def parallel_corpora(home: Path, *, sources: int = 6, turns: int = 8) -> None:
    """`human`, and `machine` on its personas: the same people, in every odd one in the other order."""
    human, machine = [], []
    for number in range(sources):
        people = personas_of(number)
        said = tuple(f"human turn {place} of talk {number} ." for place in range(turns))
        human.append(a_dialogue(number, corpus="human", split="test", personas=people, texts=said))
        written = tuple(f"machine turn {place} of talk {number} ." for place in range(turns))
        machine.append(
            a_dialogue(
                number,
                corpus="machine",
                split="test",
                personas=people[::-1] if number % 2 else people,
                traits=({"extraversion": "low"}, {}) if number % 2 else ({}, {"extraversion": "low"}),
                texts=written,
                source=f"human/test/{number:05}",
            )
        )
    a_corpus(home, "human", human)
    a_corpus(home, "machine", machine, caveats=["written by the offline author, a grammar"])


def labelled_corpus(home: Path, levels: Sequence[Mapping[str, str]], *, name: str = "labelled") -> Path:
    """A corpus with labels and nothing else: for each entry a persona, its traits "unclear" unless they are told."""
    folder = home / "corpora" / name
    write_labels(
        folder,
        (
            PersonaLabels(
                (f"i have {number} cats.", f"my lucky number is {number}."),
                {trait: TraitLabel(of.get(trait, "unclear"), f"secret reason {number}") for trait in TRAITS},
            )
            for number, of in enumerate(levels)
        ),
    )
    (folder / "manifest.json").write_text(
        json.dumps({"results": {"caveats": ["traits labelled by the offline author", "written by a grammar"]}}),
        encoding="utf-8",
    )
    return folder
