"""Corpora side by side, in numbers."""

from typing import Any

from django.core.management.base import CommandParser

from generation.corpus.dialogues import BadLine, CorpusMissing, read_dialogues
from generation.corpus.folders import provenance
from generation.corpus.summary import SIGNATURE, summarise
from generation.home import NoSuchName, corpus_and_split
from generation.labelling import LABELS_FILE, count_levels, read_labels
from generation.summary_table import Described, as_table
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = (
        "Describes corpora side by side: dialogues, turns, words, lexical variety (MTLD, type-token ratio), how much "
        "of their own persona speakers bring up, how much of the partner's they leak, and traits. Writes nothing."
    )
    example = "personachat synthetic --json"
    bad_input = (BadLine, CorpusMissing, NoSuchName)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpora", nargs="+", metavar="CORPUS[/SPLIT]", help="corpora, or one split of each")

    def work(self, **options: Any) -> dict[str, Any]:
        described = [self._describe(name) for name in options["corpora"]]
        in_common = len(frozenset.intersection(*(corpus.summary.origins for corpus in described)))
        self.say(as_table(described))
        for corpus in described:
            for caveat in corpus.caveats:
                self.say(f"Note: {corpus.name}: {caveat}.")
        if len(described) > 1:
            self.say(f"On the same persona pairs (by source): {in_common} dialogues.")
        self.say(f"Signature: {SIGNATURE}")
        self.say("Next: manage.py split_corpus, or manage.py train")
        return {
            "signature": SIGNATURE,
            "origins_in_common": in_common,
            "corpora": [corpus.as_json() for corpus in described],
        }

    def _describe(self, name: str) -> Described:
        folder, split = corpus_and_split(name)
        dialogues = self.progress(read_dialogues(folder, split), total=None, label=name)
        summary = summarise(dialogues)
        if not summary.dialogues:
            raise CorpusMissing(f"{name} has no dialogues")
        known = provenance(folder)
        labels = count_levels(read_labels(folder).values()) if (folder / LABELS_FILE).is_file() else None
        return Described(
            name=name,
            summary=summary,
            author=known.get("author"),
            caveats=tuple(known.get("caveats", ())),
            labels=labels,
        )
