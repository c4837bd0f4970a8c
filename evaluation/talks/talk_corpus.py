"""Talks as a corpus: one dialogue for each system of each talk."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from evaluation.models import Talk
from evaluation.talks.talking import SYSTEM, history
from generation.corpus.dialogues import Dialogue, Speaker
from generation.corpus.folders import write_corpus
from generation.corpus.manifest import write_manifest

SPLIT: Final = "train"
CAVEAT: Final = "talks of researchers with systems: the first speaker is a person who knew what they talked to"


class NothingSaid(ValueError):
    """No talk in which anything was answered."""


@dataclass(frozen=True)
class _Told:
    dialogue: Dialogue
    system: str
    talk: Talk


def export_talks(folder: Path, *, name: str, now: datetime) -> dict[str, Any]:
    """Write every talk that has an answer as a corpus; returns the manifest's results.

    The researcher is the first speaker, without a persona; the system is the second, with persona and traits. Two
    systems that were talked to side by side make two dialogues, the second of which has the first as its `source`.
    Raises `NothingSaid`, or `CorpusTaken` where another corpus is in the folder.
    """
    told = list(_dialogues(name))
    if not told:
        raise NothingSaid("no talk has been answered yet: there is nothing to export")
    write_corpus(folder, (each.dialogue for each in told))
    systems = sorted({each.system for each in told})
    results = {
        "author": ", ".join(systems),
        "dialogues": len(told),
        "talks": len({each.talk.pk for each in told}),
        "researchers": len({each.talk.researcher_id for each in told}),
        "turns": sum(len(each.dialogue.turns) for each in told),
        "systems": {each.dialogue.id: each.system for each in told},
        "caveats": [CAVEAT],
    }
    write_manifest(folder, command="export_talks", now=now, settings={"name": name}, inputs={}, results=results)
    return results


def _dialogues(name: str) -> Iterator[_Told]:
    number = 0
    for talk in Talk.objects.order_by("pk"):
        first = None
        for side, system in enumerate(talk.systems):
            turns = history(talk, side=side)
            # A turn that nobody answered, at the end, is no part of a dialogue.
            while turns and turns[-1].speaker != SYSTEM:
                turns = turns[:-1]
            if not turns:
                continue
            dialogue = Dialogue(
                id=f"{name}/{SPLIT}/{number:05}",
                split=SPLIT,
                source=first,
                speakers=(Speaker(()), Speaker(tuple(talk.persona), dict(talk.traits))),
                turns=turns,
            )
            first, number = first or dialogue.id, number + 1
            yield _Told(dialogue, system, talk)
