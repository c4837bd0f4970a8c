"""Dialogues written, screened and written anew, with an author whose every word is known."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from generation.asking.authors import AuthorFailed
from generation.corpus.dialogues import Dialogue, Speaker, Turn
from generation.sieving.filters import Filters
from generation.sieving.screening import Rejection, Screen
from generation.writing.drafting import APART, Drafting, Job
from tests.builders import SMALL_TALK, a_dialogue

LEAKING = ("i like to ski .", "oh , i do as well .")
FINE = ("hello there .", "in winter i go up the mountains to ski .")
# Says "i like to ski" as it stands in the persona: one sentence of eight.
COPYING = ("hello there .", "i like to ski .")


@dataclass(frozen=True)
class Scripted:
    """Says what the script has for the sample; `AuthorFailed` where that is the kind of a failure."""

    script: Callable[[int], tuple[str, ...] | str]
    asked: list[int] = field(default_factory=list)
    note: str = ""

    async def label(self, persona: object, *, vote: int = 0) -> object:
        raise AssertionError("nobody labels here")

    async def write(
        self, speakers: tuple[Speaker, Speaker], *, sample: int, opening: tuple[Turn, ...] = ()
    ) -> tuple[Turn, ...]:
        self.asked.append(sample)
        # Whoever is asked first need not answer first.
        await asyncio.sleep(random.random() / 1000)
        said = self.script(sample)
        if isinstance(said, str):
            raise AuthorFailed(said, "it would not")
        return tuple(Turn(place % 2, text) for place, text in enumerate(said))


@dataclass(frozen=True)
class Result:
    dialogues: list[Dialogue]
    rejections: list[Rejection]
    failures: list[tuple[Dialogue, AuthorFailed]]


def drafted(
    author: Scripted,
    *,
    jobs: Sequence[Job] | None = None,
    filters: Filters | None = None,
    candidates: int = 1,
    attempts: int = 1,
    concurrency: int = 4,
) -> Result:
    failures: list[tuple[Dialogue, AuthorFailed]] = []
    drafting = Drafting(
        author,
        Screen(filters or Filters({"leakage": 0.2})),
        concurrency,
        candidates,
        attempts,
        fail=lambda dialogue, failed: failures.append((dialogue, failed)),
    )
    done = asyncio.run(drafting.draft_all([a_job()] if jobs is None else jobs))
    return Result(done.dialogues, done.rejections, failures)


def a_job(number: int = 0) -> Job:
    return Job(a_dialogue(number, texts=()), sample=number)


def texts(dialogue: Dialogue) -> tuple[str, ...]:
    return tuple(turn.text for turn in dialogue.turns)


def test_what_passes_is_accepted_at_once():
    author = Scripted(lambda sample: FINE)

    result = drafted(author, attempts=3)

    assert [texts(each) for each in result.dialogues] == [FINE]
    assert (result.rejections, result.failures, author.asked) == ([], [], [0])


def test_what_is_rejected_is_written_anew_with_a_sample_of_its_own():
    author = Scripted(lambda sample: FINE if sample >= 2 * APART else LEAKING)

    result = drafted(author, attempts=3)

    assert [texts(each) for each in result.dialogues] == [FINE]
    assert [(each.attempt, each.fault.filter, texts(each.dialogue)) for each in result.rejections] == [
        (1, "leakage", LEAKING),
        (2, "leakage", LEAKING),
    ]
    assert author.asked == [0, APART, 2 * APART]


def test_when_the_attempts_run_out_the_dialogue_is_listed_as_screened():
    result = drafted(Scripted(lambda sample: LEAKING), attempts=2)

    ((dialogue, failed),) = result.failures
    assert (dialogue.id, failed.kind, failed.tries) == ("personachat/train/00000", "screened", 2)
    assert failed.reason == "leakage: 1.00 is over 0.2"
    assert len(result.rejections) == 2


@pytest.mark.parametrize("kind", ["refused", "off_persona"])
def test_a_refusal_is_asked_for_anew_and_a_lost_connection_is_not(kind):
    refused = drafted(Scripted(lambda sample: kind if sample < APART else FINE), attempts=2)
    lost = drafted(Scripted(lambda sample: "network" if sample < APART else FINE), attempts=2)

    assert ([texts(each) for each in refused.dialogues], refused.failures) == ([FINE], [])
    assert (lost.dialogues, [failed.kind for _, failed in lost.failures]) == ([], ["network"])


def test_of_candidates_the_one_with_the_best_score_is_taken_and_of_equals_the_first():
    said = {0: LEAKING, APART: COPYING, 2 * APART: FINE, 3 * APART: (*FINE, "me too .")}

    result = drafted(Scripted(lambda sample: said[sample]), candidates=4)

    # Both of the last two have no fault at all.
    assert [texts(each) for each in result.dialogues] == [FINE]
    assert result.rejections == []


def test_candidates_of_a_later_attempt_have_numbers_of_their_own():
    author = Scripted(lambda sample: LEAKING)

    drafted(author, candidates=2, attempts=2)

    assert author.asked == [0, APART, 2 * APART, 3 * APART]


def test_one_candidate_that_could_not_be_written_is_no_failure():
    result = drafted(Scripted(lambda sample: "truncated" if sample == 0 else FINE), candidates=2)

    assert [texts(each) for each in result.dialogues] == [FINE]


def test_of_two_near_duplicates_the_later_by_id_goes_however_they_come():
    jobs = [a_job(number) for number in range(8)]
    # The even ones say all the same, the odd ones each their own.
    words = ("snow", "sea", "wind", "rain")
    own = [tuple(f"{text} {words[number // 2]} " * 3 for text in FINE) for number in range(8)]
    author = Scripted(lambda sample: SMALL_TALK if sample % 2 == 0 else own[sample])

    for concurrency in (1, 3, 8):
        result = drafted(author, jobs=jobs[::-1], filters=Filters({"duplicates": 0.5}), concurrency=concurrency)

        assert [each.id[-1] for each in result.dialogues] == ["0", "1", "3", "5", "7"]
        assert [each.dialogue.id[-1] for each in result.rejections] == ["2", "4", "6"]
        assert {each.fault.reason for each in result.rejections} == {"it is 1.00 like personachat/train/00000"}


def test_what_an_earlier_attempt_accepted_stays_whatever_comes_later():
    # 0 leaks at first, and then says what 1 said in the first attempt.
    author = Scripted(lambda sample: LEAKING if sample == 0 else SMALL_TALK)
    filters = Filters({"leakage": 0.5, "duplicates": 0.5})

    result = drafted(author, jobs=[a_job(0), a_job(1)], filters=filters, attempts=2)

    assert [each.id[-1] for each in result.dialogues] == ["1"]
    assert [(each.attempt, each.fault.filter) for each in result.rejections] == [(1, "leakage"), (2, "duplicates")]
