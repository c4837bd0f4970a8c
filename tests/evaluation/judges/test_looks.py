import pytest

from evaluation.judges.looks import looks_at
from evaluation.judges.prompting import parse_answer, schema_of, to_judge
from evaluation.models import Item, Judgment, Slot
from generation.telling.parsing import Answer, Unusable
from tests.builders import SKIER
from tests.cast import NOW
from tests.evaluation.builders import (
    EXTRAVERSION,
    THREE_CRITERIA,
    a_persona_item,
    a_study,
    an_annotator,
    judge_all,
    two_dialogues,
)

pytestmark = pytest.mark.django_db


def prompt(look, study):
    system, user = to_judge(look.shown, instructions=study.instructions, questions=look.questions)
    return system["content"], user["content"]


def test_every_pair_is_looked_at_in_both_orders_and_nothing_is_saved():
    study = a_study(contexts=2, k=1)

    looks = list(looks_at(study))

    assert [(look.slot.item.context.ident[-7:], look.number, look.shown.replies[0][-5:]) for look in looks] == [
        ("00000#3", 1, "no. 0"),
        ("00000#3", 2, "no. 1"),
        ("00001#3", 1, "no. 0"),
        ("00001#3", 2, "no. 1"),
    ]
    assert (Slot.objects.count(), Judgment.objects.count()) == (2, 0)


def test_the_prompt_has_what_people_see_and_no_system_domain_or_context():
    study = a_study(systems=("secret-p", "secret-pt"), contexts=1, domains=("secret-domain",))
    an_annotator(study, "A-SECRET")

    system, user = prompt(next(looks_at(study)), study)

    assert "Read both replies." in system
    assert all(sentence.split()[-1].rstrip(".") in user for sentence in SKIER)
    assert "Question 'naturalness': Which sounds more like a real person?" in user
    assert "Answers: Reply 1; About equal; Reply 2" in user
    assert "secret" not in (system + user).lower()


def test_what_people_answered_is_never_told():
    study = a_study(contexts=1)
    unseen = prompt(next(looks_at(study)), study)
    judge_all(study, an_annotator(study))

    assert prompt(next(looks_at(study)), study) == unseen


def test_the_question_about_traits_is_asked_alone_after_the_others():
    study = a_study(criteria=THREE_CRITERIA, contexts=1, traits={"extraversion": "low"})

    first, second = [look for look in looks_at(study) if look.number == 1]

    assert [each.field for each in first.questions] == ["naturalness", "coherence"]
    assert [each.field for each in second.questions] == ["trait_consistency"]
    assert "reserved" not in prompt(first, study)[1]
    assert "This person is" in prompt(second, study)[1]
    assert "Question 'naturalness'" not in prompt(second, study)[1]


def test_answers_become_rows_of_the_systems_that_stood_there():
    study = a_study(contexts=1)
    straight, swapped = looks_at(study)

    rows = [look.rows({"naturalness": "left"}, judge="mock", now=NOW) for look in (straight, swapped)]

    assert [(row.choice, row.displayed_left, row.look, row.annotator_kind) for (row,) in rows] == [
        ("p", "p", 1, "llm"),
        ("pt", "pt", 2, "llm"),
    ]


def test_pairs_with_equal_replies_are_shown_to_no_model_and_a_limit_is_of_pairs():
    study = a_study(contexts=3)
    Item.objects.filter(pk=study.items.order_by("pk").first().pk).update(automatic_tie=True)

    assert len(list(looks_at(study))) == 4
    assert len(list(looks_at(study, limit=1))) == 2


def test_two_dialogues_are_put_to_a_model_whole_in_both_orders_with_what_is_known_of_the_speakers():
    study = a_study(design={"kind": "dialogues", "show": ["personas"]})
    two_dialogues(study, first=("hi !", "hello ."), second=("hey .", "good day !"))

    straight, swapped = (prompt(look, study)[1] for look in looks_at(study))

    assert "Speaker 1:\n- I bake bread every sunday." in straight
    assert (
        "Conversation 1:\nSpeaker 1: Hi!\nSpeaker 2: Hello.\n\nConversation 2:\nSpeaker 1: Hey.\nSpeaker 2: Good day!"
        in (straight)
    )
    assert "Conversation 1:\nSpeaker 1: Hey." in swapped
    assert "Answers: Conversation 1; About equal; Conversation 2" in straight


def test_a_persona_is_put_to_a_model_once_and_its_answers_are_labels_of_the_persona():
    study = a_study(systems=(), criteria=(EXTRAVERSION,), design={"kind": "persona"})
    a_persona_item(study)
    (look,) = looks_at(study)

    (row,) = look.rows({"extraversion": "low"}, judge="mock", now=NOW)

    assert "A person says of themselves:\n- I like to ski." in prompt(look, study)[1]
    assert "Answers: Outgoing; Reserved; Cannot tell" in prompt(look, study)[1]
    assert (row.context, row.criterion, row.choice, row.system, row.first) == ("skier", "extraversion", "low", "", "")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            '{"naturalness": "Reply 3"}',
            "naturalness: expected one of 'Reply 1', 'About equal', 'Reply 2', got 'Reply 3'",
        ),
        ("{}", "naturalness: expected one of"),
        ("Reply 1 is better.", "expected a JSON object, and there is none"),
        ("I'm sorry, I cannot help with that.", "it is a refusal"),
    ],
)
def test_an_answer_that_was_not_offered_cannot_be_used(text, complaint):
    look = next(looks_at(a_study(contexts=1)))

    with pytest.raises(Unusable, match=complaint):
        parse_answer(Answer(text), look.questions)


def test_an_answer_is_read_by_its_label_in_any_case():
    look = next(looks_at(a_study(contexts=1)))

    assert parse_answer(Answer('{"naturalness": " about EQUAL "}'), look.questions) == {"naturalness": "tie"}
    assert schema_of(look.questions)["properties"]["naturalness"]["enum"] == ["Reply 1", "About equal", "Reply 2"]
