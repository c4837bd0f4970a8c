"""Copy the database, while people judge."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.operation.keeping import BackupBroken, CannotKeep, back_up
from generation.terminal import ParleyCommand, WorkFailed


class Command(ParleyCommand):
    help = "Copy the database into a new folder, checked, with a manifest; annotators go on meanwhile."
    example = "--to backups/2026-11-24"
    bad_input = (CannotKeep,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", metavar="DIR", type=Path, required=True, help="a folder that does not exist yet")

    def work(self, **options: Any) -> dict[str, Any]:
        try:
            manifest = back_up(to=options["to"], now=timezone.now())
        except BackupBroken as error:
            raise WorkFailed(f"no backup was made: {error}") from error
        self.say(
            f"{options['to']}: {sum(manifest['rows'].values()):,} rows of {len(manifest['rows'])} tables, "
            f"{manifest['bytes']:,} bytes, checked. It holds people's answers: keep it where only you can read it."
        )
        self.say(f"Next, on an empty database: manage.py restore {options['to']}")
        return manifest
