"""What speakers bring up of their own personas."""

from dataclasses import replace

from generation.corpus.coverage import own_coverage, sentences_used
from generation.corpus.dialogues import Speaker
from tests.builders import a_dialogue


def test_it_is_the_share_of_ones_own_content_words_that_one_says():
    # First speaker: dog, sea, cheese; says dog and cheese. Second: bak, bread, nurs; says nurse.
    dialogue = a_dialogue(
        personas=(("i have two dogs.", "i live by the sea.", "i like cheese."), ("i bake bread.", "i am a nurse.")),
        texts=("my dog eats cheese .", "the nurses where i work have cats ."),
    )

    # "live" is a content word of the first persona too, and is not said.
    assert own_coverage(dialogue) == (2 / 4, 1 / 3)


def test_words_of_the_partner_do_not_count():
    dialogue = a_dialogue(personas=(("i ski.",), ("i bake.",)), texts=("do you bake ?", "do you ski ?"))

    assert own_coverage(dialogue) == (0.0, 0.0)


def test_it_is_undefined_without_a_persona_or_without_content():
    dialogue = a_dialogue(personas=(("i ski.",), ("i am who i am.",)), texts=("i ski .", "ok ."))
    untold = replace(dialogue, speakers=(Speaker(()), dialogue.speakers[1]))

    assert own_coverage(dialogue) == (1.0, None)
    assert own_coverage(untold) == (None, None)


def test_a_sentence_is_used_where_half_of_it_is_said_in_one_turn():
    persona = ("i have two brown dogs.", "i work as a nurse in lisbon.", "i like you.")
    texts = ("my dogs sleep .", "oh", "i work .", "oh", "in lisbon i am .")

    # brown and dogs: one of two. work, nurse and lisbon: one of three, in two turns. The last has no content word.
    assert sentences_used(a_dialogue(personas=(persona, ()), texts=texts)) == (1, 2)


def test_the_partner_does_not_use_it_for_me():
    dialogue = a_dialogue(personas=(("i have dogs.",), ("i bake.",)), texts=("hi .", "do you have dogs ?"))

    assert sentences_used(dialogue) == (0, 2)
