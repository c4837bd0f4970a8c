from typing import Any

from django.core.management.base import CommandParser

from evaluation.operation.accounts import NoSuchResearcher, researcher_with
from evaluation.operation.tokens import READ, BadLifetime, BadScope, create_token
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = "A token by which a script uses the API on a researcher's behalf. Shown this once."
    example = "cleo@example.org --name notebook --scopes read write --days 30"
    bad_input = (NoSuchResearcher, BadScope, BadLifetime)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address that the researcher signs in with")
        parser.add_argument("--name", default="", help="a note of what it is for")
        parser.add_argument("--scopes", nargs="+", default=[READ], help="what it may do: read, write (default: read)")
        parser.add_argument("--days", type=int, default=90, help="how long it works (default: %(default)s)")

    def work(self, **options: Any) -> dict[str, Any]:
        researcher = researcher_with(options["email"])
        made = create_token(researcher=researcher, name=options["name"], scopes=options["scopes"], days=options["days"])
        self.say(f"A token of {researcher.email}, until {made.token.expiry:%Y-%m-%d}. It is kept nowhere:")
        self.say(f"  {made.plain}")
        self.say("Next: send it as a header, Authorization: Token ...; docs/api.md and /api/docs/ say what there is")
        return {
            "email": researcher.email,
            "token": made.plain,
            "scopes": made.token.scopes,
            "expires_at": made.token.expiry.isoformat(timespec="seconds"),
        }
