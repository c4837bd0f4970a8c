"""Contrast pairs, given traits and balanced ones: what is planned, and what each speaker is told."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from generation.asking.authors import OFFLINE, AuthorFailed, OfflineAuthor
from generation.corpus.dialogues import Speaker, Turn
from generation.offline.labelling import label
from generation.writing.generating import Made, make
from generation.writing.giving import Given
from generation.writing.planning import Commission, opening_of, plan_dialogues, with_traits
from generation.writing.sampling import BALANCED
from tests.builders import a_dialogue
from tests.generation.builders import a_pair

CONTRAST = Commission(to="pairs-of-two", traits=2, contrast="extraversion")
PAIRS = [a_pair(number) for number in range(20)]


def made(commission: Commission, *, author: OfflineAuthor | None = None, given: Given | None = None) -> Made:
    return asyncio.run(
        make(
            plan_dialogues(PAIRS, commission, given),
            commission=commission,
            author=author or OfflineAuthor(OFFLINE, seed=7),
            known_labels={},
            concurrency=4,
        )
    )


def halves(corpus: Made) -> list[tuple[tuple[Speaker, ...], tuple[Speaker, ...], tuple[Turn, ...], tuple[Turn, ...]]]:
    """Speakers and turns of the high and of the low dialogue of each pair."""
    by_id = {dialogue.id: dialogue for dialogue in corpus.dialogues}
    pairs = [(by_id[name], by_id[name.replace("-high", "-low")]) for name in sorted(by_id) if name.endswith("-high")]
    return [(high.speakers, low.speakers, high.turns, low.turns) for high, low in pairs]


def test_a_contrast_pair_is_two_dialogues_of_one_source_the_second_of_which_opens_as_the_first():
    high, low = plan_dialogues([a_pair(3)], CONTRAST)

    assert [each.dialogue.id for each in (high, low)] == [
        "pairs-of-two/train/00000-high",
        "pairs-of-two/train/00000-low",
    ]
    assert high.dialogue.source == low.dialogue.source == "pairs/train/00003"
    assert (high.opening_from, low.opening_from) == (None, high.dialogue.id)
    assert (high.contrast, low.contrast) == (("extraversion", "high"), ("extraversion", "low"))


def test_the_halves_differ_in_one_trait_of_the_second_speaker_and_in_nothing_else_that_is_told():
    pairs = halves(made(CONTRAST))

    assert len(pairs) == 20
    for high, low, _, _ in pairs:
        assert high[0] == low[0]
        assert high[1].persona == low[1].persona
        assert (high[1].traits["extraversion"], low[1].traits["extraversion"]) == ("high", "low")
        assert high[1].traits | {"extraversion": "low"} == low[1].traits
        # The contrasted trait is one of the two that are told.
        assert all(len(speaker.traits) <= 2 for speaker in (*high, *low))


def test_the_halves_share_what_is_said_before_the_second_speaker_speaks_and_then_part():
    for _, _, high, low in halves(made(CONTRAST)):
        assert high[0] == low[0]
        assert high[1:] != low[1:]


def test_the_opening_is_all_that_the_contrasted_speaker_hears_first():
    turns = (Turn(0, "hi"), Turn(1, "hello"), Turn(0, "how are you?"))

    assert opening_of(turns) == turns[:1]


def test_where_the_first_half_cannot_be_made_neither_can_the_second():
    class Silent(OfflineAuthor):
        async def write(
            self, speakers: tuple[Speaker, Speaker], *, sample: int, opening: tuple[Turn, ...] = ()
        ) -> tuple[Turn, ...]:
            if speakers[1].traits["extraversion"] == "high":
                raise AuthorFailed("refused", "too loud", tries=3)
            return await super().write(speakers, sample=sample, opening=opening)

    corpus = made(CONTRAST, author=Silent(OFFLINE, seed=7))

    assert corpus.dialogues == []
    assert Counter(failure.kind for failure in corpus.failures) == {"refused": 20, "unopened": 20}


def test_given_traits_are_told_as_they_are_and_nobody_is_labelled():
    by_source = {pair.id: ({"openness": "low"}, {}) for pair in PAIRS}

    corpus = made(Commission(to="given", traits=0), given=Given(Path("given.jsonl"), by_source))

    assert corpus.labels == {}
    assert [[speaker.traits for speaker in each.speakers] for each in corpus.dialogues] == [
        [{"openness": "low"}, {}]
    ] * 20


def test_a_given_trait_gives_way_to_the_contrasted_one():
    by_source = {pair.id: ({}, {"extraversion": "high", "openness": "low"}) for pair in PAIRS}

    for high, low, _, _ in halves(made(CONTRAST, given=Given(Path("given.jsonl"), by_source))):
        assert high[1].traits == {"openness": "low", "extraversion": "high"}
        assert low[1].traits == {"openness": "low", "extraversion": "low"}


def told(commission: Commission) -> Counter[tuple[str, str]]:
    return Counter(
        stated
        for dialogue in made(commission).dialogues
        for speaker in dialogue.speakers
        for stated in speaker.traits.items()
    )


def test_balanced_the_rarest_level_that_is_told_is_told_more_often():
    uniform = told(Commission(to="one", traits=1))
    balanced = told(Commission(to="one", traits=1, sampling=BALANCED))

    assert uniform.total() == balanced.total()
    assert min(balanced[stated] for stated in uniform) > min(uniform.values())


def test_a_dialogue_that_cannot_be_told_its_traits_counts_for_nothing_in_the_balance():
    commission = Commission(to="one", traits=1, sampling=BALANCED)
    sampler = commission.sampler()
    (planned,) = plan_dialogues([a_dialogue(1)], commission)
    first = planned.dialogue.speakers[0].persona
    labels = {label(first).key: label(first)}

    with pytest.raises(AuthorFailed, match="the persona of speaker 1 has no labels"):
        with_traits(planned, labels, commission, sampler)

    assert sampler == commission.sampler()
