"""A study's judgments as a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.annotators.participants import write_participants
from evaluation.items.blinding import ResultsHidden, require_results
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import write_judgments
from evaluation.studies.life import NoSuchStudy, WrongState, study_named, unblind
from generation.corpus.manifest import write_manifest
from generation.terminal import BadInput, ParleyCommand

FORMS = (".csv", ".jsonl")


class Command(ParleyCommand):
    help = "Write a study's judgments to FILE (.csv or .jsonl), with FILE.study.json beside it: what `analyse` reads."
    example = "pt-against-p --to judgments.csv"
    bad_input = (NoSuchStudy, WrongState, ResultsHidden)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="the file to write")
        parser.add_argument(
            "--unblind", action="store_true", help="even while the study runs: logged, and stated in every report after"
        )

        parser.add_argument(
            "--with-participants",
            action="store_true",
            help="also write FILE.participants.csv, the platform's id of each annotator: logged",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        study, to = study_named(options["study"]), options["to"]
        if to.suffix not in FORMS:
            raise BadInput(f"--to {to}: expected a name that ends in {' or '.join(FORMS)}")
        if to.is_dir():
            raise BadInput(f"--to {to}: expected a file, and it is a folder")
        if options["unblind"]:
            unblind(study=study, now=timezone.now())
        require_results(study)
        rows = rows_of(study)
        write_judgments(to, rows, info_of(study))
        result = {
            "study": study.name,
            "judgments": len(rows),
            "annotators": len({row.annotator for row in rows}),
            "simulated": study.simulated,
        }
        write_manifest(
            to,
            command="export_judgments",
            now=timezone.now(),
            settings={"study": study.name},
            inputs={},
            results=result,
        )
        if options["with_participants"]:
            people = Path(f"{to}.participants.csv")
            result["participants"] = write_participants(people, study, now=timezone.now())
            self.say(f"Who they are on their platform is in {people}: keep it apart from the judgments.")
        self.say(f"{len(rows):,} judgments of {study.name} are in {to}, and what was declared in {to}.study.json.")
        self.say(f"Next: manage.py analyse {to} --to {to.with_suffix('')}-report")
        return {"file": str(to), **result}
