"""A corpus exported into a folder of its own: a file for each split, a card, a manifest."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from generation.corpus.dialogues import DIALOGUES_FILE, CorpusMissing, Dialogue
from generation.corpus.folders import provenance
from generation.corpus.manifest import new_file, read_manifest, write_manifest
from generation.exporting.card import CARD, UNKNOWN, card
from generation.exporting.files import Exported
from generation.exporting.parlai import write_parlai
from generation.exporting.tables import write_json_lines, write_parquet

COMMAND: Final = "export_corpus"
JSONL, PARQUET, PARLAI = "jsonl", "parquet", "parlai"
WRITERS: Final[dict[str, Callable[[Path, Iterable[Dialogue]], Exported]]] = {
    JSONL: write_json_lines,
    PARQUET: write_parquet,
    PARLAI: write_parlai,
}


class ExportTaken(ValueError):
    """A folder that holds something else than an earlier export of the same corpus in the same form."""


def export(
    dialogues: Iterable[Dialogue],
    *,
    corpus: Path,
    name: str,
    to: Path,
    form: str,
    now: datetime,
    licence: str = UNKNOWN,
) -> dict[str, Any]:
    """Export `dialogues`, a stream from the folder `corpus`, into `to`; what was written, as in the manifest.

    `name` is the corpus, or a split of it, as the card calls it. An earlier export of the same in the same form is
    replaced; anything else in the folder raises `ExportTaken` before a byte is written.
    """
    settings = {"corpus": name, "format": form, "licence": licence}
    before = _check(to, settings)
    to.mkdir(parents=True, exist_ok=True)

    def record(results: Mapping[str, Any]) -> None:
        inputs = {"corpus": corpus / DIALOGUES_FILE}
        write_manifest(to, command=COMMAND, now=now, settings=settings, inputs=inputs, results=results)

    # Beforehand, so that after an interrupt the folder is known for what it is.
    record({"unfinished": True, "files": before})
    exported = WRITERS[form](to, dialogues)
    if not exported.files:
        raise CorpusMissing(f"{name} has no dialogues that {form} can hold")
    for file in set(before) - set(exported.files.values()):
        (to / file).unlink(missing_ok=True)
    with new_file(to / CARD) as out:
        out.write(
            card(
                name=name,
                form=form,
                exported=exported,
                manifest=read_manifest(corpus),
                licence=licence,
                loadable=form != PARLAI,
            )
        )
    results = {
        "dialogues": sum(exported.dialogues.values()),
        "splits": exported.dialogues,
        "files": sorted(exported.files.values()),
        "changes": dict(sorted(exported.changes.items())),
        **provenance(corpus),
    }
    record(results)
    return results


def _check(to: Path, settings: Mapping[str, Any]) -> list[str]:
    """The files of an earlier export, which may be replaced; raises `ExportTaken` where there is anything else."""
    if to.exists() and not to.is_dir():
        raise ExportTaken(f"{to} is a file; expected a folder for the export")
    if not to.is_dir() or not any(to.iterdir()):
        return []
    manifest = read_manifest(to)
    if manifest.get("command") != COMMAND:
        raise ExportTaken(f"{to} holds other things than an export; expected an empty or a new folder")
    earlier = manifest.get("settings", {})
    for key in ("corpus", "format"):
        if earlier.get(key) != settings[key]:
            raise ExportTaken(
                f"{to} holds an export of {earlier.get('corpus')} as {earlier.get('format')}; name another folder"
            )
    return [str(file) for file in manifest.get("results", {}).get("files", [])]
