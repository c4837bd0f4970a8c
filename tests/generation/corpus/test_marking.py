"""What is marked in a dialogue that people look through."""

from generation.corpus.marking import Piece, Sentence, mark
from tests.builders import BAKER, SKIER, a_dialogue

KNOWS_TOO_MUCH = (
    "hi, do you still ski with your dogs?",
    "I do! And your old truck, does it run?",
    "It runs. I baked bread on Sunday.",
    "Lovely.",
)


def test_words_of_the_own_persona_are_marked_in_whatever_form_they_come():
    marked = mark(a_dialogue(texts=("Hello.", "Hi.", "I was Baking breads; it's fun.", "Oh.")))

    assert marked.turns[2].pieces == (
        Piece("I was "),
        Piece("Baking", "own"),
        Piece(" "),
        Piece("breads", "own"),
        Piece("; it's fun."),
    )


def test_a_word_that_the_other_should_have_said_first_is_a_leak_once():
    marked = mark(a_dialogue(texts=KNOWS_TOO_MUCH))

    leaked = [
        (number, piece.text)
        for number, turn in enumerate(marked.turns)
        for piece in turn.pieces
        if piece.mark == "leak"
    ]
    assert leaked == [(0, "ski"), (0, "dogs"), (1, "old"), (1, "truck")]
    assert marked.leaks == 4


def test_the_pieces_of_a_turn_join_to_its_text():
    dialogue = a_dialogue(texts=("", "  two  dogs, <b>dogs</b>\n& dogs'", "ski", "…"))

    assert ["".join(piece.text for piece in turn.pieces) for turn in mark(dialogue).turns] == [
        turn.text for turn in dialogue.turns
    ]


def test_a_persona_sentence_is_used_when_its_own_speaker_says_half_of_its_words_in_a_turn():
    marked = mark(a_dialogue(texts=KNOWS_TOO_MUCH))

    assert marked.personas == (
        tuple(Sentence(text, text == "i bake bread every sunday.") for text in BAKER),
        tuple(Sentence(text, False) for text in SKIER),
    )
