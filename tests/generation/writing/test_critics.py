"""Critics over real HTTP: what they are shown, and what of their answers is accepted."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from generation.asking.authors import AuthorFailed
from generation.asking.insisting import Model
from generation.asking.journal import Journal
from generation.asking.llm import Endpoint
from generation.asking.trying import Desk
from generation.corpus.dialogues import Dialogue
from generation.offline.manners import MANNERS
from generation.telling.parsing import Answer, Unusable
from generation.writing.critics import (
    Critics,
    parse_contradictions,
    parse_traits_shown,
    to_find_contradictions,
    to_see_traits,
)
from tests.builders import BAKER, SKIER, a_dialogue
from tests.cast import NOW
from tests.generation.telling.test_prompting import as_text, snapshot
from tests.openai_server import Faults, OpenAIServer

T = TypeVar("T")
ANXIOUS = MANNERS["neuroticism", "high"]["mood"][0]
COLD = MANNERS["agreeableness", "low"]["bye"][0]


def with_critics(folder: Path, server: OpenAIServer, do: Callable[[Critics], Awaitable[T]]) -> T:
    async def work() -> T:
        with Journal(folder, {}) as journal:
            async with (
                Endpoint(base_url=server.base_url, connections=4) as endpoint,
                Desk(endpoint=endpoint, journal=journal, now=lambda: NOW, pause=0.01) as desk,
            ):
                return await do(Critics(Model("mock", desk)))

    return asyncio.run(work())


def a_told_dialogue(first: dict[str, str], second: dict[str, str]) -> Dialogue:
    return a_dialogue(traits=(first, second), texts=("hi !", ANXIOUS, "i see .", COLD))


def test_the_prompts_of_the_critics():
    assert as_text(to_find_contradictions(a_dialogue())) == snapshot("critic_contradictions")
    assert as_text(to_see_traits(a_dialogue(), 1)) == snapshot("critic_traits")


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ({}, {"neuroticism": "high"}, 1.0),
        ({}, {"neuroticism": "very high", "agreeableness": "high"}, 0.5),
        # The first shows nothing.
        ({"openness": "high"}, {"neuroticism": "high"}, 0.5),
        # "medium" and "unclear" tell no end to recognise.
        ({"openness": "unclear"}, {"neuroticism": "medium"}, None),
        ({}, {}, None),
    ],
)
def test_the_share_of_told_traits_that_a_reader_of_the_dialogue_recognises(tmp_path, first, second, share):
    dialogue = a_told_dialogue(first, second)

    with OpenAIServer() as server:
        measured = with_critics(tmp_path, server, lambda critics: critics.measure("traits", dialogue, sample=0))

    assert measured == share


def test_the_reader_of_traits_sees_neither_personas_nor_traits():
    dialogue = a_told_dialogue({}, {"neuroticism": "high"})

    task, told = (message["content"] for message in to_see_traits(dialogue, 1))

    assert told == (
        f"The dialogue:\n1. Speaker 1: hi !\n2. Speaker 2: {ANXIOUS}\n3. Speaker 1: i see .\n4. Speaker 2: {COLD}\n\n"
        "Which traits does Speaker 2 show?"
    )
    assert not any(sentence in task + told for sentence in SKIER + BAKER)


def test_contradictions_are_counted(tmp_path):
    fickle = a_dialogue(personas=(("i am fickle.",), SKIER))

    with OpenAIServer() as server:
        counts = [
            with_critics(tmp_path, server, lambda critics, each=each: critics.measure("contradiction", each, sample=0))
            for each in (a_dialogue(), fickle)
        ]

    assert counts == [0.0, 1.0]
    assert all(sentence in server.last_request["messages"][1]["content"] for sentence in ("i am fickle.", *SKIER))
    assert server.last_request["temperature"] == 0.0
    assert server.last_request["response_format"]["json_schema"]["name"] == "contradictions"


def test_the_schema_is_one_that_strict_endpoints_take(tmp_path):
    with OpenAIServer() as server:
        with_critics(tmp_path, server, lambda critics: critics.contradictions(a_dialogue(), sample=0))

    schema = server.last_request["response_format"]["json_schema"]["schema"]
    item = schema["properties"]["contradictions"]["items"]
    for each in (schema, item):
        assert (each["additionalProperties"], each["required"]) == (False, list(each["properties"]))
    assert item["properties"]["turn"] == {"type": "integer"}


def test_an_endpoint_without_structured_output_is_asked_in_words(tmp_path):
    with OpenAIServer(Faults(no_structure=True)) as server:
        count = with_critics(tmp_path, server, lambda critics: critics.measure("contradiction", a_dialogue(), sample=0))

    assert count == 0.0
    assert (server.statuses[400], server.statuses[200]) == (1, 1)


def test_a_critic_that_only_talks_nonsense_fails_the_row_and_is_named(tmp_path):
    with OpenAIServer(Faults(content="What a lovely dialogue!")) as server, pytest.raises(AuthorFailed) as caught:
        with_critics(tmp_path, server, lambda critics: critics.measure("contradiction", a_dialogue(), sample=0))

    assert (caught.value.kind, caught.value.tries) == ("malformed", 3)
    assert caught.value.reason == "the critic of contradiction: expected a JSON object, and there is none"


def a_claim(**changed: object) -> str:
    claim = {"speaker": 1, "turn": 3, "quote": "Baked some bread", "against": "i never bake.", "reason": "It does."}
    return json.dumps({"contradictions": [claim | changed]})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"contradictions": "none"}', "expected an object with a list"),
        ('{"contradictions": [{"speaker": 1}]}', "expected contradictions to have speaker, turn"),
        (a_claim(turn=7), "there is no turn 7"),
        (a_claim(speaker=2), "turn 3 is not Speaker 2's"),
        (a_claim(quote="burnt some bread"), "turn 3 does not say 'burnt some bread'"),
        (a_claim(quote=""), "turn 3 does not say ''"),
    ],
)
def test_a_contradiction_that_does_not_stand_in_the_dialogue_is_not_taken(text, reason):
    with pytest.raises(Unusable, match=reason):
        parse_contradictions(Answer(text), a_dialogue())


def test_a_contradiction_is_quoted_in_whatever_case_and_punctuation():
    assert parse_contradictions(Answer(a_claim()), a_dialogue()) == 1


def test_traits_that_are_not_five_or_have_no_level_are_not_taken():
    with pytest.raises(Unusable, match="expected exactly the keys"):
        parse_traits_shown(Answer('{"openness": {"level": "high"}}'))
    five = {trait: {"level": "high"} for trait in ("openness", "conscientiousness", "extraversion", "agreeableness")}
    with pytest.raises(Unusable, match="neuroticism: expected the level high, low, unclear, got 'huge'"):
        parse_traits_shown(Answer(json.dumps(five | {"neuroticism": {"level": "huge"}})))


def test_what_never_changes_comes_first_so_that_endpoints_can_cache_it():
    one, other = a_dialogue(1), a_dialogue(2, texts=("hello .", "hi ."))

    assert to_see_traits(one, 0)[0] == to_see_traits(other, 1)[0]
    assert to_find_contradictions(one)[0] == to_find_contradictions(other)[0]
