"""What the offline author takes up from an opening that is there already."""

from generation.corpus.dialogues import Turn
from generation.offline.facts import fact
from generation.offline.listening import Heard, heard
from generation.offline.wording import ASKING

BREAD, TRUCK = fact("i bake bread every sunday."), fact("i drive an old truck.")
DOGS, SKIING = fact("i have two dogs."), fact("i like to ski.")
FACTS = ((BREAD, TRUCK), (DOGS, SKIING))


def listened(*texts: str) -> Heard:
    return heard([Turn(place % 2, text) for place, text in enumerate(texts)], FACTS, ASKING)


def test_after_a_greeting_somebody_asks_how_one_is():
    assert listened("Hello there!") == Heard(((),), "mood")


def test_a_fact_is_told_where_its_speaker_says_most_of_its_content_words():
    assert listened("Hi! On Sundays I am baking bread.", "Nice, I ski a lot.").facts == ((BREAD,), (SKIING,))


def test_the_partners_fact_is_nobodys_to_tell():
    assert listened("Hi! Do you ski?", "And you, do you have a truck?").facts == ((), ())


def test_a_fact_is_told_once():
    assert listened("I have a truck, an old one to drive.", "Ah.", "My old truck, I drive it daily.").facts == (
        (TRUCK,),
        (),
        (),
    )


def test_a_question_that_is_known_asks_for_its_subject_and_any_other_for_oneself():
    assert listened("Hi!", "Hello. Do you have any pets?").asked == "pets"
    assert listened("Hi!", "Hello. Who would you rather be?").asked == "self"
    assert listened("Hi!", "Hello.").asked is None
