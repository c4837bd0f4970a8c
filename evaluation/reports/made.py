"""The report of a study with very many judgments: a worker makes it, and the page shows what it made."""

import json
import zipfile
from datetime import datetime

from django.conf import settings

from evaluation.models import Job, Judgment, Researcher, Study
from evaluation.queue.jobs import ask_for, path_of
from evaluation.queue.queueing import has_workers
from evaluation.reports.build import StudyReport, report_from, report_of
from evaluation.reports.render import JSON


class BeingMade(Exception):
    """The report is not there yet; `job` makes it, or says why it cannot."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"job {job.pk} makes the report")
        self.job = job


def report_for_page(*, study: Study, now: datetime, by: Researcher) -> StudyReport:
    """The report as it stands now. Raises `BeingMade` where it takes too long for a page and a worker can make it."""
    if not has_workers() or Judgment.objects.filter(slot__study=study).count() <= settings.LARGE_STUDY:
        return report_of(study)
    job = ask_for(study=study, kind=Job.Kind.REPORT, now=now, by=by, again=False)
    if not job.is_done():
        raise BeingMade(job)
    with zipfile.ZipFile(path_of(job)) as archive:
        name = next(each for each in archive.namelist() if each.endswith(f"/{JSON}"))
        return report_from(json.loads(archive.read(name)))
