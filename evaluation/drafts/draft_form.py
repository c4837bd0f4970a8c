"""From a form back to `study.toml`: each field is written to its place in the text, and only where it was changed.

The text is edited where it stands, so that comments, order, and keys that the form does not know stay as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from evaluation.drafts.draft_places import Found, found_in, scale_of
from evaluation.drafts.draft_sections import TABLES, kind_said, sections_of
from evaluation.drafts.draft_values import lines_in, said_by, says_the_same, typed, write
from evaluation.study_files.item_kinds import MADE_OF, Kind


class NotToml(ValueError):
    """A text that no form can be made of; the text itself has to be mended first."""


def document_of(toml: str) -> tomlkit.TOMLDocument:
    """The text as a document that can be edited; raises `NotToml`."""
    try:
        return tomlkit.parse(toml)
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise NotToml(str(error) or "it nests too deep") from error


def apply(document: tomlkit.TOMLDocument, posted: Mapping[str, Sequence[str]]) -> None:
    """Write what was changed in a form into the document; what the form shows as it stands is not touched.

    `posted` has every value by name, as lists. A field that was not on the page is left alone.
    """
    kind = kind_said(document)
    # All are found before any is written: an entry is called by its number among them.
    found = [(section, found_in(section, document, kind)) for section in sections_of(kind)]
    for section, groups in found:
        if section.entries:
            _apply_entries(groups, posted)
            continue
        for group in groups:
            if section.key == "criteria":
                group = _without_labels(group, posted, kind)
            for each in group:
                if each.field.shape != "beside":
                    _apply(each, posted, inline=section.has_rows)
    if kind_said(document) != kind:
        _forget_made_of(document)
    for name in TABLES:
        if isinstance(document.get(name), Mapping) and not document[name]:
            del document[name]


def set_text_file(document: tomlkit.TOMLDocument, key: str, name: str) -> None:
    """Say in which file beside the study's the text `key` stands; nowhere, with an empty name."""
    write(document, ("text", key), name or None)
    if isinstance(document.get("text"), Mapping) and not document["text"]:
        del document["text"]


def _apply(found: Found, posted: Mapping[str, Sequence[str]], *, inline: bool) -> None:
    if found.name not in posted and f"has.{found.name}" not in posted:
        return
    values = posted.get(found.name, ())
    if not says_the_same(found.field, found.raw, values):
        write(found.table, found.inside, said_by(found.field, values), inline=inline)


def _without_labels(group: list[Found], posted: Mapping[str, Sequence[str]], kind: Kind) -> list[Found]:
    """Write the labels or the other answers of a question, as its new scale says; what else there is of it."""
    by_place = {each.field.place: each for each in group}
    scale, labels, options = (by_place[(key,)] for key in ("scale", "labels", "options"))
    before = scale_of(labels.table, kind)
    after = typed(posted.get(scale.name, ())) or before
    if "label" not in (before, after):
        return [each for each in group if each is not labels]
    if after == "label" and labels.name in posted:
        if before != "label" or not says_the_same(labels.field, labels.raw, posted[labels.name]):
            write(labels.table, ("options",), lines_in(posted[labels.name]) or None)
    elif before == "label" and after != "label":
        write(labels.table, ("options",), said_by(options.field, posted.get(options.name, ())) or None)
    return [each for each in group if each not in (labels, options)]


def _apply_entries(groups: Sequence[Sequence[Found]], posted: Mapping[str, Sequence[str]]) -> None:
    """New values at their keys, and new keys in their places: the others keep theirs, so that none is lost."""
    if not groups:
        return
    table, wanted = groups[0][0].table, {}
    for asked, answered in groups:
        if answered.name in posted and not says_the_same(answered.field, answered.raw, posted[answered.name]):
            table[asked.raw] = typed(posted[answered.name])
        if asked.name in posted and not says_the_same(asked.field, asked.raw, posted[asked.name]):
            wanted[asked.raw] = typed(posted[asked.name])
    taken = set(table) - set(wanted)
    for before, key in wanted.items():
        # Twice the same is no TOML. It is kept beside the other, and the reader says that it is wrong.
        while key in taken:
            key += " "
        taken.add(key)
        wanted[before] = key
    if wanted:
        kept = [(wanted.get(key, key), value) for key, value in table.items()]
        for before in list(table):
            table.pop(before)
        for key, value in kept:
            table[key] = value


def _forget_made_of(document: Any) -> None:
    """A study of another kind is made of something else: what stands there and says nothing would be in its way."""
    for key in MADE_OF.values():
        if document.get(key) in ([], ""):
            document.pop(key)
