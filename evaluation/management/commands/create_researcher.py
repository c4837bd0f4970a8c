"""An account for a researcher."""

from typing import Any

from django.core.management.base import CommandParser

from evaluation.models import Membership
from evaluation.operation.accounts import BadAddress, create_researcher, one_time_path
from evaluation.operation.second_factor import forget_second_factor
from evaluation.studies.life import NoSuchStudy, study_named
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = "An account, and a link that works once to set its password. For an account that is there, a new link."
    example = "cleo@example.org --study pt-against-p"
    bad_input = (BadAddress, NoSuchStudy)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address to sign in with")
        parser.add_argument("--name", default="", help="what pages call the researcher")
        parser.add_argument(
            "--study", action="append", default=[], metavar="STUDY", help="own this study; may be repeated"
        )
        parser.add_argument(
            "--forget-second-factor",
            action="store_true",
            help="for somebody who lost it: the password alone signs in again, until another is set up",
        )
        parser.add_argument(
            "--site",
            default="http://127.0.0.1:8000",
            metavar="ADDRESS",
            help="where this Parley is served (default: %(default)s)",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        studies = [study_named(name) for name in options["study"]]
        researcher, new = create_researcher(email=options["email"], name=options["name"])
        for study in studies:
            Membership.objects.get_or_create(
                study=study, researcher=researcher, defaults={"role": Membership.Role.OWNER}
            )
        forgotten = options["forget_second_factor"] and forget_second_factor(researcher)
        link = options["site"].rstrip("/") + one_time_path(researcher)
        what = "can sign in once a password is set" if new else "was there already; this sets a new password"
        self.say(f"{researcher.email} {what}:")
        self.say(f"  {link}")
        if forgotten:
            self.say("The second factor and its recovery codes are gone.")
        self.say("The link works once, and for three days.")
        return {
            "email": researcher.email,
            "created": new,
            "link": link,
            "studies": [each.name for each in studies],
            "second_factor_forgotten": forgotten,
        }
