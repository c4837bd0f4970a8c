"""Are two corpora parallel?"""

import sys
from typing import Any, Final

from django.core.management.base import CommandParser

from generation.corpus.dialogues import BadLine, CorpusMissing, read_dialogues
from generation.describing.parallels import ONLY_FIRST, ONLY_SECOND, PERSONAS, SEVERAL, SPLITS, check
from generation.home import NoSuchName, corpus_and_split
from generation.terminal import FAILED, BadInput, ParleyCommand

SENTENCES: Final = {
    ONLY_FIRST: "{count:,} sources are in {first} alone",
    ONLY_SECOND: "{count:,} sources are in {second} alone",
    PERSONAS: "{count:,} sources have other personas in one than in the other",
    SPLITS: "{count:,} sources are in one split here and in another there",
    SEVERAL: "{count:,} sources have several dialogues in one corpus, which is no fault",
}


class Command(ParleyCommand):
    help = (
        "Proves that two corpora are parallel: dialogues from the same sources, on the same personas (evened out, each "
        "speaker's with the same speaker's), in the same splits. What is in one alone is counted, and the first are "
        "named. Exit status 0: they are parallel; 1: they are not. Writes nothing."
    )
    example = "personachat personalitychat"
    bad_input = (BadLine, CorpusMissing, NoSuchName)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("first", metavar="CORPUS[/SPLIT]", help="a corpus, or one split of it")
        parser.add_argument("second", metavar="CORPUS[/SPLIT]", help="the other")
        parser.add_argument(
            "--where-shared",
            action="store_true",
            help="what is in one alone is counted and no fault: for arms that are trained with --only-shared-with",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.parallel = True
        super().handle(*args, **options)
        if not self.parallel:
            sys.exit(FAILED)

    def work(self, **options: Any) -> dict[str, Any]:
        names = options["first"], options["second"]
        if names[0] == names[1]:
            raise BadInput(f"expected two corpora, got {names[0]} twice")
        (first, first_split), (second, second_split) = map(corpus_and_split, names)
        findings = check(
            self.progress(read_dialogues(first, first_split), total=None, label=names[0]),
            self.progress(read_dialogues(second, second_split), total=None, label=names[1]),
        )
        self.parallel = findings.parallel_where_shared if options["where_shared"] else findings.parallel
        for kind, sentence in SENTENCES.items():
            if count := findings.counts[kind]:
                named = ", ".join(findings.examples[kind])
                more = ", ..." if count > len(findings.examples[kind]) else ""
                self.say(f"{sentence.format(count=count, first=names[0], second=names[1])}: {named}{more}")
        if findings.parallel:
            self.say(f"Parallel: {findings.in_both:,} sources, with the same personas and splits.")
        elif self.parallel:
            self.say(
                f"Parallel where shared: {findings.in_both:,} sources are in both, with the same personas and splits; "
                "train --only-shared-with learns from those alone."
            )
        else:
            self.say(f"Not parallel. {findings.in_both:,} sources are in both {names[0]} and {names[1]}.")
        return {"first": names[0], "second": names[1], **findings.as_json()}
