"""Models on a corpus with five levels: what they are told is the level as it stands, medium as well."""

from generation.corpus.traits import FIVE_LEVELS
from tests.builders import a_dialogue
from tests.cast import NOW
from tests.training.builders import a_template
from training.answering.endpoints import EndpointModel
from training.data.examples import TRAIT_MARKS, Segment, context_of


def test_a_stated_level_is_told_to_a_model_in_its_own_words():
    template = a_template()

    for level in FIVE_LEVELS:
        context = context_of(a_dialogue(traits=({"openness": level}, {})), 2)
        told = [each for each in template.source(context, context.traits).head if each.mark in TRAIT_MARKS.values()]

        assert told == ([] if level == "unclear" else [Segment(TRAIT_MARKS["openness"], level)])


def test_an_outside_model_is_told_what_medium_means():
    context = context_of(a_dialogue(traits=({"openness": "medium", "extraversion": "very high"}, {})), 2)

    model = EndpointModel(model="mock", now=lambda: NOW, base_url="http://127.0.0.1:9/v1")

    asked = model.messages(context, context.traits)[1]["content"]

    assert "- openness: medium (neither especially curious nor especially conventional)\n" in asked
    assert "- extraversion: very high (very outgoing, very talkative and very energetic)\n" in asked
