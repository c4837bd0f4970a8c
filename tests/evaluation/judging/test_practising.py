import pytest

from evaluation.judging.assignment import claim_next
from evaluation.judging.practising import answer_practice, last_feedback, must_practise, next_practice
from evaluation.judging.submitting import AnswersMissing, BadAnswer
from evaluation.models import Annotator, Judgment, PracticeAnswer, Slot
from evaluation.results.exporting import rows_of
from tests.cast import NOW
from tests.evaluation.builders import an_annotator, judge_all
from tests.evaluation.known_pairs import RIGHT, a_practised_study

pytestmark = pytest.mark.django_db


def practise(annotator, *, right: bool) -> str:
    """Answer the pair that is next; returns what follows from it."""
    pair = next_practice(annotator=annotator)
    side = "left" if (pair.item.replies[0][:6].lower() == RIGHT[:6]) == right else "right"
    answer_practice(annotator=annotator, key=pair.key, answers={"naturalness": side}, now=NOW)
    feedback = last_feedback(annotator=annotator)
    assert (feedback.right, feedback.lessons[0].right) == (right, right)
    return feedback.outcome


def test_enough_right_leads_on_and_nothing_of_it_is_a_judgment():
    study = a_practised_study(pairs=3, passing=2)
    ada = an_annotator(study)

    outcomes = [practise(ada, right=right) for right in (True, False, True)]

    ada.refresh_from_db()
    assert outcomes == ["on", "on", "passed"]
    assert (ada.practised_at, must_practise(ada)) == (NOW, False)
    assert (Judgment.objects.count(), rows_of(study), Slot.objects.filter(item__is_practice=True).count()) == (0, [], 0)
    assert judge_all(study, ada) == 3


def test_who_does_not_pass_tries_again_and_then_is_ended_with_nothing_judged():
    study = a_practised_study(pairs=2, passing=2, tries=2)
    ada = an_annotator(study)

    outcomes = [practise(ada, right=right) for right in (True, False, False, True)]

    ada.refresh_from_db()
    assert outcomes == ["on", "again", "on", "ended"]
    assert (ada.state, ada.excluded_by) == (Annotator.State.ENDED, "practice not passed")
    assert next_practice(annotator=ada) is None
    assert claim_next(study=study, annotator=ada, now=NOW) is None
    assert study.audit.values_list("action", "detail__rule").get() == ("ended by a rule", "practice not passed")


def test_a_second_try_can_pass():
    study = a_practised_study(pairs=2, passing=2, tries=2)
    ada = an_annotator(study)

    outcomes = [practise(ada, right=right) for right in (False, True, True, True)]

    assert outcomes == ["on", "again", "on", "passed"]
    assert list(PracticeAnswer.objects.order_by("pk").values_list("attempt", "right")) == [
        (1, False),
        (1, True),
        (2, True),
        (2, True),
    ]


def test_sent_twice_counts_once_and_what_was_not_offered_is_refused():
    study = a_practised_study()
    ada = an_annotator(study)
    pair = next_practice(annotator=ada)
    with pytest.raises(AnswersMissing):
        answer_practice(annotator=ada, key=pair.key, answers={}, now=NOW)
    with pytest.raises(BadAnswer, match="naturalness: expected one of left, tie, right, got 'up'"):
        answer_practice(annotator=ada, key=pair.key, answers={"naturalness": "up"}, now=NOW)

    for side in ("left", "right"):
        answer_practice(annotator=ada, key=pair.key, answers={"naturalness": side}, now=NOW)

    assert [each.answers for each in PracticeAnswer.objects.all()] == [{"naturalness": "left"}]
    assert next_practice(annotator=ada).number == 2


def test_about_equal_is_not_the_right_answer():
    study = a_practised_study(pairs=1, passing=1)
    ada = an_annotator(study)
    pair = next_practice(annotator=ada)

    answer_practice(annotator=ada, key=pair.key, answers={"naturalness": "tie"}, now=NOW)

    feedback = last_feedback(annotator=ada)
    assert (feedback.right, feedback.lessons[0].picked) == (False, "About equal")
    assert feedback.lessons[0].expected in ("Reply 1", "Reply 2")
    assert feedback.why == "The other reply belongs to another talk."
