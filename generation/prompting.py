"""The prompts: text files with $names, strict in both directions, each with a digest that goes into the manifest."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Final

from generation.corpus.dialogues import Persona, Speaker
from generation.corpus.traits import ADJECTIVES, Traits, in_words, stated
from generation.parsing import Bounds

FOLDER: Final = Path(__file__).resolve().parent / "prompts"
PROMPTS: Final = ("label_traits", "label_traits_persona", "write_dialogue", "write_dialogue_speakers", "ask_again")

# The messages of a chat completion.
Messages = list[dict[str, str]]


class PromptMismatch(ValueError):
    """A prompt file and the code that fills it do not name the same things."""


def text_of(prompt: str) -> str:
    """The prompt file as it stands."""
    return (FOLDER / f"{prompt}.txt").read_text(encoding="utf-8")


def filled(prompt: str, **values: str) -> str:
    """The prompt with its $names filled in; `PromptMismatch` where a name has no value or a value no name."""
    template = Template(text_of(prompt))
    names = set(template.get_identifiers())
    if not template.is_valid() or names != set(values):
        raise PromptMismatch(f"{prompt}.txt has {sorted(names)}, and {sorted(values)} came to fill it")
    return template.substitute(values).strip()


def digests_of_prompts() -> dict[str, str]:
    """SHA-256 of each prompt file: with another wording a corpus is another corpus."""
    return {prompt: hashlib.sha256(text_of(prompt).encode()).hexdigest() for prompt in PROMPTS}


def to_label(persona: Persona) -> Messages:
    """Ask for the five traits of a persona. What never changes comes first, so that endpoints can cache it."""
    described = {
        f"{trait}_{level}": " and ".join(words[:2])
        for trait, levels in ADJECTIVES.items()
        for level, words in levels.items()
    }
    return [
        {"role": "system", "content": filled("label_traits", **described)},
        {"role": "user", "content": filled("label_traits_persona", persona=_listed(persona))},
    ]


def to_write(speakers: tuple[Speaker, Speaker], bounds: Bounds) -> Messages:
    """Ask for a whole dialogue between two speakers in one completion."""
    rules = {name: str(value) for name, value in vars(bounds).items()}
    told: dict[str, str] = {}
    for number, speaker in enumerate(speakers, start=1):
        told[f"persona_{number}"] = _listed(speaker.persona)
        told[f"traits_{number}"] = _traits(speaker.traits)
    return [
        {"role": "system", "content": filled("write_dialogue", **rules)},
        {"role": "user", "content": filled("write_dialogue_speakers", **told)},
    ]


def to_ask_again(messages: Messages, *, answer: str, reason: str) -> Messages:
    """The same conversation, gone on with the answer that would not do and why."""
    return [
        *messages,
        {"role": "assistant", "content": answer},
        {"role": "user", "content": filled("ask_again", reason=reason)},
    ]


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _traits(traits: Traits) -> str:
    """By name and defining adjectives; "- none given" where nothing is told."""
    told = [f"{trait}: {level} ({in_words(trait, level)})" for trait, level in stated(traits).items()]
    return _listed(told or ["none given"])
