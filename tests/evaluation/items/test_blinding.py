"""What an annotator may see, and that nothing which could tell the systems apart is in it."""

import json
from dataclasses import asdict

import pytest

from evaluation.items.blinding import (
    BlindedItem,
    BlindedOption,
    BlindedQuestion,
    BlindedTurn,
    ResultsHidden,
    blinded,
    displayed,
    require_results,
)
from evaluation.judging.assignment import own_slot
from evaluation.judging.submitting import lock, save_draft
from evaluation.studies.life import close_study, unblind
from tests.cast import NOW
from tests.evaluation.builders import NATURALNESS, THREE_CRITERIA, a_context, a_slot, a_study, an_annotator, answer

pytestmark = pytest.mark.django_db


def shown(slot, **picked):
    return blinded(own_slot(annotator=slot.annotator, slot_id=slot.pk), **picked)


def chosen(item):
    return {question.field: question.chosen for question in item.questions}


THREE_WAY = (
    BlindedOption("left", "Reply 1", "1"),
    BlindedOption("tie", "About equal", "0"),
    BlindedOption("right", "Reply 2", "2"),
)


def test_a_page_gets_the_conversation_the_persona_and_both_replies_as_displayed():
    study = a_study()
    item = a_context(
        study, replies={"p": "i do not know .", "pt": "oh , i ski !"}, turns=("hi !", "hello , how are you ?")
    )[0]
    slot = a_slot(study, item=item, annotator=an_annotator(study), swapped=True)

    assert shown(slot) == BlindedItem(
        slot_id=slot.pk,
        kind="pair",
        persona=("I like to ski.", "I have two dogs.", "I work as a nurse.", "My sister lives in lisbon."),
        # Two turns precede the reply, so it is the first speaker's.
        turns=(BlindedTurn(own=True, text="Hi!"), BlindedTurn(own=False, text="Hello, how are you?")),
        replies=("Oh, I ski!", "I do not know."),
        questions=(
            BlindedQuestion(
                field="naturalness",
                criterion="naturalness",
                name="Naturalness",
                text="Which sounds more like a real person?",
                help="",
                scale="preference",
                options=THREE_WAY,
                chosen="",
                locked=False,
                about="",
            ),
        ),
        more_to_come=False,
        language="en",
        changing=False,
        wording="naturalness:1",
    )


def test_nothing_that_tells_systems_domains_or_the_design_is_in_it():
    # Everything that could leak carries the word, in each field that is not meant to be read.
    study = a_study("zebra-study", systems=("zebra-p", "zebra-pt"), criteria=THREE_CRITERIA, seed=424242)
    study.title, study.caveats = "zebra against zebra", ["zebra wrote it"]
    study.design = {"responses": ["zebra.jsonl"]}
    study.save()
    item = a_context(study, domain="zebra-domain", traits={"extraversion": "high"})[0]
    context = item.context
    context.partner_persona, context.reference = ["zebras are my life."], "what zebra really said"
    context.save()
    item.first.given, item.expected, item.is_check = {"zebra": True}, {"naturalness": "zebra"}, True
    item.first.save()
    item.save()
    slot = a_slot(study, item=item, annotator=an_annotator(study, "A-ZEBRA"))

    pages = [shown(slot)]
    lock(slot_id=slot.pk, annotator=slot.annotator, answers={"naturalness": "left", "coherence": "tie"}, now=NOW)
    pages.append(shown(slot))

    for page in pages:
        text = json.dumps(asdict(page)).lower()
        assert "zebra" not in text
        assert "424242" not in text
        assert "check" not in text


def test_the_trait_is_not_there_until_the_first_sheet_is_locked():
    study = a_study(criteria=THREE_CRITERIA)
    slot = a_slot(study, traits={"extraversion": "high"}, annotator=an_annotator(study))

    before = shown(slot)
    lock(slot_id=slot.pk, annotator=slot.annotator, answers={"naturalness": "left", "coherence": "tie"}, now=NOW)
    after = shown(slot)

    assert before.more_to_come
    assert not any(word in json.dumps(asdict(before)) for word in ("outgoing", "extraversion", "Trait"))
    assert not after.more_to_come
    assert [(each.field, each.chosen, each.locked) for each in after.questions] == [
        ("naturalness", "left", True),
        ("coherence", "tie", True),
        ("trait_consistency", "", False),
    ]
    assert after.questions[2].text.startswith("This person is outgoing, talkative and energetic.")
    assert "extraversion" not in json.dumps(asdict(after))


