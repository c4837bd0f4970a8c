"""Several answers about one persona, merged by majority."""

import asyncio
from dataclasses import dataclass

import pytest

from generation.asking.authors import OFFLINE, AuthorFailed, OfflineAuthor
from generation.corpus.dialogues import Persona
from generation.corpus.traits import TRAITS
from generation.labels.labelling import PersonaLabels, TraitLabel
from generation.offline.labelling import label
from generation.writing.voting import merge, vote_on

SHY = ("i am shy.", "i love parties.", "i like to ski.")


def voted(level: str, *, reason: str = "so it seems", evidence: tuple[str, ...] = ("i am shy.",)) -> PersonaLabels:
    """An answer that is sure of extraversion and of nothing else."""
    unclear = TraitLabel("unclear", "no clues")
    said = TraitLabel(level, reason, evidence if level != "unclear" else ())
    return PersonaLabels(SHY, {trait: said if trait == "extraversion" else unclear for trait in TRAITS})


def merged(*levels: str) -> TraitLabel:
    return merge([voted(level, reason=f"reason {place}") for place, level in enumerate(levels)]).traits["extraversion"]


@dataclass(frozen=True)
class Wavering(OfflineAuthor):
    """Says what stands in `answers` for each vote, and fails where it says a kind of failure."""

    answers: tuple[str, ...] = ()

    async def label(self, persona: Persona, *, vote: int = 0) -> PersonaLabels:
        if self.answers[vote] in ("malformed", "rejected"):
            raise AuthorFailed(self.answers[vote], f"vote {vote}")
        return voted(self.answers[vote])


def asked(*answers: str) -> PersonaLabels:
    return asyncio.run(vote_on(Wavering(OFFLINE, seed=7, answers=answers), SHY, votes=len(answers)))


def test_more_than_half_of_the_votes_decide_and_all_are_kept():
    label_of_most = merged("high", "low", "low")

    assert label_of_most == TraitLabel("low", "reason 1", ("i am shy.",), ("high", "low", "low"))


@pytest.mark.parametrize(
    "levels",
    [("high", "low"), ("high", "low", "unclear"), ("high", "high", "low", "low"), ("high", "high", "low", "unclear")],
)
def test_a_tie_or_no_majority_is_unclear_and_says_so(levels):
    label_of_none = merged(*levels)

    assert label_of_none == TraitLabel(
        "unclear", f"no majority among the votes: {', '.join(levels)}", (), tuple(levels)
    )


def test_unclear_may_win_like_any_other_level():
    assert merged("unclear", "low", "unclear") == TraitLabel("unclear", "reason 0", (), ("unclear", "low", "unclear"))


def test_one_answer_stands_as_it_is_without_votes():
    assert asyncio.run(vote_on(OfflineAuthor(OFFLINE, seed=7), SHY)) == label(SHY)


def test_each_vote_is_an_answer_of_its_own():
    assert asked("low", "high", "low").traits["extraversion"].votes == ("low", "high", "low")


def test_a_vote_that_cannot_be_had_fails_the_persona_once_all_were_asked_for():
    with pytest.raises(AuthorFailed, match="malformed: vote 0"):
        asked("malformed", "low", "malformed")


def test_a_persona_that_will_never_be_taken_is_asked_about_once():
    # The second vote would say something else.
    with pytest.raises(AuthorFailed, match="rejected: vote 0"):
        asked("rejected", "malformed", "low")


def test_the_offline_author_overlooks_a_sentence_in_each_further_vote():
    labels = asyncio.run(vote_on(OfflineAuthor(OFFLINE, seed=7), ("i am shy.", "i am quiet.", "i paint."), votes=4))

    assert labels.traits["extraversion"].votes == ("low", "low", "low", "low")
    assert labels.traits["openness"].votes == ("high", "high", "high", "unclear")
    assert labels.traits["openness"].level == "high"
