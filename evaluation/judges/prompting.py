"""The prompt of a judge, made of what people are shown and nothing else, and what its answer means."""

import hashlib
from collections.abc import Mapping, Sequence
from string import Template
from typing import Any, Final

from evaluation.blinding import BlindedItem, BlindedQuestion
from evaluation.wording import TEXTS
from generation.label_parsing import json_object
from generation.parsing import Answer, Unusable, check_whole
from generation.prompting import Messages

PROMPTS: Final = ("judge", "judge_pair")
NOT_TOLD: Final = "- nothing"
BEGINNING: Final = "(The reply is the first message.)"


def to_judge(shown: BlindedItem, *, instructions: str, questions: Sequence[BlindedQuestion]) -> Messages:
    """Ask `questions` of what is shown. What never changes in a study comes first, so that endpoints can cache it."""
    left, right = shown.replies
    said = [f"{'The person who replies' if turn.own else 'The other'}: {turn.text}" for turn in shown.turns]
    pair = _filled(
        "judge_pair",
        persona="\n".join(f"- {sentence}" for sentence in shown.persona) or NOT_TOLD,
        turns="\n".join(said) or BEGINNING,
        left=left,
        right=right,
        questions="\n\n".join(_asked(question) for question in questions),
    )
    return [
        {"role": "system", "content": _filled("judge", instructions=instructions.strip() or "Nothing.")},
        {"role": "user", "content": pair},
    ]


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


def digests_of_prompts() -> dict[str, str]:
    """SHA-256 of each prompt file: with another wording it is another judge."""
    return {name: hashlib.sha256(_text(name).encode()).hexdigest() for name in PROMPTS}


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
