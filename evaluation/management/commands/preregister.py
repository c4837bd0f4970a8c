"""Write down what a study will do before it is judged, keep where that was deposited, and check it later."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.changes.registering import (
    ANNOTATORS,
    EFFECT,
    AlreadyBegun,
    BadDeposit,
    deposit,
    differences,
    registration,
)
from evaluation.reports.registration import NotARegistration, read_registration, write_registration
from evaluation.studies.life import NoSuchStudy, study_named
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = (
        "Write a study's plan, the digests of its responses, seed, code version, planned sizes and power, the texts "
        "that annotators see, and the answers to OSF's and AsPredicted's questions. --deposited keeps where it lies "
        "outside; --check says whether the study still is what was registered."
    )
    example = "pt-against-p --to registration"
    bad_input = (NoSuchStudy, AlreadyBegun, BadDeposit, NotARegistration)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument("--to", metavar="DIR", type=Path, help="folder for the registration")
        parser.add_argument("--deposited", metavar="URL", help="where it was deposited; the report prints it")
        parser.add_argument("--check", metavar="DIR", type=Path, help="a registration to hold the study against")
        parser.add_argument("--late", action="store_true", help="though judgments were begun; the files then say so")
        parser.add_argument(
            "--effect", type=float, default=EFFECT, help="net preference to state the power for (default: %(default)s)"
        )
        parser.add_argument(
            "--annotators", type=int, default=ANNOTATORS, help="expected, for the power (default: %(default)s)"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        asked = [name for name in ("to", "deposited", "check") if options[name] is not None]
        if len(asked) != 1:
            raise BadInput(f"expected one of --to DIR, --deposited URL, --check DIR; got {', '.join(asked) or 'none'}")
        study, now = study_named(options["study"]), timezone.now()
        if options["deposited"] is not None:
            deposit(study=study, url=options["deposited"], now=now)
            self.say(f"{study.name} is deposited at {study.deposited_at}; its report prints that.")
            return {"study": study.name, "deposited_at": study.deposited_at}
        if options["check"] is not None:
            return self._check(study, options["check"])
        if not -1 < options["effect"] < 1 or options["annotators"] < 1:
            raise BadInput("expected --effect between -1 and 1, and --annotators of at least 1")
        registered = registration(
            study,
            code=settings.BASE_DIR,
            late=options["late"],
            effect=options["effect"],
            annotators=options["annotators"],
        )
        written = write_registration(options["to"], registered, now=now)
        self.say(f"Written: {', '.join(map(str, written))}, and manifest.json")
        if registered["registered"]["late"]:
            self.say(f"  Late: {registered['registered']['judgments']:,} judgments were in, and both files say so.")
        self.say(f"Next: deposit it, then manage.py preregister {study.name} --deposited URL")
        return registered

    def _check(self, study: Any, folder: Path) -> dict[str, Any]:
        said = differences(study, read_registration(folder), code=settings.BASE_DIR)
        if said:
            self.say(f"{study.name} is not as it was registered in {folder}:")
            for each in said:
                self.say(f"  {each}")
        else:
            self.say(f"{study.name} is what was registered in {folder}.")
        return {"study": study.name, "same": not said, "differences": said}
