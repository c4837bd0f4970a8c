"""A study from files of responses alone."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.material.comparing import MOST_PER_DOMAIN, study_of
from evaluation.material.gathering import WrongFiles, gather_named
from evaluation.opening.importing import NameTaken, create_study
from evaluation.operation.accounts import NoSuchResearcher, researcher_with
from evaluation.studies.life import WrongState, open_study
from evaluation.study_files.telling_table import LONGEST_ETHICS, NO_ETHICS
from generation.corpus.dialogues import BadLine
from generation.home import NoSuchName
from generation.terminal import BadInput, ParleyCommand
from training.data.responses import ResponsesMissing


class Command(ParleyCommand):
    help = "A study that compares files of responses, with the questions that come with Parley. Ours or from outside."
    example = "./a.jsonl ./b.jsonl --to a-against-b --open"
    bad_input = (WrongFiles, NameTaken, NoSuchName, NoSuchResearcher, BadLine, ResponsesMissing, WrongState)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "responses",
            nargs="+",
            metavar="RESPONSES",
            help="names under PARLEY_HOME/responses, or paths: each a system (or several) on the same contexts",
        )
        parser.add_argument("--to", required=True, metavar="STUDY", help="what the study is called")
        parser.add_argument("--title", help='its title (default: "A against B")')
        parser.add_argument(
            "--per-domain",
            type=int,
            default=MOST_PER_DOMAIN,
            metavar="N",
            help="contexts of each domain at most (default: %(default)s)",
        )
        parser.add_argument("--judgments-per-pair", type=int, default=3, metavar="K", help="default: %(default)s")
        parser.add_argument(
            "--ethics",
            default=NO_ETHICS,
            metavar="REFERENCE",
            help="the ethics approval, as annotators and the report read it (default: %(default)s, which is said too)",
        )
        parser.add_argument("--open", action="store_true", help="let annotators in at once")
        parser.add_argument("--owner", metavar="EMAIL", help="the researcher who sees the study on the site")

    def work(self, **options: Any) -> dict[str, Any]:
        for key in ("per_domain", "judgments_per_pair"):
            if options[key] < 1:
                raise BadInput(f"--{key.replace('_', '-')}: expected at least 1, got {options[key]}")
        if not 0 < len(options["ethics"].strip()) <= LONGEST_ETHICS:
            raise BadInput(f"--ethics: expected 1 to {LONGEST_ETHICS} characters, got {len(options['ethics'].strip())}")
        now = timezone.now()
        owner = researcher_with(options["owner"]) if options["owner"] else None
        gathered = gather_named(options["responses"], folder=Path.cwd())
        file = study_of(
            gathered,
            responses=options["responses"],
            folder=Path.cwd(),
            title=options["title"],
            per_domain=options["per_domain"],
            judgments_per_pair=options["judgments_per_pair"],
            ethics=options["ethics"].strip(),
        )
        created = create_study(name=options["to"], file=file, gathered=gathered, now=now, owner=owner)
        if options["open"] and created.study.is_draft():
            open_study(study=created.study, now=now)
        for line in created.lines():
            self.say(line)
        return created.as_json()
