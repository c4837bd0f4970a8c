"""The offline author's dialogues: its facts, its traits, its manners."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.corpus.coverage import own_coverage
from generation.corpus.dialogues import Dialogue, Speaker, Turn
from generation.corpus.leakage import leak_score
from generation.corpus.lexical import words
from generation.corpus.traits import FIVE_LEVELS, TRAITS
from generation.offline import crowd, writing
from generation.offline.manners import MANNERS
from tests.builders import BAKER, SKIER
from tests.conftest import ROOT

PAIRS = [json.loads(line) for line in (ROOT / "examples" / "demo" / "personas.jsonl").read_text().splitlines()][:120]


def bundled(way=writing.write, *, traits: tuple[dict[str, str], dict[str, str]] = ({}, {})) -> list[Dialogue]:
    """Dialogues on the demo's persona pairs."""
    dialogues = []
    for pair in PAIRS:
        speakers = (Speaker(tuple(pair["first"]), traits[0]), Speaker(tuple(pair["second"]), traits[1]))
        dialogues.append(Dialogue(pair["id"], "train", speakers, way(speakers, seed=7)))
    return dialogues


BOTH_MANNERS = pytest.mark.parametrize("way", [writing.write, crowd.write])


@BOTH_MANNERS
def test_speakers_alternate_from_speaker_0_and_everybody_says_something(way):
    for dialogue in bundled(way):
        assert 8 <= len(dialogue.turns) <= 14
        assert [turn.speaker for turn in dialogue.turns] == [place % 2 for place in range(len(dialogue.turns))]
        assert all(turn.text.strip() for turn in dialogue.turns)


@BOTH_MANNERS
def test_hardly_a_sentence_is_said_twice_in_a_dialogue(way):
    repeating = 0
    for dialogue in bundled(way, traits=({"openness": "high"}, {"openness": "high"})):
        said = Counter(
            sentence.strip().lower() for turn in dialogue.turns for sentence in re.findall(r"[^.!?]+[.!?]", turn.text)
        )
        repeating += max(said.values()) > 1

    # Two speakers with the same trait share its words, and now and then use them up.
    assert repeating <= 0.05 * len(PAIRS)


@BOTH_MANNERS
def test_the_same_speakers_and_seed_give_the_same_dialogue_and_others_another(way):
    speakers = (Speaker(BAKER), Speaker(SKIER))

    turns = way(speakers, seed=7)

    assert way(speakers, seed=7) == turns
    assert way(speakers, seed=8) != turns
    assert way(speakers, seed=7, sample=1) != turns
    assert way(speakers[::-1], seed=7) != turns


@BOTH_MANNERS
def test_speakers_bring_up_their_own_personas_and_not_their_partners(way):
    dialogues = bundled(way)
    coverage = mean(share for dialogue in dialogues for share in own_coverage(dialogue) if share is not None)
    leaks = mean(score for dialogue in dialogues if (score := leak_score(dialogue)) is not None)

    # Between people, PersonaChat's validation split has 0.52 and 0.05.
    assert coverage > 0.45
    assert leaks < 0.05


@BOTH_MANNERS
def test_dialogues_differ_from_each_other(way):
    turns = [turn.text for dialogue in bundled(way) for turn in dialogue.turns]

    assert len(set(turns)) > 0.6 * len(turns)


def test_the_first_manner_is_prose_and_the_crowd_is_not():
    prose = " ".join(turn.text for dialogue in bundled() for turn in dialogue.turns)
    crowds = " ".join(turn.text for dialogue in bundled(crowd.write) for turn in dialogue.turns)

    assert " i " not in prose
    assert not re.search(r"\s[.,?!]", prose)
    assert crowds == crowds.lower()
    assert not re.search(r"\w[.,?!]", crowds)


def test_the_crowd_speaks_in_shorter_turns():
    def mean_words(dialogues: Iterable[Dialogue]) -> float:
        return mean(len(words(turn.text)) for dialogue in dialogues for turn in dialogue.turns)

    assert mean_words(bundled(crowd.write)) < 0.75 * mean_words(bundled())


def test_no_trait_is_heard_in_the_crowd():
    loud = ({"extraversion": "high"}, {"neuroticism": "low"})

    assert [each.turns for each in bundled(crowd.write, traits=loud)] == [each.turns for each in bundled(crowd.write)]


def said_by(speaker: int, dialogues: Iterable[Dialogue]) -> list[list[str]]:
    return [
        [word for turn in dialogue.turns if turn.speaker == speaker for word in words(turn.text)]
        for dialogue in dialogues
    ]


