"""The offline author's dialogues: its facts, its traits, its manners."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.corpus.coverage import own_coverage
from generation.corpus.dialogues import Dialogue, Speaker, Turn
from generation.corpus.leakage import leak_score
from generation.corpus.lexical import words
from generation.corpus.traits import TRAITS
from generation.offline import crowd, writing
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


def test_very_high_sounds_as_high_and_medium_as_nothing():
    def turns(level: str) -> tuple[Turn, ...]:
        return writing.voice(Speaker(SKIER, {"openness": level}), set()).traits

    assert turns("very high") == turns("high") == (("openness", "high"),)
    assert turns("medium") == turns("unclear") == ()


ODD = st.lists(st.text(alphabet="abi 'é犬,.!?\"{}$%\n", min_size=1).filter(str.strip), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(ODD, ODD, st.integers(0, 5))
def test_any_persona_gets_a_dialogue(first, second, seed):
    speakers = (Speaker(tuple(first), {"openness": "high"}), Speaker(tuple(second)))

    for way in (writing.write, crowd.write):
        turns = way(speakers, seed=seed)
        assert 8 <= len(turns) <= 14
        assert all(turn.text.strip() for turn in turns)
