from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.talks.talk_corpus import NothingSaid, export_talks
from generation.corpus.folders import CorpusTaken
from generation.home import NoSuchName, place
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = (
        "The talks of researchers with systems as a corpus: a dialogue for each system of each talk, with persona and "
        "traits. Who talked is not in it."
    )
    example = "--to talks"
    bad_input = (CorpusTaken, NoSuchName, NothingSaid)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, metavar="CORPUS", help="the corpus to write")

    def work(self, **options: Any) -> dict[str, Any]:
        folder = place("corpora", options["to"])
        results = export_talks(folder, name=folder.name, now=timezone.now())
        self.say(
            f"{folder}: {results['dialogues']} dialogues out of {results['talks']} talks of {results['researchers']} "
            f"researchers with {results['author']}."
        )
        self.say(f"Next: manage.py describe {options['to']}")
        return {"to": str(folder), **results}
