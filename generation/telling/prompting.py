"""The prompts: text files with $names, strict in both directions, each with a digest that goes into the manifest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template
from typing import Final

from generation.corpus.dialogues import Persona, Speaker, Turn
from generation.corpus.traits import ADJECTIVES
from generation.telling.parsing import Bounds
from generation.telling.shots import DIALOGUE_EXAMPLES, LABEL_EXAMPLES, dialogue_examples, label_examples
from generation.telling.traits import ADJECTIVES as BY_ADJECTIVES
from generation.telling.traits import PROMPTS_FOLDER as FOLDER
from generation.telling.traits import WORDS_OF_STYLE, told

# What every run may send; the others belong to an option each.
ALWAYS: Final = ("label_traits", "label_traits_persona", "write_dialogue", "write_dialogue_speakers", "ask_again")
AGENTS_PROMPTS: Final = ("agent", "agent_begin", "agent_remind", "agent_end")
CRITICS_PROMPTS: Final = {
    "contradiction": ("critic_contradictions", "critic_contradictions_dialogue"),
    "traits": ("critic_traits", "critic_traits_dialogue"),
}
PROMPTS: Final = (
    *ALWAYS,
    "label_traits_five",
    "label_example",
    "write_dialogue_example",
    "write_dialogue_opening",
    *AGENTS_PROMPTS,
    *(prompt for prompts in CRITICS_PROMPTS.values() for prompt in prompts),
)
TABLES: Final = (*WORDS_OF_STYLE.values(), LABEL_EXAMPLES, DIALOGUE_EXAMPLES)

# The messages of a chat completion.
Messages = list[dict[str, str]]


class PromptMismatch(ValueError):
    """A prompt file and the code that fills it do not name the same things."""


@dataclass(frozen=True)
class Briefing:
    """How an author is briefed: on how many levels, in which style traits are told, how many examples come first."""

    levels: int = 3
    trait_style: str = BY_ADJECTIVES
    shots: int = 0

    @property
    def prompts(self) -> tuple[str, ...]:
        """The files beyond `ALWAYS` whose words such a briefing has."""
        used: tuple[str, ...] = ("label_traits_five",) if self.levels == 5 else ()
        if self.trait_style in WORDS_OF_STYLE:
            used += (WORDS_OF_STYLE[self.trait_style],)
        if self.shots:
            used += ("label_example", LABEL_EXAMPLES, "write_dialogue_example", DIALOGUE_EXAMPLES)
        return used


BRIEFING: Final = Briefing()


def text_of(prompt: str) -> str:
    """The prompt file as it stands; a table is called by its whole name."""
    return (FOLDER / (prompt if prompt in TABLES else f"{prompt}.txt")).read_text(encoding="utf-8")


def filled(prompt: str, **values: str) -> str:
    """The prompt with its $names filled in; `PromptMismatch` where a name has no value or a value no name."""
    template = Template(text_of(prompt))
    names = set(template.get_identifiers())
    if not template.is_valid() or names != set(values):
        raise PromptMismatch(f"{prompt}.txt has {sorted(names)}, and {sorted(values)} came to fill it")
    return template.substitute(values).strip()


def digests_of_prompts(prompts: Sequence[str] = ALWAYS) -> dict[str, str]:
    """SHA-256 of each prompt file: with another wording a corpus is another corpus."""
    return {prompt: hashlib.sha256(text_of(prompt).encode()).hexdigest() for prompt in prompts}


def to_label(persona: Persona, briefing: Briefing = BRIEFING) -> Messages:
    """Ask for the five traits of a persona. What never changes comes first, so that endpoints can cache it."""
    described = {
        f"{trait}_{level}": " and ".join(words[:2])
        for trait, levels in ADJECTIVES.items()
        for level, words in levels.items()
    }
    task = filled("label_traits_five" if briefing.levels == 5 else "label_traits", **described)
    examples = [
        filled("label_example", number=str(number), persona=_listed(each.persona), answer=each.answer)
        for number, each in enumerate(label_examples(briefing.shots, levels=briefing.levels), start=1)
    ]
    return [
        {"role": "system", "content": "\n\n".join([task, *examples])},
        {"role": "user", "content": filled("label_traits_persona", persona=_listed(persona))},
    ]


def to_write(
    speakers: tuple[Speaker, Speaker], bounds: Bounds, opening: Sequence[Turn] = (), briefing: Briefing = BRIEFING
) -> Messages:
    """Ask for a whole dialogue between two speakers in one completion; it shall begin with the turns of `opening`."""
    rules = {name: str(getattr(bounds, name)) for name in ("min_turns", "max_turns", "max_words")}
    examples = [
        filled(
            "write_dialogue_example",
            number=str(number),
            speakers=_introduced(each.speakers, briefing),
            dialogue=_lines(each.turns),
        )
        for number, each in enumerate(dialogue_examples(briefing.shots, levels=briefing.levels), start=1)
    ]
    return [
        {"role": "system", "content": "\n\n".join([filled("write_dialogue", **rules), *examples])},
        {"role": "user", "content": _introduced(speakers, briefing) + _opening(opening)},
    ]


def told_traits(speaker: Speaker, briefing: Briefing = BRIEFING) -> str:
    """A speaker's traits as lines of a prompt, in the style of the briefing; "- none given" where nothing is told."""
    return _listed(told(speaker.traits, briefing.trait_style) or ["none given"])


def _introduced(speakers: tuple[Speaker, Speaker], briefing: Briefing) -> str:
    values: dict[str, str] = {}
    for number, speaker in enumerate(speakers, start=1):
        values[f"persona_{number}"] = _listed(speaker.persona)
        values[f"traits_{number}"] = told_traits(speaker, briefing)
    return filled("write_dialogue_speakers", **values)


def _opening(turns: Sequence[Turn]) -> str:
    return "\n\n" + filled("write_dialogue_opening", opening=_lines(turns)) if turns else ""


def _lines(turns: Sequence[Turn]) -> str:
    """Turns in the form in which they are asked for."""
    return "\n".join(f"Speaker {turn.speaker + 1}: {turn.text}" for turn in turns)


def to_ask_again(messages: Messages, *, answer: str, reason: str) -> Messages:
    """The same conversation, gone on with the answer that would not do and why."""
    return [
        *messages,
        {"role": "assistant", "content": answer},
        {"role": "user", "content": filled("ask_again", reason=reason)},
    ]


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)
