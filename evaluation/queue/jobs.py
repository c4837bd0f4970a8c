"""Background work as its study sees it: asked for once, its progress, what it made. `making` does it."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q, QuerySet

from evaluation.models import Job, Judgment, JudgmentRevision, Researcher, Study
from evaluation.queue.queueing import later
from generation.home import home

# How often it may be begun anew, where whoever did it fell silent or the database was away.
MOST_TRIES: Final = 5
FOLDER: Final = "jobs"


class JobLost(RuntimeError):
    """The work goes on elsewhere: this holder fell silent for too long, or was replaced."""


def ask_for(
    *,
    study: Study,
    kind: str,
    options: Mapping[str, Any] | None = None,
    now: datetime,
    by: Researcher | None = None,
    again: bool = True,
) -> Job:
    """The job that does this: one that waits, runs, or was done since the study last changed; else a new one.

    One that failed is tried `again`, or is the answer.
    """
    fingerprint = fingerprint_of(study, kind, options or {})
    same = Job.objects.filter(study=study, kind=kind, fingerprint=fingerprint)
    there = same.order_by("-made_at", "-pk").first()
    if there is not None and (
        there.is_under_way()
        or (there.is_done() and (not there.file or path_of(there).is_file()))
        or (there.state == Job.State.FAILED and not again)
    ):
        return there
    try:
        with transaction.atomic():
            job = Job.objects.create(
                study=study, kind=kind, options=dict(options or {}), fingerprint=fingerprint, made_by=by, made_at=now
            )
            transaction.on_commit(lambda: later("work", job.pk))
    except IntegrityError:
        # Somebody asked for the same at the same moment.
        return same.under_way().get()
    return job


def fingerprint_of(study: Study, kind: str, options: Mapping[str, Any]) -> str:
    """What the work would be done on, in a few queries: it changes with every judgment, exclusion and amendment."""
    counted = Judgment.objects.filter(slot__study=study).aggregate(last=Max("pk"), at=Max("submitted_at"))
    revised = JudgmentRevision.objects.filter(judgment__slot__study=study).aggregate(last=Max("pk"))
    facts = {
        "kind": kind,
        "options": dict(options),
        "judgments": [Judgment.objects.filter(slot__study=study).count(), counted["last"], str(counted["at"])],
        "revised": revised["last"],
        "acts": study.audit.aggregate(last=Max("pk"))["last"],
        "state": study.state,
        "excluded": study.annotators.exclude(excluded_by="").count(),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def file_of(job: Job) -> tuple[BinaryIO, str] | None:
    """What a job made, opened, and its name for whoever fetches it; None where it is not made, or is gone."""
    if not (job.is_done() and job.file):
        return None
    try:
        return path_of(job).open("rb"), job.file.partition("-")[2]
    except FileNotFoundError:
        return None


def path_of(job: Job) -> Path:
    """Where what a job made lies."""
    return home() / FOLDER / job.file


def silent_since(now: datetime) -> datetime:
    """Whoever was last heard of before this is taken for dead."""
    return now - timedelta(seconds=settings.JOB_SILENCE_SECONDS)


@transaction.atomic
def take(*, number: int, now: datetime) -> Job | None:
    """Hold the job `number`, to do it; None where it is done, or somebody else does it and lives."""
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, seen_at__lte=silent_since(now))
    holder = secrets.token_hex(16)
    taken = Job.objects.filter(free, pk=number).update(
        state=Job.State.RUNNING, holder=holder, started_at=now, seen_at=now, tries=F("tries") + 1, stage="", done=0
    )
    if not taken:
        return None
    job = Job.objects.select_related("study").get(pk=number)
    if job.tries > MOST_TRIES:
        fail(job, f"it was begun {MOST_TRIES} times, and whoever did it fell silent each time", now=now)
        return None
    return job


def sign_of_life(job: Job, progress: "Progress", *, now: datetime) -> None:
    """Say that the holder lives, and how far it is. Raises `JobLost` where the job is no longer its."""
    held = Job.objects.filter(pk=job.pk, holder=job.holder, state=Job.State.RUNNING)
    if not held.update(seen_at=now, stage=progress.stage, done=progress.done, total=progress.total):
        raise JobLost(f"job {job.pk} is no longer held")


def finish(job: Job, *, file: str, said: str, now: datetime) -> None:
    """Put down what it made. Raises `JobLost` where the job is no longer this holder's; then nothing is put down."""
    held = Job.objects.filter(pk=job.pk, holder=job.holder, state=Job.State.RUNNING)
    if not held.update(state=Job.State.DONE, file=file, said=said, error="", ended_at=now, done=F("total")):
        raise JobLost(f"job {job.pk} is no longer held")


def fail(job: Job, reason: str, *, now: datetime) -> None:
    """Put down why it cannot be done; asked for again, it is another job."""
    held = Job.objects.filter(pk=job.pk, holder=job.holder, state=Job.State.RUNNING)
    held.update(state=Job.State.FAILED, error=reason[:1000], ended_at=now)


def give_back(job: Job, *, now: datetime) -> None:
    """Let it wait again: the sweep hands it to a worker."""
    held = Job.objects.filter(pk=job.pk, holder=job.holder, state=Job.State.RUNNING)
    held.update(state=Job.State.QUEUED, holder="", seen_at=now)


def forgotten(*, now: datetime) -> list[int]:
    """The jobs to hand to a worker again: their holder fell silent, or they have waited and no broker knows of them."""
    waiting = Q(state=Job.State.QUEUED, made_at__lte=silent_since(now))
    silent = Q(state=Job.State.RUNNING, seen_at__lte=silent_since(now))
    return list(Job.objects.filter(waiting | silent).order_by("pk").values_list("pk", flat=True))


@dataclass
class Progress:
    """How far one holder is. Written by the work, read by the thread that gives signs of life."""

    stage: str = ""
    done: int = 0
    total: int = 0
    # Set once the job is lost, so that the work stops at its next step.
    lost: bool = field(default=False)

    def step(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Begin a stage, or say how far it is. Raises `JobLost` where the work is no longer wanted."""
        if self.lost:
            raise JobLost("somebody else does it")
        self.stage, self.done, self.total = stage, done, total


def old_jobs(*, before: datetime, study: Study | None = None) -> QuerySet[Job]:
    """Jobs that ended before `before`, of one study or of all."""
    ended = Job.objects.filter(ended_at__lt=before).order_by("pk")
    return ended if study is None else ended.filter(study=study)


def remove_old(*, before: datetime, study: Study | None = None) -> int:
    """Delete jobs that ended before `before`, with their files; how many."""
    count = 0
    for job in old_jobs(before=before, study=study):
        if job.file:
            with suppress(FileNotFoundError):
                path_of(job).unlink()
        job.delete()
        count += 1
    return count
