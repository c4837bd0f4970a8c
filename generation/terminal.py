"""What every Parley command shares: `--json`, `--quiet`, progress, and the meaning of its exit status.

0 done; 1 the work failed; 2 bad usage or bad input, nothing changed; 3 done, with rows that failed and are listed.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError

from generation.corpus.manifest import BadManifest

T = TypeVar("T")

FAILED = 1
BAD_INPUT = 2
SOME_FAILED = 3


class BadInput(CommandError):
    """Bad usage or bad input: nothing was changed. Exit status 2."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=BAD_INPUT)


class WorkFailed(CommandError):
    """The work itself failed; the message says why and what is kept. Exit status 1."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=FAILED)


class ParleyCommand(BaseCommand):
    """A command whose `work` returns its result as one JSON-able object, and speaks to people on the side.

    `bad_input` lists the errors of the domain that mean bad input: they end with status 2 and their message.
    A result with a non-empty "failed" ends with status 3.
    """

    bad_input: tuple[type[Exception], ...] = ()
    example = ""
    requires_system_checks: list[str] = []  # a command on files starts in a blink

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        epilog = f"example: manage.py {subcommand} {self.example}" if self.example else None
        parser = super().create_parser(prog_name, subcommand, epilog=epilog, **kwargs)
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object on stdout")
        parser.add_argument("--quiet", action="store_true", help="no progress")
        return parser

    def work(self, **options: Any) -> dict[str, Any]:
        """Do it; return the result. Overridden by each command."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = bool(options["json"])
        self.quiet = bool(options["quiet"])
        try:
            result = self.work(**options)
        except self.bad_input as error:
            raise BadInput(str(error)) from error
        except BadManifest as error:
            raise BadInput(str(error)) from error
        except DatabaseError as error:
            if _lacks_tables(error):
                raise WorkFailed("the database has no tables, or older ones; run: manage.py migrate") from error
            # Not reached, locked, full, or no database at all; what is left is a fault of ours.
            if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
                raise
            raise WorkFailed(f"the database: {error}") from error
        except OSError as error:
            # A file or folder that cannot be read or written; its message has the path.
            raise WorkFailed(str(error)) from error
        except KeyboardInterrupt:
            self.stderr.write("Interrupted. What was finished is kept; run the same command to go on.")
            sys.exit(130)
        if self.as_json:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        if result.get("failed"):
            sys.exit(SOME_FAILED)

    def say(self, text: str) -> None:
        """A line for people: on stdout, or on stderr when stdout carries JSON."""
        (self.stderr if self.as_json else self.stdout).write(text, style_func=lambda line: line)

    def progress(self, rows: Iterable[T], *, total: int | None, label: str) -> Iterator[T]:
        """Pass `rows` on, showing how many, at what rate and how long is left."""
        return progress(rows, total=total, label=label, quiet=self.quiet)


class Progress:
    """A counter that redraws one line on a terminal, and prints a plain line every ten seconds elsewhere."""

    every_seconds = 10.0

    def __init__(self, *, total: int | None, label: str, quiet: bool = False) -> None:
        self.total, self.label, self.quiet = total, label, quiet
        self.done = 0
        self.note = ""
        self._terminal = sys.stderr.isatty()
        self._started = self._shown = time.monotonic()

    def advance(self, count: int = 1, note: str = "") -> None:
        """Count `count` more done; `note` (loss, failures, money) stands at the end of the line."""
        self.done += count
        self.note = note or self.note
        now = time.monotonic()
        if now - self._shown >= (0.2 if self._terminal else self.every_seconds):
            self._show(now)

    def finish(self) -> None:
        """Show the last state, if the work was long enough to show any."""
        now = time.monotonic()
        if now - self._started >= 1.0:
            self._show(now, last=True)

    def _show(self, now: float, *, last: bool = False) -> None:
        self._shown = now
        if self.quiet:
            return
        elapsed = max(now - self._started, 1e-9)
        rate = self.done / elapsed
        parts = [f"{self.label}: {self.done}" + (f" of {self.total}" if self.total is not None else "")]
        parts.append(f"{rate:.1f}/s")
        if self.total is not None and rate > 0 and not last:
            parts.append(f"{duration((self.total - self.done) / rate)} left")
        if last:
            parts.append(f"in {duration(elapsed)}")
        if self.note:
            parts.append(self.note)
        line = " · ".join(parts)
        if self._terminal:
            print(f"\r\x1b[2K{line}", end="\n" if last else "", file=sys.stderr, flush=True)  # noqa: T201
        else:
            print(line, file=sys.stderr, flush=True)  # noqa: T201


def aside(text: str, *, quiet: bool) -> None:
    """A line about how the work goes, on stderr beside the progress; none where it shall be `quiet`."""
    if not quiet:
        print(text, file=sys.stderr, flush=True)  # noqa: T201


def progress(rows: Iterable[T], *, total: int | None, label: str, quiet: bool = False) -> Iterator[T]:
    """Pass `rows` on while counting them on a `Progress`."""
    shown = Progress(total=total, label=label, quiet=quiet)
    for row in rows:
        yield row
        shown.advance()
    shown.finish()


def _lacks_tables(error: DatabaseError) -> bool:
    """Whether SQLite or PostgreSQL complains of a table or column that migrations would make."""
    return any(words in str(error) for words in ("no such table", "no such column", "does not exist", "has no column"))


def duration(seconds: float) -> str:
    """So many seconds as hours, minutes and seconds: "1:02:03", or "2:03"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
