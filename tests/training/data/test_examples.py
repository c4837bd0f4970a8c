"""What a model is fed, to the letter."""

import json
from dataclasses import replace

import pytest

from generation.corpus.dialogues import Turn
from tests.builders import BAKER, SKIER, SMALL_TALK, a_dialogue
from tests.training.builders import a_template
from training.data.examples import (
    MARKS,
    Example,
    NotAModel,
    Segment,
    context_of,
    examples_of,
    read_template,
    write_template,
)
from training.data.responses import Context

HIGH_AND_UNCLEAR = ({"neuroticism": "low", "extraversion": "high", "openness": "unclear"}, {})


def turns_of(examples: list[Example]) -> list[int]:
    return [int(example.context.id.rpartition("#")[2]) for example in examples]


def test_every_turn_but_the_first_is_an_example_seen_by_its_speaker():
    dialogue = a_dialogue(3)

    examples = list(examples_of([dialogue]))

    assert turns_of(examples) == [1, 2, 3, 4, 5]
    assert [example.context.speaker for example in examples] == [1, 0, 1, 0, 1]
    assert examples[1] == Example(
        context=Context(
            id="personachat/train/00003#2",
            cluster="personachat/train/00003",
            domain="personachat",
            speaker=0,
            persona=BAKER,
            traits={},
            turns=(Turn(0, SMALL_TALK[0]), Turn(1, SMALL_TALK[1])),
            partner_persona=SKIER,
        ),
        traits={},
        reply=SMALL_TALK[2],
    )


def test_first_and_second_speaker_count_from_who_begins():
    dialogue = a_dialogue()
    answered_first = a_dialogue(texts=SMALL_TALK[:3])
    begun_by_the_other = replace(
        answered_first, turns=tuple(Turn(1 - turn.speaker, turn.text) for turn in answered_first.turns)
    )

    assert turns_of(list(examples_of([dialogue], speakers="first"))) == [2, 4]
    assert turns_of(list(examples_of([dialogue], speakers="second"))) == [1, 3, 5]
    (only,) = examples_of([begun_by_the_other], speakers="first")
    assert (only.context.speaker, only.reply) == (1, SMALL_TALK[2])


def test_a_turn_without_words_teaches_nothing():
    assert turns_of(list(examples_of([a_dialogue(texts=("hi !", " ", "hello ?"))]))) == [2]


def test_the_domain_is_the_corpus_of_the_dialogue_unless_another_is_given():
    assert context_of(a_dialogue(), 1).domain == "personachat"
    assert context_of(a_dialogue(), 1, domain="crowd").domain == "crowd"


def test_parallel_dialogues_are_resampled_together():
    human = a_dialogue(3)
    distilled = a_dialogue(3, corpus="personalitychat", source=human.id)

    assert context_of(human, 1).cluster == context_of(distilled, 1).cluster == "personachat/train/00003"
    assert context_of(distilled, 1).id == "personalitychat/train/00003#1"


def test_persona_then_stated_traits_then_the_last_turns():
    context = context_of(a_dialogue(traits=HIGH_AND_UNCLEAR), 4)

    told = a_template(history=2).source(context, context.traits)

    assert str(told) == (
        "<persona> i bake bread every sunday . i drive an old truck . i grew up on a farm . i am afraid of heights . "
        "<extraversion> high <neuroticism> low "
        "<me> nice ! i stayed home and baked some bread . <you> that sounds great . do you bake often ?"
    )


def test_without_traits_none_is_told():
    context = context_of(a_dialogue(traits=HIGH_AND_UNCLEAR), 2)
    template = a_template(with_traits=False)

    assert template.told(context.traits) == {}
    assert [segment.mark for segment in template.source(context, context.traits).head] == ["<persona>"]


def test_the_traits_told_need_not_be_the_speakers_own():
    context = context_of(a_dialogue(traits=HIGH_AND_UNCLEAR), 2)

    head = a_template().source(context, {"extraversion": "very low"}).head

    assert head[1:] == (Segment("<extraversion>", "very low"),)


def test_the_partners_persona_is_never_told():
    context = context_of(a_dialogue(texts=("hi !", "hello !")), 1)

    assert "bread" not in str(a_template().source(context, {}))


def test_who_has_no_persona_is_told_none():
    context = context_of(a_dialogue(personas=((), ())), 1)

    assert a_template().source(context, {}).head == ()


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("I'm 3.5 feet tall, OK?", "i'm 3.5 feet tall , ok ?"),
        ("hi , how are you ?", "hi , how are you ?"),
        ("Wait...  what?!", "wait ... what ? !"),
        ("It’s 10:30 -- or 1,000", "it’s 10:30 - - or 1,000"),
        ("<me> says </s>", "< me > says < / s >"),
    ],
)
def test_split_text_looks_alike_wherever_it_comes_from(text, prepared):
    assert a_template().prepare(text) == prepared


def test_text_as_it_is_keeps_case_and_loses_only_extra_spaces():
    assert a_template(text="as-is").prepare(" Hi,  I'm\tAda. ") == "Hi, I'm Ada."


def test_a_template_comes_back_as_it_was_kept(tmp_path):
    template = a_template(history=5, with_traits=False)

    write_template(tmp_path, template)

    assert read_template(tmp_path) == template
    assert json.loads((tmp_path / "parley.json").read_text())["marks"] == list(MARKS)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": 2}, "expected format 1"),
        ({"marks": ["<persona>"]}, "expected format 1 with the marks"),
        ({"text": "upside-down"}, "expected format 1"),
        ({"histroy": 2}, "cannot be read"),
    ],
)
def test_a_template_of_another_kind_is_no_model_of_ours(tmp_path, change, problem):
    write_template(tmp_path, a_template())
    path = tmp_path / "parley.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))

    with pytest.raises(NotAModel, match=problem):
        read_template(tmp_path)


def test_a_folder_without_a_template_is_no_model_of_ours(tmp_path):
    with pytest.raises(NotAModel, match=r"parley\.json is not there"):
        read_template(tmp_path)
