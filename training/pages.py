"""What the standalone pages of training share: their styles, and how a page is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string

from generation.corpus.manifest import new_file
from generation.pages import styles

# The look of `describe`, and what plots over an axis need besides.
STYLES: Final = ("generation/description.css", "training/plots.css")


def write_html(path: Path, template: str, context: Mapping[str, Any]) -> Path:
    """Render `template` with its styles inside into `path`: it can be opened from disk, sent by mail, or archived."""
    with new_file(path) as out:
        out.write(render_to_string(template, {**context, "styles": styles(*STYLES)}))
    return path
