"""Two parallel corpora to describe: one by the builders, one by the offline author with traits."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from generation.corpus.dialogues import write_dialogues
from generation.corpus.manifest import write_manifest
from generation.describing.gathering import Description, gather
from generation.offline import CAVEAT
from generation.offline.writing import write
from tests.builders import a_dialogue
from tests.generation.builders import a_persona

NOW = datetime(2026, 1, 31, 9, tzinfo=UTC)
# A name that no page may take for an element.
LLM = "<llm>"


def a_description(home: Path, count: int = 60) -> Description:
    """Of "human" and "<llm>", which are written under `home` and have `count` persona pairs in common."""
    human = [a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1))) for n in range(count)]
    llm = []
    for number, each in enumerate(human):
        traits = {"extraversion": ("high", "low")[number % 2]}
        first, second = (replace(speaker, traits=traits) for speaker in each.speakers)
        turns = write((first, second), seed=7)
        llm.append(replace(each, id=f"llm/{number:03}", source=each.id, speakers=(first, second), turns=turns))
    corpora = home / "corpora"
    write_dialogues(corpora / "human", human)
    write_dialogues(corpora / LLM, llm)
    results = {"author": "offline", "caveats": [CAVEAT]}
    write_manifest(corpora / LLM, command="generate", now=NOW, settings={}, inputs={}, results=results)
    return gather(["human", LLM])
