"""Corpora side by side, in numbers, in a terminal and as a page."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.describing.gathering import gather
from generation.describing.page import NotADescription, check_folder, write_description, write_page
from generation.describing.table import as_table, in_words
from generation.home import NoSuchName, corpus_and_split
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = (
        "Describes corpora side by side: length, lexical variety, how personas are used and leaked, how templated the "
        "corpus is, sentiment and expressiveness, an assistant's manner, what is said at each trait level, and what "
        "parallel corpora differ in, with intervals. In the terminal; --to and --html write a page with plots."
    )
    example = "personachat synthetic --to reports/corpora"
    bad_input = (BadLine, CorpusMissing, NoSuchName, NotADescription)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpora", nargs="+", metavar="CORPUS[/SPLIT]", help="corpora, or one split of each")
        parser.add_argument("--to", type=Path, metavar="DIR", help="write the page, its numbers as JSON and a manifest")
        parser.add_argument("--html", type=Path, metavar="FILE", help="write the page alone")

    def work(self, **options: Any) -> dict[str, Any]:
        names: list[str] = options["corpora"]
        if len(set(names)) < len(names):
            raise BadInput(f"expected each corpus once, got {' '.join(names)}")
        if options["to"]:
            check_folder(options["to"])
        if options["html"] and options["html"].is_dir():
            raise BadInput(f"--html {options['html']} is a folder; expected a file, or --to for a folder")
        description = gather(names, watch=lambda dialogues, name: self.progress(dialogues, total=None, label=name))
        self.say(as_table(description))
        for corpus in description.corpora:
            for line in in_words(corpus):
                self.say(line)
        for corpus in description.corpora:
            for caveat in corpus.caveats:
                self.say(f"Note: {corpus.name}: {caveat}.")
        if len(names) > 1:
            self.say(f"On the same persona pairs (by source): {description.origins_in_common} dialogues.")
        self.say(f"Signature: {description.signature}")
        result = description.as_json()
        inputs = {name: corpus_and_split(name)[0] / "dialogues.jsonl" for name in names}
        written = []
        if options["to"]:
            written += write_description(options["to"], description, names=names, inputs=inputs, now=timezone.now())
        if options["html"]:
            written += write_page(options["html"], description, names=names, inputs=inputs, now=timezone.now())
        for path in written:
            self.say(f"Written: {path}")
        self.say("Next: manage.py split_corpus, or manage.py train")
        return result | ({"written": [str(path) for path in written]} if written else {})
