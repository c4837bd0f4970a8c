"""The audit trail of a study: who did what, when; filtered, page by page, and as CSV."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from evaluation.models import AuditEntry, Study
from generation.spreadsheets import harmless

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

ON_A_PAGE: Final = 50
# Numbers that a look spent and found stay behind the same rule as results: the trail says that it was taken.
HIDDEN: Final = ("looked",)
LONGEST_VALUE: Final = 160
ABOUT: Final = ("annotator", "researcher")


@dataclass(frozen=True)
class Line:
    """One thing that was done; `by` is empty for a command on the server, or for what happens by itself."""

    at: datetime
    action: str
    by: str
    detail: str


@dataclass(frozen=True)
class Trail:
    """A page of the trail, the newest first, and what can be asked for."""

    lines: tuple[Line, ...]
    actions: tuple[str, ...]
    action: str
    page: int
    pages: int
    total: int


def trail_of(study: Study, *, action: str = "", page: int = 1) -> Trail:
    """The `page` of what was done to `study`, of one `action` or of all; in a fixed number of queries."""
    actions = tuple(study.audit.order_by("action").values_list("action", flat=True).distinct())
    chosen = action if action in actions else ""
    entries = _entries(study, chosen)
    total = entries.count()
    pages = max(1, -(-total // ON_A_PAGE))
    page = min(max(page, 1), pages)
    there = entries[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    return Trail(tuple(_lines(there)), actions, chosen, page, pages, total)


def write_trail(study: Study, out: "SupportsWrite[str]", *, action: str = "") -> None:
    """The whole trail as CSV, the newest first: at, action, by, detail."""
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["at", "action", "by", "detail"])
    for entry in _entries(study, action).iterator(chunk_size=500):
        by = entry.made_by.email if entry.made_by else ""
        shown = {} if entry.action in HIDDEN and not study.shows_results() else entry.detail
        told = json.dumps(shown, ensure_ascii=False, sort_keys=True) if shown else ""
        lines.writerow([entry.made_at.isoformat(timespec="seconds"), entry.action, harmless(by), harmless(told)])


def _entries(study: Study, action: str) -> Any:
    entries = study.audit.select_related("made_by").order_by("-made_at", "-pk")
    return entries.filter(action=action) if action else entries


def _lines(entries: Iterable[AuditEntry]) -> Iterator[Line]:
    for each in entries:
        detail = "" if each.action in HIDDEN else in_words(each.detail)
        yield Line(each.made_at, each.action, str(each.made_by) if each.made_by else "", detail)


def in_words(detail: Mapping[str, Any]) -> str:
    """A detail to be read: "annotator A-7Q2; because they guessed"."""
    # Whom it was about first, the rest by name: databases keep keys in orders of their own.
    keys = sorted(detail, key=lambda key: (key not in ABOUT, key))
    said = (f"{key.replace('_', ' ')} {_value(detail[key])}" for key in keys if detail[key] not in (None, "", []))
    return "; ".join(said)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        text = ", ".join(map(str, value))
    elif isinstance(value, Mapping):
        text = ", ".join(f"{key} {each}" for key, each in value.items())
    else:
        text = str(value) if not isinstance(value, list) else f"{len(value)} entries"
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
