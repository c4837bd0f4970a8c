"""Files as a browser or a script would upload them, with only the words that matter."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from evaluation.drafts import drafting
from evaluation.models import Researcher, StudyDraft
from tests.cast import NOW
from tests.evaluation.files import a_line

TWO = """\
title = "P against PT"
responses = ["p.jsonl", "pt.jsonl"]

[[criteria]]
key = "naturalness"
"""


def as_lines(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """The bytes of a file of JSON lines."""
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def responses_of(system: str, *, contexts: int = 6, **line: Any) -> bytes:
    """One system's file, as `respond` writes it."""
    return as_lines(a_line(system, number, **line) for number in range(contexts))


def two_files(toml: str = TWO, **others: bytes) -> dict[str, bytes]:
    """A whole small upload: `study.toml` and two systems' responses."""
    return {
        "study.toml": toml.encode(),
        "p.jsonl": responses_of("p"),
        "pt.jsonl": responses_of("pt"),
        **{name.replace("__", "."): content for name, content in others.items()},
    }


def a_draft(owner: Researcher, *, toml: str = TWO, name: str = "upload", files: bool = True) -> StudyDraft:
    """A draft of theirs, with the two files of responses that it names unless it is to have none."""
    draft = drafting.begin(owner=owner, now=NOW, name=name, toml=toml)
    if files:
        kept = {each: content for each, content in two_files().items() if each != "study.toml"}
        drafting.put_files(draft=draft, uploads=kept, now=NOW)
    return draft
