"""Responses and their file: what each system answered in each context, as `docs/formats.md` states.

Also what an outside system brings, so the reader is generous in form (turns as plain strings, an id and turns alone)
and strict in content: a broken line raises `BadLine` with file and line.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import BadLine, Persona, Turn, read_json_lines
from generation.corpus.manifest import new_file
from generation.corpus.traits import Traits, UnknownTrait, check_traits
from training.data.response_tables import is_table, read_table

FORMAT: Final = 1
RESPONSES_FILE: Final = "responses.jsonl"
# Where `score` writes beside them, and what it calls all domains together.
SCORES_FILE: Final = "scores.json"
ALL: Final = "all"


class ResponsesMissing(ValueError):
    """No responses where some were asked for."""


@dataclass(frozen=True)
class Context:
    """Persona, traits and the turns before the response. `cluster` is what statistics resample together."""

    id: str
    cluster: str
    domain: str
    speaker: int
    persona: Persona
    traits: Traits
    turns: tuple[Turn, ...]
    # For leak checks only: never given to a model or shown to an annotator.
    partner_persona: Persona = ()


@dataclass(frozen=True)
class Given:
    """What a system was really told before it answered."""

    persona: bool = True
    traits: Traits = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """A system's next turn in a context. `reference` is what the speaker really said, where known.

    `run` is which of its training runs answered, counted from 1, where the system was trained several times.
    """

    system: str
    context: Context
    given: Given
    text: str
    reference: str | None = None
    run: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The response as its line in `responses.jsonl`."""
        context = self.context
        return {
            "format": FORMAT,
            "system": self.system,
            **({} if self.run is None else {"run": self.run}),
            "context": {
                "id": context.id,
                "cluster": context.cluster,
                "domain": context.domain,
                "speaker": context.speaker,
                "persona": list(context.persona),
                "traits": context.traits,
                "partner_persona": list(context.partner_persona),
                "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in context.turns],
            },
            "given": {"persona": self.given.persona, "traits": self.given.traits},
            "response": self.text,
            "reference": self.reference,
        }


def cluster_of(context_id: str) -> str:
    """The dialogue that a context id names: what stands before `#n`."""
    return context_id.rpartition("#")[0] or context_id


def response_from_json(data: object, *, default_system: str | None = None) -> Response:
    """The response in a parsed line; raises ValueError that says what was expected and what came."""
    if not isinstance(data, dict):
        raise ValueError(f"expected a JSON object, got {type(data).__name__}")
    if data.get("format", FORMAT) != FORMAT:
        raise ValueError(f"expected format {FORMAT}, got {data.get('format')!r}")
    system = data.get("system", default_system)
    if not isinstance(system, str) or not system.strip():
        raise ValueError("'system' is missing: which system answered?")
    text = data.get("response")
    if not isinstance(text, str):
        raise ValueError(f"response: expected a string, got {text!r}")
    reference = data.get("reference")
    if reference is not None and not isinstance(reference, str):
        raise ValueError(f"reference: expected a string or null, got {reference!r}")
    run = data.get("run")
    if run is not None and (not isinstance(run, int) or isinstance(run, bool) or run < 1):
        raise ValueError(f"run: expected the number of a training run, from 1, got {run!r}")
    given = data.get("given") or {}
    if not isinstance(given, dict):
        raise ValueError(f"given: expected an object, got {type(given).__name__}")
    return Response(
        system=system,
        context=_context(data.get("context")),
        given=Given(persona=bool(given.get("persona", True)), traits=_traits(given.get("traits"), "given.traits")),
        text=text,
        reference=reference,
        run=run,
    )


def _context(data: object) -> Context:
    if not isinstance(data, dict):
        raise ValueError("context: expected an object with an id and turns")
    identifier = data.get("id")
    if not isinstance(identifier, str) or not identifier:
        raise ValueError(f"context.id: expected a non-empty string, got {identifier!r}")
    turns = data.get("turns")
    if not isinstance(turns, list) or not turns:
        raise ValueError("context.turns: expected at least one turn")
    speaker = data.get("speaker")
    if speaker is not None and speaker not in (0, 1):
        raise ValueError(f"context.speaker: expected 0 or 1, got {speaker!r}")
    said = tuple(_turn(turn, number) for number, turn in enumerate(turns))
    return Context(
        id=identifier,
        cluster=str(data.get("cluster") or cluster_of(identifier)),
        domain=str(data.get("domain") or "default"),
        # Whoever did not speak last answers.
        speaker=int(speaker) if speaker is not None else 1 - said[-1].speaker,
        persona=_sentences(data.get("persona"), "context.persona"),
        traits=_traits(data.get("traits"), "context.traits"),
        turns=said,
        partner_persona=_sentences(data.get("partner_persona"), "context.partner_persona"),
    )


def _turn(data: object, number: int) -> Turn:
    if isinstance(data, str):
        return Turn(number % 2, data)
    if isinstance(data, dict) and data.get("speaker") in (0, 1) and isinstance(data.get("text"), str):
        return Turn(int(data["speaker"]), data["text"])
    raise ValueError(f"context.turns[{number}]: expected a string, or an object with speaker 0 or 1 and a text")


def _sentences(data: object, where: str) -> Persona:
    if data is None:
        return ()
    if not isinstance(data, list) or not all(isinstance(sentence, str) for sentence in data):
        raise ValueError(f"{where}: expected a list of sentences")
    return tuple(data)


def _traits(data: object, where: str) -> Traits:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ValueError(f"{where}: expected an object, got {type(data).__name__}")
    try:
        check_traits(data)
    except UnknownTrait as error:
        raise ValueError(f"{where}: {error}") from error
    return dict(data)


def responses_file(path: Path) -> Path:
    """The file of responses at `path`, which is a folder of ours or a file from outside."""
    file = path / RESPONSES_FILE if path.is_dir() else path
    if not file.is_file():
        raise ResponsesMissing(f"no responses at {path}: {file.name} is not there")
    return file


def read_responses(path: Path, *, default_system: str | None = None) -> Iterator[Response]:
    """The responses of a folder or file, in file order; a context answered twice by one system is refused."""
    file = responses_file(path)
    seen: dict[tuple[str, str], int] = {}
    for number, data in read_table(file) if is_table(file) else read_json_lines(file):
        try:
            response = response_from_json(data, default_system=default_system)
        except ValueError as error:
            raise BadLine(file, number, str(error)) from error
        key = (response.system, response.context.id)
        if key in seen:
            raise BadLine(file, number, f"{key[0]!r} answered {key[1]!r} already, on line {seen[key]}")
        seen[key] = number
        yield response


def write_responses(folder: Path, responses: Iterable[Response]) -> int:
    """Write `responses.jsonl` into `folder`, whole or not at all; returns how many."""
    count = 0
    with new_file(folder / RESPONSES_FILE) as out:
        for response in responses:
            out.write(json.dumps(response.as_json(), ensure_ascii=False) + "\n")
            count += 1
    return count
