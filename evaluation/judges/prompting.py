"""The prompt of a judge, made of what people are shown and nothing else, and what its answer means."""

import hashlib
from collections.abc import Mapping, Sequence
from string import Template
from typing import Any, Final, cast

from evaluation.items.blinding import BlindedItem, BlindedQuestion, BlindedTurn
from evaluation.study_files.item_kinds import Kind
from evaluation.study_files.wording import TEXTS
from generation.labels.label_parsing import json_object
from generation.telling.parsing import Answer, Unusable, check_whole
from generation.telling.prompting import Messages

# Of each kind of item: what the model is told of its part, and how an item is put to it.
PROMPTS: Final[dict[Kind, tuple[str, str]]] = {
    "pair": ("judge", "judge_pair"),
    "dialogues": ("judge.dialogues", "judge_dialogues"),
    "persona": ("judge.persona", "judge_persona"),
}
NOT_TOLD: Final = "- nothing"
BEGINNING: Final = "(The reply is the first message.)"


def to_judge(shown: BlindedItem, *, instructions: str, questions: Sequence[BlindedQuestion]) -> Messages:
    """Ask `questions` of what is shown. What never changes in a study comes first, so that endpoints can cache it."""
    part, put = PROMPTS[cast(Kind, shown.kind)]
    asked = "\n\n".join(_asked(question) for question in questions)
    return [
        {"role": "system", "content": _filled(part, instructions=instructions.strip() or "Nothing.")},
        {"role": "user", "content": _filled(put, questions=asked, **_said(shown))},
    ]


def _said(shown: BlindedItem) -> dict[str, str]:
    """What the names in the prompt of this kind of item stand for."""
    if shown.kind == "dialogues":
        known = [f"Speaker {number}:\n{_facts(persona)}" for number, persona in enumerate(shown.personas, start=1)]
        left, right = ("\n".join(map(_line, turns)) for turns in shown.conversations)
        return {"personas": "\n".join(known) or NOT_TOLD, "left": left, "right": right}
    if shown.kind == "persona":
        return {"persona": _facts(shown.persona)}
    said = [f"{'The person who replies' if turn.own else 'The other'}: {turn.text}" for turn in shown.turns]
    left, right = shown.replies
    return {
        "persona": _facts(shown.persona),
        "turns": "\n".join(said) or BEGINNING,
        "left": left,
        "right": right,
    }


def _facts(persona: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in persona) or NOT_TOLD


def _line(turn: BlindedTurn) -> str:
    return f"Speaker {2 if turn.own else 1}: {turn.text}"


def schema_of(questions: Sequence[BlindedQuestion]) -> dict[str, Any]:
    """The answer as a JSON schema: for each question one of its answers."""
    return {
        "type": "object",
        "properties": {
            each.field: {"type": "string", "enum": [option.label for option in each.options]} for each in questions
        },
        "required": [each.field for each in questions],
        "additionalProperties": False,
    }


def parse_answer(answer: Answer, questions: Sequence[BlindedQuestion]) -> Mapping[str, str]:
    """The value picked for each question, by its field; raises `Unusable` for anything that was not offered."""
    check_whole(answer)
    said = json_object(answer.text)
    picked = {}
    for question in questions:
        offered = {option.label.casefold(): option.value for option in question.options}
        value = said.get(question.field)
        if not isinstance(value, str | int) or str(value).strip().casefold() not in offered:
            expected = ", ".join(repr(option.label) for option in question.options)
            raise Unusable("malformed", f"{question.field}: expected one of {expected}, got {value!r}")
        picked[question.field] = offered[str(value).strip().casefold()]
    return picked


def digests_of_prompts(kind: Kind) -> dict[str, str]:
    """SHA-256 of each prompt file of a kind of item: with another wording it is another judge."""
    return {name: hashlib.sha256(_text(name).encode()).hexdigest() for name in PROMPTS[kind]}


def _asked(question: BlindedQuestion) -> str:
    about = f" (of {question.about})" if question.about else ""
    lines = [f"Question {question.field!r}{about}: {question.text}"]
    if question.help:
        lines.append(question.help)
    lines.append("Answers: " + "; ".join(option.label for option in question.options))
    return "\n".join(lines)


def _filled(name: str, **values: str) -> str:
    # A $ in a reply is a reply's: only the file's own names are filled.
    return Template(_text(name)).substitute(values).strip()


def _text(name: str) -> str:
    return (TEXTS / f"{name}.txt").read_text(encoding="utf-8")
