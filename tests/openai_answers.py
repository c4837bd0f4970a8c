"""What the model of the test server says: the offline author's labels and dialogues, or what is wrong with them."""

import hashlib
import json
import random
import re
from collections.abc import Mapping
from typing import Any

from generation.corpus.dialogues import Speaker, Turn
from generation.offline import writing
from generation.offline.labelling import label
from tests.openai_roles import answer_in_role

# Personas that contain one of these words get this kind of answer, however often they are asked about.
HOPELESS = {"unspeakable": "refused", "endless": "truncated", "garbled": "malformed", "forbidden": "rejected"}


def kind_of_answer(request: Mapping[str, Any], faults: Any) -> str:
    """Good, malformed, truncated, refused or rejected: drawn from the request alone."""
    messages = request["messages"]
    told = "\n".join(message["content"] for message in messages[:2])
    for word, kind in HOPELESS.items():
        if word in told:
            return kind
    if faults.careless and len(messages) == 2:
        return "malformed"
    if not (faults.malformed or faults.truncated or faults.refused):
        return "good"
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    drawn = random.Random(f"answer {faults.seed} {digest}").random()
    for kind in ("malformed", "truncated", "refused"):
        drawn -= getattr(faults, kind)
        if drawn < 0:
            return kind
    return "good"


def completion(request: Mapping[str, Any], kind: str, *, content: Any = None) -> dict[str, Any]:
    """A chat completion; `content` stands in place of what the model would say."""
    finish_reason, refusal = "stop", None
    task, told = (message["content"] for message in request["messages"][:2])
    text = content
    if content is None:
        text = answer_in_role(request["messages"]) or good_answer(told, levels=5 if "very high" in task else 3)
    if kind == "malformed":
        text = f"Sure! Here you are:\n\n{text.replace('Speaker', 'Person').replace('{', '[')}"
    elif kind == "truncated":
        text, finish_reason = text[: len(text) // 2], "length"
    elif kind == "refused":
        text, refusal = "", "I cannot help with that."
    words = sum(len(message["content"].split()) for message in request["messages"])
    said = len(text.split()) if isinstance(text, str) else 0
    return {
        "id": "chatcmpl-mock",
        "object": "chat.completion",
        "created": 0,
        "model": "mock-2026",
        "system_fingerprint": "fp_mock",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": refusal},
                "finish_reason": finish_reason,
            }
        ],
        "usage": {
            "prompt_tokens": words,
            "completion_tokens": said,
            "total_tokens": words + said,
            "prompt_tokens_details": {"cached_tokens": words // 2},
        },
    }


def good_answer(told: str, *, levels: int = 3) -> str:
    """What the offline author says to a prompt of ours: labels as JSON, or a dialogue as lines."""
    personas = [tuple(re.findall(r"^- (.+)$", block, re.M)) for block in re.findall(r"persona:\n((?:- .+\n?)+)", told)]
    if len(personas) == 1:
        labels = label(personas[0], levels=levels).as_json()["traits"]
        return json.dumps(
            {trait: {key: each[key] for key in ("evidence", "reason", "level")} for trait, each in labels.items()}
        )
    traits = [
        dict(re.findall(r"^- (\w+): ((?:very )?\w+)", block, re.M))
        for block in re.findall(r"traits:\n((?:- .+\n?)+)", told)
    ]
    speakers = (Speaker(personas[0], traits[0]), Speaker(personas[1], traits[1]))
    opening = [Turn(int(number) - 1, text) for number, text in re.findall(r"^Speaker ([12]): (.+)$", told, re.M)]
    turns = writing.write(speakers, seed=0, opening=opening)
    return "\n".join(f"Speaker {turn.speaker + 1}: {turn.text}" for turn in turns)


def error(message: str, code: str, *, param: str | None = None) -> dict[str, Any]:
    """An error as OpenAI says it."""
    return {"error": {"message": message, "type": code, "param": param, "code": code}}