@pytest.mark.parametrize("trait", TRAITS)
def test_a_trait_can_be_told_from_the_words_alone(trait):
    texts = {level: said_by(1, bundled(traits=({}, {trait: level}))) for level in ("high", "low")}

    # Naive Bayes with add-one smoothing, learned on the first 80 pairs and tried on the 40 others: new personas.
    counts = {level: Counter(word for text in texts[level][:80] for word in text) for level in texts}
    vocabulary = counts["high"].keys() | counts["low"].keys()
    weights = {
        word: math.log((counts["high"][word] + 1) / (counts["high"].total() + len(vocabulary)))
        - math.log((counts["low"][word] + 1) / (counts["low"].total() + len(vocabulary)))
        for word in vocabulary
    }
    right = [
        (sum(weights.get(word, 0.0) for word in text) > 0) == (level == "high")
        for level in texts
        for text in texts[level][80:]
    ]

    assert mean(right) > 0.85


def heard_in(dialogues: Iterable[Dialogue], trait: str, end: str) -> float:
    """How many turns of speaker 1, in a dialogue, have words of this end of a trait."""
    ways = {" ".join(words(way.partition("{")[0])) for ways in MANNERS[trait, end].values() for way in ways}
    # What is left of a way before its topic must be enough to tell it by.
    telling = [way for way in ways if len(way.split()) > 2]
    turns = [f" {' '.join(said)} " for said in turns_of(1, dialogues)]
    return sum(any(f" {way} " in turn for way in telling) for turn in turns) / len(PAIRS)


def turns_of(speaker: int, dialogues: Iterable[Dialogue]) -> list[list[str]]:
    return [words(turn.text) for dialogue in dialogues for turn in dialogue.turns if turn.speaker == speaker]


@pytest.mark.parametrize("trait", TRAITS)
def test_very_is_heard_more_often_and_medium_less_often_and_of_both_ends(trait):
    said = {level: bundled(traits=({}, {trait: level})) for level in FIVE_LEVELS}

    shown = {level: [heard_in(said[level], trait, end) for end in ("low", "high")] for level in FIVE_LEVELS}

    assert shown["very low"][0] > 1.2 * shown["low"][0]
    assert shown["very high"][1] > 1.2 * shown["high"][1]
    assert shown["medium"][0] < 0.6 * shown["low"][0]
    assert shown["medium"][1] < 0.6 * shown["high"][1]
    assert min(shown["medium"]) > 0.1
    assert shown["very low"][1] == shown["low"][1] == shown["high"][0] == shown["very high"][0] == 0
    assert shown["unclear"] == [0, 0]


@BOTH_MANNERS
@pytest.mark.parametrize("begun", [1, 2, 3, 9, 14])
def test_an_opening_is_taken_over_word_for_word_and_gone_on_from(way, begun):
    for dialogue in bundled(way)[:30]:
        opening = dialogue.turns[:begun]

        turns = way(dialogue.speakers, seed=8, opening=opening)

        assert turns[: len(opening)] == opening
        assert len(turns) >= max(8, len(opening) + 2)
        assert len(turns) % 2 == 0
        assert [turn.speaker for turn in turns] == [place % 2 for place in range(len(turns))]


@BOTH_MANNERS
def test_what_an_opening_has_told_is_not_told_again(way):
    speakers = (Speaker(("i bake bread.",)), Speaker(("i have two dogs.",)))
    opening = (Turn(0, "Hello there!"), Turn(1, "Hi, I have two dogs. What do you do for fun?"))

    def told(opening: tuple[Turn, ...]) -> int:
        """In how many of twenty dialogues the dogs are told of after the opening."""
        later = [way(speakers, seed=seed, opening=opening)[len(opening) :] for seed in range(20)]
        return sum(any("i have two dogs" in turn.text.lower() for turn in turns) for turns in later)

    assert told(opening) == 0
    assert told(opening[:1]) > 10


@pytest.mark.parametrize("trait", TRAITS)
def test_contrast_pairs_differ_in_the_words_of_the_trait(trait):
    high = bundled(traits=({"openness": "low"}, {trait: "high"}))
    low = [
        replace(
            each,
            turns=writing.write(
                (each.speakers[0], Speaker(each.speakers[1].persona, {trait: "low"})), seed=7, opening=each.turns[:1]
            ),
        )
        for each in high
    ]

    assert [each.turns[0] for each in high] == [each.turns[0] for each in low]
    assert heard_in(high, trait, "high") > 1
    assert heard_in(low, trait, "low") > 1
    assert heard_in(high, trait, "low") == heard_in(low, trait, "high") == 0


ODD = st.lists(st.text(alphabet="abi 'é犬,.!?\"{}$%\n", min_size=1).filter(str.strip), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(ODD, ODD, st.integers(0, 5))
def test_any_persona_gets_a_dialogue(first, second, seed):
    speakers = (Speaker(tuple(first), {"openness": "high"}), Speaker(tuple(second)))

    for way in (writing.write, crowd.write):
        turns = way(speakers, seed=seed)
        assert 8 <= len(turns) <= 14
        assert all(turn.text.strip() for turn in turns)
