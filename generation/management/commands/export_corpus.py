"""A corpus in a form that others read."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import BadLine, CorpusMissing, read_dialogues
from generation.exporting.card import UNKNOWN
from generation.exporting.exporting import JSONL, WRITERS, ExportTaken, export
from generation.exporting.files import BadSplit
from generation.exporting.tables import FormatUnavailable
from generation.home import NoSuchName, corpus_and_split
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = (
        "Exports a corpus: JSON lines or Parquet, which datasets.load_dataset reads from the folder, or ParlAI's text; "
        "a file for each split, with a dataset card (README.md) that says what is known. Never over something else."
    )
    example = "personalitychat --to shared/personalitychat --format parquet --licence cc-by-4.0"
    bad_input = (BadLine, BadSplit, CorpusMissing, ExportTaken, FormatUnavailable, NoSuchName)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", metavar="CORPUS[/SPLIT]", help="the corpus, or one split of it")
        parser.add_argument("--to", required=True, type=Path, metavar="DIR", help="the folder to write")
        parser.add_argument("--format", choices=WRITERS, default=JSONL, help=f"({JSONL})")
        parser.add_argument(
            "--licence", default=UNKNOWN, metavar="ID", help=f"for the card, as the hub calls it ({UNKNOWN})"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        folder, split = corpus_and_split(options["corpus"])
        name = folder.resolve().name + (f"/{split}" if split else "")
        dialogues = self.progress(read_dialogues(folder, split), total=None, label=name)
        results = export(
            dialogues,
            corpus=folder,
            name=name,
            to=options["to"],
            form=options["format"],
            licence=options["licence"],
            now=timezone.now(),
        )
        sizes = ", ".join(f"{count:,} {split}" for split, count in results["splits"].items())
        self.say(f"{results['dialogues']:,} dialogues are in {options['to']}: {sizes}.")
        for change, count in results["changes"].items():
            self.say(f"The form cannot hold: {change.replace('_', ' ')}: {count:,}.")
        for caveat in results.get("caveats", []):
            self.say(f"Note: {caveat}.")
        self.say("Next: read README.md there, and put in what only you know")
        return {"folder": str(options["to"]), **results}
