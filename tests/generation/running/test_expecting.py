"""What a dialogue is expected to ask, beside what it asks."""

import pytest

from generation.corpus.dialogues import Speaker, write_dialogues
from generation.running.expecting import expected_requests
from generation.running.ordering import Order
from tests.builders import BAKER, SKIER
from tests.generation.builders import a_pair
from tests.generation.test_screened_runs import generated
from tests.openai_server import OpenAIServer

SPEAKERS = (Speaker(BAKER, {"neuroticism": "high"}), Speaker(SKIER))


def an_order(**options: object) -> Order:
    return Order(personas="pairs", to="made", author="mock", **options)


def test_one_completion_for_each_candidate():
    assert len(expected_requests(SPEAKERS, an_order())) == 1
    assert len(expected_requests(SPEAKERS, an_order(candidates=3))) == 3


def test_critics_ask_once_of_the_dialogue_and_once_of_each_speaker_who_was_told_a_trait():
    order = an_order(filter=("contradiction=0", "traits=0.5"))

    requests = expected_requests(SPEAKERS, order)

    assert len(requests) == 1 + 1 + 1
    assert requests[-1].messages[1]["content"].endswith("Which traits does Speaker 1 show?")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--method", "double"),
        ("--method", "double", "--filter", "contradiction=0", "--filter", "traits=0"),
        ("--filter", "traits=0", "--candidates", "2"),
    ],
)
def test_as_many_requests_are_expected_as_a_run_without_trouble_makes(parley_home, words):
    pair = a_pair(3)
    told = Speaker(pair.speakers[0].persona, {"neuroticism": "high"})
    speakers = (told, pair.speakers[1])
    write_dialogues(parley_home / "corpora" / "pairs", [type(pair)(pair.id, "train", speakers, ())])
    names = dict(zip(words[::2], words[1::2], strict=True))
    filters = tuple(words[place + 1] for place, word in enumerate(words) if word == "--filter")
    order = an_order(
        method=names.get("--method", "single"), candidates=int(names.get("--candidates", 1)), filter=filters
    )

    with OpenAIServer() as server:
        code, _ = generated("--personas", "pairs", "--to", "made", "--same-traits", *words, base_url=server.base_url)

    assert (code, server.asked.total()) == (0, len(expected_requests(speakers, order)))
