"""A study from its file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.material.by_kind import gather_file
from evaluation.material.gathering import WrongFiles
from evaluation.opening.importing import NameTaken, create_study
from evaluation.operation.accounts import NoSuchResearcher, researcher_with
from evaluation.studies.life import WrongState, open_study
from evaluation.study_files.study_file import read_study_file, slug
from evaluation.study_files.toml_table import BadToml
from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.home import NoSuchName
from generation.terminal import BadInput, ParleyCommand
from training.data.responses import ResponsesMissing


class Command(ParleyCommand):
    help = "A draft study, with every slot planned, from a file. Run again, it keeps what has not changed."
    example = "examples/demo/study.toml --open"
    bad_input = (
        *(BadToml, WrongFiles, NameTaken, NoSuchName, NoSuchResearcher, BadLine, CorpusMissing, ResponsesMissing),
        *(WrongState,),
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.toml", type=Path, help="the study file; see docs/study-file.md")
        parser.add_argument("--name", help="what the study is called (default: the file's name, or its folder's)")
        parser.add_argument("--open", action="store_true", help="let annotators in at once")
        parser.add_argument("--owner", metavar="EMAIL", help="the researcher who sees the study on the site")

    def work(self, **options: Any) -> dict[str, Any]:
        now = timezone.now()
        file = read_study_file(options["file"])
        name = options["name"] or slug(file.name) or slug(file.title)
        if not name:
            raise BadInput(f"--name: neither {file.name!r} nor {file.title!r} makes a name; give one")
        owner = researcher_with(options["owner"]) if options["owner"] else None
        gathered = gather_file(file)
        created = create_study(name=name, file=file, gathered=gathered, now=now, owner=owner)
        if options["open"] and created.study.is_draft():
            open_study(study=created.study, now=now)
        for line in created.lines():
            self.say(line)
        return created.as_json()
