"""Leaks are planted before they are searched for."""

from dataclasses import replace

from generation.corpus.dialogues import Dialogue, Speaker
from generation.corpus.leakage import Mention, first_mentions, leak_score
from tests.builders import a_dialogue

ADA = ("i have two dogs.", "i live by the sea.", "i like cheese.")
BO = ("i bake bread.", "i am a nurse.", "i like cheese.")


def between_ada_and_bo(*texts: str) -> Dialogue:
    return a_dialogue(personas=(ADA, BO), texts=texts)


def test_whoever_has_it_in_their_persona_may_say_it_first():
    dialogue = between_ada_and_bo("hi ! my dogs wake me early .", "i get up early too , to bake bread .")

    assert list(first_mentions(dialogue)) == [
        Mention(turn=0, word="dogs", speaker=0, owner=0),
        Mention(turn=1, word="bake", speaker=1, owner=1),
        Mention(turn=1, word="bread", speaker=1, owner=1),
    ]
    assert leak_score(dialogue) == 0.0


def test_what_only_the_partner_could_have_told_is_a_leak():
    dialogue = between_ada_and_bo("hello , how are your patients , nurse ?", "fine . and how is your dog ?")

    assert [mention for mention in first_mentions(dialogue) if mention.leaked] == [
        Mention(turn=0, word="nurse", speaker=0, owner=1),
        Mention(turn=1, word="dog", speaker=1, owner=0),
    ]
    assert leak_score(dialogue) == 1.0


def test_coming_back_to_what_was_told_is_no_leak():
    dialogue = between_ada_and_bo("i have dogs .", "are your dogs big ?", "no , small dogs .", "")

    assert leak_score(dialogue) == 0.0


def test_what_both_personas_have_belongs_to_nobody():
    assert list(first_mentions(between_ada_and_bo("do you like cheese ?", "yes , cheese is good ."))) == []


def test_a_word_in_another_form_is_the_same_word():
    (mention,) = first_mentions(between_ada_and_bo("are you baking ?", "no ."))

    assert mention == Mention(turn=0, word="baking", speaker=0, owner=1)


def test_nothing_leaks_where_a_persona_is_not_told():
    dialogue = between_ada_and_bo("are you a nurse ?", "i have dogs .")
    half_told = replace(dialogue, speakers=(Speaker(()), dialogue.speakers[1]))

    assert leak_score(half_told) is None


def test_the_order_of_speakers_makes_no_difference():
    dialogue = between_ada_and_bo("how are your patients , nurse ?", "i bake . and your dog ?", "it swims in the sea .")
    turned = replace(
        dialogue,
        speakers=dialogue.speakers[::-1],
        turns=tuple(replace(turn, speaker=1 - turn.speaker) for turn in dialogue.turns),
    )

    assert leak_score(turned) == leak_score(dialogue)
    # nurse and dog by the wrong speaker; bake and sea by the right one.
    assert leak_score(dialogue) == 0.5
