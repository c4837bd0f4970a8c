"""The prompts as they are sent. A change of wording changes the snapshot in the same commit."""

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest

from generation.corpus.dialogues import Speaker, Turn
from generation.telling.parsing import BOUNDS
from generation.telling.prompting import (
    FOLDER,
    PROMPTS,
    TABLES,
    Briefing,
    PromptMismatch,
    digests_of_prompts,
    filled,
    to_ask_again,
    to_label,
    to_write,
)
from generation.telling.shots import MOST_SHOTS
from generation.telling.traits import DESCRIPTION, FACETS
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


def test_a_dialogue_with_an_opening_is_asked_for_in_the_same_words_and_then_goes_on_from_it():
    opening = (Turn(0, "Hello there!"), Turn(1, "Hi, do you ski?"))

    assert as_text(to_write(SPEAKERS, BOUNDS, opening)) == snapshot("write") + snapshot("opening")


def test_asking_again_goes_on_with_the_conversation():
    messages = to_ask_again(to_label(SKIER), answer="no idea", reason="expected a JSON object, and there is none")

    assert as_text(messages) == snapshot("label") + snapshot("ask_again")


def test_what_never_changes_comes_first_so_that_endpoints_can_cache_it():
    assert to_label(SKIER)[0] == to_label(BAKER)[0]
    assert to_write(SPEAKERS, BOUNDS)[0] == to_write(SPEAKERS[::-1], BOUNDS)[0]


def test_the_prompt_for_labels_on_five_levels():
    assert as_text(to_label(SKIER, Briefing(levels=5))) == snapshot("label_five")


@pytest.mark.parametrize("style", [DESCRIPTION, FACETS])
def test_the_prompt_for_a_dialogue_in_each_style_of_traits(style):
    assert as_text(to_write(SPEAKERS, BOUNDS, briefing=Briefing(trait_style=style))) == snapshot(f"write_{style}")


def test_examples_stand_before_the_task_and_are_the_same_for_everybody():
    briefing = Briefing(shots=1)

    assert as_text(to_label(SKIER, briefing)) == snapshot("label_shot")
    assert as_text(to_write(SPEAKERS, BOUNDS, briefing=briefing)) == snapshot("write_shot")
    assert to_label(SKIER, briefing)[0] == to_label(BAKER, briefing)[0]


@pytest.mark.parametrize("levels", [3, 5])
def test_more_examples_only_go_on_from_fewer(levels):
    for ask in (lambda briefing: to_label(SKIER, briefing), lambda briefing: to_write(SPEAKERS, BOUNDS, (), briefing)):
        prompts = [ask(Briefing(levels=levels, shots=shots))[0]["content"] for shots in range(MOST_SHOTS + 1)]

        assert all(more.startswith(fewer) for fewer, more in pairwise(prompts))
        assert prompts[-1].count("\nExample ") == MOST_SHOTS


def test_examples_tell_their_traits_in_the_style_of_the_task():
    system = to_write(SPEAKERS, BOUNDS, briefing=Briefing(trait_style=DESCRIPTION, shots=1))[0]["content"]

    assert "- agreeableness: high. They are warm, kind and ready to trust." in system


def test_a_briefing_names_the_files_that_it_adds():
    assert Briefing().prompts == ()
    assert Briefing(levels=5, trait_style=FACETS).prompts == ("label_traits_five", "trait_facets.toml")
    assert Briefing(shots=2).prompts == (
        "label_example",
        "label_examples.toml",
        "write_dialogue_example",
        "dialogue_examples.toml",
    )


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
    assert sorted(path.name for path in FOLDER.glob("*.toml")) == sorted(TABLES)
    assert set(digests_of_prompts((*PROMPTS, *TABLES))) == {*PROMPTS, *TABLES}
    text = (FOLDER / "ask_again.txt").read_bytes()
    assert digests_of_prompts()["ask_again"] == hashlib.sha256(text).hexdigest()
