"""The form says all that `study.toml` can say: no key of the reader's is missing, and each way leads back."""

import tomllib
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from evaluation.drafts.draft_form import apply, document_of
from evaluation.drafts.draft_sections import sections_of
from evaluation.stats.data.declared import PREFERENCES
from evaluation.study_files.heds_questions import ADJUDICATION, BY_WORD
from evaluation.study_files.item_kinds import KINDS
from evaluation.study_files.study_file import BALANCED, EXTRA_ANSWERS, StudyFile, read_study_file
from evaluation.study_files.study_toml import written
from evaluation.study_files.telling_table import BACKGROUND
from evaluation.study_files.toml_table import BadToml, TomlTable
from evaluation.study_files.trait_words import LEVELS_SAID
from generation.corpus.traits import TRAITS
from tests.evaluation.drafts.forms import as_sent, typed_anew
from tests.evaluation.whole_studies import WHOLE
from tests.evaluation.written_studies import study_files

# Texts in files of their own are typed into boxes that the form keeps in these files.
BESIDE = ("consent.md", "instructions.md", "end.md")


def in_a_folder(folder: Path, toml: str, files: dict[str, str] | None = None) -> StudyFile:
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in (files or dict.fromkeys(BESIDE, "Said.")).items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return read_study_file(folder / "study.toml")


@pytest.fixture
def asked(tmp_path, monkeypatch) -> set[tuple[str, ...]]:
    """Every place that the reader looks at, in a file of each kind that says something everywhere."""
    seen = set()
    take = TomlTable._take

    def taking(self: Any, key: str, default: Any) -> Any:
        seen.add((*(part for part in self._place if isinstance(part, str)), key))
        return take(self, key, default)

    monkeypatch.setattr(TomlTable, "_take", taking)
    for kind, toml in WHOLE.items():
        in_a_folder(tmp_path / kind, toml)
    # A table is no value: what is in it is asked for by itself.
    return {each for each in seen if not any(other[: len(each)] == each and other != each for other in seen)}


def on_the_form() -> set[tuple[str, ...]]:
    places = set()
    for section in (each for kind in KINDS for each in sections_of(kind) if not each.entries):
        above = tuple(str(part) for part in section.repeats)
        places |= {(*above, *map(str, field.place)) for field in section.fields}
    # Labels and what may also be answered are one key, which the scale tells apart.
    return places - {("criteria", "labels")}


def test_every_key_of_the_reader_is_a_field_and_every_field_is_a_key(asked):
    """Two tables have keys of their own, and tests below: the datasheet, and a study's words for traits."""

    def of_the_rest(places):
        return {each for each in places if each[0] not in ("datasheet", "trait_words")}

    assert of_the_rest(asked) == of_the_rest(on_the_form())


def test_every_trait_at_every_level_has_a_field_for_its_words():
    """In the study's language: words for the same study in another one are said in the text alone."""
    words = {place[1:] for place in on_the_form() if place[0] == "trait_words"}

    assert words == {(trait, level) for trait in TRAITS for level in LEVELS_SAID}


def test_every_question_of_the_datasheet_that_has_a_word_has_a_field():
    words = {place[1] for place in on_the_form() if place[0] == "datasheet"}

    assert words == {*BY_WORD, ADJUDICATION}


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_study_is_typed_anew(tmp_path, kind):
    toml = typed_anew(WHOLE[kind])

    again = in_a_folder(tmp_path / "again" / "study", toml)
    assert again == replace(in_a_folder(tmp_path / "study", WHOLE[kind]), folder=again.folder)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_typed_is_what_is_shown_again(kind):
    toml = typed_anew(WHOLE[kind])

    assert as_sent(document_of(toml)) == as_sent(document_of(WHOLE[kind]))
    assert typed_anew(toml) == toml


def one_line(value: Any) -> Any:
    """What can be typed of it: a line, without what surrounds it."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, tuple):
        return tuple(dict.fromkeys(map(one_line, value)))
    if isinstance(value, dict):
        return {key: one_line(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: one_line(getattr(value, each.name)) for each in fields(value)})
    return value


def in_the_order_of_the_form(file: StudyFile) -> StudyFile:
    """Boxes that are ticked have the order of the page. It says something of the background page alone, whose questions
    come in it: a file may ask them in another one, and keeps it while none is ticked or unticked."""
    asked = tuple(
        replace(each, options=tuple(key for key in EXTRA_ANSWERS if key in each.options))
        if each.scale in PREFERENCES
        else each
        for each in file.criteria
    )
    balance = tuple(key for key in BALANCED if key in file.contexts.balance)
    background = tuple(key for key in BACKGROUND if key in file.background)
    return replace(file, criteria=asked, background=background, contexts=replace(file.contexts, balance=balance))


@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)
def test_any_study_is_typed_anew(tmp_path, data):
    drawn = data.draw(study_files(tmp_path / "study"))
    # Pairs and texts lie in files of their own.
    kept = ("folder", "checks", "practice", "consent", "instructions", "end")
    file = replace(drawn, **{each: one_line(value) for each, value in vars(drawn).items() if each not in kept})
    files = written(in_the_order_of_the_form(file))
    toml = files.pop("study.toml")
    try:
        wanted = in_a_folder(tmp_path / "study", toml, files)
    except BadToml:
        # Two entries that differ in their spaces alone are one now, and a list may have become too short.
        assume(False)

    assert in_a_folder(tmp_path / "study", typed_anew(toml), files) == wanted


def test_what_a_browser_cannot_send_back_is_not_lost():
    toml = 'title = """Two\nlines"""\n[[criteria]]\nkey = "tone"\nscale = "label"\noptions = ["a\\nb", "c"]\n'

    document = document_of(toml)
    apply(document, as_sent(document))

    assert document.as_string() == toml
    assert tomllib.loads(toml)["title"] == "Two\nlines"
