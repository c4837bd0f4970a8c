"""Responses and study files on the disk, with only the words that matter."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.material.by_kind import gather_file
from evaluation.opening.importing import Created, create_study
from evaluation.studies.life import open_study
from evaluation.study_files.study_file import read_study_file
from tests.builders import SKIER, SMALL_TALK
from tests.cast import NOW


def a_line(
    system: str = "p",
    number: int = 0,
    *,
    depth: int = 3,
    domain: str = "personachat",
    reply: str | None = None,
    traits: Mapping[str, str] | None = None,
    **context: object,
) -> dict[str, Any]:
    """One response as its line stands in `responses.jsonl`."""
    dialogue = f"{domain}/test/{number:05}"
    return {
        "format": 1,
        "system": system,
        "context": {
            "id": f"{dialogue}#{depth}",
            "cluster": dialogue,
            "domain": domain,
            "speaker": depth % 2,
            "persona": list(SKIER),
            "traits": dict(traits or {}),
            "partner_persona": [],
            "turns": [{"speaker": place % 2, "text": SMALL_TALK[place % len(SMALL_TALK)]} for place in range(depth)],
            **context,
        },
        "given": {"persona": True, "traits": {}},
        "response": f"reply {number}.{depth} of kind {len(system)}" if reply is None else reply,
        "reference": None,
    }


def an_outside_line(
    number: int = 0, reply: str = "fine , thanks !", turns: Sequence[str] = SMALL_TALK[:1]
) -> dict[str, Any]:
    """The least that an outside system may bring: an id, turns as plain strings, and its response."""
    return {"context": {"id": f"c{number}", "turns": list(turns)}, "response": reply}


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> Path:
    """A file of JSON lines, its folder made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def named_responses(
    home: Path, system: str, lines: Iterable[Mapping[str, Any]], *, caveats: Sequence[str] = ()
) -> Path:
    """A folder of responses as `respond` leaves it under PARLEY_HOME."""
    folder = write_lines(home / "responses" / system / "responses.jsonl", lines).parent
    (folder / "manifest.json").write_text(json.dumps({"results": {"caveats": list(caveats)}}), encoding="utf-8")
    return folder


def two_systems(home: Path, *, contexts: int = 6, **line: Any) -> None:
    """Responses of p and pt to the same contexts, half of them of either domain, at depths 1 to 4."""
    for system in ("p", "pt"):
        lines = [
            a_line(system, number, depth=1 + number % 4, domain=("personachat", "personalitychat")[number % 2], **line)
            for number in range(contexts)
        ]
        named_responses(home, system, lines)


STUDY = """\
title = "PT against P"
responses = ["p", "pt"]
ethics = "none"
[[criteria]]
key = "naturalness"
"""


def a_study_file(folder: Path, text: str = STUDY, *, name: str = "study.toml") -> Path:
    """A study file; its folder is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def a_study_made_of(folder: Path, text: str, *, opened: bool = True) -> Created:
    """The study `snow` that such a file makes, open unless it is not to be."""
    file = read_study_file(a_study_file(folder / "snow", text))
    made = create_study(name="snow", file=file, gathered=gather_file(file), now=NOW)
    if opened:
        open_study(study=made.study, now=NOW)
    return made
