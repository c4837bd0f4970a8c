"""A report as files: a page that needs nothing else, the JSON, and every table as CSV."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from evaluation.reports.build import StudyReport
from generation.corpus.manifest import new_file, write_manifest

PAGE: Final = "report.html"
JSON: Final = "report.json"
TABLES: Final = "tables"
STYLES: Final = ("evaluation/parley.css", "evaluation/report.css")


class NotAReportFolder(ValueError):
    """A folder that holds something else: a report would be mixed into it."""


def report_html(report: StudyReport) -> str:
    """The page with its styles inside: it can be opened from disk, sent by mail, or archived."""
    return render_to_string("evaluation/report/standalone.html", {"report": report, "styles": _styles()})


def report_json(report: StudyReport) -> str:
    """The analysis as text: the same for the same judgments and seed, to the last bit."""
    return json.dumps(report.analysis, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_report(
    folder: Path,
    report: StudyReport,
    *,
    command: str,
    now: datetime,
    settings: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Path] | None = None,
) -> list[Path]:
    """Write the report into `folder`, made if need be; an older report there is replaced. The files it wrote."""
    check_folder(folder)
    tables = folder / TABLES
    tables.mkdir(parents=True, exist_ok=True)
    for old in tables.glob("*.csv"):
        if old.stem not in {table.key for table in report.tables}:
            old.unlink()
    texts = {folder / PAGE: report_html(report), folder / JSON: report_json(report)}
    texts |= {tables / f"{table.key}.csv": table.as_csv() for table in report.tables}
    for path, text in texts.items():
        with new_file(path) as out:
            out.write(text)
    write_manifest(
        folder,
        command=command,
        now=now,
        settings=settings or {},
        inputs=inputs or {},
        results={
            "snapshot": report.analysis.get("snapshot"),
            "signature": report.analysis.get("signature"),
            "n": report.analysis.get("n"),
            "marks": list(report.marks),
            "verdicts": [verdict.text for verdict in report.verdicts],
        },
    )
    return list(texts)


def check_folder(folder: Path) -> None:
    """Raise `NotAReportFolder` before anything is written over something that no report command made."""
    if folder.exists() and not folder.is_dir():
        raise NotAReportFolder(f"{folder} is a file; expected a folder for the report")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / JSON).is_file():
        raise NotAReportFolder(f"{folder} holds other things than a report; expected an empty or a new folder")


def _styles() -> str:
    """The style sheets of the site, as one text."""
    parts = []
    for name in STYLES:
        path = finders.find(name)
        if path is None:
            raise FileNotFoundError(f"the style sheet {name} is not among the static files")
        parts.append(Path(path).read_text(encoding="utf-8"))
    return "\n".join(parts)
