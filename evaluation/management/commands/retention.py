"""Erase what is kept of annotators once it has been kept for long enough."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.annotators.retaining import due_for_retention, retain
from evaluation.studies.life import NoSuchStudy, study_named
from generation.terminal import BadInput, ParleyCommand

MOST_DAYS = 36_500


class Command(ParleyCommand):
    help = (
        "Erase what is stored of annotators beyond what judgments rest on, of studies that closed at least so many "
        "days ago: participant ids, comments, links, drafts; and expired sessions and tokens, old jobs with their "
        "files. Results stay the same."
    )
    example = "--days 90 --dry-run"
    bad_input = (NoSuchStudy,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, metavar="N", required=True, help="how long it is kept after a study closed; at least 1"
        )
        parser.add_argument("--study", metavar="STUDY", help="of this study alone, which must be closed")
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and erase nothing")

    def work(self, **options: Any) -> dict[str, Any]:
        days, dry, now = options["days"], options["dry_run"], timezone.now()
        if not 1 <= days <= MOST_DAYS:
            raise BadInput(f"--days: expected 1 to {MOST_DAYS}, got {days}")
        study = study_named(options["study"]) if options["study"] is not None else None
        if study is not None and not study.is_closed():
            raise BadInput(f"--study: expected a study that is closed; {study.name} is {study.state}")
        done = (due_for_retention if dry else retain)(days=days, now=now, study=study)
        verb = "would be erased" if dry else "erased"
        for each in done.studies:
            self.say(f"{each.study}: {_listed(each.counts)} {verb}.")
        if any(done.server.values()):
            self.say(f"{'Old jobs' if study else 'The server'}: {_listed(done.server)} {verb}.")
        if not done.total():
            self.say(f"Nothing is older than {days} days. Nothing was erased.")
        elif dry:
            self.say(
                "Nothing was erased. Whom a platform sent can be paid by their ids only before: manage.py export_pay"
            )
            self.say(f"Next: manage.py retention --days {days}" + (f" --study {study.name}" if study else ""))
        else:
            self.say("Files that were exported before, and backups, still hold what they held: delete old ones.")
        return {
            "days": days,
            "closed_before": done.before.isoformat(timespec="seconds"),
            "dry_run": dry,
            "studies": {each.study: each.counts for each in done.studies},
            "server": done.server,
        }


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {words}" for words, count in counts.items() if count)
