"""A training run from corpora to a model's folder, with the manifest that says all of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from generation.corpus.manifest import digest_of, digest_of_file, read_manifest, write_manifest
from training.data.sources import Material, Source, gather
from training.data.told import Telling
from training.learning.model_card import CARD_FILE, write_card
from training.learning.resuming import AnotherRun, Workplace
from training.models.checkpoints import checkpoint_file
from training.models.processes import rank_given
from training.models.recipe import Recipe

COMMAND: Final = "train"


@dataclass(frozen=True)
class Run:
    """A trained model: where it is, what its manifest says it gave, and whether it was there already."""

    folder: Path
    results: dict[str, Any]
    already: bool


def train(
    recipe: Recipe,
    *,
    sources: Sequence[Source],
    to: Path,
    telling: Telling,
    seed: int,
    allow_persona_overlap: bool,
    now: datetime,
    only_shared_with: Sequence[Source] = (),
    watch: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> Run:
    """Train on `sources` into the folder `to`; an interrupted run goes on, a finished one is left as it is.

    The manifest holds every hyper-parameter, the corpora with their digests, what was seen and cut, and the caveats of
    the corpora, which go on to whatever is made with the model; with `only_shared_with` also which dialogues were left
    out, since those corpora have none of their sources.
    """
    telling.check()
    material = gather(
        sources,
        speakers=recipe.speakers,
        seed=seed,
        allow_persona_overlap=allow_persona_overlap,
        only_shared_with=only_shared_with,
    )
    settings = {
        "recipe": recipe.as_json(),
        "on": [{"corpus": source.name, "share": source.share} for source in sources],
        "with_traits": telling.with_traits,
        **telling.as_json(),
        "seed": seed,
        "allow_persona_overlap": allow_persona_overlap,
        **({"only_shared_with": [each.name for each in only_shared_with]} if only_shared_with else {}),
    }
    weights = checkpoint_file(recipe.checkpoint)
    identity = {
        **settings,
        "corpora": dict(material.digests),
        "checkpoint": digest_of_file(weights) if weights else None,
    }
    done = read_manifest(to)
    if done:
        if done.get("results", {}).get("run") != digest_of(identity):
            raise AnotherRun(
                f"{to} holds another model, made by {done.get('command')!r} on {done.get('made_at')} from other "
                "settings or corpora; choose another --to, or remove the folder"
            )
        if not (to / CARD_FILE).is_file():
            write_card(to, done)
        Workplace(to).clear()
        return Run(folder=to, results=dict(done["results"]), already=True)
    if to.exists() and any(to.iterdir()) and not Workplace(to).folder.is_dir():
        raise AnotherRun(f"{to} is there and holds something else; choose another --to")
    from training.learning.finetuning import finetune

    trained = finetune(
        recipe,
        train=telling.applied(material.train, seed=seed),
        # Stopped by what it will be asked: with the traits as it was taught them, and all of the words.
        validation=replace(telling, most_words=None).applied(material.validation, seed=seed),
        to=to,
        with_traits=telling.with_traits,
        seed=seed,
        run=identity,
        watch=watch,
    )
    results = {
        **trained.as_json(),
        "run": digest_of(identity),
        "dialogues": dict(material.dialogues),
        "overlap": dict(material.shared),
        **_left_out(material),
        "caveats": caveats_of(source.folder for source in sources) + _told_of(material.shared) + telling.caveats(),
    }
    # Of several processes, on one host or more, the first alone writes.
    if rank_given():
        return Run(folder=to, results=results, already=False)
    write_manifest(
        to,
        command=COMMAND,
        now=now,
        settings=settings,
        inputs={source.name: source.file for source in (*sources, *only_shared_with)}
        | ({"checkpoint": weights} if weights else {}),
        results=results,
    )
    write_card(to, read_manifest(to))
    Workplace(to).clear()
    return Run(folder=to, results=results, already=False)


def _left_out(material: Material) -> dict[str, Any]:
    """How many dialogues stand in no parallel corpus, and which; nothing where that was not asked."""
    if not material.left_out:
        return {}
    count = sum(map(len, material.left_out.values()))
    return {"left_out": {"count": count, "dialogues": {name: list(ids) for name, ids in material.left_out.items()}}}


def _told_of(shared: Mapping[str, int]) -> list[str]:
    """A caveat where personas were allowed on two sides of the cut."""
    count = shared.get("personas", 0)
    return [f"trained on corpora in which {count} personas stand in more than one split"] if count else []


def caveats_of(made: Iterable[Path]) -> list[str]:
    """The union of what the manifests of `made` warn of, sorted: it goes on to whatever is made from them."""
    return sorted({caveat for each in made for caveat in read_manifest(each).get("results", {}).get("caveats", [])})
