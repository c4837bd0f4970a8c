"""A corpus cut into train, validation and test."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import DIALOGUES_FILE, BadLine, CorpusMissing, Dialogue, read_dialogues
from generation.corpus.folders import CorpusTaken, provenance, write_corpus
from generation.corpus.manifest import write_manifest
from generation.corpus.personas import key_text, persona_keys
from generation.corpus.spilling import Numbered
from generation.corpus.splitting import (
    BY_PERSONA,
    WAYS,
    BadShares,
    Cut,
    NoTwins,
    cut_by_dialogue,
    cut_by_persona,
    cut_like,
    shared_with_train,
    shares_from,
)
from generation.home import NoSuchName, corpus_and_split, existing, place
from generation.labels.labelling import LABELS_FILE, read_labels, write_labels
from generation.terminal import BadInput, ParleyCommand

SHARES: Final = "0.8,0.1,0.1"
SEED: Final = 7


class Command(ParleyCommand):
    help = (
        "Cuts a corpus into train, validation and test. By persona (the default), no persona, evened out, is in two "
        "splits, and the dialogues that link the splits are dropped and counted. Ids stay as they are."
    )
    example = "personachat --to personachat-cut --by persona --shares 0.8,0.1,0.1"
    bad_input = (BadLine, BadShares, CorpusMissing, CorpusTaken, NoSuchName, NoTwins)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", metavar="CORPUS[/SPLIT]", help="the corpus to cut, or one split of it")
        parser.add_argument("--to", required=True, metavar="CORPUS", help="the corpus to write")
        parser.add_argument("--by", choices=WAYS, help=f"what must not be in two splits ({BY_PERSONA})")
        parser.add_argument("--shares", metavar="A,B,C", help=f"of train, validation and test ({SHARES})")
        parser.add_argument("--seed", type=int, help=f"of what goes where ({SEED})")
        parser.add_argument(
            "--like", metavar="CORPUS", help="instead of those: each dialogue where its parallel one is in this corpus"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        source, split = corpus_and_split(options["corpus"])
        folder = place("corpora", options["to"])
        if folder.resolve() == source.resolve():
            raise BadInput(f"--to {options['to']} is the corpus to cut; choose another name")
        if next(read_dialogues(source, split), None) is None:
            raise CorpusMissing(f"{options['corpus']} has no dialogues")
        dialogues = read_dialogues(source, split)
        inputs = {"corpus": source / DIALOGUES_FILE}
        if options["like"]:
            cut, settings = self._like(dialogues, options)
            inputs["like"] = existing("corpora", options["like"]) / DIALOGUES_FILE
        else:
            cut, settings = _cut(dialogues, options)
        write_corpus(folder, cut.dialogues)
        inputs |= _labels_along(source, folder, cut)
        results = {
            "dialogues": len(cut.dialogues),
            "splits": dict(cut.sizes),
            "dropped": len(cut.dropped),
            "largest_group": cut.largest_group,
            "personas_in_train_too": {
                name: {"shared": shared, "personas": personas}
                for name, (shared, personas) in shared_with_train(cut.dialogues).items()
            },
            **provenance(source),
        }
        write_manifest(
            folder,
            command="split_corpus",
            now=timezone.now(),
            settings={"corpus": options["corpus"], **settings},
            inputs=inputs,
            results={**results, "dropped_dialogues": [dialogue.id for dialogue in cut.dropped]},
        )
        self._tell(results, cut, folder, options["to"])
        return {"corpus": str(folder), **results}

    def _like(self, dialogues: Iterable[Dialogue], options: Mapping[str, Any]) -> tuple[Cut, dict[str, Any]]:
        given = [f"--{name}" for name in ("by", "shares", "seed") if options[name] is not None]
        if given:
            raise BadInput(f"--like takes over how the other corpus was cut, so {' and '.join(given)} cannot be chosen")
        twin = existing("corpora", options["like"])
        return cut_like(dialogues, read_dialogues(twin), name=options["like"]), {"like": options["like"]}

    def _tell(self, results: Mapping[str, Any], cut: Cut, folder: Path, name: str) -> None:
        total = len(cut.dialogues) + len(cut.dropped)
        sizes = ", ".join(f"{count} {split}" for split, count in cut.sizes.items())
        self.say(f"{results['dialogues']} dialogues are in {folder}: {sizes}.")
        if cut.dropped:
            why = (
                f"have one persona in each of two splits ({cut.largest_group} of {total} hang together)"
                if cut.largest_group is not None
                else "have no parallel one there"
            )
            self.say(f"{len(cut.dropped)} dialogues were dropped, since they {why}; the manifest lists them.")
        for split, shared in results["personas_in_train_too"].items():
            if shared["shared"]:
                self.say(
                    f"Beware: {shared['shared']} of the {shared['personas']} personas in {split} are in train too; "
                    "train refuses that without --allow-persona-overlap."
                )
        for caveat in results.get("caveats", []):
            self.say(f"Note: {caveat}.")
        waiting = any(not dialogue.turns for dialogue in cut.dialogues)
        if waiting:
            self.say(f"Next: manage.py generate --personas {name} --to {name}-written")
        else:
            self.say(f"Next: manage.py {'train RECIPE --to MODEL --on' if cut.sizes['train'] else 'describe'} {name}")


def _cut(dialogues: Iterable[Dialogue], options: Mapping[str, Any]) -> tuple[Cut, dict[str, Any]]:
    by, text = options["by"] or BY_PERSONA, options["shares"] or SHARES
    seed = SEED if options["seed"] is None else options["seed"]
    way = cut_by_persona if by == BY_PERSONA else cut_by_dialogue
    return way(dialogues, shares=shares_from(text), seed=seed), {"by": by, "shares": text, "seed": seed}


def _labels_along(source: Path, folder: Path, cut: Cut) -> dict[str, Path]:
    """Take the labels of the personas that are left along, where the corpus has labels; what was read."""
    if not (source / LABELS_FILE).is_file():
        return {}
    left = Numbered()
    for dialogue in cut.dialogues:
        for key in persona_keys(dialogue):
            left.number(key_text(key))
    labels = read_labels(source).values()
    write_labels(folder, (each for each in labels if left.find(key_text(each.key)) is not None))
    return {"labels": source / LABELS_FILE}
