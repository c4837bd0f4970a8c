"""What the model of the test server says where it is one of two agents, or a critic."""

import json
import re
from collections.abc import Sequence
from typing import Any

from generation.corpus.dialogues import Speaker, Turn
from generation.corpus.lexical import words
from generation.corpus.traits import TRAITS
from generation.offline import alone
from generation.offline.manners import MANNERS

# In the eyes of the critic the first turn of somebody with this word in their persona contradicts it.
FICKLE = "fickle"


def answer_in_role(messages: Sequence[dict[str, str]]) -> str | None:
    """The answer of an agent or a critic; None where the task is another."""
    task, told = messages[0]["content"], messages[1]["content"]
    if task.startswith("You are a person who writes"):
        return _agent(task, messages[1:])
    if "look for contradictions" in task:
        return json.dumps({"contradictions": _contradictions(told)})
    if "say what the Big-5 personality traits of one of them are" in task:
        return json.dumps(_traits_shown(told))
    if "which of the two messages sounds more like" in task:
        return json.dumps({"answer": _louder(told)})
    return None


def _louder(told: str) -> str:
    """The message with more exclamation marks: an ear for extraversion alone."""
    first, second = re.findall(r"^Message [12]:\n(.*)$", told, re.M)
    marks = first.count("!"), second.count("!")
    return "neither" if marks[0] == marks[1] else "1" if marks[0] > marks[1] else "2"


def _agent(task: str, messages: Sequence[dict[str, str]]) -> str:
    persona = re.findall(
        r"^- (.+)$", task.split("What you know about yourself:\n")[1].split("What you are like:")[0], re.M
    )
    traits = dict(re.findall(r"^- (\w+): ((?:very )?\w+) \(", task.split("What you are like:\n")[1], re.M))
    number = 0 if messages[0]["content"].startswith("[The chat is open") else 1
    talk = messages[1:] if number == 0 else messages
    turns = [Turn(place % 2, message["content"].split("\n[To you alone")[0]) for place, message in enumerate(talk)]
    left = 2 if "this is your last message" in messages[-1]["content"] else 4
    return alone.message(Speaker(tuple(persona), traits), number, turns, left=left, seed=0)


def _contradictions(told: str) -> list[dict[str, Any]]:
    speakers = re.findall(r"Speaker [12]'s persona:\n((?:- .+\n?)+)", told)
    turns = re.findall(r"^\d+\. Speaker [12]: (.+)$", told, re.M)
    return [
        {"speaker": number, "turn": number, "quote": turns[number - 1], "against": FICKLE, "reason": "they are fickle"}
        for number, persona in enumerate(speakers, start=1)
        if FICKLE in persona
    ]


def _traits_shown(told: str) -> dict[str, dict[str, str]]:
    """The end of each trait whose manner is heard most in the turns of the speaker who is asked about."""
    number = re.findall(r"Which traits does Speaker ([12]) show", told)[0]
    said = " ".join(words(" ".join(re.findall(rf"^\d+\. Speaker {number}: (.+)$", told, re.M))))
    shown: dict[str, dict[str, str]] = {}
    for trait in TRAITS:
        heard = {end: _heard(MANNERS[trait, end], said) for end in ("high", "low")}
        level = "unclear" if heard["high"] == heard["low"] else max(heard, key=lambda end: heard[end])
        shown[trait] = {"reason": "it is heard", "level": level}
    return shown


def _heard(places: dict[str, tuple[str, ...]], said: str) -> int:
    parts = [max(re.split(r"\{\w+\}", choice), key=len) for choices in places.values() for choice in choices]
    return sum(" ".join(words(part)) in said for part in parts)
