"""Where corpora, models and responses live, and how a name on the command line becomes a folder."""

from pathlib import Path
from typing import Final, Literal

from django.conf import settings

# What file systems take: bytes of one folder's name, and of a whole path.
LONGEST_PART: Final = 255
LONGEST: Final = 4000
Kind = Literal["corpora", "models", "responses"]


class NoSuchName(ValueError):
    """A corpus, model or responses that is not there."""


def home() -> Path:
    """`PARLEY_HOME`: the folder under which everything with a name is kept."""
    return Path(settings.PARLEY_HOME)


def place(kind: Kind, name: str) -> Path:
    """The folder for `name`: under `PARLEY_HOME/kind`, or a path where it begins with `.`, `/` or `~`."""
    if len(name) > LONGEST or any(len(part.encode(errors="replace")) > LONGEST_PART for part in name.split("/")):
        raise NoSuchName(f"{name[:60]!r} and so on is longer than a folder's name may be")
    if name.startswith((".", "/", "~")):
        return Path(name).expanduser()
    if ".." in Path(name).parts or not name.strip():
        raise NoSuchName(f"{name!r} is not a name; a path begins with '.', '/' or '~'")
    return home() / kind / name


def existing(kind: Kind, name: str) -> Path:
    """As `place`, for something that must be there already; the error lists what is."""
    folder = place(kind, name)
    if not folder.exists():
        there = sorted(path.name for path in (home() / kind).glob("*")) if (home() / kind).is_dir() else []
        raise NoSuchName(f"no {name!r} in {home() / kind}; there: {', '.join(there) or 'nothing yet'}")
    return folder


def corpus_and_split(name: str) -> tuple[Path, str | None]:
    """`CORPUS/SPLIT` or `CORPUS` as (existing folder, split or None)."""
    if not place("corpora", name).exists() and "/" in name:
        corpus, _, split = name.rpartition("/")
        if corpus and place("corpora", corpus).is_dir():
            return place("corpora", corpus), split
    return existing("corpora", name), None
