"""A description as files: a page that needs nothing else, its numbers as JSON, and a manifest."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.template.loader import render_to_string

from generation.corpus.manifest import manifest_path, new_file, read_manifest, write_manifest
from generation.describing.figures import figures_of
from generation.describing.gathering import Compared, Description
from generation.describing.rows import GROUPS, ROWS, read, read_difference
from generation.describing.table import trait_rows
from generation.pages import styles

PAGE: Final = "description.html"
JSON: Final = "description.json"
COMMAND: Final = "describe"
_STYLES: Final = "generation/description.css"
# What a comparison is summed up in: the measure, and what a value of it says of a corpus.
_SUMMED_UP: Final = (
    ("mtld_in_dialogues", "MTLD within dialogues is {second} in {b} and {first} in {a}"),
    ("repeated_turns", "Of the turns, {second} in {b} and {first} in {a} stand word for word in another dialogue"),
    ("own_coverage", "Speakers say {second} of their own persona's words in {b} and {first} in {a}"),
    (
        "leak_rate",
        "Of first mentions of a persona's words, {second} in {b} and {first} in {a} are by the wrong speaker",
    ),
)


class NotADescription(ValueError):
    """A folder or file that holds something else: a description would be mixed into it, or written over it."""


def check_folder(folder: Path) -> None:
    """Raise `NotADescription` before anything is written over what `describe` did not make."""
    if folder.exists() and not folder.is_dir():
        raise NotADescription(f"{folder} is a file; expected a folder for the description")
    if folder.is_dir() and any(folder.iterdir()) and read_manifest(folder).get("command") != COMMAND:
        raise NotADescription(f"{folder} holds other things than a description; expected an empty or a new folder")


def page_html(description: Description) -> str:
    """The page with its styles inside: it can be opened from disk, sent by mail, or archived."""
    corpora = description.corpora
    compared = description.comparisons[0] if len(corpora) == 2 and description.origins_in_common else None
    return render_to_string(
        "generation/description.html",
        {
            "description": description,
            "title": " and ".join(corpus.name for corpus in corpora) if len(corpora) < 3 else f"{len(corpora)} corpora",
            "sentences": [line for each in description.comparisons if each.in_common for line in _in_sentences(each)],
            "table": _table(description, compared),
            "compared": compared,
            "columns": 1 + len(corpora) + bool(compared),
            "figures": figures_of(description),
            "styles": styles(_STYLES),
        },
    )


def write_page(
    path: Path, description: Description, *, names: Sequence[str], inputs: Mapping[str, Path], now: datetime
) -> list[Path]:
    """Write the page alone, with its manifest beside it; the files it wrote."""
    made = manifest_path(path)
    if path.exists() and read_manifest(path).get("command") != COMMAND:
        raise NotADescription(f"{path} is there already, and is no page of describe's; name another")
    with new_file(path) as out:
        out.write(page_html(description))
    _write_manifest(path, description, names=names, inputs=inputs, now=now)
    return [path, made]


def write_description(
    folder: Path, description: Description, *, names: Sequence[str], inputs: Mapping[str, Path], now: datetime
) -> list[Path]:
    """Write page, JSON and manifest into `folder`, made if need be; an older description there is replaced."""
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # First, so that after an interrupt the folder is known for what it is.
    _write_manifest(folder, description, names=names, inputs=inputs, now=now)
    texts = {
        folder / PAGE: page_html(description),
        folder / JSON: json.dumps(description.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n",
    }
    for path, text in texts.items():
        with new_file(path) as out:
            out.write(text)
    return [*texts, manifest_path(folder)]


def _write_manifest(
    made: Path, description: Description, *, names: Sequence[str], inputs: Mapping[str, Path], now: datetime
) -> None:
    write_manifest(
        made,
        command=COMMAND,
        now=now,
        settings={"corpora": list(names)},
        inputs=inputs,
        results={
            "signature": description.signature,
            "origins_in_common": description.origins_in_common,
            "caveats": list(dict.fromkeys(each for corpus in description.corpora for each in corpus.caveats)),
        },
    )


def _in_sentences(compared: Compared) -> list[str]:
    sentences = []
    for name, sentence in _SUMMED_UP:
        difference = compared.differences[name]
        if difference.value is not None:
            said = sentence.format(
                a=compared.first,
                b=compared.second,
                first=read(name, difference.first),
                second=read(name, difference.second),
            )
            sentences.append(f"{said}: a difference of {read_difference(name, difference)}.")
    return sentences


def _table(description: Description, compared: Compared | None) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Groups of rows: the heading of a group, and for each row its heading and cells."""
    corpora = description.corpora
    sizes = [
        ("author", [corpus.author or "not stated" for corpus in corpora]),
        ("dialogues", [f"{corpus.written:,}" for corpus in corpora]),
        ("persona pairs without one", [f"{corpus.summary.pairs_without_dialogue:,}" for corpus in corpora]),
        ("turns", [f"{corpus.summary.turns:,}" for corpus in corpora]),
        ("words", [f"{corpus.summary.words:,}" for corpus in corpora]),
        *(
            (rows[0][0], [value for _, value in rows])
            for rows in zip(*(corpus.expenses.rows(corpus.written) for corpus in corpora), strict=True)
        ),
    ]
    extra = [""] if compared else []
    groups = [("Size", [(heading, cells + extra) for heading, cells in sizes])]
    for title, names in GROUPS:
        rows = []
        for name in names:
            cells = [read(name, corpus.summary.rates[name].value) for corpus in corpora]
            cells += [read_difference(name, compared.differences.get(name))] if compared else []
            rows.append((ROWS[name].heading.strip(), cells))
        groups.append((title, rows))
    for heading, *cells in trait_rows(corpora):
        if not any(cells):
            groups.append((heading[:1].upper() + heading[1:], []))
        else:
            groups[-1][1].append((heading.strip(), cells + extra))
    return groups
