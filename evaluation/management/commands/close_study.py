"""End a study, or let it rest."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.studies.life import NoSuchStudy, WrongState, close_study, pause_study, progress_of_study, study_named
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = "End a study for good: no more judgments, and its results may be seen."
    example = "pt-against-p"
    bad_input = (NoSuchStudy, WrongState)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument(
            "--pause", action="store_true", help="only let it rest; open_study lets annotators in again"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        study, now = study_named(options["study"]), timezone.now()
        if options["pause"]:
            pause_study(study=study, now=now)
        else:
            close_study(study=study, now=now)
        progress = progress_of_study(study, now=now)
        self.say(
            f"{study.name} is {study.state}: {progress.slots_done:,} of {progress.slots:,} slots were judged by "
            f"{progress.annotators:,} annotators."
        )
        if study.is_closed():
            self.say(f"Next: manage.py report {study.name} --to reports/{study.name}")
        else:
            self.say(f"Next: manage.py open_study {study.name}")
        return {
            "study": study.name,
            "state": study.state,
            "slots_done": progress.slots_done,
            "slots": progress.slots,
            "annotators": progress.annotators,
        }
