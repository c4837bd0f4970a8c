"""A chat completion request, as OpenAI's protocol has it, read into what a model of ours is asked.

Who the model is can be said in three ways:

- the field `parley` beside the messages: `{"persona": [...], "traits": {...}}`; messages are the turns then, the
  model's own as `assistant`, the other's as `user`;
- the prompt of `training/prompts/`, as `training.answering.endpoints` writes it to any model: it is taken apart again;
- not at all: turns alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from generation.corpus.dialogues import Turn
from generation.corpus.traits import Traits, UnknownTrait, check_traits
from training.answering.decoding import Decoding
from training.answering.endpoints import NOTHING_TOLD, OWN, PARTNER, text_of
from training.data.responses import Context

FIELD: Final = "parley"
# The speaker of the context: the model. The other is 0.
SELF: Final = 1
HOTTEST: Final = 2.0
# Fields that would change the answer, and the values at which they do not. Others (user, metadata) bear on nothing.
NEUTRAL: Final[dict[str, tuple[Any, ...]]] = {
    "n": (1,),
    "stream": (False,),
    "stop": ("", []),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "tools": ([],),
    "functions": ([],),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
}
TWO_WAYS: Final = (
    f"a persona is told in the field {FIELD!r} ({{'persona': [...], 'traits': {{...}}}}), or by the prompt that "
    "`respond --model openai:NAME` sends; other system messages mean nothing to a model of ours"
)


class BadRequest(ValueError):
    """A request that cannot be answered; `parameter` is where, `code` what kind of trouble."""

    def __init__(self, message: str, *, parameter: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.parameter, self.code = parameter, code


@dataclass(frozen=True)
class Chat:
    """What a model is asked. `seed` is for a sample, None where any will do.

    `own_bound` tells that the length is bounded by the request itself, and not just by what the server gives at most.
    """

    model: str
    context: Context
    decoding: Decoding
    seed: int | None = None
    own_bound: bool = False


def chat_from_json(data: object, *, most_new_tokens: int) -> Chat:
    """The request in a parsed body; raises `BadRequest`. `max_tokens` beyond `most_new_tokens` is that."""
    if not isinstance(data, dict):
        raise BadRequest(f"expected a JSON object, got {type(data).__name__}")
    for key, values in NEUTRAL.items():
        if data.get(key) is not None and data[key] not in values:
            raise BadRequest(f"{key} is not supported: expected {values[0]!r}, or nothing", parameter=key)
    model = data.get("model")
    if not isinstance(model, str):
        raise BadRequest(f"model: expected a name, got {model!r}", parameter="model")
    asked = [number for key in ("max_tokens", "max_completion_tokens") if (number := _whole(data, key, least=1))]
    longest = min([most_new_tokens, *asked])
    return Chat(
        model=model,
        context=_context(data),
        decoding=_decoding(data, longest),
        seed=_whole(data, "seed"),
        own_bound=longest in asked,
    )


def _decoding(data: Mapping[str, Any], longest: int) -> Decoding:
    """Greedy unless the request asks for a temperature or a top_p; then a sample, with 1 for what is left out."""
    temperature, top_p = _number(data, "temperature", 0, HOTTEST), _number(data, "top_p", 0, 1)
    if temperature == 0 or (temperature is None and top_p is None):
        return Decoding(max_new_tokens=longest)
    if top_p == 0:
        raise BadRequest("top_p: expected a share above 0, at most 1, got 0", parameter="top_p")
    return Decoding("sample", longest, temperature=1.0 if temperature is None else temperature, top_p=top_p or 1.0)


def _number(data: Mapping[str, Any], key: str, least: float, most: float) -> float | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadRequest(f"{key}: expected a number from {least:g} to {most:g}, got {value!r}", parameter=key)
    return float(value)


def _whole(data: Mapping[str, Any], key: str, *, least: int | None = None) -> int | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or (least is not None and value < least):
        bound = "" if least is None else f" of at least {least}"
        raise BadRequest(f"{key}: expected a whole number{bound}, got {value!r}", parameter=key)
    return value


def _context(data: Mapping[str, Any]) -> Context:
    messages = _messages(data.get("messages"))
    told = data.get(FIELD)
    if told is None and _is_prompt(messages):
        return _context_of_prompt(messages[1][1])
    persona, traits = _told(told)
    strange = sorted({role for role, _ in messages} - {"user", "assistant"})
    if strange:
        raise BadRequest(f"a message of role {strange[0]!r}: {TWO_WAYS}", parameter="messages")
    turns = [Turn(SELF if role == "assistant" else 1 - SELF, text) for role, text in messages]
    return _as_context(persona, traits, turns)


def _as_context(persona: Sequence[str], traits: Traits, turns: Sequence[Turn]) -> Context:
    # Nothing is known of where a chat comes from, and nothing that a model reads hangs on it.
    return Context(
        id="", cluster="", domain="", speaker=SELF, persona=tuple(persona), traits=traits, turns=tuple(turns)
    )


def _messages(data: object) -> list[tuple[str, str]]:
    """Each message's role and text."""
    if not isinstance(data, list) or not data:
        raise BadRequest("messages: expected a list of at least one", parameter="messages")
    found = []
    for number, message in enumerate(data):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise BadRequest(f"message {number}: expected an object with a role", parameter="messages")
        found.append((message["role"], _text(message.get("content"), number)))
    return found


