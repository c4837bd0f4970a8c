"""A sample of trait labels for people to check, with its key."""

from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.corpus.manifest import write_manifest
from generation.home import NoSuchName, existing
from generation.labels.label_sampling import BadSample, cells_of, draw_sample, key_path, write_sample
from generation.labels.labelling import LABELS_FILE, read_labels
from generation.terminal import ParleyCommand

PER_CELL: Final = 20
SEED: Final = 7


class Command(ParleyCommand):
    help = (
        "Draws labels for people to check: of each trait and predicted level equally many, so that rare levels appear. "
        "FILE shows people the personas and not the labels; FILE.key.jsonl has the labels and the weights."
    )
    example = "personalitychat --to labels.csv --per-cell 20"
    bad_input = (BadLine, BadSample, CorpusMissing, NoSuchName)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", metavar="CORPUS", help="a corpus with labels")
        parser.add_argument("--to", required=True, metavar="FILE", help="a .csv or .jsonl file, for people to fill in")
        parser.add_argument(
            "--per-cell", type=int, default=PER_CELL, metavar="N", help=f"personas of each trait and level ({PER_CELL})"
        )
        parser.add_argument("--seed", type=int, default=SEED, help=f"of what is drawn ({SEED})")

    def work(self, **options: Any) -> dict[str, Any]:
        folder, path = existing("corpora", options["corpus"]), Path(options["to"])
        labels = read_labels(folder).values()
        if not labels:
            raise CorpusMissing(f"{options['corpus']} has no labels to check")
        sampled = draw_sample(labels, corpus=folder.name, per_cell=options["per_cell"], seed=options["seed"])
        write_sample(path, sampled)
        cells = cells_of(labels, sampled)
        results = {"labels": len(sampled), "cells": cells}
        write_manifest(
            path,
            command="sample_labels",
            now=timezone.now(),
            settings={name: options[name] for name in ("corpus", "per_cell", "seed")},
            inputs={"labels": folder / LABELS_FILE},
            results=results,
        )
        personas = len({each.context for each in sampled})
        self.say(f"Wrote {len(sampled)} labels of {personas} personas to {path}, without what was predicted.")
        for trait, levels in cells.items():
            drawn = ", ".join(f"{level} {cell['sampled']} of {cell['personas']}" for level, cell in levels.items())
            self.say(f"  {trait}: {drawn}")
        key = key_path(path)
        self.say(f"The labels and their weights are in {key}: keep that from who answers.")
        self.say(f"Next, with everybody's answers in one file: manage.py check_labels {key} --judgments FILE")
        return {"file": str(path), "key": str(key), **results}
