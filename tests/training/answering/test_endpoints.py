"""Any model behind an OpenAI-compatible endpoint as a system, over real HTTP."""

from pathlib import Path
from typing import Any

import pytest

from generation.asking.authors import RunStopped
from generation.asking.llm import NoKey
from generation.corpus.dialogues import write_dialogues
from tests.builders import a_dialogue
from tests.cast import NOW
from tests.openai_server import Faults, OpenAIServer
from tests.training.builders import toy_corpus
from training.answering.choosing import Choice
from training.answering.endpoints import EndpointModel
from training.answering.responding import Answered, Corpus, respond
from training.data.examples import context_of
from training.data.responses import read_responses


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


@pytest.fixture
def home(parley_home: Path) -> Path:
    toy_corpus(parley_home)
    return parley_home


def mock(server: OpenAIServer | None = None, **changed: Any) -> EndpointModel:
    given: dict[str, Any] = {"model": "mock", "now": lambda: NOW, "base_url": server.base_url if server else None}
    return EndpointModel(**{**given, **changed})


def answered(home: Path, system: EndpointModel, *, corpus: str = "toy", **changed: Any) -> Answered:
    given: dict[str, Any] = {"choice": Choice(), "setting": {}, "seed": 7, "now": NOW}
    corpora = [Corpus(f"{corpus}/test", home / "corpora" / corpus, "test")]
    return respond(system=system, corpora=corpora, to=home / "responses" / "gpt", **{**given, **changed})


def test_it_is_asked_in_words_for_its_next_turn():
    traits = ({}, {"extraversion": "high", "openness": "unclear"})
    context = context_of(a_dialogue(traits=traits), 3)

    system, user = mock().messages(context, context.traits)

    assert system["role"] == "system"
    assert "Write the turn alone" in system["content"]
    assert user == {
        "role": "user",
        "content": (
            "Your persona:\n- i like to ski.\n- i have two dogs.\n- i work as a nurse.\n"
            "- my sister lives in lisbon.\n\n"
            "Your traits:\n- extraversion: high (outgoing, talkative and energetic)\n\n"
            "The chat so far:\nOther: hi ! how are you today ?\n"
            "You: good , just back from the mountains . i like to ski .\n"
            "Other: nice ! i stayed home and baked some bread .\n\n"
            "What do you say next?"
        ),
    }


def test_the_partners_persona_is_never_told():
    context = context_of(a_dialogue(texts=("hi !", "hello !")), 1)

    assert "bread" not in str(mock().messages(context, {}))


def test_untold_it_is_another_system():
    context = context_of(a_dialogue(traits=({}, {"extraversion": "high"})), 1)
    untold = mock(with_traits=False)

    assert (mock().name, untold.name) == ("mock", "mock[without-traits]")
    assert "Your traits:\n- none given" in untold.messages(context, context.traits)[1]["content"]


def test_every_context_is_answered_and_said_to_be_told_what_it_was(home):
    traits = {"extraversion": "high"}
    write_dialogues(home / "corpora" / "toy", [a_dialogue(corpus="toy", split="test", traits=(traits, {}))])

    with OpenAIServer() as server:
        made = answered(home, mock(server))

    responses = list(read_responses(made.folder))
    assert [each.given.traits for each in responses] == [{}, traits, {}, traits, {}]
    assert {each.system for each in responses} == {"mock"}
    # The server labels whatever persona it reads: not a chat, but an answer, on one line.
    assert all(each.text.startswith('{"openness"') and "\n" not in each.text for each in responses)
    assert server.answered.total() == made.responses == 5


def test_a_killed_run_buys_nothing_twice(home):
    with OpenAIServer(Faults(credit=8)) as server:
        with pytest.raises(RunStopped, match="no credit left"):
            answered(home, mock(server))
        server.faults = Faults()
        made = answered(home, mock(server))

    assert (made.responses, made.failed) == (20, [])
    assert set(server.answered.values()) == {1}


def test_what_failed_is_listed_with_its_reason_and_tried_again(home):
    refused = a_dialogue(corpus="toy", split="test", personas=(("i am unspeakable.",), ("i am calm.",)))
    write_dialogues(home / "corpora" / "toy", [refused])

    with OpenAIServer() as server:
        made = answered(home, mock(server))
        asked = server.answered.total()
        unchanged = answered(home, mock(server))
        server.mended = True
        mended = answered(home, mock(server))

    # Speaker 0 says turns 2 and 4. Each was asked for three times, and three times more in the second run.
    reason = "it is a refusal: I cannot help with that."
    assert made.failed == [{"context": f"toy/test/00000#{turn}", "reason": reason} for turn in (2, 4)]
    assert made.responses == 3
    assert asked == 3 + 2 * 3
    assert unchanged.failed == made.failed
    assert (mended.responses, mended.failed) == (5, [])


def test_an_answer_cut_off_is_not_used(home):
    endless = a_dialogue(corpus="toy", split="test", personas=(("i am calm.",), ("i am endless.",)), texts=("hi", "oh"))
    write_dialogues(home / "corpora" / "toy", [endless])

    with OpenAIServer() as server:
        made = answered(home, mock(server))

    assert made.failed == [{"context": "toy/test/00000#1", "reason": "it was cut off before its end"}]


def test_trouble_on_the_way_is_borne(home):
    with OpenAIServer(Faults(busy=0.2, retry_after="0.01", error=0.1)) as server:
        made = answered(home, mock(server), choice=Choice(limit=6))

    assert (made.responses, made.failed) == (6, [])


def test_without_a_key_nothing_is_begun(home, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")

    with pytest.raises(NoKey):
        answered(home, mock())