def _text(content: object, number: int) -> str:
    """A message's text, which may come in parts."""
    if isinstance(content, list):
        parts = [
            part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in content
        ]
        content = "".join(part for part in parts if isinstance(part, str)) if None not in parts else None
    if not isinstance(content, str):
        raise BadRequest(f"message {number}: expected a text, or parts of type 'text'", parameter="messages")
    return _sound(content, f"message {number}", "messages")


def _sound(text: str, where: str, parameter: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadRequest(f"{where}: expected whole characters, got half of one", parameter=parameter) from error
    return text


def _told(data: object) -> tuple[list[str], Traits]:
    """Persona and traits out of the field."""
    if data is None:
        return [], {}
    if not isinstance(data, dict) or set(data) - {"persona", "traits"}:
        raise BadRequest(f"{FIELD}: expected an object with 'persona' and 'traits' alone", parameter=FIELD)
    persona, traits = data.get("persona") or [], data.get("traits") or {}
    if not isinstance(persona, list) or not all(isinstance(each, str) for each in persona):
        raise BadRequest(f"{FIELD}.persona: expected a list of sentences", parameter=FIELD)
    if not isinstance(traits, dict):
        raise BadRequest(f"{FIELD}.traits: expected an object of traits and levels", parameter=FIELD)
    return [_sound(each, f"{FIELD}.persona", FIELD) for each in persona], _checked(traits, FIELD)


def _checked(traits: Traits, parameter: str) -> Traits:
    try:
        check_traits(traits)
    except UnknownTrait as error:
        raise BadRequest(str(error), parameter=parameter) from error
    return traits


def _is_prompt(messages: Sequence[tuple[str, str]]) -> bool:
    """Whether this is what `answering.endpoints` sends; what follows is its asking once more, which changes nothing."""
    system = ("system", text_of("respond").strip())
    return len(messages) > 1 and messages[0] == system and messages[1][0] == "user"


@cache
def _prompt() -> re.Pattern[str]:
    """The prompt's text as a pattern of its parts."""
    pattern = re.escape(text_of("respond_context").strip())
    for name in ("persona", "traits", "turns"):
        pattern = pattern.replace(re.escape(f"${name}"), f"(?P<{name}>.*?)")
    return re.compile(pattern, re.DOTALL)


def _context_of_prompt(text: str) -> Context:
    found = _prompt().fullmatch(text)
    if not found:
        raise BadRequest("message 1: expected persona, traits and chat as the prompt has them", parameter="messages")
    traits = {}
    for line in _listed(found["traits"]):
        trait, _, level = line.partition(" (")[0].partition(": ")
        traits[trait] = level
    turns = []
    for line in found["turns"].split("\n"):
        name, colon, said = line.partition(": ")
        if not colon or name not in (OWN, PARTNER):
            raise BadRequest(f"message 1: expected a turn of {OWN} or {PARTNER}, got {line!r}", parameter="messages")
        turns.append(Turn(SELF if name == OWN else 1 - SELF, said))
    return _as_context(_listed(found["persona"]), _checked(traits, "messages"), turns)


def _listed(text: str) -> list[str]:
    """The sentences of a list in the prompt; none where it says that none is given."""
    lines = [line.removeprefix("- ") for line in text.split("\n")]
    return [] if lines == [NOTHING_TOLD] else lines
