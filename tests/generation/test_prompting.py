"""The prompts as they are sent. A change of wording changes the snapshot in the same commit."""

import hashlib
from pathlib import Path

import pytest

from generation.corpus.dialogues import Speaker
from generation.parsing import BOUNDS
from generation.prompting import (
    FOLDER,
    PROMPTS,
    PromptMismatch,
    digests_of_prompts,
    filled,
    to_ask_again,
    to_label,
    to_write,
)
from tests.builders import BAKER, SKIER

SNAPSHOTS = Path(__file__).parent / "prompts"
SPEAKERS = (Speaker(BAKER, {"neuroticism": "high", "openness": "low"}), Speaker(SKIER))


def snapshot(name: str) -> str:
    return (SNAPSHOTS / f"{name}.txt").read_text(encoding="utf-8")


def as_text(messages: list[dict[str, str]]) -> str:
    return "".join(f"[{message['role']}]\n{message['content']}\n" for message in messages)


def test_the_prompt_for_labels():
    assert as_text(to_label(SKIER)) == snapshot("label")


def test_the_prompt_for_a_dialogue():
    assert as_text(to_write(SPEAKERS, BOUNDS)) == snapshot("write")


def test_asking_again_goes_on_with_the_conversation():
    messages = to_ask_again(to_label(SKIER), answer="no idea", reason="expected a JSON object, and there is none")

    assert as_text(messages) == snapshot("label") + snapshot("ask_again")


def test_what_never_changes_comes_first_so_that_endpoints_can_cache_it():
    assert to_label(SKIER)[0] == to_label(BAKER)[0]
    assert to_write(SPEAKERS, BOUNDS)[0] == to_write(SPEAKERS[::-1], BOUNDS)[0]


def test_a_prompt_and_its_values_must_name_the_same_things():
    with pytest.raises(PromptMismatch, match=r"label_traits_persona\.txt has \['persona'\], and \[\] came"):
        filled("label_traits_persona")
    with pytest.raises(PromptMismatch, match="'surprise'"):
        filled("label_traits_persona", persona="- i ski.", surprise="!")


def test_a_dollar_in_a_persona_is_only_a_dollar():
    persona = ("i owe my sister $persona and $5.",)

    assert "$persona and $5." in to_label(persona)[1]["content"]


def test_every_prompt_file_has_its_digest():
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == sorted(PROMPTS)
    text = (FOLDER / "ask_again.txt").read_bytes()
    assert digests_of_prompts()["ask_again"] == hashlib.sha256(text).hexdigest()
