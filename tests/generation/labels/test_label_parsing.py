"""Which labels are accepted, and what is said of the rest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.corpus.traits import TRAITS
from generation.labels.label_parsing import parse_labels
from generation.telling.parsing import Answer, Unusable
from tests.builders import SKIER


def guesses(**changed: object) -> dict[str, object]:
    unclear = {"evidence": [], "reason": "No clues.", "level": "unclear"}
    return {trait: changed.get(trait, unclear) for trait in TRAITS}


def labelled(**changed: object) -> Answer:
    return Answer(json.dumps(guesses(**changed)))


def test_labels_come_with_their_reasons_and_the_persona_own_sentences():
    caring = {"evidence": ["I work as a nurse"], "reason": "Nurses care.", "level": "High"}

    labels = parse_labels(labelled(agreeableness=caring), SKIER)

    assert labels.levels == {trait: "high" if trait == "agreeableness" else "unclear" for trait in TRAITS}
    assert labels.traits["agreeableness"].evidence == ("i work as a nurse.",)
    assert labels.traits["agreeableness"].reason == "Nurses care."


def test_an_endpoint_without_structured_output_may_wrap_the_object_in_words():
    answer = Answer(f"Here you are:\n```json\n{json.dumps(guesses(), indent=1)}\n```\nAnything else?")

    assert parse_labels(answer, SKIER) == parse_labels(labelled(), SKIER)


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (Answer("no idea"), "malformed", "expected a JSON object, and there is none"),
        (Answer('{"openness": }'), "malformed", "the JSON is broken"),
        (Answer('{"openness": {}}'), "malformed", "expected exactly the keys openness, conscientiousness"),
        (labelled(openness="high"), "malformed", "openness: expected an object"),
        (labelled(openness={"evidence": [], "reason": "x", "level": "huge"}), "malformed", "got 'huge'"),
        (labelled(openness={"evidence": [], "reason": " ", "level": "unclear"}), "malformed", "expected a reason"),
        (labelled(openness={"evidence": "x", "reason": "x", "level": "low"}), "malformed", "as a list of sentences"),
        (labelled(openness={"evidence": [], "reason": "x", "level": "low"}), "malformed", "low without evidence"),
        (
            labelled(openness={"evidence": ["i fly."], "reason": "x", "level": "low"}),
            "malformed",
            "'i fly.' does not stand in the persona",
        ),
        (Answer("", refusal="No."), "refused", "refusal"),
        (Answer("", finish_reason="content_filter"), "refused", "refusal"),
        (Answer("I'm sorry, but I can't do that."), "refused", "refusal"),
        (Answer('{"openness": {"evid', finish_reason="length"), "truncated", "cut off"),
    ],
)
def test_labels_that_cannot_be_used_say_why(answer, kind, reason):
    with pytest.raises(Unusable) as caught:
        parse_labels(answer, SKIER)

    assert caught.value.kind == kind
    assert reason in caught.value.reason


def test_on_five_levels_medium_needs_evidence_as_the_others_do():
    nursing = {"evidence": ["i work as a nurse."], "reason": "Both ways.", "level": "medium"}

    labels = parse_labels(labelled(agreeableness=nursing), SKIER, levels=5)

    assert labels.levels["agreeableness"] == "medium"
    with pytest.raises(Unusable, match="medium without evidence"):
        parse_labels(labelled(agreeableness=nursing | {"evidence": []}), SKIER, levels=5)


def test_a_level_of_the_other_scale_is_not_taken():
    nursing = {"evidence": ["i work as a nurse."], "reason": "Nurses care.", "level": "very high"}

    with pytest.raises(Unusable, match="expected the level high, low, unclear, got 'very high'"):
        parse_labels(labelled(agreeableness=nursing), SKIER)


@given(
    st.text()
    | st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.sampled_from(TRAITS), inner)).map(json.dumps)
)
def test_any_text_is_either_labels_or_unusable(text):
    labels, kind = None, "good"
    try:
        labels = parse_labels(Answer(text), SKIER)
    except Unusable as error:
        kind = error.kind

    assert kind in ("refused", "malformed") or labels is not None
