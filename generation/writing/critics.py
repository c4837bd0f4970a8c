"""LLM critics of a dialogue, each asked in a conversation of its own that knows nothing of how it was written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from generation.asking.authors import AuthorFailed
from generation.asking.insisting import Model
from generation.corpus.dialogues import Dialogue
from generation.corpus.traits import ADJECTIVES, LEVELS, TRAITS, Traits, pole, stated
from generation.labels.label_parsing import json_object
from generation.sieving.filters import CONTRADICTION
from generation.telling.parsing import Answer, Unusable, bare, check_whole
from generation.telling.prompting import Messages, filled

T = TypeVar("T")
_CLAIM: Final = ("speaker", "turn", "quote", "against", "reason")


@dataclass(frozen=True)
class Critics:
    """The critics, all played by `model` at temperature 0 (the endpoint's own where `temperature` is None)."""

    model: Model
    temperature: float | None = 0.0

    async def measure(self, name: str, dialogue: Dialogue, *, sample: int) -> float | None:
        """The number of contradictions, or the share of the told traits that are recognised; None where none are told.

        Raises `AuthorFailed` where no answer of the critic can be used.
        """
        try:
            if name == CONTRADICTION:
                return float(await self.contradictions(dialogue, sample=sample))
            return await self.traits_recognised(dialogue, sample=sample)
        except AuthorFailed as error:
            raise AuthorFailed(
                error.kind,
                f"the critic of {name}: {error.reason}",
                tries=error.tries,
                request_id=error.request_id,
                just_now=error.just_now,
            ) from error

    async def contradictions(self, dialogue: Dialogue, *, sample: int) -> int:
        """How many statements contradict the speaker's persona or own words; each must be quoted from its turn."""

        def parse(answer: Answer) -> int:
            return parse_contradictions(answer, dialogue)

        schema = _object(
            contradictions={"type": "array", "items": _object(**(dict.fromkeys(_CLAIM, _TEXT) | _NUMBERS))}
        )
        return await self._ask(to_find_contradictions(dialogue), parse, "contradictions", schema, sample)

    async def traits_recognised(self, dialogue: Dialogue, *, sample: int) -> float | None:
        """Of the traits that both speakers were told, the share whose direction a reader of the dialogue names."""
        told = recognised = 0
        schema = _object(
            **{trait: _object(reason=_TEXT, level={"type": "string", "enum": list(LEVELS)}) for trait in TRAITS}
        )
        for number, speaker in enumerate(dialogue.speakers):
            ends = {
                trait: pole(level) for trait, level in stated(speaker.traits).items() if pole(level) in ("high", "low")
            }
            if not ends:
                continue
            shown = await self._ask(to_see_traits(dialogue, number), parse_traits_shown, "traits", schema, sample)
            told += len(ends)
            recognised += sum(shown[trait] == end for trait, end in ends.items())
        return recognised / told if told else None

    async def _ask(
        self, messages: Messages, parse: Callable[[Answer], T], name: str, schema: dict[str, Any], sample: int
    ) -> T:
        return await self.model.insist_on_json(
            messages, parse, what="critic", sample=sample, temperature=self.temperature, name=name, schema=schema
        )


def to_find_contradictions(dialogue: Dialogue) -> Messages:
    """Ask what in a dialogue contradicts a persona or itself."""
    personas = {
        f"persona_{number}": "\n".join(f"- {sentence}" for sentence in speaker.persona) or "- not known"
        for number, speaker in enumerate(dialogue.speakers, start=1)
    }
    told = filled("critic_contradictions_dialogue", dialogue=_numbered(dialogue), **personas)
    return [{"role": "system", "content": filled("critic_contradictions")}, {"role": "user", "content": told}]


def to_see_traits(dialogue: Dialogue, speaker: int) -> Messages:
    """Ask which traits a speaker (0 or 1) shows, of somebody who sees the dialogue alone."""
    described = {
        f"{trait}_{level}": " and ".join(words[:2])
        for trait, levels in ADJECTIVES.items()
        for level, words in levels.items()
    }
    told = filled("critic_traits_dialogue", dialogue=_numbered(dialogue), number=str(speaker + 1))
    return [{"role": "system", "content": filled("critic_traits", **described)}, {"role": "user", "content": told}]


def parse_contradictions(answer: Answer, dialogue: Dialogue) -> int:
    """How many contradictions an answer names; raises `Unusable` where one is not quoted from a turn of its speaker."""
    check_whole(answer)
    found = json_object(answer.text).get("contradictions")
    if not isinstance(found, list):
        raise Unusable("malformed", "expected an object with a list of contradictions")
    for each in found:
        if not isinstance(each, dict) or not all(key in each for key in _CLAIM):
            raise Unusable("malformed", f"expected contradictions to have {', '.join(_CLAIM)}")
        turn, speaker = each["turn"], each["speaker"]
        if not isinstance(turn, int) or not 1 <= turn <= len(dialogue.turns):
            raise Unusable("malformed", f"there is no turn {turn!r}")
        said = dialogue.turns[turn - 1]
        if speaker != said.speaker + 1:
            raise Unusable("malformed", f"turn {turn} is not Speaker {speaker!r}'s")
        quote = bare(str(each["quote"]))
        if not quote or quote not in bare(said.text):
            raise Unusable("malformed", f"turn {turn} does not say {each['quote']!r}")
    return len(found)


def parse_traits_shown(answer: Answer) -> Traits:
    """The level of each of the five traits that an answer sees."""
    check_whole(answer)
    data = json_object(answer.text)
    if sorted(data) != sorted(TRAITS):
        raise Unusable("malformed", f"expected exactly the keys {', '.join(TRAITS)}")
    levels: Traits = {}
    for trait in TRAITS:
        level = data[trait].get("level") if isinstance(data[trait], dict) else None
        if level not in LEVELS:
            raise Unusable("malformed", f"{trait}: expected the level {', '.join(LEVELS)}, got {level!r}")
        levels[trait] = level
    return levels


_TEXT: Final = {"type": "string"}
_NUMBERS: Final = {"speaker": {"type": "integer"}, "turn": {"type": "integer"}}


def _object(**properties: Any) -> dict[str, Any]:
    """The schema of an object that has these keys and no other, as strict endpoints want it."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _numbered(dialogue: Dialogue) -> str:
    return "\n".join(
        f"{number}. Speaker {turn.speaker + 1}: {turn.text}" for number, turn in enumerate(dialogue.turns, start=1)
    )
