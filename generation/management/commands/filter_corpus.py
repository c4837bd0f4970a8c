"""Leave out of a corpus what filters reject, or as much at random."""

from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import DIALOGUES_FILE, BadLine, CorpusMissing
from generation.corpus.duplicates import NoDatasketch
from generation.corpus.folders import CorpusTaken, provenance
from generation.corpus.manifest import write_manifest
from generation.home import NoSuchName, corpus_and_split, existing, place
from generation.labels.labelling import LABELS_FILE
from generation.sieving.filtering import Filtered, OutOfOrder, drop_at_random, drop_flagged, filter_corpus, read_flagged
from generation.sieving.filters import MEASURES, BadFilters, read_filters
from generation.sieving.screening import REJECTED_FILE, as_sentence
from generation.terminal import BadInput, ParleyCommand

SEED: Final = 7


class Command(ParleyCommand):
    help = (
        "Makes a corpus of another by leaving out the dialogues that filters reject: leakage, copying, repetition, "
        "near-duplicates. With --random as many go by lot, for a comparison in which only what was filtered differs."
    )
    example = "synthetic --to synthetic-clean --max-leak 0.2"
    bad_input = (BadFilters, BadLine, CorpusMissing, CorpusTaken, NoDatasketch, NoSuchName, OutOfOrder)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", metavar="CORPUS[/SPLIT]", help="the corpus to filter, or one split of it")
        parser.add_argument("--to", required=True, metavar="CORPUS", help="the corpus to write")
        parser.add_argument("--max-leak", type=float, metavar="R", help="the same as --filter leakage=R")
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="NAME=THRESHOLD",
            help=f"a filter; may be repeated. NAME: {', '.join(MEASURES)} or duplicates",
        )
        parser.add_argument("--filters", metavar="FILE|default", help="filters with their thresholds, in TOML")
        parser.add_argument(
            "--random",
            metavar="N|CORPUS",
            help="instead: drop N by lot, or in each split as many as this filtered corpus has fewer",
        )
        parser.add_argument(
            "--drop", type=Path, metavar="FILE", help="instead: drop the dialogues that are flagged in FILE"
        )
        parser.add_argument("--seed", type=int, default=SEED, help=f"of the lot ({SEED})")

    def work(self, **options: Any) -> dict[str, Any]:
        source, split = corpus_and_split(options["corpus"])
        folder = place("corpora", options["to"])
        if folder.resolve() == source.resolve():
            raise BadInput(f"--to {options['to']} is the corpus to filter; choose another name")
        inputs = {"corpus": source / DIALOGUES_FILE}
        settings: dict[str, Any] = {"corpus": options["corpus"]}
        if options["drop"] is not None:
            filtered = self._flagged(source, split, folder, options)
            inputs["drop"] = options["drop"]
            settings["drop"] = options["drop"].name
        elif options["random"] is not None:
            filtered = self._at_random(source, split, folder, options, inputs)
            settings |= {"random": options["random"], "seed": options["seed"]}
        else:
            leak = [] if options["max_leak"] is None else [f"leakage={options['max_leak']}"]
            filters = read_filters(options["filters"], [*leak, *options["filter"]])
            filtered = filter_corpus(source, folder, filters=filters, split=split)
            settings["filters"] = dict(filters.thresholds)
        if (source / LABELS_FILE).is_file():
            inputs["labels"] = source / LABELS_FILE
        results = {
            "dialogues": filtered.dialogues,
            "splits": dict(filtered.splits),
            "dropped": filtered.dropped,
            "filters": filtered.survival,
            **provenance(source),
        }
        write_manifest(
            folder, command="filter_corpus", now=timezone.now(), settings=settings, inputs=inputs, results=results
        )
        self._tell(filtered, folder, options["to"], results.get("caveats", []))
        return {"corpus": str(folder), **results}

    def _flagged(self, source: Path, split: str | None, folder: Path, options: dict[str, Any]) -> Filtered:
        given = [name for name in ("max_leak", "filter", "filters", "random") if options[name]]
        if given:
            names = " and ".join(f"--{name.replace('_', '-')}" for name in given)
            raise BadInput(f"--drop leaves out what is flagged, so {names} cannot be chosen")
        if not options["drop"].is_file():
            raise BadInput(f"--drop {options['drop']}: there is no such file; export_flags writes one")
        flagged = read_flagged(options["drop"])
        filtered = drop_flagged(source, folder, flagged=flagged, split=split)
        if filtered.dropped < len(flagged):
            self.say(
                f"{len(flagged) - filtered.dropped} of {len(flagged)} flagged dialogues are not in it, or were written "
                "anew since."
            )
        return filtered

    def _at_random(
        self, source: Path, split: str | None, folder: Path, options: dict[str, Any], inputs: dict[str, Path]
    ) -> Filtered:
        given = [name for name in ("max_leak", "filter", "filters") if options[name]]
        if given:
            names = " and ".join(f"--{name.replace('_', '-')}" for name in given)
            raise BadInput(f"--random drops by lot, so {names} cannot be chosen")
        drop: int | Path
        if options["random"].isdecimal():
            drop = int(options["random"])
        else:
            drop = existing("corpora", options["random"])
            inputs["random"] = drop / DIALOGUES_FILE
        return drop_at_random(source, folder, drop=drop, seed=options["seed"], split=split)

    def _tell(self, filtered: Filtered, folder: Path, name: str, caveats: list[str]) -> None:
        self.say(f"{filtered.dialogues} of {filtered.dialogues + filtered.dropped} dialogues are in {folder}.")
        if filtered.survival:
            self.say(f"Passed: {as_sentence(filtered.survival)}.")
        if filtered.dropped:
            self.say(f"What was dropped is in {folder / REJECTED_FILE}, each with its reason.")
        for caveat in caveats:
            self.say(f"Note: {caveat}.")
        self.say(f"Next: manage.py describe {name}")
