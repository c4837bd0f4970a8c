"""The offline author's trait labels."""

from generation.corpus.traits import TRAITS
from generation.labels.labelling import TraitLabel
from generation.offline.labelling import label


def test_a_hint_gives_a_level_its_reason_and_its_evidence():
    labels = label(("i am very shy.", "i have two dogs."))

    assert labels.traits["extraversion"] == TraitLabel("low", 'probably low, given "shy"', ("i am very shy.",))


def test_no_hint_is_unclear():
    labels = label(("i have brown hair.",))

    assert labels.levels == dict.fromkeys(TRAITS, "unclear")
    assert labels.traits["openness"] == TraitLabel("unclear", "no clues")


def test_hints_for_either_level_equally_many_are_unclear():
    labels = label(("i am shy.", "i love parties."))

    assert labels.traits["extraversion"] == TraitLabel("unclear", "clues for either level, equally many")


def test_more_hints_win():
    labels = label(("i am shy.", "i am a quiet person.", "i love parties."))

    assert labels.traits["extraversion"].level == "low"
    assert labels.traits["extraversion"].evidence == ("i am shy.", "i am a quiet person.")


def test_on_five_levels_two_clues_more_are_very_and_a_tie_is_medium():
    def extraversion(*persona: str) -> TraitLabel:
        return label(persona, levels=5).traits["extraversion"]

    assert extraversion("i am shy.", "i am quiet.").level == "very low"
    assert extraversion("i am shy.", "i have two dogs.").level == "low"
    assert extraversion("i love parties.").level == "high"
    assert extraversion("i am shy.", "i love parties.") == TraitLabel(
        "medium", "clues for either level, equally many", ("i love parties.", "i am shy.")
    )
    assert extraversion("i have two dogs.").level == "unclear"


def test_each_vote_but_the_first_overlooks_a_sentence():
    persona = ("i am shy.", "i have two dogs.")

    levels = [label(persona, vote=vote).levels["extraversion"] for vote in range(4)]

    assert levels == ["low", "unclear", "low", "unclear"]


def test_nobody_overlooks_the_only_sentence():
    assert label(("i am shy.",), vote=1) == label(("i am shy.",))


def test_spelling_makes_no_difference():
    assert label(("I don't trust anybody.",)).levels == label(("i do not trust anybody .",)).levels
