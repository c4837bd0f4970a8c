"""Let annotators into a study."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.studies.life import NoSuchStudy, WrongState, open_study, study_named
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = "Let annotators into a draft or paused study. The first time freezes its design and plan under a digest."
    example = "pt-against-p"
    bad_input = (NoSuchStudy, WrongState)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")

    def work(self, **options: Any) -> dict[str, Any]:
        study = study_named(options["study"])
        open_study(study=study, now=timezone.now())
        self.say(f"{study.name} is open. Its design and plan are frozen: {study.design_digest[:12]}")
        self.say(f"Next: manage.py invite {study.name}")
        return {"study": study.name, "state": study.state, "design_digest": study.design_digest}