def test_no_key_of_a_question_that_waits_is_in_the_form_before_its_sheet():
    study = a_study(criteria=THREE_CRITERIA)
    ada = an_annotator(study)
    slot = a_slot(study, traits={"extraversion": "high"}, annotator=ada)

    before = shown(slot)
    lock(slot_id=slot.pk, annotator=ada, answers={"naturalness": "left", "coherence": "tie"}, now=NOW)
    after = shown(slot)

    assert before.wording == "naturalness:1 coherence:1"
    assert "trait" not in json.dumps(asdict(before)).lower()
    assert after.wording == "naturalness:1 coherence:1 trait_consistency:1"


def test_without_a_stated_trait_there_is_one_sheet():
    study = a_study(criteria=THREE_CRITERIA)
    slot = a_slot(study, annotator=an_annotator(study))

    assert [question.field for question in shown(slot).questions] == ["naturalness", "coherence"]
    assert not shown(slot).more_to_come


def test_what_was_picked_comes_back_from_the_page_else_from_what_was_saved():
    study = a_study(criteria=THREE_CRITERIA)
    slot = a_slot(study, annotator=an_annotator(study))
    save_draft(slot_id=slot.pk, annotator=slot.annotator, answers={"naturalness": "tie", "coherence": "left"}, now=NOW)

    assert chosen(shown(slot)) == {"naturalness": "tie", "coherence": "left"}
    assert chosen(shown(slot, draft={"coherence": "right"})) == {"naturalness": "tie", "coherence": "right"}


def test_an_answered_pair_comes_back_with_its_answers_to_be_changed():
    study = a_study(criteria=THREE_CRITERIA)
    slot = a_slot(study, annotator=an_annotator(study))
    answer(slot, slot.annotator, {"naturalness": "right", "coherence": "tie"})

    page = shown(slot)

    assert page.changing
    assert chosen(page) == {"naturalness": "right", "coherence": "tie"}


def test_a_locked_answer_cannot_be_painted_over_by_the_page():
    study = a_study(criteria=THREE_CRITERIA)
    slot = a_slot(study, traits={"openness": "low"}, annotator=an_annotator(study))
    lock(slot_id=slot.pk, annotator=slot.annotator, answers={"naturalness": "left", "coherence": "tie"}, now=NOW)

    page = shown(slot, draft={"naturalness": "right", "trait_consistency": "right"})

    assert chosen(page) == {"naturalness": "left", "coherence": "tie", "trait_consistency": "right"}


def test_five_steps_have_the_keys_one_to_five():
    study = a_study(criteria=({**NATURALNESS, "scale": "preference5", "options": ["tie", "cannot_judge"]},))
    slot = a_slot(study, annotator=an_annotator(study))

    assert shown(slot).questions[0].options == (
        BlindedOption("left:2", "Reply 1, much", "1"),
        BlindedOption("left:1", "Reply 1, slightly", "2"),
        BlindedOption("tie", "About equal", "3"),
        BlindedOption("right:1", "Reply 2, slightly", "4"),
        BlindedOption("right:2", "Reply 2, much", "5"),
        BlindedOption("cannot_judge", "Cannot judge", "x"),
    )


def test_a_rating_is_asked_of_each_reply_with_words_at_its_ends():
    rating = {**NATURALNESS, "scale": "rating", "options": [], "range": {"min": 1, "max": 3, "ends": ["odd", "fine"]}}
    study = a_study(criteria=(rating,))
    slot = a_slot(study, annotator=an_annotator(study))

    questions = shown(slot).questions

    assert [(each.field, each.about) for each in questions] == [
        ("naturalness.left", "Reply 1"),
        ("naturalness.right", "Reply 2"),
    ]
    assert [(each.label, each.key) for each in questions[0].options] == [("1: odd", "1"), ("2", "2"), ("3: fine", "3")]


def test_a_study_may_show_texts_as_they_are():
    assert displayed("i ski .", a_study("raw", display="as-is")) == "i ski ."


def test_results_by_system_are_hidden_until_the_study_is_closed():
    study = a_study()

    with pytest.raises(ResultsHidden, match="snow is open: results by system stay hidden"):
        require_results(study)
    close_study(study=study, now=NOW)

    require_results(study)


def test_results_by_system_may_be_seen_once_unblinded_on_purpose():
    study = a_study()
    unblind(study=study, now=NOW)

    require_results(study)
