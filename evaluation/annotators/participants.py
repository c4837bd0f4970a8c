"""Which of a platform's participants each annotator is: kept out of every export but the one that asks for it."""

import csv
from datetime import datetime
from pathlib import Path

from evaluation.models import AuditEntry, Researcher, Study
from generation.spreadsheets import harmless

COLUMNS = ("annotator", "participant")


def write_participants(path: Path, study: Study, *, now: datetime, by: Researcher | None = None) -> int:
    """Write the code and the platform's id of everybody whom a platform sent, readable by the owner of the file alone;
    how many. That it was asked for stands in the study's audit.
    """
    people = list(
        study.annotators.exclude(participant="").order_by("created_at", "pk").values_list("code", "participant")
    )
    AuditEntry.objects.create(
        study=study, action="participants exported", detail={"participants": len(people)}, made_by=by, made_at=now
    )
    path.touch(mode=0o600)
    path.chmod(0o600)
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows([harmless(each).replace("\r", " ") for each in pair] for pair in people)
    return len(people)
