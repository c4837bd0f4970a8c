"""The form of a draft as a browser has it: what it sends of a page, and a study typed into it from nothing."""

import re
from collections.abc import Mapping
from typing import Any

from evaluation.drafts.draft_fields import ONE_LINE
from evaluation.drafts.draft_form import apply, document_of, set_text_file
from evaluation.drafts.draft_rows import LISTS, add_row, remove_row
from evaluation.drafts.draft_showing import ShownSection, shown
from evaluation.drafts.drafting import BLANK
from evaluation.study_files.study_toml import TEXT_KEYS


def fields_of(section: ShownSection) -> list[Any]:
    """All fields of a section, of all its rows."""
    return [*section.fields, *(field for row in section.rows for field in (*row.fields, *row.folded))]


def as_sent(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a browser sends of the form as it is shown, with nothing changed."""
    posted = {}
    for field in (field for section in shown(document)[0] for field in fields_of(section)):
        if field.field.shape in ("ticks", "yes"):
            posted[f"has.{field.name}"] = ["1"]
            known = ["yes", *(value for value, _ in field.field.choices)]
            if chosen := [value for value in field.chosen if value in known]:
                posted[field.name] = chosen
        elif field.field.shape == "choice":
            posted[field.name] = [field.value or field.choices[0][0]]
        elif field.field.shape in ONE_LINE:
            posted[field.name] = [re.sub(r"[\r\n]", "", field.value)]
        else:
            posted[field.name] = [field.value.replace("\n", "\r\n")]
    return posted


def changed(toml: str, **said: str | list[str]) -> str:
    """The text once its form was sent with these values changed; "__" stands for a dot."""
    document = document_of(toml)
    posted = as_sent(document)
    for name, value in said.items():
        posted[name.replace("__", ".")] = value if isinstance(value, list) else [value]
    apply(document, posted)
    return document.as_string()


def typed_anew(toml: str) -> str:
    """The study of `toml` typed into the form of a new draft, field by field; its texts are the same files."""
    source, document = document_of(toml), document_of(BLANK)
    said = as_sent(source)
    apply(document, {"kind": said["kind"]})
    rows = {each.section.key: len(each.rows) for each in shown(source)[0] if each.section.has_rows}
    remove_row(document, "criteria", 1)
    for key in LISTS:
        for number in range(1 if key == "criteria" else 0, rows.get(key, 0)):
            add_row(document, key)
            apply(document, {name: values for name, values in said.items() if name.startswith(f"{key}.{number}.")})
    apply(document, said)
    for key in TEXT_KEYS:
        set_text_file(document, key, (source.unwrap().get("text") or {}).get(key, ""))
    return document.as_string()
