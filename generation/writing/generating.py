"""Make a corpus: label each distinct persona, sample traits, have one dialogue written for each persona pair."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from generation.asking.authors import Author, AuthorFailed
from generation.asking.tracing import making
from generation.corpus.dialogues import Dialogue, Persona, Turn, kept_on_disk, write_dialogues
from generation.corpus.manifest import new_file
from generation.corpus.personas import PersonaKey, same_persona_key
from generation.corpus.spilling import OnDisk
from generation.labels.labelling import LabelsOnDisk, PersonaLabels, count_levels, write_labels
from generation.labels.leaning import findings
from generation.sieving.screening import Rejection, Screen, Survival, write_rejected
from generation.writing.drafting import Drafting, Job, for_each
from generation.writing.planning import Commission, Planned, distinct_personas, opening_of, with_traits
from generation.writing.voting import vote_on

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
    """What came of a run: labels by persona, dialogues, everything rejected on the way, and everything that failed.

    Labels and dialogues lie on the disk, however many there are.
    """

    labels: LabelsOnDisk = field(default_factory=LabelsOnDisk)
    reused_labels: int = 0
    dialogues: OnDisk[Dialogue] = field(default_factory=kept_on_disk)
    rejections: list[Rejection] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    survival: Survival | None = None


# Hears of every row done, with its stage and what there is so far.
Advance = Callable[[str, Made], None]


async def make(
    planned: Sequence[Planned],
    *,
    commission: Commission,
    author: Author,
    known_labels: Mapping[PersonaKey, PersonaLabels],
    concurrency: int,
    screen: Screen | None = None,
    candidates: int = 1,
    attempts: int = 1,
    advance: Advance = lambda stage, made: None,
) -> Made:
    """Label, sample, write, screen. The stages that `advance` hears of are "personas", "dialogues", "written anew".

    A dialogue is the best of `candidates`; one that the screen rejects is written anew until there were `attempts`.
    What one row fails of is listed in the result and stops nothing; `RunStopped` passes through once the rows that
    were being asked for are done.
    """
    personas = distinct_personas(planned)
    made = Made()
    for persona in personas:
        if (key := same_persona_key(persona)) in known_labels:
            made.labels[key] = known_labels[key]
    made.reused_labels = len(made.labels)
    to_label = [persona for persona in personas if same_persona_key(persona) not in made.labels]
    del personas

    async def label(persona: Persona) -> None:
        name = " ".join(persona)
        try:
            with making("persona", name):
                made.labels[same_persona_key(persona)] = await vote_on(author, persona, votes=commission.votes)
        except AuthorFailed as error:
            _fail(made, "persona", name, error)
        advance("personas", made)

    drafting = Drafting(
        author,
        screen or Screen(),
        concurrency,
        candidates,
        attempts,
        fail=lambda dialogue, error: _fail(made, "dialogue", dialogue.id, error),
        advance=lambda attempt: advance("dialogues" if attempt == 1 else "written anew", made),
    )
    await for_each(to_label, label, concurrency)
    ready = _with_traits(planned, made, commission, advance)
    await _write_all(ready, drafting, made, advance)
    made.survival = drafting.screen.survival if screen else None
    return made


async def _write_all(planned: Sequence[Planned], drafting: Drafting, made: Made, advance: Advance) -> None:
    """Take over the dialogues that have turns, then write the others: those with an opening once it is there."""
    openings: dict[str, tuple[Turn, ...]] = {}
    opened_with = {each.opening_from for each in planned}

    def accept(dialogues: Iterable[Dialogue]) -> None:
        for dialogue in dialogues:
            made.dialogues.append(dialogue)
            if dialogue.id in opened_with:
                openings[dialogue.id] = opening_of(dialogue.turns)

    taken_over = [each.dialogue for each in planned if not each.to_write]
    accept(taken_over)
    drafting.screen.know(taken_over)
    for _ in taken_over:
        advance("dialogues", made)
    numbered = _with_samples(each for each in planned if each.to_write)
    for follows in (False, True):
        jobs: list[Job] = []
        for each, sample in numbered:
            if (each.opening_from is not None) != follows:
                continue
            try:
                jobs.append(Job(each.dialogue, sample, _opening(each, openings)))
            except AuthorFailed as error:
                _fail(made, "dialogue", each.dialogue.id, error)
                advance("dialogues", made)
        drafted = await drafting.draft_all(jobs)
        accept(drafted.dialogues)
        made.rejections += drafted.rejections


def _with_traits(planned: Iterable[Planned], made: Made, commission: Commission, advance: Advance) -> list[Planned]:
    """What is planned, with traits; what can have none is put to the failures."""
    ready: list[Planned] = []
    sampler = commission.sampler()
    for each in planned:
        try:
            ready.append(replace(each, dialogue=with_traits(each, made.labels, commission, sampler)))
        except AuthorFailed as error:
            _fail(made, "dialogue", each.dialogue.id, error)
            advance("dialogues", made)
    return ready


def _opening(planned: Planned, openings: Mapping[str, tuple[Turn, ...]]) -> tuple[Turn, ...]:
    """The turns that a planned dialogue must begin with; `AuthorFailed` where that which has them could not be made."""
    if planned.opening_from is None:
        return ()
    if planned.opening_from not in openings:
        raise AuthorFailed("unopened", f"it opens as {planned.opening_from} does, which could not be made")
    return openings[planned.opening_from]


def _fail(made: Made, what: str, name: str, error: AuthorFailed) -> None:
    made.failures.append(Failure(what, name, error.kind, error.reason, error.tries, error.request_id))


def _with_samples(planned: Iterable[Planned]) -> list[tuple[Planned, int]]:
    """Number the dialogues that are asked for on equal terms, so that each gets an answer of its own."""
    seen: Counter[bytes] = Counter()
    numbered: list[tuple[Planned, int]] = []
    for each in planned:
        terms = blake2b(repr(each.dialogue.speakers).encode(), digest_size=16).digest()
        numbered.append((each, seen[terms]))
        seen[terms] += 1
    return numbered


def write_made(folder: Path, made: Made) -> None:
    """Write `labels.jsonl`, `dialogues.jsonl` and, where something was rejected or failed, files of that."""
    write_labels(folder, made.labels.values())
    write_dialogues(folder, made.dialogues)
    write_rejected(folder, made.rejections)
    if not made.failures:
        (folder / FAILED_FILE).unlink(missing_ok=True)
        return
    with new_file(folder / FAILED_FILE) as out:
        for failure in sorted(made.failures, key=lambda each: (each.what, each.name)):
            out.write(json.dumps(failure.as_json(), ensure_ascii=False) + "\n")


def count_results(made: Made) -> dict[str, Any]:
    """The counts that go into the manifest and the command's result; survival rates where there were filters."""
    levels = count_levels(made.labels.values())
    screened = {} if made.survival is None else {"filters": made.survival.as_json(), "rejected": len(made.rejections)}
    return {
        "dialogues": len(made.dialogues),
        "turns": sum(len(dialogue.turns) for dialogue in made.dialogues),
        "personas": len(made.labels),
        "reused_labels": made.reused_labels,
        "levels": levels,
        **findings(made.labels.values(), levels),
        "failed": len(made.failures),
        "failures": dict(sorted(Counter(failure.kind for failure in made.failures).items())),
        **screened,
    }
