"""A system's next turn in every context of a corpus, written as a folder of responses that can be gone on with."""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from generation.corpus.dialogues import DIALOGUES_FILE, Dialogue, read_dialogues
from generation.corpus.manifest import digest_of, digest_of_file, new_file, read_manifest, write_manifest
from generation.corpus.traits import Traits, check_traits
from training.decoding import Decoding, Question, decode, seed_of
from training.encoding import Encoder
from training.examples import Example, Template, examples_of, read_template
from training.responses import RESPONSES_FILE, Given, Response, response_from_json, write_responses
from training.runs import caveats_of

COMMAND: Final = "respond"
UNFINISHED: Final = ".unfinished.jsonl"
WEIGHTS: Final = "model.safetensors"

PerDialogue = Literal["1", "all"]


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
class Choice:
    """Which contexts are answered.

    `per_dialogue` "1" draws one turn of each dialogue by seed; `min_turns` is how many turns must precede the reply;
    `limit` draws that many contexts from each corpus, by seed.
    """

    per_dialogue: PerDialogue = "all"
    min_turns: int = 1
    limit: int | None = None


@dataclass(frozen=True)
class Answered:
    """What `respond` made: where, how many, and how many of them were there already."""

    folder: Path
    responses: int
    kept: int
    results: dict[str, Any]


def choose(dialogues: Iterable[Dialogue], *, choice: Choice, seed: int, domain: str | None = None) -> list[Example]:
    """The contexts to be answered, in the corpus's order; a context is drawn or not whatever else is in the corpus."""
    by_dialogue: dict[str, list[Example]] = defaultdict(list)
    for example in examples_of(dialogues, domain=domain):
        if len(example.context.turns) >= choice.min_turns:
            by_dialogue[example.context.cluster].append(example)

    def drawn(example: Example) -> int:
        return seed_of(example.context.id, seed=seed)

    if choice.per_dialogue == "1":
        chosen = [min(examples, key=drawn) for examples in by_dialogue.values()]
    else:
        chosen = [example for examples in by_dialogue.values() for example in examples]
    if choice.limit is None:
        return chosen
    within = {example.context.id for example in sorted(chosen, key=drawn)[: choice.limit]}
    return [example for example in chosen if example.context.id in within]


def forced(traits: Traits, setting: Traits) -> Traits:
    """`traits` with those of `setting` in their place."""
    return {**traits, **setting}


def system_name(model: str, setting: Traits) -> str:
    """The default name of a system: its model's, with the traits it is forced to: `pt-tiny[extraversion=high]`."""
    return model + "".join(f"[{trait}={level}]" for trait, level in sorted(setting.items()))


def respond(
    *,
    model_folder: Path,
    corpora: Sequence[Corpus],
    to: Path,
    system: str | None,
    choice: Choice,
    decoding: Decoding,
    setting: Traits,
    with_traits: bool,
    seed: int,
    batch_size: int,
    now: datetime,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> Answered:
    """Answer the chosen contexts of `corpora` with the model and write them, in corpus order, into the folder `to`.

    `given` in each response is what the model really was told: no traits where it was trained without, or where
    `with_traits` is False; those in `setting` in place of the speaker's own. An interrupted run keeps what it has
    answered and goes on; a finished one with the same settings on the same inputs is left as it is.
    """
    check_traits(setting)
    template = read_template(model_folder)
    if setting and not (template.with_traits and with_traits):
        raise NothingToAnswer(
            f"{model_folder.name} is told no traits, so none can be set: "
            + ("drop --without-traits" if template.with_traits else "it was trained without")
        )
    name = system or system_name(model_folder.name, setting)
    settings = {
        "model": str(model_folder),
        "system": name,
        "to_contexts": [{"corpus": each.name, "domain": each.domain} for each in corpora],
        "choice": asdict(choice),
        "decoding": decoding.as_json(),
        "set": setting,
        "with_traits": with_traits and template.with_traits,
        "seed": seed,
    }
    inputs = {"model": model_folder / WEIGHTS} | {each.name: each.folder / DIALOGUES_FILE for each in corpora}
    run = digest_of(
        {**settings, "inputs": {key: digest_of_file(path) for key, path in inputs.items() if path.is_file()}}
    )
    done = read_manifest(to)
    if done:
        if done.get("results", {}).get("run") != run:
            raise OtherResponses(f"{to} holds other responses; choose another --to, or remove the folder")
        count = int(done["results"]["responses"])
        return Answered(folder=to, responses=count, kept=count, results=dict(done["results"]))

    told = replace(template, with_traits=with_traits and template.with_traits)
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
    left = [example for example in asked if example.context.id not in kept]
    if left:
        _answer(
            left, kept, model_folder=model_folder, template=told, to=to, name=name, setting=setting, decoding=decoding,
            seed=seed, batch_size=batch_size, watch=lambda done: watch(done, len(asked)),
        )  # fmt: skip
    before = len(asked) - len(left)
    write_responses(to, (kept[example.context.id] for example in asked))
    results = {
        "run": run,
        "system": name,
        "model": model_folder.name,
        "responses": len(asked),
        "clusters": len({example.context.cluster for example in asked}),
        "domains": sorted({example.context.domain for example in asked}),
        "empty": sum(not kept[example.context.id].text for example in asked),
        "caveats": caveats_of([model_folder, *(each.folder for each in corpora)]),
    }
    write_manifest(to, command=COMMAND, now=now, settings=settings, inputs=inputs, results=results)
    (to / UNFINISHED).unlink(missing_ok=True)
    return Answered(folder=to, responses=len(asked), kept=before, results=results)


def _answer(
    examples: Sequence[Example],
    kept: dict[str, Response],
    *,
    model_folder: Path,
    template: Template,
    to: Path,
    name: str,
    setting: Traits,
    decoding: Decoding,
    seed: int,
    batch_size: int,
    watch: Callable[[int], None],
) -> None:
    """Answer `examples`, adding each to `kept` and to the unfinished file as soon as it is there."""
    from training.checkpoints import load_model

    model, tokenizer, _ = load_model(model_folder)
    encoder = Encoder(tokenizer=tokenizer, template=template)
    told = [forced(example.traits, setting) for example in examples]
    questions = [
        Question(id=example.context.id, source=encoder.source(template.source(example.context, traits)))
        for example, traits in zip(examples, told, strict=True)
    ]
    with (to / UNFINISHED).open("a", encoding="utf-8") as out:
        for batch in decode(model, tokenizer, questions, decoding=decoding, seed=seed, batch_size=batch_size):
            for place, text in batch:
                example = examples[place]
                response = Response(
                    system=name,
                    context=example.context,
                    given=Given(persona=bool(example.context.persona), traits=template.told(told[place])),
                    text=text,
                    reference=example.reply,
                )
                kept[example.context.id] = response
                out.write(json.dumps(response.as_json(), ensure_ascii=False) + "\n")
            out.flush()
            os.fsync(out.fileno())
            watch(len(kept))


def _kept(to: Path, *, run: str) -> dict[str, Response]:
    """What an interrupted run of the same settings answered; a line that was cut off by a kill is dropped."""
    if (to / RESPONSES_FILE).is_file() and not (to / UNFINISHED).is_file():
        raise OtherResponses(f"{to} holds responses of unknown making; choose another --to")
    path = to / UNFINISHED
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    heading, rows = (lines[0], lines[1:-1]) if len(lines) > 1 else ("", [])
    if heading and json.loads(heading) != {"run": run}:
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
