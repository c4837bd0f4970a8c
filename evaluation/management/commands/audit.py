"""An old file of judgments, looked at again."""

import shutil
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.judgment_forms.forms import READERS, UnknownForm
from evaluation.reports.audit_letter import Letter, letter_of
from evaluation.reports.folders import check_folder_of, write_folder
from evaluation.reports.render import NotAReportFolder
from evaluation.results.judgments_file import read_info, read_judgments
from evaluation.stats.auditing.audit import audit
from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.data.outcomes import UnknownChoice
from generation.corpus.dialogues import BadLine
from generation.terminal import BadInput, ParleyCommand

NAME: Final = "audit"
WIDEST: Final = 100


class Command(ParleyCommand):
    help = (
        "What the usual test says of a judgments file, what the clustered ones say, and what a reviewer finds missing. "
        "No study is needed."
    )
    example = "judgments.csv --to audit"
    bad_input = (BadLine, UnknownForm, UnknownChoice, NotAReportFolder)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="judgments in any form that is read, gzip or not")
        parser.add_argument("--format", choices=sorted(READERS), help="the form of FILE (default: recognised)")
        parser.add_argument("--to", metavar="DIR", type=Path, help="folder for a page, the JSON and the tables")
        parser.add_argument("--seed", type=int, help="of resampling (default: that of FILE.study.json, else 7)")

    def work(self, **options: Any) -> dict[str, Any]:
        file: Path = options["file"]
        if not file.is_file():
            raise BadInput(f"no judgments file at {file}")
        if options["to"]:
            check_folder_of(options["to"], NAME)
        rows = read_judgments(file, form=options["format"])
        info = read_info(file) or StudyInfo()
        if options["seed"] is not None:
            if options["seed"] < 0:
                raise BadInput(f"--seed: expected a whole number of at least 0, got {options['seed']}")
            info = replace(info, seed=options["seed"])
        letter = letter_of(audit(rows, info), file=file.name)
        self._read_out(letter)
        if options["to"]:
            written = write_folder(
                options["to"],
                name=NAME,
                context={"letter": letter, "tables": letter.tables[:1]},
                analysis=letter.analysis,
                tables=letter.tables,
                command=NAME,
                now=timezone.now(),
                settings={"seed": info.seed},
                inputs={"judgments": file},
            )
            self.say(f"\nWritten: {', '.join(map(str, written))}")
        self.say(f"\nNext: manage.py analyse {file} --to report")
        return letter.analysis

    def _read_out(self, letter: Letter) -> None:
        width = min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)

        def wrapped(text: str, *, first: str = "", rest: str = "") -> None:
            self.say(textwrap.fill(text, width, initial_indent=first, subsequent_indent=rest))

        self.say(f"{letter.title}\n")
        for paragraph in letter.paragraphs:
            wrapped(paragraph)
            self.say("")
        for number, (heading, points) in enumerate(letter.grouped()):
            self.say(("\n" if number else "") + f"{heading}:")
            for point in points:
                wrapped(f"{point.topic}. {point.said} [{point.asked_by}]", first="- ", rest="  ")
