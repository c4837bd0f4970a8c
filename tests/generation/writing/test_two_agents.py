"""Two agents over real HTTP: what each is told, what is asked again, and going on in the middle of a dialogue."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from generation.asking.authors import DOUBLE, AuthorFailed
from generation.asking.insisting import Model
from generation.asking.journal import Journal
from generation.asking.llm import Endpoint
from generation.asking.trying import Desk
from generation.corpus.dialogues import Speaker, Turn
from generation.corpus.leakage import leak_score
from generation.telling.parsing import BOUNDS, Bounds
from generation.writing.llm_author import LLMAuthor
from generation.writing.two_agents import TwoAgents, number_of_turns, rehearsed, sample_of, to_agent
from tests.builders import BAKER, SKIER, a_dialogue
from tests.cast import NOW
from tests.generation.telling.test_prompting import as_text, snapshot
from tests.openai_server import Faults, OpenAIServer

T = TypeVar("T")
SPEAKERS = (Speaker(BAKER, {"neuroticism": "high"}), Speaker(SKIER, {"agreeableness": "high"}))


def with_agents(
    folder: Path,
    server: OpenAIServer,
    do: Callable[[TwoAgents], Awaitable[T]],
    *,
    bounds: Bounds = BOUNDS,
    max_tries: int = 3,
) -> T:
    """What `do` gives with two agents before this server."""

    async def work() -> T:
        with Journal(folder, {}) as journal:
            async with (
                Endpoint(base_url=server.base_url, connections=4) as endpoint,
                Desk(endpoint=endpoint, journal=journal, now=lambda: NOW, pause=0.01) as desk,
            ):
                return await do(TwoAgents(Model("mock", desk, max_tries), bounds, seed=7))

    return asyncio.run(work())


def test_a_dialogue_takes_as_many_requests_as_it_has_turns(tmp_path):
    with OpenAIServer() as server:
        turns = with_agents(tmp_path, server, lambda agents: agents.write(SPEAKERS, sample=0))

    assert [turn.speaker for turn in turns] == [place % 2 for place in range(len(turns))]
    assert len(turns) == number_of_turns(BOUNDS, 7, sample_of(SPEAKERS, 0, 0))
    assert server.asked.total() == len(turns)
    assert leak_score(replace(a_dialogue(), speakers=SPEAKERS, turns=turns)) == 0.0


def test_each_agent_is_told_its_own_persona_and_traits_and_hears_only_what_is_said(tmp_path):
    with OpenAIServer() as server:
        turns = with_agents(tmp_path, server, lambda agents: agents.write(SPEAKERS, sample=0))
    requests = [
        to_agent(SPEAKERS[place % 2], place % 2, turns[:place], length=len(turns), bounds=BOUNDS)
        for place in range(len(turns))
    ]

    # The very last request is what the server saw last.
    assert requests[-1] == server.last_request["messages"]
    for place, messages in enumerate(requests):
        me, partner = SPEAKERS[place % 2], SPEAKERS[1 - place % 2]
        told = messages[0]["content"]
        assert all(sentence in told for sentence in me.persona)
        assert not any(sentence in told for sentence in partner.persona)
        assert next(iter(me.traits)) in told
        assert next(iter(partner.traits)) not in told
        # Both roles in turn, as every chat template wants it, with one's own words as the assistant's.
        roles = [message["role"] for message in messages[1:]]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
        said = [message["content"] for message in messages if message["role"] == "assistant"]
        assert said == [turn.text for turn in turns[:place] if turn.speaker == place % 2]


def test_the_prompt_of_an_agent():
    messages = to_agent(SPEAKERS[0], 0, a_dialogue().turns[:4], length=6, bounds=BOUNDS)

    assert as_text(messages) == snapshot("agent")


def test_the_last_two_turns_take_leave():
    turns = a_dialogue().turns

    notes = [
        to_agent(SPEAKERS[place % 2], place % 2, turns[:place], length=6, bounds=BOUNDS)[-1]["content"]
        for place in range(6)
    ]

    assert [("this is your last message" in note) for note in notes] == [False] * 4 + [True] * 2


def test_an_agent_that_keeps_to_itself_is_reminded_of_itself_alone_from_the_middle_on():
    silent = tuple(Turn(place % 2, "Well, well.") for place in range(5))
    told = (Turn(0, "Hello!"), Turn(1, "I have two dogs and like to ski."), *silent[2:])

    early, late = (
        to_agent(SPEAKERS[1], 1, turns, length=8, bounds=BOUNDS)[-1]["content"] for turns in (silent[:3], silent)
    )
    after_telling = to_agent(SPEAKERS[1], 1, told, length=8, bounds=BOUNDS)[-1]["content"]

    assert (early, after_telling) == ("Well, well.", "Well, well.")
    assert late.startswith("Well, well.\n[To you alone: you have hardly told anything of yourself")
    assert all(sentence in late for sentence in SKIER)
    assert not any(sentence in late for sentence in BAKER)


def test_an_opening_is_gone_on_from(tmp_path):
    opening = (Turn(0, "Good evening! Who are you?"),)

    with OpenAIServer() as server:
        turns = with_agents(tmp_path, server, lambda agents: agents.write(SPEAKERS, sample=0, opening=opening))

    assert turns[:1] == opening
    assert server.asked.total() == len(turns) - 1


def test_cut_off_in_the_middle_it_goes_on_at_the_turn_where_it_was(tmp_path):
    with OpenAIServer() as server:
        whole = with_agents(tmp_path / "whole", server, lambda agents: agents.write(SPEAKERS, sample=0))
    with OpenAIServer(Faults(credit=3)) as server:
        with pytest.raises(Exception, match="no credit left"):
            with_agents(tmp_path / "cut", server, lambda agents: agents.write(SPEAKERS, sample=0))
        server.faults = Faults()
        before = server.answered.total()
        turns = with_agents(tmp_path / "cut", server, lambda agents: agents.write(SPEAKERS, sample=0))

    assert turns == whole
    assert (before, server.answered.total()) == (3, len(whole))
    assert set(server.answered.values()) == {1}


def test_dialogues_that_share_a_speaker_buy_answers_of_their_own(tmp_path):
    others = (SPEAKERS[0], Speaker(("i am a pilot.", "i have three parrots.")))

    async def both(agents: TwoAgents) -> None:
        await asyncio.gather(*(agents.write(pair, sample=0) for pair in (SPEAKERS, others)))

    with OpenAIServer() as server:
        with_agents(tmp_path, server, both)

    # The first request of both is the same: asked for twice, known by two numbers.
    assert max(server.asked.values()) == 2
    assert sample_of(SPEAKERS, 0, 0) != sample_of(others, 0, 0)
    assert len({sample_of(SPEAKERS, sample, number) for sample in range(10) for number in range(3)}) == 30


def test_a_turn_that_will_not_do_is_asked_for_again_with_the_reason(tmp_path):
    with OpenAIServer(Faults(malformed=0.3, seed=3)) as server:
        turns = with_agents(tmp_path, server, lambda agents: agents.write(SPEAKERS, sample=0), max_tries=6)

    assert server.asked.total() > len(turns)
    assert not any(turn.text.startswith("Sure!") for turn in turns)


def test_a_dialogue_in_which_a_persona_goes_unused_is_begun_anew_and_then_given_up(tmp_path):
    # Nobody says all of it in a handful of turns.
    bounds = replace(BOUNDS, min_turns=2, max_turns=3, min_coverage=1.0)

    with OpenAIServer() as server, pytest.raises(AuthorFailed, match="of their own persona's words") as caught:
        with_agents(tmp_path, server, lambda agents: agents.write(SPEAKERS, sample=0), bounds=bounds, max_tries=2)

    assert (caught.value.kind, caught.value.tries) == ("off_persona", 2)


def test_the_number_of_turns_is_drawn_evenly_within_the_bounds():
    bounds = Bounds(min_turns=4, max_turns=6)

    drawn = [number_of_turns(bounds, 7, sample) for sample in range(600)]

    assert {4, 5, 6} == set(drawn)
    # 200 expected of each; five standard deviations of a binomial (600, 1/3) are 58.
    assert all(142 <= drawn.count(number) <= 258 for number in (4, 5, 6))


def test_a_rehearsal_has_as_many_requests_as_the_dialogue_will_take(tmp_path):
    with OpenAIServer() as server:
        turns = with_agents(tmp_path, server, lambda agents: agents.write(SPEAKERS, sample=0))

    requests = rehearsed(SPEAKERS, bounds=BOUNDS, seed=7)

    assert len(requests) == len(turns)
    assert requests[0] == to_agent(SPEAKERS[0], 0, (), length=len(turns), bounds=BOUNDS)


def test_the_author_writes_by_the_method_that_it_was_given(tmp_path):
    async def work(server: OpenAIServer) -> tuple[Turn, ...]:
        with Journal(tmp_path, {}) as journal:
            async with (
                Endpoint(base_url=server.base_url, connections=4) as endpoint,
                Desk(endpoint=endpoint, journal=journal, now=lambda: NOW) as desk,
            ):
                return await LLMAuthor("mock", desk, method=DOUBLE).write(SPEAKERS, sample=0)

    with OpenAIServer() as server:
        turns = asyncio.run(work(server))

    assert server.asked.total() == len(turns) > 1
