"""Doing the background work of `jobs`: a report as a folder, judgments as files, a model that judges.

Each is made beside its place and put there whole, under the job's own number: done twice, it is the same file again.
"""

import logging
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from evaluation.items.blinding import ResultsHidden, require_results
from evaluation.judges.running import BadJudge, Judge, judge_study
from evaluation.models import Job
from evaluation.queue.jobs import (
    FOLDER,
    JobLost,
    Progress,
    fail,
    finish,
    give_back,
    sign_of_life,
    take,
)
from evaluation.reports.build import report_of
from evaluation.reports.render import write_report
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import write_judgments
from generation.asking.authors import RunStopped
from generation.asking.journal import CorpusBusy
from generation.corpus.manifest import write_manifest
from generation.home import home
from generation.terminal import Progress as Shown

LOG: Final = logging.getLogger(__name__)
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Made:
    """What came of it: files to be packed (none: nothing to fetch), and what to say."""

    folder: Path | None
    said: str


def work(number: int, *, clock: Clock) -> Job | None:
    """Do the job `number`, unless it is done or somebody else lives who does it; the job as it then stands.

    What is wrong with the work fails the job with its reason; what is wrong with the machine (no database, a full disk)
    lets it wait for another try, and is raised.
    """
    job = take(number=number, now=clock())
    if job is None:
        return None
    progress = Progress()
    try:
        with _signs_of_life(job, progress, clock), tempfile.TemporaryDirectory() as scratch:
            made = _MAKERS[job.kind](job, progress, clock, Path(scratch))
            progress.step("packing")
            file = _packed(job, made.folder) if made.folder else ""
            finish(job, file=file, said=made.said, now=clock())
    except JobLost:
        LOG.info("job %s went on elsewhere", job.pk)
    except CorpusBusy:
        # Whoever was taken for dead lives after all, and asks.
        give_back(job, now=clock())
    except (ResultsHidden, BadJudge, RunStopped, ValueError) as error:
        fail(job, str(error), now=clock())
    except (OperationalError, InterfaceError, OSError):
        # Where the database is what is away, the job falls silent, and the sweep finds it.
        with suppress(OperationalError, InterfaceError):
            give_back(job, now=clock())
        raise
    except Exception as error:
        LOG.exception("job %s failed", job.pk)
        fail(job, f"{type(error).__name__}: the server's log has more", now=clock())
    return Job.objects.select_related("study").get(pk=number)


@contextmanager
def _signs_of_life(job: Job, progress: Progress, clock: Clock) -> Iterator[None]:
    """Tell from a thread of its own that this process lives, so that nobody else begins."""
    done = threading.Event()

    def tell() -> None:
        try:
            while not done.wait(settings.JOB_SILENCE_SECONDS / 4):
                try:
                    sign_of_life(job, progress, now=clock())
                except JobLost:
                    progress.lost = True
                    return
                except OperationalError:
                    close_old_connections()
        finally:
            connection.close()

    thread = threading.Thread(target=tell, name=f"job {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _report(job: Job, progress: Progress, clock: Clock, scratch: Path) -> Made:
    require_results(job.study)
    progress.step("computing the statistics", 0, 2)
    report = report_of(job.study)
    progress.step("writing pages and tables", 1, 2)
    folder = scratch / f"{job.study.name}-report"
    written = write_report(folder, report, command="report", now=clock(), settings={"study": job.study.name})
    return Made(folder, f"No PDF: {written.without_pdf}" if written.without_pdf else "")


def _export(job: Job, progress: Progress, clock: Clock, scratch: Path) -> Made:
    require_results(job.study)
    progress.step("reading the judgments", 0, 2)
    rows, info = rows_of(job.study), info_of(job.study)
    progress.step("writing them", 1, 2)
    folder = scratch / f"{job.study.name}-judgments"
    folder.mkdir()
    for form in ("csv", "jsonl"):
        write_judgments(folder / f"judgments.{form}", rows, info)
    write_manifest(
        folder,
        command="export_judgments",
        now=clock(),
        settings={"study": job.study.name},
        inputs={},
        results={"study": job.study.name, "judgments": len(rows)},
    )
    return Made(folder, f"{len(rows):,} judgments.")


def _judge(job: Job, progress: Progress, clock: Clock, scratch: Path) -> Made:
    judge = Judge(model=job.options["model"])
    result = judge_study(job.study, judge, now=clock, progress=_Told(progress))
    failed = f" {len(result['failed']):,} looks failed." if result["failed"] else ""
    return Made(None, f"{judge.model} judged {result['pairs']:,} pairs in both orders.{failed}")


class _Told(Shown):
    """The terminal's counter, told to a job instead."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(total=None, label="looks judged", quiet=True)
        self.progress = progress

    def advance(self, count: int = 1, note: str = "") -> None:
        """Count on, and stop where the job went elsewhere."""
        super().advance(count, note)
        self.progress.step(self.label, self.done, self.total or 0)


def _packed(job: Job, folder: Path) -> str:
    """The files as one archive in their place; its name below the folder of jobs."""
    name = f"{job.pk}-{folder.name}.zip"
    place = home() / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    # A name of this holder's: one who was taken for dead may still be writing.
    unfinished = place / f".{name}.{job.holder}.part"
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder.parent))
        unfinished.replace(place / name)
    finally:
        unfinished.unlink(missing_ok=True)
    return name


_MAKERS: Final[dict[str, Callable[[Job, Progress, Clock, Path], Made]]] = {
    Job.Kind.REPORT: _report,
    Job.Kind.EXPORT: _export,
    Job.Kind.JUDGE: _judge,
}
