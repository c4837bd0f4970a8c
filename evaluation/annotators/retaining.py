"""How long what is stored of annotators stays: some days after a study closed, all goes that no judgment rests on.

Judgments, reasons, exclusions, what was passed over, consent with its time, and the audit stay: results before and
after are the same. Beside that goes what is of no use to anybody any more: expired sessions and tokens, links that let
nobody in, old jobs with their files. What is open is left alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet

from evaluation.models import (
    Annotator,
    AnnotatorToken,
    ApiToken,
    AuditEntry,
    Delivery,
    Draft,
    Invite,
    JudgmentRevision,
    PracticeAnswer,
    Receipt,
    Researcher,
    Slot,
    Study,
)
from evaluation.queue.jobs import old_jobs, remove_old

RETAINED: Final = "retention"


@dataclass(frozen=True)
class OfStudy:
    """What goes, or went, of one closed study: by kind, how many."""

    study: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Retention:
    """What goes, or went: of each study of which there is something, and of the server as a whole."""

    before: datetime
    studies: tuple[OfStudy, ...]
    server: dict[str, int]

    def total(self) -> int:
        """How many rows and files in all."""
        return sum(self.server.values()) + sum(sum(each.counts.values()) for each in self.studies)


@dataclass(frozen=True)
class _Kind:
    """One kind of what goes: its rows, and how they are rid of it."""

    words: str
    rows: Callable[[Study], QuerySet[Any]]
    # Emptied where the row is needed; deleted where this is empty.
    emptied: dict[str, Any]


# Their order matters: a link is deleted once whoever came by it no longer needs it.
_OF_STUDY: Final = (
    _Kind(
        "participant ids",
        lambda study: Annotator.objects.filter(study=study).exclude(participant=""),
        {"participant": ""},
    ),
    _Kind(
        "times last seen",
        lambda study: Annotator.objects.filter(study=study, last_seen_at__isnull=False),
        {"last_seen_at": None},
    ),
    _Kind("comments", lambda study: Slot.objects.filter(study=study).exclude(comment=""), {"comment": ""}),
    _Kind(
        "earlier reasons",
        lambda study: JudgmentRevision.objects.filter(judgment__slot__study=study).exclude(reason=""),
        {"reason": ""},
    ),
    _Kind("drafts", lambda study: Draft.objects.filter(slot__study=study), {}),
    _Kind("receipts", lambda study: Receipt.objects.filter(slot__study=study), {}),
    _Kind("practice answers", lambda study: PracticeAnswer.objects.filter(annotator__study=study), {}),
    _Kind("annotators' tokens", lambda study: AnnotatorToken.objects.filter(annotator__study=study), {}),
    _Kind("links", lambda study: Invite.objects.filter(study=study), {}),
    _Kind(
        "webhook deliveries",
        lambda study: Delivery.objects.filter(webhook__study=study).filter(
            Q(delivered_at__isnull=False) | Q(given_up_at__isnull=False)
        ),
        {},
    ),
)


def due_for_retention(*, days: int, now: datetime, study: Study | None = None) -> Retention:
    """What `retain` would erase now, and nothing is changed."""
    before = now - timedelta(days=days)
    studies = (OfStudy(each.name, _counts(each)) for each in _closed(before, study))
    server = {words: rows.count() for words, rows in _of_server(before, now, study).items()}
    server["jobs"] = old_jobs(before=before, study=study).count()
    return Retention(before, tuple(each for each in studies if any(each.counts.values())), server)


def retain(*, days: int, now: datetime, study: Study | None = None, by: Researcher | None = None) -> Retention:
    """Erase of studies that closed at least `days` days ago what their judgments do not rest on, and what is old.

    With `study`, of that one alone, and nothing of the server as a whole. Each study is done whole or not at all, and
    gets a line in its audit. Done again, there is nothing left to erase.
    """
    before = now - timedelta(days=days)
    done = [_erase(each, days=days, now=now, by=by) for each in _closed(before, study)]
    server = {words: _deleted(rows) for words, rows in _of_server(before, now, study).items()}
    server["jobs"] = remove_old(before=before, study=study)
    return Retention(before, tuple(each for each in done if any(each.counts.values())), server)


def _closed(before: datetime, study: Study | None) -> Iterator[Study]:
    closed = Study.objects.filter(state=Study.State.CLOSED, closed_at__lte=before).order_by("pk")
    yield from closed if study is None else closed.filter(pk=study.pk)


def _counts(study: Study) -> dict[str, int]:
    return {kind.words: kind.rows(study).count() for kind in _OF_STUDY}


@transaction.atomic
def _erase(study: Study, *, days: int, now: datetime, by: Researcher | None) -> OfStudy:
    counts = {}
    for kind in _OF_STUDY:
        rows = kind.rows(study)
        counts[kind.words] = rows.update(**kind.emptied) if kind.emptied else _deleted(rows)
    if any(counts.values()):
        erased = {words: count for words, count in counts.items() if count}
        AuditEntry.objects.create(
            study=study, action=RETAINED, detail={"days": days, "erased": erased}, made_by=by, made_at=now
        )
    return OfStudy(study.name, counts)


def _of_server(before: datetime, now: datetime, study: Study | None) -> dict[str, QuerySet[Any]]:
    """What goes of no one study, by kind; of a study that is not closed only what lets nobody in any more."""
    if study is not None:
        return {}
    # Whoever came by a link is found by its note: those links stay until the study has closed.
    unused = Invite.objects.filter(annotators=None).exclude(study__state=Study.State.CLOSED)
    return {
        "expired sessions": Session.objects.filter(expire_date__lte=now),
        "expired API tokens": ApiToken.objects.filter(expiry__lte=now),
        # Those of studies that are erased are counted there.
        "expired annotators' tokens": AnnotatorToken.objects.filter(expires_at__lte=now).exclude(
            annotator__study__in=Study.objects.filter(state=Study.State.CLOSED, closed_at__lte=before)
        ),
        "unused links that expired or were revoked": unused.filter(
            Q(expires_at__lte=before) | Q(revoked_at__lte=before)
        ),
    }


def _deleted(rows: QuerySet[Any]) -> int:
    """Delete the rows; how many of these, without what hangs on them."""
    _, by_model = rows.delete()
    return int(by_model.get(rows.model._meta.label, 0))
