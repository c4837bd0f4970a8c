"""The signs of an assistant's manner."""

import pytest

from generation.corpus.dialogues import Turn, read_dialogues
from generation.corpus.manner import MANNERS, manner_of, signs_of
from tests.builders import SMALL_TALK, a_dialogue


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("How can I help you today?", {"offers_of_help", "closing_questions"}),
        ("Let me know if you need a recipe!", {"offers_of_help"}),
        ("That sounds absolutely amazing!", {"enthusiasm"}),
        ("that ' s great , me too !", {"enthusiasm"}),
        ("Wonderful! I love that.", {"enthusiasm"}),
        ("Thank you for sharing that with me.", {"formulas"}),
        ("I can imagine. Where was it?", {"formulas", "closing_questions"}),
        ("Two things: 1. sleep well 2. eat well", {"lists"}),
        ("First, find a farm. Second, buy it.", {"lists"}),
        ("what do you do ? ", {"closing_questions"}),
        # What people say of themselves, in like words.
        ("i have a great dog .", set()),
        ("i help at the hospital and thank my sister .", set()),
        ("he drove me to the first second hand shop", set()),
        ("i love my job , it pays for my skiing .", set()),
        ("is that so ? i never knew .", set()),
    ],
)
def test_a_turn_shows_the_signs_that_it_has(text, signs):
    assert set(signs_of(Turn(0, text))) == signs


def test_a_dialogue_counts_its_turns_and_a_question_makes_nobody_an_assistant():
    manner = manner_of(a_dialogue(texts=("Hi, how are you?", "That's great! Thanks for asking. Can I help?", "no .")))

    assert manner.turns == 3
    assert manner.signs == dict.fromkeys(MANNERS, 0) | {"enthusiasm": 1, "formulas": 1, "closing_questions": 2}
    assert manner.share == pytest.approx(1 / 3)


def test_small_talk_between_people_has_little_of_it_and_no_turns_have_none():
    # "that sounds great"
    assert manner_of(a_dialogue(texts=SMALL_TALK)).share == pytest.approx(1 / 6)
    assert manner_of(a_dialogue(texts=())).share is None


@pytest.mark.data
def test_an_llm_that_plays_people_sounds_more_like_an_assistant_than_people(parley_home, shared_data):
    from io import StringIO

    from django.core.management import call_command

    files = {"people": "personachat/valid_both_original.txt.gz", "llm": "synthetic-persona-chat/valid.csv.gz"}
    shares = {}
    for name, file in files.items():
        call_command("import_personachat", str(shared_data / file), "--to", name, "--quiet", stdout=StringIO())
        manners = [manner_of(each) for each in read_dialogues(parley_home / "corpora" / name)]
        shares[name] = sum(each.like_an_assistant for each in manners) / sum(each.turns for each in manners)

    # 3.5 % of the turns of 1,000 dialogues against 9.3 %.
    assert shares["people"] == pytest.approx(0.035, abs=0.002)
    assert shares["llm"] == pytest.approx(0.093, abs=0.003)
