"""Pages that stand alone: with their styles inside, they can be opened from disk, sent by mail, or archived."""

from pathlib import Path

from django.contrib.staticfiles import finders


def styles(*names: str) -> str:
    """The static files of these names as one text."""
    return "\n".join(_text(name) for name in names)


def _text(name: str) -> str:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not among the static files")
    return Path(path).read_text(encoding="utf-8")
