"""Links into a study."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.annotators.joining import ALL_LINKS, NoSuchInvite, create_invite, revoke_invites
from evaluation.models import Study
from evaluation.studies.life import NoSuchStudy, study_named
from evaluation.study_files.recruiting import NAMES, platform_entry
from generation.terminal import BadInput, ParleyCommand

# Links at once, and days that a link works: ten years.
MOST = {"count": 10_000, "days": 3650}


class Command(ParleyCommand):
    help = "Links by which annotators come, shown this once: personal ones, or one that is open to whoever has it."
    example = "pt-against-p --count 15 --site https://parley.example.org"
    bad_input = (NoSuchStudy, NoSuchInvite)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument("--count", type=int, default=1, metavar="N", help="so many personal links (default: 1)")
        parser.add_argument("--open", action="store_true", help="one open link: an annotator for each browser")
        parser.add_argument("--label", default="", help="a note that only researchers see")
        parser.add_argument(
            "--expires",
            "--days",
            dest="days",
            type=int,
            metavar="DAYS",
            help="the links work for so many days (default: until they are revoked)",
        )
        parser.add_argument(
            "--revoke",
            metavar="WHICH",
            help=f"make none, and let nobody in any more by this link, by those with this note, or by {ALL_LINKS!r}",
        )
        parser.add_argument("--prolific", action="store_true", help="make none, and print the address for Prolific")
        parser.add_argument("--mturk", action="store_true", help="make none, and print the HIT's ExternalQuestion")
        parser.add_argument(
            "--site",
            default="http://127.0.0.1:8000",
            metavar="ADDRESS",
            help="where this Parley is served (default: %(default)s)",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        study, now = study_named(options["study"]), timezone.now()
        if sum((options["revoke"] is not None, options["prolific"], options["mturk"])) > 1:
            raise BadInput("--revoke, --prolific and --mturk: expected one of them at a time")
        if options["revoke"] is not None:
            revoked = revoke_invites(study=study, which=options["revoke"], now=now)
            self.say(f"{revoked} {'link lets' if revoked == 1 else 'links let'} nobody into {study.name} any more.")
            self.say(f"Next: manage.py invite {study.name}")
            return {"study": study.name, "revoked": revoked}
        if options["prolific"] or options["mturk"]:
            return self._entry(study, "prolific" if options["prolific"] else "mturk", options["site"])
        for key in ("count", "days"):
            if options[key] is not None and not 1 <= options[key] <= MOST[key]:
                raise BadInput(f"--{key}: expected 1 to {MOST[key]:,}, got {options[key]}")
        if options["open"] and options["count"] > 1:
            raise BadInput("--open makes one link for all; --count is for personal ones")
        if study.is_closed():
            raise BadInput(f"{study.name}: expected a study that can still be judged, and it is closed")
        expires_at = now + timedelta(days=options["days"]) if options["days"] else None
        links = []
        for _ in range(options["count"]):
            made = create_invite(
                study=study, personal=not options["open"], label=options["label"], now=now, expires_at=expires_at
            )
            links.append(f"{options['site'].rstrip('/')}/j/{made.token}/")
        who = "whoever has it; each browser is an annotator" if options["open"] else "one annotator each"
        self.say(
            f"{'A link' if len(links) == 1 else f'{len(links)} links'} into {study.name}, for {who}. Shown only now:"
        )
        for link in links:
            self.say(f"  {link}")
        if study.is_open():
            self.say(f"Next: send {'it' if len(links) == 1 else 'them'}; then manage.py close_study {study.name}")
        else:
            self.say(f"The study is {study.state}, so nobody gets in yet. Next: manage.py open_study {study.name}")
        return {"study": study.name, "state": study.state, "personal": not options["open"], "links": links}

    def _entry(self, study: Study, platform: str, site: str) -> dict[str, Any]:
        entry = platform_entry(study, site)
        if entry is None or entry.platform != platform:
            raise BadInput(
                f'--{platform}: expected a study whose file says [recruiting] platform = "{platform}"; '
                f"{study.name} {f'recruits on {entry.name}' if entry else 'names no platform'}"
            )
        self.say(f"For {NAMES[platform]}:")
        self.say(entry.text)
        if not site.startswith("https://"):
            self.say(f"{NAMES[platform]} opens https addresses only: --site https://...")
        if study.is_open():
            self.say(f"Next: paste it there; then manage.py close_study {study.name}")
        else:
            self.say(f"The study is {study.state}, so nobody gets in yet. Next: manage.py open_study {study.name}")
        return {"study": study.name, "state": study.state, "platform": platform, "entry": entry.text}
