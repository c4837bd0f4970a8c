"""Where the judgments of a model lie: `PARLEY_HOME/judges/STUDY/MODEL/`, with the journal of all that was asked.

They are files, since one command writes them; `exporting` reads them beside the judgments of people.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evaluation.models import Study
from evaluation.results.judgments_file import read_judgments, write_judgments
from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.data.rows import JudgmentRow
from generation.corpus.manifest import read_manifest
from generation.home import home

FOLDER: Final = "judges"
JUDGMENTS: Final = "judgments.jsonl"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


def folder_of(study: Study, model: str) -> Path:
    """The folder of one model's judgments of a study."""
    return home() / FOLDER / study.name / (_UNSAFE.sub("-", model).strip(".-") or "model")


def write_rows(folder: Path, rows: Sequence[JudgmentRow], info: StudyInfo) -> Path:
    """Keep the judgments, whole or not at all."""
    path = folder / JUDGMENTS
    write_judgments(path, rows, info)
    return path


def machine_rows(study: Study) -> list[JudgmentRow]:
    """What all models said of `study`, by model; a study that was made anew under its name has none."""
    rows: list[JudgmentRow] = []
    for folder in sorted((home() / FOLDER / study.name).glob("*/")):
        made_for = read_manifest(folder).get("settings", {}).get("study")
        if made_for == study.public_id and (folder / JUDGMENTS).is_file():
            rows += read_judgments(folder / JUDGMENTS, form="jsonl")
    return rows
