"""Which contexts are answered: drawn by seed, and the same ones whatever else is in the corpus."""

from collections import Counter
from dataclasses import replace

from tests.training.builders import toy_dialogues
from training.answering.choosing import Choice, choose

DIALOGUES = [each for each in toy_dialogues(test=8) if each.split == "test"]


def test_each_turn_but_the_first_is_a_context_in_the_corpuss_order():
    chosen = choose(DIALOGUES, choice=Choice(), seed=7)

    assert [each.context.id for each in chosen] == [
        f"{dialogue.id}#{turn}" for dialogue in DIALOGUES for turn in (1, 2, 3, 4, 5)
    ]


def test_one_context_of_each_dialogue_is_drawn_by_seed():
    one = choose(DIALOGUES, choice=Choice(per_dialogue="1"), seed=7)

    assert [each.context.cluster for each in one] == [dialogue.id for dialogue in DIALOGUES]
    assert one == choose(DIALOGUES, choice=Choice(per_dialogue="1"), seed=7)
    assert one != choose(DIALOGUES, choice=Choice(per_dialogue="1"), seed=8)


def test_what_is_drawn_of_a_dialogue_does_not_depend_on_the_others():
    one = choose(DIALOGUES, choice=Choice(per_dialogue="1"), seed=7)

    assert choose(DIALOGUES[3:5], choice=Choice(per_dialogue="1"), seed=7) == one[3:5]


def test_min_turns_and_limit():
    late = choose(DIALOGUES, choice=Choice(min_turns=4), seed=7)
    few = choose(DIALOGUES, choice=Choice(limit=6), seed=7)

    assert {each.context.id.rpartition("#")[2] for each in late} == {"4", "5"}
    assert len(few) == 6
    # In the corpus's order, and of more contexts the same and others.
    assert [each for each in choose(DIALOGUES, choice=Choice(limit=12), seed=7) if each in few] == few


def test_depth_has_a_lower_and_an_upper_bound():
    found = choose(DIALOGUES, choice=Choice(min_turns=2, max_turns=3), seed=7)

    assert Counter(len(each.context.turns) for each in found) == {2: 8, 3: 8}


def test_contexts_are_spread_over_depths():
    # Eight dialogues of five contexts; two of them end after two turns.
    dialogues = [replace(each, turns=each.turns[:3]) if number < 2 else each for number, each in enumerate(DIALOGUES)]

    found = choose(dialogues, choice=Choice(limit=15, spread=True), seed=7)

    assert Counter(len(each.context.turns) for each in found) == dict.fromkeys(range(1, 6), 3)
    more = choose(dialogues, choice=Choice(limit=20, spread=True), seed=7)
    assert [each for each in more if each in found] == found


def test_each_persona_is_answered_for_once_however_it_is_spelt():
    twin = replace(
        DIALOGUES[0],
        id="toy/test/00099",
        speakers=tuple(
            replace(each, persona=tuple(sentence.upper() for sentence in reversed(each.persona)))
            for each in DIALOGUES[0].speakers
        ),
    )

    found = choose([*DIALOGUES, twin], choice=Choice(per_persona=True), seed=7)

    assert len(found) == 2 * 8


def test_only_what_differs_from_the_plain_choice_identifies_a_run():
    assert Choice(limit=3).as_json() == {"per_dialogue": "all", "min_turns": 1, "limit": 3}
    assert Choice(spread=True, limit=3).as_json()["spread"] is True
