"""Put a backup into an empty database."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from evaluation.operation.keeping import BackupBroken, CannotKeep, not_applied, restore
from generation.terminal import ParleyCommand, WorkFailed


class Command(ParleyCommand):
    help = "Put a backup into the database, which must be empty (no tables; before `migrate`), and check it."
    example = "backups/2026-11-24"
    bad_input = (CannotKeep,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="a folder that `backup` wrote")

    def work(self, **options: Any) -> dict[str, Any]:
        try:
            manifest = restore(of=options["folder"])
        except BackupBroken as error:
            raise WorkFailed(str(error)) from error
        self.say(f"{sum(manifest['rows'].values()):,} rows are back, as they were at {manifest['made_at']}.")
        if missing := not_applied(manifest):
            self.say(
                f"They are of an earlier version: {len(missing)} migrations are to come, the first {missing[0]}. "
                "Until then no server may be started on them."
            )
        self.say("Next: manage.py migrate")
        return manifest
