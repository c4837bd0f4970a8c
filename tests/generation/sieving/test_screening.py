"""Survival rates, critics in their place, and the file of what was rejected."""

import asyncio
import json

import pytest

from generation.corpus.dialogues import Dialogue
from generation.sieving.filters import Fault, Filters, measured
from generation.sieving.screening import Rejection, Screen, as_sentence, write_rejected
from tests.builders import SMALL_TALK, a_dialogue

LEAKING = a_dialogue(1, texts=("i like to ski .", "oh , i do as well ."))
FINE = a_dialogue(2, texts=("hello there .", "i am well , and you ?"))


class Strict:
    """Finds as many contradictions as the dialogue has question marks, and recognises no trait."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def measure(self, name: str, dialogue: Dialogue, *, sample: int) -> float | None:
        self.asked.append((name, dialogue.id))
        return sum(turn.text.count("?") for turn in dialogue.turns) if name == "contradiction" else 0.0


def screened(screen: Screen, *dialogues: Dialogue) -> list[Fault | None]:
    async def work() -> list[Fault | None]:
        faults = []
        for dialogue in dialogues:
            measures = measured(dialogue)
            alone = screen.fault(measures) or await screen.criticism(dialogue, measures, sample=0)
            faults.append(alone or screen.admit(dialogue))
        return faults

    return asyncio.run(work())


def test_what_one_filter_rejects_is_not_shown_to_the_next():
    critic = Strict()
    screen = Screen(Filters({"leakage": 0.2, "contradiction": 0, "duplicates": 0.5}), critic)

    faults = screened(screen, LEAKING, FINE, a_dialogue(3), a_dialogue(4))

    assert [fault and fault.filter for fault in faults] == [
        "leakage",
        "contradiction",
        "contradiction",
        "contradiction",
    ]
    assert [identifier[-1] for _, identifier in critic.asked] == ["2", "3", "4"]
    assert screen.survival.as_json() == [
        {"filter": "leakage", "threshold": 0.2, "screened": 4, "passed": 3, "rate": 0.75},
        {"filter": "contradiction", "threshold": 0.0, "screened": 3, "passed": 0, "rate": 0.0},
        {"filter": "duplicates", "threshold": 0.5, "screened": 0, "passed": 0, "rate": None},
    ]


def test_duplicates_are_those_of_dialogues_that_were_taken_over_too():
    screen = Screen(Filters({"duplicates": 0.5}))
    screen.know([a_dialogue(1)])

    (fault,) = screened(screen, a_dialogue(2))

    assert fault == Fault("duplicates", 1.0, "it is 1.00 like personachat/train/00001")


def test_a_screen_without_filters_lets_everything_pass_and_counts_nothing():
    screen = Screen()

    assert screened(screen, LEAKING, LEAKING) == [None, None]
    assert screen.survival.as_json() == []


def test_rejected_dialogues_are_kept_whole_with_the_reason(tmp_path):
    fault = Fault("leakage", 1.0, "1.00 is over 0.2")
    rejections = [
        Rejection(a_dialogue(2), fault, {"leakage": 1 / 3}, 1),
        Rejection(LEAKING, fault, {"leakage": None}, 2),
    ]

    write_rejected(tmp_path, rejections)

    lines = [json.loads(line) for line in (tmp_path / "rejected.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["dialogue"]["id"][-1] for line in lines] == ["1", "2"]
    assert lines[1] == {
        "format": 1,
        "attempt": 1,
        "filter": "leakage",
        "reason": "1.00 is over 0.2",
        "measures": {"leakage": 0.3333},
        "dialogue": a_dialogue(2).as_json(),
    }
    assert [turn["text"] for turn in lines[1]["dialogue"]["turns"]] == list(SMALL_TALK)


def test_where_nothing_is_rejected_any_more_the_file_goes(tmp_path):
    write_rejected(tmp_path, [Rejection(LEAKING, Fault("leakage", 1.0, "too much"), {})])

    write_rejected(tmp_path, [])

    assert not (tmp_path / "rejected.jsonl").exists()


def test_survival_in_a_sentence():
    rows = [
        {"filter": "leakage", "passed": 9700, "screened": 10000},
        {"filter": "copying", "passed": 95, "screened": 97},
    ]

    assert as_sentence(rows) == "leakage 9,700 of 10,000, copying 95 of 97"


def test_candidates_come_best_first_with_what_was_measured():
    screen = Screen(Filters({"leakage": 0.2}))

    order = screen.in_order({0: LEAKING, 7: FINE, 3: FINE})

    assert [(number, dialogue.id[-1]) for number, dialogue, _ in order] == [(3, "2"), (7, "2"), (0, "1")]
    assert order[2][2]["leakage"] == pytest.approx(1.0)
