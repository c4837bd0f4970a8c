"""Examples that are made as they are asked for, of dialogues on the disk."""

from dataclasses import replace

import pytest

from generation.corpus.dialogues import Dialogue, kept_on_disk
from tests.training.builders import toy_dialogues
from training.data.examples import Modelled, examples_of
from training.data.stock import Changed, Drawn, Stock

DIALOGUES = toy_dialogues(train=5, validation=0, test=0)


def stock_of(dialogues: list[Dialogue], *, speakers: Modelled = "both") -> Stock:
    kept = kept_on_disk(dialogues)
    stock = Stock(kept, speakers=speakers)
    for number, dialogue in enumerate(kept):
        stock.add(number, dialogue)
    return stock


@pytest.mark.parametrize("speakers", ["both", "first", "second"])
def test_a_stock_has_the_examples_of_its_dialogues(speakers):
    held = list(examples_of(DIALOGUES, speakers=speakers))

    stock = stock_of(DIALOGUES, speakers=speakers)

    assert stock == held
    assert (stock[-1], stock[3:1:-1]) == (held[-1], held[3:1:-1])
    # In whatever order they are asked for.
    assert [stock[place] for place in (0, 9, 1, 8)] == [held[place] for place in (0, 9, 1, 8)]


def test_only_dialogues_that_were_added_are_in_it():
    stock = Stock(kept_on_disk(DIALOGUES), speakers="both")
    stock.add(3, DIALOGUES[3])
    stock.add(1, DIALOGUES[1])

    assert stock == list(examples_of([DIALOGUES[3], DIALOGUES[1]]))
    assert stock != list(examples_of(DIALOGUES))


def test_what_is_drawn_of_several_stocks_stands_in_their_order():
    one, other = stock_of(DIALOGUES[:2]), list(examples_of(DIALOGUES[2:]))

    drawn = Drawn([one, other], [[7, 0], range(3)])

    assert drawn == [one[7], one[0], *other[:3]]
    assert not Drawn([one], [[]])


def test_what_is_changed_is_changed_each_time_it_is_asked_for():
    examples = list(examples_of(DIALOGUES))

    changed = Changed(examples, lambda each: replace(each, reply=each.reply.upper()))

    assert changed == [replace(each, reply=each.reply.upper()) for each in examples]
    assert [each.reply for each in changed[:2]] == [each.reply.upper() for each in examples[:2]]
