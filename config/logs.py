"""What is logged, and how it looks: one JSON object a line in production, readable lines elsewhere.

A line is made of a closed list of fields, and nothing of a request but its method and its route, so no address, cookie,
token, header or body can come into it. Of others' libraries only warnings and worse are kept, with their words and
numbers but without the strings they put in, which may be an address with somebody's link in it. Of an error stand the
type and where it happened: its message may hold what somebody typed. Needs no Django: gunicorn's own process uses it.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

# Of the request that is answered in this thread; empty outside of one.
REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
# Loggers whose arguments are our own words and are kept; everybody else's strings are withheld.
OURS: Final = ("config", "evaluation", "generation", "training", "parley")
# Those whose comings and goings are worth a line.
SERVERS: Final = ("gunicorn.error", "celery")
# What a record may say beside its message, in this order.
FIELDS: Final = ("method", "route", "status", "duration_ms", "study", "source")
# What Celery tells of a task that says nothing of anybody: which one, its number, how long it took.
HARMLESS_KEYS: Final = ("name", "id", "runtime")
WITHHELD: Final = "…"
# Frames of a traceback that are kept: the innermost ones.
MOST_FRAMES: Final = 30


class Discreet(logging.Filter):
    """Takes out of others' records whatever text they carry, and the records that are only chatter."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is kept; what is withheld is taken out of it."""
        if record.name.partition(".")[0] in OURS:
            return True
        least = logging.INFO if record.name.startswith(SERVERS) else logging.WARNING
        if record.levelno < least:
            return False
        if record.args:
            record.args = _withheld(record.args)
        elif not record.name.startswith(SERVERS):
            # Whole already: nobody can tell its own words from what was put in.
            record.msg = WITHHELD
        record.source = f"{record.pathname}:{record.lineno}"
        return True


def _withheld(args: Any) -> Any:
    if isinstance(args, Mapping):
        kept = {key: value for key, value in args.items() if key in HARMLESS_KEYS or isinstance(value, int | float)}
        return {key: kept.get(key, WITHHELD) for key in args}
    if isinstance(args, tuple):
        return tuple(each if isinstance(each, int | float) else WITHHELD for each in args)
    return args


class _Said(logging.Formatter):
    """What both forms share."""

    def said(self, record: logging.LogRecord) -> str:
        """The message; where its words do not fit what was withheld, its words alone."""
        try:
            return record.getMessage()
        except (TypeError, ValueError, KeyError):
            return str(record.msg)

    def trouble(self, record: logging.LogRecord) -> tuple[str, list[str]] | None:
        """The type of the error that was logged, and where it came from, outermost first; None without an error."""
        if not record.exc_info or record.exc_info[1] is None:
            return None
        error, trace = record.exc_info[1], record.exc_info[2]
        return type(error).__qualname__, _places(trace)


def _places(trace: TracebackType | None) -> list[str]:
    # Neither the source's lines nor any variable: where it was is enough to find it.
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:]
    return [f"{each.filename}:{each.lineno} {each.name}" for each in frames]


class JsonLines(_Said):
    """One JSON object a line: time (UTC), level, logger, message, and of `FIELDS` what there is."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self.said(record),
        }
        if request := REQUEST_ID.get():
            line["request_id"] = request
        there = record.__dict__
        line |= {key: there[key] for key in FIELDS if isinstance(there.get(key), str | int | float)}
        if trouble := self.trouble(record):
            line["error"], line["at"] = trouble
        return json.dumps(line, ensure_ascii=False)


class Readable(_Said):
    """The same for people at a terminal: `09:00:00 WARNING evaluation.queue: ...`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the places of an error below it."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        there = record.__dict__
        more = "".join(f" {key}={there[key]}" for key in FIELDS if isinstance(there.get(key), str | int | float))
        line = f"{at} {record.levelname} {record.name}: {self.said(record)}{more}"
        trouble = self.trouble(record)
        if trouble is None:
            return line
        return "\n".join([f"{line} ({trouble[0]})", *(f"    {place}" for place in trouble[1])])


def told(level: str, *, as_json: bool, to: str = "stderr", gunicorn: str = "WARNING") -> dict[str, Any]:
    """A configuration for `logging.config.dictConfig`: everything from `level` up to the stream `to`.

    Raises ValueError for a level or a stream that there is none of.
    """
    for each in (level, gunicorn):
        if each.upper() not in logging.getLevelNamesMapping():
            raise ValueError(f"expected a level such as INFO or WARNING, got {each!r}")
    if to not in ("stdout", "stderr"):
        raise ValueError(f"expected stdout or stderr, got {to!r}")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"discreet": {"()": Discreet}},
        "formatters": {"line": {"()": JsonLines if as_json else Readable}},
        "handlers": {
            "lines": {
                "class": "logging.StreamHandler",
                "stream": getattr(sys, to),
                "formatter": "line",
                "filters": ["discreet"],
            }
        },
        "root": {"handlers": ["lines"], "level": level.upper()},
        "loggers": {
            # Django gives these handlers of their own, of which one sends mail with the whole request in it.
            "django": {"handlers": [], "level": "INFO"},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # What was refused has a line of ours, with its route and status; this would be the same without words.
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            # An access log of gunicorn's would hold addresses, and with them links and participant ids.
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
            "gunicorn.error": {"handlers": [], "level": gunicorn.upper(), "propagate": True},
        },
    }
