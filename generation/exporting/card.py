"""The dataset card: README.md with what is known of a corpus, for those who read and for the hub that loads it."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from django.template.loader import render_to_string

from generation.corpus.traits import TRAITS
from generation.exporting.files import Exported

CARD: Final = "README.md"
UNKNOWN: Final = "unknown"
# Where a hub sorts a data set by its size: below so many rows, the name of its class.
_SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LARGER: Final = "10M<n<100M"
# An address of one's own endpoint is nobody else's business.
_PRIVATE: Final = ("base_url",)


def card(*, name: str, form: str, exported: Exported, manifest: Mapping[str, Any], licence: str, loadable: bool) -> str:
    """The card of a corpus `name`, whose manifest may be empty. `loadable`: `datasets` can read the files."""
    results = manifest.get("results", {})
    total = sum(exported.dialogues.values())
    return render_to_string(
        "generation/dataset_card.md",
        {
            "name": name,
            "form": form,
            "loadable": loadable,
            "licence": licence,
            "size": next((label for limit, label in _SIZES if total < limit), _LARGER),
            "splits": [(split, exported.files[split], count) for split, count in exported.dialogues.items()],
            "total": total,
            "traits": TRAITS,
            "author": results.get("author"),
            "caveats": results.get("caveats", []),
            "manifest": manifest,
            "settings": [
                (key, said) for key, value in manifest.get("settings", {}).items() if (said := _said(key, value))
            ],
            "inputs": [
                (key, value.get("file"), value.get("sha256")) for key, value in manifest.get("inputs", {}).items()
            ],
            "changes": [(key.replace("_", " "), count) for key, count in sorted(exported.changes.items())],
        },
    )


def _said(key: str, value: Any) -> str:
    """A setting as it may be told to others: files by their names alone; empty where it was not set."""
    if key in _PRIVATE or value in (None, False, ""):
        return ""
    if isinstance(value, list):
        return ", ".join(_said(key, each) for each in value)
    text = str(value)
    return PurePath(text).name if text.startswith((".", "/", "~")) else text
