"""The flags that researchers put on a corpus's dialogues, as a file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.corpora.browsing import folder_of
from evaluation.corpora.flagging import exported_flags
from generation.corpus.manifest import new_file, write_manifest
from generation.home import NoSuchName
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = (
        "Writes the flags on a corpus's dialogues to FILE, one JSON object on a line: dialogue, reason, note, when. "
        "Researchers are numbers in it. `filter_corpus --drop FILE` leaves the flagged dialogues out."
    )
    example = "personalitychat --to flags.jsonl"
    bad_input = (NoSuchName,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", metavar="CORPUS", help="a corpus under PARLEY_HOME")
        parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="the file to write, *.jsonl")

    def work(self, **options: Any) -> dict[str, Any]:
        name, to = options["corpus"], options["to"]
        folder_of(name)
        if to.is_dir():
            raise BadInput(f"--to {to}: expected a file, and it is a folder")
        lines = list(exported_flags(name))
        with new_file(to) as out:
            for line in lines:
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        result = {"corpus": name, "flags": len(lines), "dialogues": len({line["dialogue"] for line in lines})}
        write_manifest(
            to, command="export_flags", now=timezone.now(), settings={"corpus": name}, inputs={}, results=result
        )
        self.say(f"{result['flags']} flags on {result['dialogues']} dialogues of {name} are in {to}.")
        self.say(f"Next: manage.py filter_corpus {name} --to {name}-kept --drop {to}")
        return {"file": str(to), **result}
