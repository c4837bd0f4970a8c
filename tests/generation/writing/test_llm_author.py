"""An LLM as author: labels, dialogues, asking again, rounds."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from generation.asking.authors import AuthorFailed
from generation.asking.journal import Journal
from generation.asking.llm import Endpoint
from generation.asking.trying import Desk
from generation.corpus.dialogues import Speaker
from generation.offline import writing
from generation.offline.labelling import label
from generation.writing.llm_author import LLMAuthor
from generation.writing.llm_labelling import Guesses
from tests.builders import BAKER, SKIER
from tests.cast import NOW
from tests.openai_server import Faults, OpenAIServer

T = TypeVar("T")
SPEAKERS = (Speaker(BAKER, {"neuroticism": "high"}), Speaker(SKIER, {"agreeableness": "high"}))


def with_author(
    folder: Path,
    server: OpenAIServer,
    do: Callable[[LLMAuthor], Awaitable[T]],
    *,
    max_tries: int = 3,
    retry_failed: bool = False,
) -> T:
    """What `do` gives with an author at a desk before this server."""

    async def work() -> T:
        with Journal(folder, {}) as journal:
            async with (
                Endpoint(base_url=server.base_url, connections=4) as endpoint,
                Desk(endpoint=endpoint, journal=journal, now=lambda: NOW, pause=0.01) as desk,
            ):
                return await do(LLMAuthor("mock", desk, max_tries=max_tries, retry_failed=retry_failed))

    return asyncio.run(work())


def test_labels_are_asked_for_as_structured_output(tmp_path):
    with OpenAIServer() as server:
        labels = with_author(tmp_path, server, lambda author: author.label(SKIER))

    assert labels == label(SKIER)
    schema = server.last_request["response_format"]["json_schema"]
    assert (schema["name"], schema["strict"]) == ("traits", True)
    assert server.last_request["temperature"] == 0.0


def test_the_schema_is_one_that_strict_endpoints_take():
    schema = Guesses.model_json_schema()

    for each in (schema, schema["$defs"]["Guess"]):
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    assert list(schema["$defs"]["Guess"]["properties"]) == ["evidence", "reason", "level"]


def test_an_endpoint_without_structured_output_is_asked_in_words_from_then_on(tmp_path):
    async def both(author: LLMAuthor) -> list[object]:
        return [await author.label(SKIER), await author.label(BAKER)]

    with OpenAIServer(Faults(no_structure=True)) as server:
        labels = with_author(tmp_path, server, both)
        again = with_author(tmp_path, server, both)

    assert labels == again == [label(SKIER), label(BAKER)]
    # One refused request, then one in words for each persona; on the second run none.
    assert (server.statuses[400], server.statuses[200]) == (1, 2)


def test_a_dialogue_is_one_completion(tmp_path):
    with OpenAIServer() as server:
        turns = with_author(tmp_path, server, lambda author: author.write(SPEAKERS, sample=0))

    assert turns == writing.write(SPEAKERS, seed=0)
    assert server.asked.total() == 1
    assert server.last_request["temperature"] == 1.0


def test_equal_requests_of_two_dialogues_are_two_samples(tmp_path):
    async def twice(author: LLMAuthor) -> None:
        await author.write(SPEAKERS, sample=0)
        await author.write(SPEAKERS, sample=1)
        await author.write(SPEAKERS, sample=1)

    with OpenAIServer() as server:
        with_author(tmp_path, server, twice)

    assert sorted(server.asked.values()) == [2]


def test_an_answer_that_will_not_do_is_asked_for_again_with_the_reason(tmp_path):
    with OpenAIServer(Faults(careless=True)) as server:
        labels = with_author(tmp_path, server, lambda author: author.label(SKIER))

    assert labels == label(SKIER)
    assert server.asked.total() == 2
    roles = [message["role"] for message in server.last_request["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    assert server.last_request["messages"][3]["content"].startswith("That answer cannot be used: ")


@pytest.mark.parametrize(
    ("word", "kind", "reason"),
    [
        ("unspeakable", "refused", "it is a refusal"),
        ("endless", "truncated", "it was cut off"),
        ("garbled", "malformed", "expected a JSON object"),
        ("forbidden", "rejected", "400: The prompt is too long"),
    ],
)
def test_a_row_that_never_comes_good_fails_with_its_kind(tmp_path, word, kind, reason):
    persona = (f"i am {word}.",)

    with OpenAIServer() as server, pytest.raises(AuthorFailed) as caught:
        with_author(tmp_path, server, lambda author: author.label(persona))

    tries = 1 if kind == "rejected" else 3
    assert (caught.value.kind, caught.value.tries, server.asked.total()) == (kind, tries, tries)
    assert reason in caught.value.reason
    assert caught.value.request_id == f"req-{tries}"


def test_a_failed_row_is_asked_for_again_only_on_demand(tmp_path):
    persona = ("i am garbled.",)
    asked = []
    with OpenAIServer() as server:
        for retry_failed in (False, False, True):
            with pytest.raises(AuthorFailed):
                with_author(tmp_path, server, lambda author: author.label(persona), retry_failed=retry_failed)
            asked.append(server.asked.total())

    assert asked == [3, 3, 6]


def test_what_a_later_round_brought_is_known_without_asking_for_rounds(tmp_path):
    persona = ("i am garbled.",)
    with OpenAIServer() as server:
        with pytest.raises(AuthorFailed):
            with_author(tmp_path, server, lambda author: author.label(persona))
        # The model has learned to spell.
        server.mended = True
        labels = with_author(tmp_path, server, lambda author: author.label(persona), retry_failed=True)
        asked = server.asked.total()
        again = with_author(tmp_path, server, lambda author: author.label(persona))

    assert labels == again == label(persona)
    assert server.asked.total() == asked == 4
