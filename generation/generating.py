"""Make a corpus: label each distinct persona, sample traits, have one dialogue written for each persona pair."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from generation.authors import Author, AuthorFailed, RunStopped
from generation.corpus.dialogues import Dialogue, Persona, Turn, write_dialogues
from generation.corpus.manifest import new_file
from generation.corpus.personas import PersonaKey, same_persona_key
from generation.labelling import PersonaLabels, count_levels, write_labels
from generation.planning import Commission, Planned, distinct_personas, with_traits

T = TypeVar("T")
FAILED_FILE: Final = "failed.jsonl"


@dataclass(frozen=True)
class Failure:
    """A persona or dialogue that could not be done, and why."""

    what: str
    name: str
    kind: str
    reason: str
    tries: int
    request_id: str | None

    def as_json(self) -> dict[str, Any]:
        """The failure as its line in `failed.jsonl`."""
        return {"format": 1, **vars(self)}


@dataclass
class Made:
    """What came of a run: labels by persona, dialogues, and everything that failed."""

    labels: dict[PersonaKey, PersonaLabels] = field(default_factory=dict)
    reused_labels: int = 0
    dialogues: list[Dialogue] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


async def make(
    planned: Sequence[Planned],
    *,
    commission: Commission,
    author: Author,
    known_labels: Mapping[PersonaKey, PersonaLabels],
    concurrency: int,
    advance: Callable[[str, Made], None] = lambda stage, made: None,
) -> Made:
    """Label, sample, write. `advance` hears of every row done, with "personas" or "dialogues" as the stage.

    What one row fails of is listed in the result and stops nothing; `RunStopped` passes through once the rows that
    were being asked for are done.
    """
    personas = distinct_personas(planned)
    made = Made(labels={key: known_labels[key] for key in personas if key in known_labels})
    made.reused_labels = len(made.labels)

    async def label(persona: Persona) -> None:
        try:
            made.labels[same_persona_key(persona)] = await author.label(persona)
        except AuthorFailed as error:
            made.failures.append(_failure("persona", " ".join(persona), error))
        advance("personas", made)

    async def write(job: tuple[Dialogue, int]) -> None:
        dialogue, sample = job
        try:
            turns: tuple[Turn, ...] = dialogue.turns or await author.write(dialogue.speakers, sample=sample)
            made.dialogues.append(replace(dialogue, turns=turns))
        except AuthorFailed as error:
            made.failures.append(_failure("dialogue", dialogue.id, error))
        advance("dialogues", made)

    await _for_each([persona for key, persona in personas.items() if key not in made.labels], label, concurrency)
    ready = []
    for each in planned:
        try:
            ready.append(with_traits(each, made.labels, commission))
        except AuthorFailed as error:
            made.failures.append(_failure("dialogue", each.dialogue.id, error))
            advance("dialogues", made)
    await _for_each(_with_samples(ready), write, concurrency)
    return made


def _failure(what: str, name: str, error: AuthorFailed) -> Failure:
    return Failure(what, name, error.kind, error.reason, error.tries, error.request_id)


def _with_samples(dialogues: Iterable[Dialogue]) -> list[tuple[Dialogue, int]]:
    """Number the dialogues that are asked for on equal terms, so that each gets an answer of its own."""
    seen: Counter[str] = Counter()
    jobs: list[tuple[Dialogue, int]] = []
    for dialogue in dialogues:
        terms = repr(dialogue.speakers)
        jobs.append((dialogue, seen[terms]))
        # Dialogues that are taken over ask for nothing.
        if not dialogue.turns:
            seen[terms] += 1
    return jobs


async def _for_each(jobs: Sequence[T], work: Callable[[T], Awaitable[None]], concurrency: int) -> None:
    """Do all jobs, at most `concurrency` at a time; after `RunStopped` begin no more, finish those begun, raise it."""
    waiting = iter(jobs)
    stopped: list[RunStopped] = []

    async def worker() -> None:
        for job in waiting:
            try:
                await work(job)
            except RunStopped as error:
                stopped.append(error)
            if stopped:
                return

    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, len(jobs))):
            group.create_task(worker())
    if stopped:
        raise stopped[0]


def write_made(folder: Path, made: Made) -> None:
    """Write `labels.jsonl`, `dialogues.jsonl` and, where something failed, `failed.jsonl`."""
    write_labels(folder, made.labels.values())
    write_dialogues(folder, made.dialogues)
    if not made.failures:
        (folder / FAILED_FILE).unlink(missing_ok=True)
        return
    with new_file(folder / FAILED_FILE) as out:
        for failure in sorted(made.failures, key=lambda each: (each.what, each.name)):
            out.write(json.dumps(failure.as_json(), ensure_ascii=False) + "\n")


def count_results(made: Made) -> dict[str, Any]:
    """The counts that go into the manifest and the command's result."""
    return {
        "dialogues": len(made.dialogues),
        "turns": sum(len(dialogue.turns) for dialogue in made.dialogues),
        "personas": len(made.labels),
        "reused_labels": made.reused_labels,
        "levels": count_levels(made.labels.values()),
        "failed": len(made.failures),
        "failures": dict(sorted(Counter(failure.kind for failure in made.failures).items())),
    }
