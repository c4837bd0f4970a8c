"""A language model tells high from low, over real HTTP: what it is shown, what its answers are worth, what is kept."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from generation.asking.authors import RunStopped
from generation.asking.journal import SettingsChanged
from generation.asking.llm import NoKey
from generation.telling.parsing import Answer, Unusable
from tests.cast import NOW
from tests.openai_server import Faults, OpenAIServer
from tests.training.trait_scores.test_trait_control import LOUD, QUIET, dialogues, replies
from training.trait_scores.trait_classifier import turns_of
from training.trait_scores.trait_control import Verdict, contrast_of
from training.trait_scores.trait_docket import Docket, docket_of, parse_pick, rehearse, to_tell
from training.trait_scores.trait_judge import BadJudge, Judge, judge_contrast

SYSTEMS = ("pt[extraversion=high]", "pt[extraversion=low]")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch, parley_home: Path) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


def a_docket(high: Sequence[str], low: Sequence[str], *, contexts: int | None = None, turns: int = 8) -> Docket:
    trait, pairs = contrast_of(replies("high", list(high)), replies("low", list(low)))
    held_out = turns_of(dialogues(20), trait)
    return docket_of(trait, pairs, held_out, contexts=contexts, turns=turns, seed=7)


def judged(server: OpenAIServer, docket: Docket, **options: Any) -> Verdict:
    judge = Judge.named("openai:mock", base_url=server.base_url, **options)
    return judge_contrast(docket, judge, systems=SYSTEMS, seed=7, now=lambda: NOW)


def said(answer: Any) -> Answer:
    return Answer(text=json.dumps({"answer": answer}), finish_reason="stop", refusal=None)


def test_it_is_shown_two_texts_and_the_words_for_either_end_and_nothing_else():
    system, user = to_tell("extraversion", "yay !\nMessage 2:\nno", "i see .")

    assert (
        "People who are outgoing, talkative and energetic write otherwise than people who are reserved, quiet"
        in (system["content"])
    )
    assert user["content"] == (
        "Message 1:\nyay ! Message 2: no\n\nMessage 2:\ni see .\n\n"
        "Which sounds more like somebody who is outgoing, talkative and energetic?"
    )


def test_which_of_two_was_told_high_cannot_be_seen_from_what_is_asked():
    docket = a_docket(LOUD, QUIET)
    turned = a_docket(QUIET, LOUD)

    asked = [json.dumps(each) for each in docket.requests()]

    assert sorted(asked) == sorted(json.dumps(each) for each in turned.requests())
    assert not any(word in text for text in asked for word in ("pt[", "toy/", "told", "high", "low"))


def test_a_system_that_shows_the_trait_is_told_apart():
    docket = a_docket([LOUD[0]] * 12, [QUIET[n % 3] for n in range(12)])

    with OpenAIServer() as server:
        verdict = judged(server, docket)

    assert (verdict.told_apart.value, verdict.contexts, verdict.failed, verdict.warning) == (1.0, 12, (), "")
    # All loud dialogues are by people told high, and two of three loud lines have an exclamation mark.
    assert verdict.held_out == 8
    assert 0.5 < (verdict.accuracy.value or 0) <= 1.0
    assert verdict.usage["completion_tokens"] > 0


def test_one_that_does_the_contrary_is_below_chance_and_equal_replies_are_one_half_unasked():
    docket = a_docket([QUIET[0], QUIET[1], "ok"], [LOUD[0], LOUD[1], "ok"], turns=1)

    with OpenAIServer() as server:
        verdict = judged(server, docket)

    assert verdict.told_apart.value == pytest.approx((0 + 0 + 0.5) / 3)
    # Two contexts and a pair of held-out turns, in both orders.
    assert server.answered.total() == 6


def test_a_judge_that_always_takes_the_first_is_at_chance_and_not_believed():
    docket = a_docket([LOUD[0]] * 12, [QUIET[0]] * 12)

    with OpenAIServer(Faults(content='{"answer": "1"}')) as server:
        verdict = judged(server, docket)

    assert (verdict.told_apart.value, verdict.accuracy.value) == (0.5, 0.5)
    assert verdict.warning == "mock cannot tell held-out turns apart: its rate says nothing"


def test_held_out_turns_are_paired_high_with_low_and_no_dialogue_twice():
    docket = a_docket(LOUD, QUIET, turns=100)

    dialogues_used = [name for pair in docket.turns for name in pair.cluster.split()]

    assert len(docket.turns) == 10
    assert len(set(dialogues_used)) == 20
    assert all(pair.high in LOUD and pair.low in QUIET for pair in docket.turns)


def test_contexts_are_drawn_by_seed_and_a_rehearsal_counts_what_is_asked():
    docket = a_docket([f"{text} {n}" for n in range(8) for text in LOUD], [f"ok {n}" for n in range(24)], contexts=5)

    rehearsed = rehearse(docket)

    assert (rehearsed["contexts"], rehearsed["held_out_pairs"]) == (5, 8)
    assert rehearsed["requests"] == len(docket.requests()) <= 2 * (5 + 8)
    assert len(rehearsed["prompts"]) == 3
    assert "Message 1:" in rehearsed["prompts"][0]


def test_a_run_that_was_cut_off_goes_on_and_buys_nothing_twice():
    docket = a_docket([f"{LOUD[0]} {n}" for n in range(12)], [f"{QUIET[0]} {n}" for n in range(12)])

    with OpenAIServer(Faults(credit=7)) as server:
        with pytest.raises(RunStopped, match="no credit left"):
            judged(server, docket)
        server.faults = Faults()
        verdict = judged(server, docket)
        again = judged(server, docket)

    assert set(server.answered.values()) == {1}
    assert again.told_apart == verdict.told_apart
    assert server.answered.total() == len(docket.requests())


def test_texts_that_recur_are_bought_once_though_asked_for_at_the_same_time():
    docket = a_docket([LOUD[0]] * 24, [QUIET[0]] * 24, turns=1)

    with OpenAIServer(Faults(latency=0.05)) as server:
        verdict = judged(server, docket)

    assert verdict.contexts == 24
    assert set(server.answered.values()) == {1}


def test_what_cannot_be_judged_is_listed_and_asked_again_on_demand():
    docket = a_docket([LOUD[0], "i am unspeakable !"], [QUIET[0], QUIET[1]], turns=1)

    with OpenAIServer() as server:
        verdict = judged(server, docket)
        unchanged = judged(server, docket)
        asked = server.answered.total()
        server.mended = True
        mended = judged(server, docket, retry_failed=True)

    assert [(each.name, each.kind) for each in verdict.failed] == [("toy/test/00001#1", "refused")]
    assert (verdict.contexts, verdict.told_apart.value) == (1, 1.0)
    assert unchanged.failed == verdict.failed
    assert server.answered.total() > asked
    assert (mended.failed, mended.contexts) == ((), 2)


def test_an_endpoint_without_structured_output_is_asked_in_words():
    with OpenAIServer(Faults(no_structure=True)) as server:
        verdict = judged(server, a_docket([LOUD[0]], [QUIET[0]], turns=1))

    assert verdict.told_apart.value == 1.0


def test_a_journal_of_other_settings_is_not_gone_on_with():
    docket = a_docket([LOUD[0]], [QUIET[0]], turns=1)

    with OpenAIServer() as server:
        judged(server, docket)
        with pytest.raises(SettingsChanged):
            judged(server, docket, temperature=None)


@pytest.mark.parametrize(("answer", "worth"), [("1", 1.0), (2, 0.0), (" Neither ", 0.5)])
def test_an_answer_is_worth_what_it_gives_the_first(answer, worth):
    assert parse_pick(said(answer)) == worth


@pytest.mark.parametrize("answer", ["3", "both", None, ["1"], True])
def test_what_was_not_offered_is_no_answer(answer):
    with pytest.raises(Unusable, match="answer: expected one of '1', '2', 'neither', got"):
        parse_pick(said(answer))


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("gpt-4o-mini", {}, "--judge gpt-4o-mini: expected openai:NAME"),
        ("openai:", {}, "expected openai:NAME"),
        ("openai:mock", {"contexts": 0}, "--judge-contexts: expected at least 1, got 0"),
        ("openai:mock", {"held_out": 0}, "--held-out: expected at least 1, got 0"),
        ("openai:mock", {"concurrency": 0}, "--concurrency: expected at least 1, got 0"),
    ],
)
def test_a_judge_that_is_none_is_refused(name, options, problem):
    with pytest.raises(BadJudge, match=problem):
        Judge.named(name, **options)


def test_without_a_key_nothing_is_begun(monkeypatch, parley_home):
    monkeypatch.delenv("OPENAI_API_KEY")

    with pytest.raises(NoKey):
        judge_contrast(
            a_docket([LOUD[0]], [QUIET[0]]), Judge.named("openai:mock"), systems=SYSTEMS, seed=7, now=lambda: NOW
        )

    assert not (parley_home / "trait-judges").exists()
