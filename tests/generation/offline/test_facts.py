"""What can be done with a persona sentence."""

import pytest

from generation.offline.facts import Fact, fact


def test_a_pastime_can_be_asked_about():
    assert fact("i like to ski.") == Fact(
        sentence="i like to ski.",
        kind="pastime",
        about="pastime",
        clause="i like to ski",
        topic="skiing",
        to_you="you like to ski",
    )


@pytest.mark.parametrize(
    ("sentence", "kind", "about", "topic"),
    [
        ("I really enjoy reading mystery novels.", "pastime", "stories", "reading mystery novels"),
        ("i love iced tea.", "liking", "food", "iced tea"),
        ("i hate carrots .", "dislike", "pastime", "carrots"),
        ("my favorite band is imagine dragons.", "favourite", "music", "imagine dragons"),
        ("i have two dogs.", "having", "pets", "your two dogs"),
        ("i've a black purse.", "having", "self", "your black purse"),
        ("i am a nurse.", "being", "work", "being a nurse"),
        ("i work at a bank.", "doing", "work", "working at a bank"),
        ("my sister lives in lisbon.", "relative", "family", "your sister"),
        ("i was born in may.", "other", "home", None),
        ("i have a lot of trouble sleeping.", "other", "self", None),
    ],
)
def test_each_kind_has_its_topic(sentence, kind, about, topic):
    found = fact(sentence)

    assert (found.kind, found.about, found.topic) == (kind, about, topic)


def test_a_topic_that_would_not_be_grammatical_is_none():
    assert fact("i like it when it rains.").topic is None
    assert fact("i love to read books when my kids are in bed and asleep.").topic is None


def test_a_long_sentence_is_not_said_back():
    assert fact("i am the one who always has to wash up after all of the others have left.").to_you is None


def test_an_empty_looking_sentence_still_gives_a_fact():
    assert fact("...").clause == "i do not say much about myself"
