"""Folders of small reports: one page that needs nothing else, its JSON, its tables as CSV, and a manifest."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string

from evaluation.reports.render import TABLES, NotAReportFolder, site_styles
from evaluation.reports.table import Table
from generation.corpus.manifest import new_file, write_manifest

TEMPLATES: Final = "evaluation/report"


def write_folder(
    folder: Path,
    *,
    name: str,
    context: Mapping[str, Any],
    analysis: Mapping[str, Any],
    tables: Sequence[Table],
    command: str,
    now: datetime,
    settings: Mapping[str, Any],
    inputs: Mapping[str, Path],
) -> list[Path]:
    """Write `NAME.html` (from its template, filled with `context`), `NAME.json` and the tables; the files written.

    A folder that holds other things than an earlier one of the same name raises `NotAReportFolder`.
    """
    check_folder_of(folder, name)
    page = render_to_string(f"{TEMPLATES}/{name}.html", {**context, "styles": site_styles()})
    texts = {
        folder / f"{name}.html": page,
        folder / f"{name}.json": json.dumps(analysis, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
    }
    texts |= {folder / TABLES / f"{table.key}.csv": table.as_csv() for table in tables}
    for path, text in texts.items():
        with new_file(path) as out:
            out.write(text)
    results = {key: value for key, value in analysis.items() if key in ("snapshot", "found", "n")}
    write_manifest(folder, command=command, now=now, settings=settings, inputs=inputs, results=results)
    return list(texts)


def check_folder_of(folder: Path, name: str) -> None:
    """Raise `NotAReportFolder` before anything is written over something that is no such report."""
    if folder.exists() and not folder.is_dir():
        raise NotAReportFolder(f"{folder} is a file; expected a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / f"{name}.json").is_file():
        raise NotAReportFolder(f"{folder} holds other things than {name}.json; expected an empty or a new folder")
