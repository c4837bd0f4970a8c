"""A system's next turn in every context of a corpus, written as a folder of responses that can be gone on with.

Several processes, on one host or more, share out the contexts. Each keeps what it answers in a part of its own, and the
first puts the parts together: what comes out is what one process would have written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import DIALOGUES_FILE, read_dialogues
from generation.corpus.manifest import digest_of, digest_of_file, read_manifest, write_manifest
from generation.corpus.traits import Traits, check_traits
from training.answering.choosing import Choice, choose
from training.answering.parts import OtherResponses, appended, clear_parts, read_parts
from training.answering.systems import Answer, System
from training.data.examples import Example
from training.data.responses import Given, Response, cluster_of, write_responses
from training.learning.runs import caveats_of
from training.models.processes import ALONE, Processes, WrongProcesses, each_says

COMMAND: Final = "respond"
# Settings that name places, which may differ between hosts.
PLACES: Final = ("model", "runs", "to_contexts")


class NothingToAnswer(ValueError):
    """No context in the corpora that were named, or none that is asked for."""


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
    processes: Processes = ALONE,
) -> Answered:
    """Have the system answer the chosen contexts of `corpora`, and write that, in corpus order, into the folder `to`.

    `given` in each response is what the system really was told: of the speaker's traits, with those of `setting` in
    their place, what it takes notice of. An interrupted run keeps what was answered and goes on, with as many
    `processes` as there are then; one with failed rows tries those again, and a finished one with the same settings on
    the same inputs is left as it is. `watch` is told what this process has done, of what falls to it. All processes
    return the same; the first alone writes responses and manifest.
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
    run = _agreed_run(settings, inputs, processes)
    done = each_says(processes, lambda: _made_before(to, run=run))[0]
    if done and not done.get("failed"):
        clear_parts(to)
        count = int(done["responses"])
        return Answered(folder=to, responses=count, kept=count, results=done)

    asked: list[Example] = []
    for corpus in corpora:
        found = choose(read_dialogues(corpus.folder, corpus.split), choice=choice, seed=seed, domain=corpus.domain)
        if not found:
            raise NothingToAnswer(
                f"no context to answer in {corpus.name}: no dialogue with a turn after {choice.min_turns} others"
            )
        asked += found
    _refuse_twice(asked)

    kept: dict[str, Response] = {}

    def look() -> set[str]:
        kept.update(read_parts(to, run=run, rank=processes.rank))
        return set(kept)

    # On disks that are not shared, each host knows of its own parts alone.
    known = each_says(processes, look)
    anywhere = set().union(*known)
    left = [
        replace(example, traits=forced(example.traits, setting))
        for example in asked
        if example.context.id not in anywhere
    ]
    before, failed = len(asked) - len(left), {}
    if own := left[processes.rank :: processes.count]:
        failed = _answer(
            own,
            kept,
            system=system,
            to=to,
            name=name,
            rank=processes.rank,
            watch=lambda done: watch(before + done, before + len(own)),
        )
    for parts, reasons in processes.brought(({id_: kept[id_] for id_ in kept.keys() - known[0]}, failed)):
        kept |= parts
        failed |= reasons
    results: dict[str, Any] = {}
    if processes.rank == 0:
        answered = [kept[example.context.id] for example in asked if example.context.id in kept]
        write_responses(to, answered)
        results = {
            "run": run,
            "system": name,
            "model": Path(str(system.settings["model"])).name,
            "responses": len(answered),
            "failed": [
                {"context": example.context.id, "reason": failed[example.context.id]}
                for example in asked
                if example.context.id in failed
            ],
            "dialogues": len({cluster_of(response.context.id) for response in answered}),
            "clusters": len({response.context.cluster for response in answered}),
            "domains": sorted({response.context.domain for response in answered}),
            "empty": sum(not response.text for response in answered),
            # Of the last sitting: an interrupted run may go on with another number.
            "processes": processes.count,
            "caveats": caveats_of([*system.made_from, *(each.folder for each in corpora)]),
        }
        write_manifest(to, command=COMMAND, now=now, settings=settings, inputs=inputs, results=results)
    # Nobody removes a part before all of it is written.
    results = processes.gathered(results)[0]
    if not results["failed"]:
        clear_parts(to)
    return Answered(folder=to, responses=int(results["responses"]), kept=before, results=results)


def _agreed_run(settings: Mapping[str, Any], inputs: Mapping[str, Path], processes: Processes) -> str:
    """What identifies the run, as the first process names it, once all have the same before them."""
    digests = {key: digest_of_file(path) for key, path in inputs.items() if path.is_file()}
    same = {key: value for key, value in settings.items() if key not in PLACES} | {"inputs": [*digests.values()]}
    said = processes.gathered((digest_of({**settings, "inputs": digests}), digest_of(same)))
    if others := [str(rank) for rank, (_, each) in enumerate(said) if each != said[0][1]]:
        raise WrongProcesses(
            f"the process of rank {' and '.join(others)} has another model, other corpora or other options than the "
            "first: start all with the same, and copy models and corpora to every host"
        )
    return said[0][0]


def _made_before(to: Path, *, run: str) -> dict[str, Any]:
    """What a finished run with the same settings on the same inputs gave; empty where there was none."""
    done = read_manifest(to)
    if done and done.get("results", {}).get("run") != run:
        raise OtherResponses(f"{to} holds other responses; choose another --to, or remove the folder")
    return dict(done["results"]) if done else {}


def _answer(
    examples: Sequence[Example],
    kept: dict[str, Response],
    *,
    system: System,
    to: Path,
    name: str,
    rank: int,
    watch: Callable[[int], None],
) -> dict[str, str]:
    """Have `examples` answered, adding each to `kept` and to this process's part; by id, why others have no answer."""
    failed: dict[str, str] = {}
    done = 0
    with appended(to, rank) as part:

        def keep(answers: Sequence[Answer]) -> None:
            nonlocal done
            responses = []
            for answer in answers:
                example = examples[answer.place]
                if answer.text is None:
                    failed[example.context.id] = answer.reason
                    continue
                responses.append(
                    Response(
                        system=name,
                        context=example.context,
                        given=Given(persona=bool(example.context.persona), traits=system.told(example.traits)),
                        text=answer.text,
                        reference=example.reply,
                        run=answer.run,
                    )
                )
            part.add(responses)
            kept.update((response.context.id, response) for response in responses)
            done += len(answers)
            watch(done)

        system.answer(examples, to=to, keep=keep)
    return failed


def _refuse_twice(asked: Sequence[Example]) -> None:
    seen: set[str] = set()
    for example in asked:
        if example.context.id in seen:
            raise NothingToAnswer(f"context {example.context.id} stands in two of the corpora named")
        seen.add(example.context.id)
