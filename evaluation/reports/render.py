"""A report as files: a page that needs nothing else, the PDF, the JSON, every table as CSV and LaTeX, the datasheet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string

from evaluation.reports.build import StudyReport
from evaluation.reports.latex import report_latex, source_of, table_latex
from evaluation.reports.pdf import PdfMissing, report_pdf
from generation.corpus.manifest import new_file, write_manifest
from generation.pages import styles

PAGE: Final = "report.html"
PDF: Final = "report.pdf"
JSON: Final = "report.json"
TEX: Final = "report.tex"
DATASHEET: Final = "heds"
TABLES: Final = "tables"
STYLES: Final = ("evaluation/parley.css", "evaluation/report.css")


class NotAReportFolder(ValueError):
    """A folder that holds something else: a report would be mixed into it."""


@dataclass(frozen=True)
class Written:
    """The files of a report. `without_pdf` is why there is no PDF, where there is none."""

    folder: Path
    files: tuple[Path, ...]
    without_pdf: str = ""

    def lines(self) -> list[str]:
        """What was written and where, for the terminal."""
        tables = sum(path.suffix == ".csv" for path in self.files)
        named = [str(path) for path in self.files if path.parent == self.folder]
        said = [f"Written: {', '.join(named)}, and {tables} tables as CSV and LaTeX in {self.folder / TABLES}"]
        return [*said, f"No {PDF}: {self.without_pdf}"] if self.without_pdf else said


def report_html(report: StudyReport) -> str:
    """The page with its styles inside: it can be opened from disk, sent by mail, or archived."""
    return render_to_string("evaluation/report/standalone.html", {"report": report, "styles": site_styles()})


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
) -> Written:
    """Write the report into `folder`, made if need be; an older report there is replaced.

    Where PDFs cannot be made, everything else is, and the result says why.
    """
    check_folder(folder)
    tables = folder / TABLES
    tables.mkdir(parents=True, exist_ok=True)
    for old in (*tables.glob("*.csv"), *tables.glob("*.tex")):
        if old.stem not in {table.key for table in report.tables}:
            old.unlink()
    texts = {folder / name: text for name, text in _texts(report).items()}
    texts |= {tables / f"{table.key}.csv": table.as_csv() for table in report.tables}
    source = source_of(report)
    texts |= {
        tables / f"{table.key}.tex": table_latex(table, marked=report.marked, source=source) for table in report.tables
    }
    for path, text in texts.items():
        with new_file(path) as out:
            out.write(text)
    files, without_pdf = list(texts), _write_pdf(folder / PDF, report)
    if not without_pdf:
        files.insert(1, folder / PDF)
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
    return Written(folder, tuple(files), without_pdf)


def _texts(report: StudyReport) -> dict[str, str]:
    """The files beside the tables, by name."""
    texts = {PAGE: report_html(report), JSON: report_json(report), TEX: report_latex(report)}
    if report.datasheet:
        sheet = json.dumps(report.datasheet.as_json(), ensure_ascii=False, indent=1)
        texts |= {f"{DATASHEET}.md": report.datasheet.as_markdown(), f"{DATASHEET}.json": f"{sheet}\n"}
    return texts


def _write_pdf(path: Path, report: StudyReport) -> str:
    """Why there is no PDF; empty where it was written."""
    try:
        pdf = report_pdf(report)
    except PdfMissing as missing:
        # One of an earlier report would not be this one's.
        path.unlink(missing_ok=True)
        return str(missing)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(pdf)
    unfinished.replace(path)
    return ""


def check_folder(folder: Path) -> None:
    """Raise `NotAReportFolder` before anything is written over something that no report command made."""
    if folder.exists() and not folder.is_dir():
        raise NotAReportFolder(f"{folder} is a file; expected a folder for the report")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / JSON).is_file():
        raise NotAReportFolder(f"{folder} holds other things than a report; expected an empty or a new folder")


def site_styles() -> str:
    """The style sheets of the site, as one text."""
    return styles(*STYLES)
