"""What annotators read of a study that is being written: consent, instructions, end, each in a file beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import tomlkit

from evaluation.drafts.draft_form import document_of, set_text_file
from evaluation.drafts.draft_sections import kind_said
from evaluation.drafts.draft_values import at
from evaluation.drafts.drafting import put_file, remove_file, text_beside
from evaluation.models import StudyDraft
from evaluation.study_files.study_toml import TEXT_KEYS
from evaluation.study_files.wording import bundled_text


def texts_of(draft: StudyDraft, document: Mapping[str, Any]) -> dict[str, str]:
    """The texts by key: the draft's own files, else what comes with Parley."""
    return {key: text_beside(draft, _named(document, key)) or _bundled(document, key) for key in TEXT_KEYS}


def keep_texts(draft: StudyDraft, document: tomlkit.TOMLDocument, texts: Mapping[str, str], *, now: datetime) -> None:
    """Keep the texts of a form in their files, and say in the document which; what comes with Parley needs none.

    What stands there as it did is not touched. Raises `TooLarge`.
    """
    # The form showed them in the language that the draft, which is not saved yet, still has.
    shown = document_of(draft.toml)
    for key, text in texts.items():
        name = _kept(draft, shown, key, text.replace("\r\n", "\n").replace("\0", ""), now)
        if name is not None:
            set_text_file(document, key, name)


def _kept(draft: StudyDraft, document: Mapping[str, Any], key: str, text: str, now: datetime) -> str | None:
    """The name of the text's file, "" for the bundled one, None where nothing changes."""
    named, bundled = _named(document, key), _bundled(document, key)
    before = text_beside(draft, named)
    if text.strip() == (before or bundled).strip():
        return None
    if not text.strip() or text.strip() == bundled.strip():
        remove_file(draft=draft, name=f"{key}.md")
        return ""
    name = named if before is not None else f"{key}.md"
    put_file(draft=draft, name=name.removeprefix("./"), content=text.encode("utf-8", "ignore"), now=now)
    return name


def _named(document: Mapping[str, Any], key: str) -> str:
    said = at(document, ("text", key))
    return said if isinstance(said, str) else ""


def _bundled(document: Mapping[str, Any], key: str) -> str:
    language = at(document, ("language",))
    return bundled_text(key, language if isinstance(language, str) else "en", kind_said(document))
