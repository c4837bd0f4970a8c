"""Catalogues: complete, compiled, and easily begun anew."""

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext, ngettext, override

from evaluation.operation.translating import UnknownLanguage, gather, is_finished, po_file, read, update
from evaluation.study_files.wording import TEXTS
from generation.terminal import BadInput

LOCALE = Path(settings.LOCALE_PATHS[0])
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_nothing_is_left_to_look_at(language):
    catalog = read(po_file(language, LOCALE))
    said = {(each.id if isinstance(each.id, str) else each.id[0], each.context): each for each in catalog}

    messages = [each for each in gather() if each.id]
    keys = [(each.id if isinstance(each.id, str) else each.id[0], each.context) for each in messages]
    unfinished = [key[0] for key in keys if key not in said or not is_finished(said[key])]

    # Whoever adds a sentence runs `manage.py translate` and translates it.
    assert unfinished == []
    assert [key for key in said if key[0] and key not in keys] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_django_reads_is_what_people_translated(language, tmp_path):
    po = po_file(language, LOCALE)

    with (tmp_path / "django.mo").open("wb") as file:
        write_mo(file, read(po))

    assert po.with_suffix(".mo").read_bytes() == (tmp_path / "django.mo").read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_what_is_filled_in(language):
    wrong = []
    for message in read(po_file(language, LOCALE)):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        wanted = set(PLACEHOLDER.findall(ids[-1]))
        # "One pair" may well go without its number; nothing may be filled in that is not there.
        wrong += [
            said
            for place, said in enumerate(strings)
            if not (set(PLACEHOLDER.findall(said)) == wanted or (len(strings) > 1 and place == 0))
            or set(PLACEHOLDER.findall(said)) - wanted
        ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_bundled_text_is_there_in_the_language(language):
    english = {
        path.name for path in TEXTS.glob("*.md") if not path.stem.endswith(tuple(f".{code}" for code in LANGUAGES))
    }

    assert {name for name in english if not (TEXTS / name.replace(".md", f".{language}.md")).is_file()} == set()


def test_one_and_several_are_said_differently():
    with override("de"):
        said = [
            ngettext("You have judged %(pairs)d pair.", "You have judged %(pairs)d pairs.", n) % {"pairs": n}
            for n in (1, 2)
        ]

    assert said == ["Sie haben 1 Paar beurteilt.", "Sie haben 2 Paare beurteilt."]


def test_a_new_language_begins_with_every_message(tmp_path):
    begun = update("pt-BR", folder=tmp_path)

    assert begun.po == tmp_path / "pt_BR" / "LC_MESSAGES" / "django.po"
    assert begun.po.with_suffix(".mo").is_file()
    assert begun.messages == len(begun.unfinished) == len(gather()) > 100
    assert "Portuguese" in begun.po.read_text(encoding="utf-8")


def test_an_update_keeps_what_is_translated_and_forgets_what_is_no_longer_said(tmp_path):
    begun = update("fr", folder=tmp_path)
    text = begun.po.read_text(encoding="utf-8")
    text = text.replace('msgid "Reply 1"\nmsgstr ""', 'msgid "Reply 1"\nmsgstr "Réponse 1"')
    begun.po.write_text(f'{text}\nmsgid "Not said any more"\nmsgstr "Plus dit"\n', encoding="utf-8")

    again = update("fr", folder=tmp_path)

    assert len(again.unfinished) == len(begun.unfinished) - 1
    text = again.po.read_text(encoding="utf-8")
    assert ('msgstr "Réponse 1"' in text, "Not said any more" in text) == (True, False)


def test_what_was_changed_a_little_is_kept_for_somebody_to_look_at(tmp_path):
    begun = update("fr", folder=tmp_path)
    text = begun.po.read_text(encoding="utf-8")
    text = text.replace(
        'msgid "This link does not work."\nmsgstr ""', 'msgid "This link did not work."\nmsgstr "Lien mort."'
    )
    begun.po.write_text(text, encoding="utf-8")

    again = update("fr", folder=tmp_path)

    assert "This link does not work." in again.unfinished
    assert '#, fuzzy\nmsgid "This link does not work."\nmsgstr "Lien mort."' in again.po.read_text(encoding="utf-8")


def test_an_update_that_has_nothing_to_say_changes_no_file(tmp_path):
    shutil.copytree(LOCALE, tmp_path / "locale")
    before = {path: path.read_bytes() for path in (tmp_path / "locale").rglob("django.*")}

    for language in LANGUAGES:
        update(language, folder=tmp_path / "locale")

    assert {path: path.read_bytes() for path in before} == before


def test_a_tag_that_names_no_language_is_refused(tmp_path):
    with pytest.raises(UnknownLanguage, match="expected a language's tag, such as fr or pt-BR, got 'klingon'"):
        update("klingon", folder=tmp_path)


def test_the_command_begins_a_language_and_says_what_is_left(tmp_path, settings, capsys):
    settings.LOCALE_PATHS = [tmp_path]

    call_command("translate", new="fr")
    call_command("translate")

    first, second = (line for line in capsys.readouterr().out.splitlines() if line.startswith("fr: "))
    assert first == second
    assert re.fullmatch(r"fr: (\d+) messages, \1 to translate: .*django\.po", first)
    with pytest.raises(BadInput):
        call_command("translate", new="no language")


def test_german_is_german():
    with override("de"):
        assert gettext("Which reply is better?") == "Welche Antwort ist besser?"
