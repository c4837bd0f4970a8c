"""The judgments used, in one order and as one digest: the same judgments give the same numbers, however they came."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Final

from evaluation.stats.data.rows import JudgmentRow

_LATER: Final = ("reason", "wording", "dropped")
_FIELDS: Final = tuple(field.name for field in fields(JudgmentRow) if field.name not in _LATER)
# Contexts first, so that the order of clusters, which resampling draws by, does not hang on annotators' or systems'
# names.
_ORDER: Final = attrgetter(
    "context", "domain", "cluster", "criterion", "pair", "annotator", "first", "second", "system", "look", "choice"
)


def in_order(rows: Iterable[JudgmentRow]) -> list[JudgmentRow]:
    """The rows in the one order that every analysis starts from."""
    return sorted(rows, key=_ORDER)


def digest_of_rows(rows: Sequence[JudgmentRow]) -> str:
    """SHA-256, in hex, of all that the rows say, in whatever order they come."""
    lines = sorted(json.dumps(_said(row), ensure_ascii=False) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _said(row: JudgmentRow) -> list[object]:
    # Where nobody gave a reason, no wording was amended and no pair dropped, the digest is the one that the judgments
    # had before there was any of these.
    later: list[object] = [row.reason] if row.reason else []
    later += [row.wording] if row.wording != 1 else []
    return [getattr(row, name) for name in _FIELDS] + later + ([{"dropped": row.dropped}] if row.dropped else [])
