"""A system's next turn in every context of a corpus, written as a folder of responses that can be gone on with."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import DIALOGUES_FILE, read_dialogues
from generation.corpus.manifest import digest_of, digest_of_file, new_file, read_manifest, write_manifest
from generation.corpus.traits import Traits, check_traits
from training.answering.choosing import Choice, choose
from training.answering.systems import Answer, System
from training.data.examples import Example
from training.data.responses import RESPONSES_FILE, Given, Response, cluster_of, response_from_json, write_responses
from training.learning.runs import caveats_of

COMMAND: Final = "respond"
UNFINISHED: Final = ".unfinished.jsonl"


class NothingToAnswer(ValueError):
    """No context in the corpora that were named, or none that is asked for."""


class OtherResponses(ValueError):
    """A folder in which other responses stand, or were begun."""


@dataclass(frozen=True)
class Corpus:
    """A corpus, or one split of it, whose contexts are answered; `domain` overrides that of its dialogues' ids."""

    name: str
    folder: Path
    split: str | None
    domain: str | None = None


@dataclass(frozen=True)
class Answered:
    """What `respond` made: where, how many, how many of them were there already, and which contexts have none."""

    folder: Path
    responses: int
    kept: int
    results: dict[str, Any]

    @property
    def failed(self) -> list[dict[str, str]]:
        """Each context without a response, with the reason."""
        return list(self.results["failed"])


def forced(traits: Traits, setting: Traits) -> Traits:
    """`traits` with those of `setting` in their place."""
    return {**traits, **setting}


def system_name(name: str, setting: Traits) -> str:
    """The name of a system that is forced to traits: another system, `pt-tiny[extraversion=high]`."""
    return name + "".join(f"[{trait}={level}]" for trait, level in sorted(setting.items()))


def respond(
    *,
    system: System,
    corpora: Sequence[Corpus],
    to: Path,
    name: str | None = None,
    choice: Choice,
    setting: Traits,
    seed: int,
    now: datetime,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> Answered:
    """Have the system answer the chosen contexts of `corpora`, and write that, in corpus order, into the folder `to`.

    `given` in each response is what the system really was told: of the speaker's traits, with those of `setting` in
    their place, what it takes notice of. An interrupted run keeps what was answered and goes on, one with failed rows
    tries those again, and a finished one with the same settings on the same inputs is left as it is.
    """
    check_traits(setting)
    if setting and not system.told_traits:
        raise NothingToAnswer(f"{system.name} is told no traits, so none can be set")
    name = name or system_name(system.name, setting)
    settings = {
        **system.settings,
        "system": name,
        "to_contexts": [{"corpus": each.name, "domain": each.domain} for each in corpora],
        "choice": choice.as_json(),
        "set": setting,
        "seed": seed,
    }
    inputs = {**system.inputs} | {each.name: each.folder / DIALOGUES_FILE for each in corpora}
    run = digest_of(
        {**settings, "inputs": {key: digest_of_file(path) for key, path in inputs.items() if path.is_file()}}
    )
    done = read_manifest(to)
    if done:
        if done.get("results", {}).get("run") != run:
            raise OtherResponses(f"{to} holds other responses; choose another --to, or remove the folder")
        count = int(done["results"]["responses"])
        if not done["results"].get("failed"):
            return Answered(folder=to, responses=count, kept=count, results=dict(done["results"]))

    asked: list[Example] = []
    for corpus in corpora:
        found = choose(read_dialogues(corpus.folder, corpus.split), choice=choice, seed=seed, domain=corpus.domain)
        if not found:
            raise NothingToAnswer(
                f"no context to answer in {corpus.name}: no dialogue with a turn after {choice.min_turns} others"
            )
        asked += found
    _refuse_twice(asked)

    kept = _kept(to, run=run)
    left = [
        replace(example, traits=forced(example.traits, setting)) for example in asked if example.context.id not in kept
    ]
    before, failed = len(asked) - len(left), []
    if left:
        failed = _answer(left, kept, system=system, to=to, name=name, watch=lambda done: watch(done, len(asked)))
    answered = [kept[example.context.id] for example in asked if example.context.id in kept]
    write_responses(to, answered)
    results = {
        "run": run,
        "system": name,
        "model": Path(str(system.settings["model"])).name,
        "responses": len(answered),
        "failed": failed,
        "dialogues": len({cluster_of(response.context.id) for response in answered}),
        "clusters": len({response.context.cluster for response in answered}),
        "domains": sorted({response.context.domain for response in answered}),
        "empty": sum(not response.text for response in answered),
        "caveats": caveats_of([*system.made_from, *(each.folder for each in corpora)]),
    }
    write_manifest(to, command=COMMAND, now=now, settings=settings, inputs=inputs, results=results)
    if not failed:
        (to / UNFINISHED).unlink(missing_ok=True)
    return Answered(folder=to, responses=len(answered), kept=before, results=results)


def _answer(
    examples: Sequence[Example],
    kept: dict[str, Response],
    *,
    system: System,
    to: Path,
    name: str,
    watch: Callable[[int], None],
) -> list[dict[str, str]]:
    """Have `examples` answered, adding each answer to `kept` and to the unfinished file; returns those without one."""
    failed: dict[str, str] = {}
    with (to / UNFINISHED).open("a", encoding="utf-8") as out:

        def keep(answers: Sequence[Answer]) -> None:
            for answer in answers:
                example = examples[answer.place]
                if answer.text is None:
                    failed[example.context.id] = answer.reason
                    continue
                response = Response(
                    system=name,
                    context=example.context,
                    given=Given(persona=bool(example.context.persona), traits=system.told(example.traits)),
                    text=answer.text,
                    reference=example.reply,
                    run=answer.run,
                )
                kept[example.context.id] = response
                out.write(json.dumps(response.as_json(), ensure_ascii=False) + "\n")
            out.flush()
            os.fsync(out.fileno())
            watch(len(kept) + len(failed))

        system.answer(examples, to=to, keep=keep)
    return [
        {"context": example.context.id, "reason": failed[example.context.id]}
        for example in examples
        if example.context.id in failed
    ]


def _kept(to: Path, *, run: str) -> dict[str, Response]:
    """What an interrupted run of the same settings answered; a line that was cut off by a kill is dropped."""
    if (to / RESPONSES_FILE).is_file() and not (to / UNFINISHED).is_file():
        raise OtherResponses(f"{to} holds responses of unknown making; choose another --to")
    path = to / UNFINISHED
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    heading, rows = (lines[0], lines[1:-1]) if len(lines) > 1 else ("", [])
    if rows and json.loads(heading) != {"run": run}:
        raise OtherResponses(
            f"{to}: responses with other settings or inputs were begun here; go on with those, choose another --to, or "
            "remove the folder"
        )
    kept = [response_from_json(json.loads(row)) for row in rows]
    with new_file(path) as out:
        out.write(json.dumps({"run": run}) + "\n")
        out.writelines(f"{row}\n" for row in rows)
    return {response.context.id: response for response in kept}


def _refuse_twice(asked: Sequence[Example]) -> None:
    seen: set[str] = set()
    for example in asked:
        if example.context.id in seen:
            raise NothingToAnswer(f"context {example.context.id} stands in two of the corpora named")
        seen.add(example.context.id)
