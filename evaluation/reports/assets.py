"""Style sheets of the site, as text to stand inside a file."""

from pathlib import Path

from django.contrib.staticfiles import finders


def asset(name: str) -> str:
    """The static file called `name`."""
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not among the static files")
    return Path(path).read_text(encoding="utf-8")
