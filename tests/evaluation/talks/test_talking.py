"""Talks answered over real HTTP, and written as a corpus."""

import json
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evaluation.models import AnsweringProcess, Talk, TalkReply
from evaluation.talks import talking
from generation.corpus.dialogues import Turn, read_dialogues
from generation.corpus.manifest import read_manifest
from generation.corpus.traits import UnknownTrait
from tests.cast import NOW
from tests.evaluation.builders import a_researcher
from tests.openai_server import OpenAIServer
from tests.training.conftest import trained_home  # noqa: F401  # one tiny model, trained once
from tests.training.model_server import ModelServer

pytestmark = pytest.mark.django_db
PERSONA = ("i like to ski.", "i have two dogs.")


@pytest.fixture(autouse=True)
def own_environment(parley_home, monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def a_talk(*systems: str, **fields: Any) -> Talk:
    given = {"persona": PERSONA, "traits": {"extraversion": "high"}, **fields}
    return talking.begin(by=a_researcher(), systems=systems or ("mock",), now=NOW, **given)


def answer(*words: str) -> dict[str, Any]:
    out = StringIO()
    # The status of a run in which a reply failed.
    with suppress(SystemExit):
        call_command("answer_talks", "--once", "--quiet", "--json", *words, stdout=out, stderr=StringIO())
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def replies(talk: Talk) -> list[tuple[str, str]]:
    rows = TalkReply.objects.filter(turn__talk=talk).order_by("turn__place", "side")
    return [(each.state, each.text) for each in rows]


@pytest.mark.torch
def test_a_trained_model_answers_each_turn_out_of_its_own_history(trained_home: Path):  # noqa: F811
    talk = a_talk("pt")

    with ModelServer(trained_home / "models" / "pt") as server:
        for text in ("hi ! what do you like to do ?", "do you have a pet ?"):
            talking.say(talk=talk, text=text, now=NOW)
            answer("--base-url", server.base_url)
        turns = [
            {"role": "user" if turn.speaker == talking.PERSON else "assistant", "content": turn.text}
            for turn in talking.history(talk, side=0)
        ]
        told = {"persona": list(PERSONA), "traits": {"extraversion": "high"}}
        said = server.complete(messages=turns[:3], parley=told)[1]["choices"][0]["message"]["content"]

    assert [turn["role"] for turn in turns] == ["user", "assistant", "user", "assistant"]
    assert turns[3]["content"] == said


def test_two_systems_get_the_same_turns_and_what_one_lacks_is_said_of_it_alone():
    talk = a_talk("mock", "absent")
    talking.say(talk=talk, text="hi", now=NOW)

    with OpenAIServer() as server:
        made = answer("--base-url", server.base_url, "--model", "mock", "--model", "absent")

    (first, text), (second, nothing) = replies(talk)
    assert (first, second, nothing) == ("answered", "failed", "")
    assert text
    assert made["answered"] == 1
    assert [(row["system"], "does not exist" in row["reason"]) for row in made["failed"]] == [("absent", True)]


def test_what_failed_is_asked_again_only_when_told_to():
    talk = a_talk()
    talking.say(talk=talk, text="hi", now=NOW)
    answer("--model", "mock=http://127.0.0.1:9/v1")
    reply = TalkReply.objects.get()
    assert (reply.state, "does not answer" in reply.reason) == ("failed", True)

    with OpenAIServer() as server:
        words = ("--model", f"mock={server.base_url}")
        assert answer(*words)["answered"] == 0
        assert talking.ask_again(talk=talk, reply=reply.pk)
        assert not talking.ask_again(talk=talk, reply=reply.pk)
        assert answer(*words)["answered"] == 1

    assert replies(talk)[0][0] == "answered"


def test_a_process_that_died_before_it_put_an_answer_down_buys_it_once():
    talk = a_talk()
    talking.say(talk=talk, text="hi", now=NOW)

    with OpenAIServer() as server:
        answer("--base-url", server.base_url, "--model", "mock")
        TalkReply.objects.update(state="asked", text="")
        answer("--base-url", server.base_url, "--model", "mock")

        assert server.answered.total() == 1
    assert replies(talk)[0][0] == "answered"


def test_systems_of_other_processes_are_left_to_them():
    talk = a_talk("other")
    talking.say(talk=talk, text="hi", now=NOW)

    with OpenAIServer() as server:
        answer("--base-url", server.base_url, "--model", "mock")

    assert replies(talk) == [("waiting", "")]


def test_an_answering_process_is_here_until_it_has_not_been_seen_for_long():
    AnsweringProcess.objects.create(systems=["pt", "p"], seen_at=NOW)

    here, gone = talking.answerers(now=NOW), talking.answerers(now=NOW + talking.GONE_AFTER)

    assert (here.systems, here.known) == (("pt", "p"), ("pt", "p"))
    assert (gone.systems, gone.known) == ((), ("pt", "p"))


def test_a_process_that_comes_after_another_takes_its_place():
    with OpenAIServer() as server:
        for _ in range(2):
            answer("--base-url", server.base_url, "--model", "mock")

    assert [each.systems for each in AnsweringProcess.objects.all()] == [["mock"]]


def test_nothing_is_said_while_a_reply_is_waited_for_nor_without_words():
    talk = a_talk()
    with pytest.raises(talking.BadTalk, match="got nothing"):
        talking.say(talk=talk, text=" \n", now=NOW)
    talking.say(talk=talk, text="hi", now=NOW)

    with pytest.raises(talking.StillWaiting):
        talking.say(talk=talk, text="hello?", now=NOW)


@pytest.mark.parametrize("systems", [[], ["pt", "pt"], ["a", "b", "c"]], ids=len)
def test_a_talk_has_one_system_or_two_different_ones(systems):
    with pytest.raises(talking.BadTalk):
        talking.begin(by=a_researcher(), systems=systems, persona=(), traits={}, now=NOW)


def test_a_trait_that_is_none_is_refused():
    with pytest.raises(UnknownTrait):
        a_talk(traits={"charm": "high"})


def test_talks_become_a_corpus_that_says_who_spoke_and_not_who_asked(parley_home):
    talk = a_talk("mock", "twin")
    a_talk()
    turn = talking.say(talk=talk, text="hi", now=NOW)
    for side, text in enumerate(("hello .", "good day .")):
        turn.replies.filter(side=side).update(state="answered", text=text)
    talking.say(talk=talk, text="still there ?", now=NOW)

    call_command("export_talks", "--to", "talks", "--quiet", stdout=StringIO())

    folder = parley_home / "corpora" / "talks"
    first, second = read_dialogues(folder)
    results = read_manifest(folder)["results"]
    assert (first.turns, second.turns) == (
        (Turn(0, "hi"), Turn(1, "hello .")),
        (Turn(0, "hi"), Turn(1, "good day .")),
    )
    assert (first.speakers[1].persona, first.speakers[1].traits) == (PERSONA, {"extraversion": "high"})
    assert (first.speakers[0].persona, second.source) == ((), first.id)
    assert results["author"] == "mock, twin"
    assert results["systems"] == {first.id: "mock", second.id: "twin"}
    assert len(results["caveats"]) == 1
    assert "cleo" not in (folder / "dialogues.jsonl").read_text() + json.dumps(results)


def test_without_an_answer_there_is_nothing_to_export(parley_home):
    a_talk()

    with pytest.raises(CommandError, match="nothing to export"):
        call_command("export_talks", "--to", "talks")


@pytest.mark.parametrize(
    "words", [("--model", "=x"), ("--model", "a", "--model", "a"), ("--concurrency", "0")], ids=str
)
def test_what_cannot_be_meant_is_refused(words):
    with pytest.raises(CommandError) as refused:
        call_command("answer_talks", "--once", "--base-url", "http://127.0.0.1:9/v1", *words, stdout=StringIO())

    assert refused.value.returncode == 2
