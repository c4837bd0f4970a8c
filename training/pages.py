"""What the standalone pages of training share: their styles, and how a page is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from generation.corpus.manifest import new_file

# The look of `describe`, and what plots over an axis need besides.
STYLES: Final = ("generation/description.css", "training/plots.css")


def styles() -> str:
    """The style sheets as one text, to stand inside a page that needs nothing else."""
    return "\n".join(_sheet(name) for name in STYLES)


def _sheet(name: str) -> str:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(f"the style sheet {name} is not among the static files")
    return Path(path).read_text(encoding="utf-8")


def write_html(path: Path, template: str, context: Mapping[str, Any]) -> Path:
    """Render `template` with its styles inside into `path`: it can be opened from disk, sent by mail, or archived."""
    with new_file(path) as out:
        out.write(render_to_string(template, {**context, "styles": styles()}))
    return path
