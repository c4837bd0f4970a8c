"""The authors that need no network."""

import asyncio

from generation.asking.authors import OFFLINE, OFFLINE_CROWD, AuthorFailed, OfflineAuthor
from generation.corpus.dialogues import Speaker
from generation.offline import crowd, writing
from generation.offline.labelling import label
from tests.builders import BAKER, SKIER

SPEAKERS = (Speaker(BAKER, {"neuroticism": "high"}), Speaker(SKIER))


def test_the_offline_author_writes_in_its_first_manner():
    turns = asyncio.run(OfflineAuthor(OFFLINE, seed=3).write(SPEAKERS, sample=1))

    assert turns == writing.write(SPEAKERS, seed=3, sample=1)


def test_the_crowd_is_another_manner_of_the_same_author():
    turns = asyncio.run(OfflineAuthor(OFFLINE_CROWD, seed=3).write(SPEAKERS, sample=1))

    assert turns == crowd.write(SPEAKERS, seed=3, sample=1)


def test_both_label_alike():
    labels = [asyncio.run(OfflineAuthor(name, seed=3).label(SKIER)) for name in (OFFLINE, OFFLINE_CROWD)]

    assert labels == [label(SKIER)] * 2


def test_a_failure_says_its_kind_and_reason():
    failed = AuthorFailed("truncated", "it was cut off", tries=3, request_id="req-1")

    assert str(failed) == "truncated: it was cut off"
    assert (failed.kind, failed.reason, failed.tries, failed.request_id) == ("truncated", "it was cut off", 3, "req-1")
