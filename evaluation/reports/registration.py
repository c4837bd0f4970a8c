"""A registration as files: Markdown to read and to paste from, JSON to check against, and a manifest."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from evaluation.changes.registration_answers import Asked, answers
from generation.corpus.manifest import BadManifest, digest_of_file, new_file, read_manifest, write_manifest

MARKDOWN: Final = "preregistration.md"
JSON: Final = "preregistration.json"
COMMAND: Final = "preregister"


class NotARegistration(ValueError):
    """A folder that holds something else, or a registration that was changed since."""


def write_registration(folder: Path, registered: Mapping[str, Any], *, now: datetime) -> list[Path]:
    """Write both files and the manifest; the files. The same registration gives the same bytes of both."""
    if folder.exists() and not folder.is_dir():
        raise NotARegistration(f"{folder} is a file; expected a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / JSON).is_file():
        raise NotARegistration(f"{folder} holds other things than a registration; expected an empty or a new folder")
    asked = answers(registered)
    content = {**registered, "answers": [asdict(each) for each in asked]}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
    for name, said in ((JSON, text), (MARKDOWN, markdown(registered, asked))):
        with new_file(folder / name) as out:
            out.write(said)
    write_manifest(
        folder,
        command=COMMAND,
        now=now,
        settings={"study": registered["study"]["name"], "late": registered["registered"]["late"]},
        inputs={},
        results={
            "design_digest": registered["design_digest"],
            "files": {name: digest_of_file(folder / name) for name in (JSON, MARKDOWN)},
        },
    )
    return [folder / MARKDOWN, folder / JSON]


def read_registration(folder: Path) -> dict[str, Any]:
    """What a folder registered; raises `NotARegistration` where it is none, or a file is not as it was written."""
    path = folder / JSON
    if not path.is_file():
        raise NotARegistration(f"{folder}: expected a folder with {JSON} in it")
    try:
        registered = json.loads(path.read_text(encoding="utf-8"))
        written = read_manifest(folder).get("results", {}).get("files", {})
    except (ValueError, BadManifest) as error:
        raise NotARegistration(f"{path}: expected JSON in UTF-8: {error}") from error
    if not isinstance(registered, dict) or registered.get("format") != 1:
        raise NotARegistration(f"{path}: expected a registration of format 1")
    for name, digest in written.items():
        if not (folder / name).is_file() or digest_of_file(folder / name) != digest:
            raise NotARegistration(f"{folder / name} is not as it was written: its digest is not the manifest's")
    return registered


def markdown(registered: Mapping[str, Any], asked: list[Asked]) -> str:
    """The registration to be read: what is declared, the answers, and every text that annotators see."""
    late, study = registered["registered"], registered["study"]
    lines = [f"# {'Registration' if late['late'] else 'Preregistration'}: {study['title']}", ""]
    if late["late"]:
        lines += [f"**Written late: {late['judgments']:,} judgments were in. This is no preregistration.**", ""]
    lines += [
        f"- Study: `{study['name']}`",
        f"- Design digest: `{registered['design_digest']}`",
        f"- Parley {registered['parley']['version']}"
        + (f", commit `{registered['parley']['commit']}`" if registered["parley"]["commit"] else ""),
        f"- Seed: {registered['seed']}",
        f"- Planned slots: {registered['sizes']['slots']:,}, digest `{registered['slots_digest']}`",
        "",
        "## Responses",
        "",
        "| system | SHA-256 of its responses |",
        "| --- | --- |",
        *(f"| {name} | `{digest}` |" for name, digest in registered["systems"]),
        "",
    ]
    for registry in dict.fromkeys(each.registry for each in asked):
        lines += [f"## {registry}", ""]
        for each in asked:
            if each.registry == registry:
                lines += [f"### {each.number} {each.question}", "", each.answer, ""]
    lines += ["## What annotators see", "", f"Title: {study['public_title']}", ""]
    for heading, text in zip(("Consent", "Instructions", "Last page"), registered["texts"], strict=True):
        lines += [f"### {heading}", "", *_quoted(str(text)), ""]
    if registered.get("content_warning"):
        lines += ["### Content warning", "", *_quoted(str(registered["content_warning"])), ""]
    lines += ["### Questions", ""]
    for each in registered["criteria"]:
        lines += [f"- **{each['name']}** (`{each['key']}`, {each['scale']}): {each['question']}"]
        if each.get("help"):
            lines += [f"  {each['help']}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> list[str]:
    return [f"> {line}".rstrip() for line in text.strip().splitlines()] or ["(none)"]
