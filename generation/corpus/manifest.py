"""The manifest beside everything Parley makes: what made it, from what, with which settings."""

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any, Final

MANIFEST_FILE: Final = "manifest.json"


def parley_version() -> str:
    """The version of the installed package, or "unknown" in a bare source tree."""
    try:
        return version("parley")
    except PackageNotFoundError:
        return "unknown"


class BadManifest(ValueError):
    """A manifest that no command of ours wrote like that."""


@contextmanager
def new_file(path: Path) -> Iterator[IO[str]]:
    """A text file that appears under its name only once it is whole and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def digest_of_file(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def digest_of(value: object) -> str:
    """SHA-256 of a JSON value in its canonical form: sorted keys, no spaces."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def manifest_path(made: Path) -> Path:
    """Where the manifest of `made` lies: in a folder, or beside a single file."""
    return made / MANIFEST_FILE if made.is_dir() else made.with_name(f"{made.name}.{MANIFEST_FILE}")


def write_manifest(
    made: Path,
    *,
    command: str,
    now: datetime,
    settings: Mapping[str, Any],
    inputs: Mapping[str, Path],
    results: Mapping[str, Any],
) -> Path:
    """Write what made `made`: the command, its settings, a digest of each input file, and what came out.

    `results` are counts and findings of the command; keys are the command's own and stay stable.
    """
    path = manifest_path(made)
    content = {
        "command": command,
        "made_at": now.isoformat(timespec="seconds"),
        "parley": parley_version(),
        "python": platform.python_version(),
        "settings": dict(settings),
        "inputs": {name: {"file": file.name, "sha256": digest_of_file(file)} for name, file in inputs.items()},
        "results": dict(results),
    }
    with new_file(path) as out:
        json.dump(content, out, indent=2, ensure_ascii=False)
        out.write("\n")
    return path


def read_manifest(made: Path) -> dict[str, Any]:
    """The manifest of `made`, empty where there is none."""
    path = manifest_path(made)
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadManifest(f"{path}: not JSON in UTF-8: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("results", {}), dict):
        raise BadManifest(f"{path}: expected a JSON object with an object of results")
    return content
