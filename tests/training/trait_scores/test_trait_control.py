"""Whether a trait that was told shows: the classifier, the pairs, the effects."""

from dataclasses import replace

import pytest

from generation.corpus.traits import Traits
from tests.training.builders import a_response, a_toy_dialogue
from training.data.responses import Given, Response
from training.trait_scores.trait_classifier import NothingToLearn, learn, turns_of
from training.trait_scores.trait_control import NotAContrast, contrast_of, control

LOUD = ("wow , that is so great !", "yay , tell me more !", "i love parties , so much fun !")
QUIET = ("i see .", "ok . i stay at home .", "i like it quiet .")


def dialogues(count: int, *, start: int = 0):
    """Every other dialogue is loud, between two speakers told extraversion high."""
    for number in range(start, start + count):
        level, lines = ("high", LOUD) if number % 2 else ("low", QUIET)
        plain = a_toy_dialogue(number, traits={"extraversion": level})
        turns = tuple(replace(turn, text=lines[(number + place) % 3]) for place, turn in enumerate(plain.turns))
        yield replace(plain, turns=turns)


def a_classifier():
    return learn(
        "extraversion",
        train=turns_of(dialogues(20), "extraversion"),
        held_out=turns_of(dialogues(20, start=20), "extraversion"),
        seed=7,
    )


def replies(level: str, texts: list[str], **traits: str) -> list[Response]:
    given: Traits = {"extraversion": level, **traits}
    rows = [a_response(text, dialogue=f"toy/test/{number:05}") for number, text in enumerate(texts)]
    return [replace(row, system=f"pt[extraversion={level}]", given=Given(traits=given)) for row in rows]


def test_what_is_said_by_only_one_end_is_told_right():
    classifier = a_classifier()

    assert classifier.accuracy.value == 1.0
    assert (classifier.learned_from, classifier.held_out) == (120, 120)
    assert classifier.score("so much fun !") > 0 > classifier.score("i stay at home .")
    assert classifier.score("xylophone") == 0


def test_labels_that_say_nothing_give_chance():
    # High or low by whether the number is one of four: the words do not go with it.
    def relabelled(count: int, start: int = 0):
        for number, each in enumerate(dialogues(count, start=start)):
            level = "high" if number % 4 < 2 else "low"
            yield replace(each, speakers=tuple(replace(s, traits={"extraversion": level}) for s in each.speakers))

    classifier = learn(
        "extraversion",
        train=turns_of(relabelled(40), "extraversion"),
        held_out=turns_of(relabelled(40, start=40), "extraversion"),
        seed=7,
    )

    assert (classifier.accuracy.low or 0) <= 0.5 <= (classifier.accuracy.high or 1)


def test_a_trait_that_nobody_was_told_cannot_be_learned():
    said = turns_of(dialogues(4), "openness")

    with pytest.raises(NothingToLearn, match="no turns of a speaker told openness high to learn from"):
        learn("openness", train=said, held_out=said, seed=7)


def test_very_counts_with_the_end_that_it_strengthens_and_medium_with_none():
    plain = next(iter(dialogues(1)))
    levels = ("very high", "medium")
    speakers = tuple(
        replace(each, traits={"extraversion": level}) for each, level in zip(plain.speakers, levels, strict=True)
    )

    found = turns_of([replace(plain, speakers=speakers)], "extraversion")

    assert [each.high for each in found] == [True] * 3


def test_a_system_that_shows_the_trait_is_told_apart_in_every_context():
    high, low = replies("high", [LOUD[n % 3] for n in range(24)]), replies("low", [QUIET[n % 3] for n in range(24)])

    trait, pairs = contrast_of(low, high)
    found = control(pairs, a_classifier(), seed=7)

    assert (trait, found.first, found.second) == ("extraversion", "pt[extraversion=high]", "pt[extraversion=low]")
    assert (found.told_apart.value, found.contexts, found.equal) == (1.0, 24, 0)
    assert found.warning == ""
    effects = {each.name: each for each in found.effects}
    assert effects["exclaims"].difference.value == 1.0
    assert (effects["valence"].difference.low or 0) > 0
    assert effects["asks"].difference.value == 0.0
    assert "!" in [each.ngram for each in found.ngrams["high"]]


def test_a_system_that_ignores_the_trait_is_at_chance_and_warned_of():
    same = [(*LOUD, *QUIET)[n % 6] for n in range(24)]
    _, pairs = contrast_of(replies("high", same), replies("low", same))

    found = control(pairs, a_classifier(), seed=7)

    assert (found.told_apart.value, found.equal) == (0.5, 24)
    assert found.warning == "extraversion is at chance: telling it has no effect that the classifier hears"
    assert found.ngrams == {"high": (), "low": ()}


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (replies("high", ["a", "b"]), replies("low", ["a"]), "do not answer the same contexts: 1 in common of 2 and 1"),
        (replies("high", ["a"]), replies("high", ["b"]), "differ in no trait"),
        (replies("high", ["a"]), replies("low", ["b"], openness="low"), "differ in extraversion, openness"),
        (replies("high", ["a"]), replies("medium", ["b"]), "expected high against low"),
        ([], [], "no responses to contrast"),
    ],
)
def test_what_is_no_contrast_is_refused(first, second, problem):
    with pytest.raises(NotAContrast, match=problem):
        contrast_of(first, second)
