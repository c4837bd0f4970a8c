"""Flags as a file."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from evaluation.corpora.flagging import UnknownReason, flag
from generation.corpus.dialogues import write_dialogues
from generation.corpus.manifest import digest_of, read_manifest
from generation.terminal import BadInput
from tests.builders import a_dialogue
from tests.cast import NOW
from tests.evaluation.builders import a_researcher

pytestmark = pytest.mark.django_db


def test_every_flag_is_a_line_by_dialogue_and_names_nobody(parley_home, tmp_path):
    dialogues = [a_dialogue(0), a_dialogue(1)]
    write_dialogues(parley_home / "corpora" / "human", dialogues)
    ada, bo = a_researcher("ada@example.org"), a_researcher("bo@example.org")
    flag(corpus="human", dialogue=dialogues[1], reason="leak", note=" the truck ", by=ada, now=NOW)
    flag(corpus="human", dialogue=dialogues[0], reason="other", note="", by=bo, now=NOW)
    flag(corpus="other", dialogue=dialogues[0], reason="other", note="", by=bo, now=NOW)

    call_command("export_flags", "human", to=tmp_path / "flags.jsonl", stderr=StringIO(), stdout=StringIO())

    text = (tmp_path / "flags.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == [
        {
            "format": 1,
            "corpus": "human",
            "dialogue": dialogue.id,
            "digest": digest_of(dialogue.as_json()),
            "reason": reason,
            "note": note,
            "researcher": number,
            "flagged_at": NOW.isoformat(timespec="seconds"),
        }
        for number, (dialogue, reason, note) in enumerate(
            ((dialogues[0], "other", ""), (dialogues[1], "leak", "the truck")), start=1
        )
    ]
    assert read_manifest(tmp_path / "flags.jsonl")["results"] == {"corpus": "human", "flags": 2, "dialogues": 2}


def test_a_corpus_that_is_not_there_has_no_flags_to_export(parley_home, tmp_path):
    with pytest.raises(BadInput, match="no corpus 'nobody'"):
        call_command("export_flags", "nobody", to=tmp_path / "flags.jsonl", stderr=StringIO())

    assert not (tmp_path / "flags.jsonl").exists()


def test_a_flag_needs_a_known_reason():
    with pytest.raises(UnknownReason, match="expected one of leak, contradiction"):
        flag(corpus="human", dialogue=a_dialogue(), reason="boring", note="", by=a_researcher(), now=NOW)
