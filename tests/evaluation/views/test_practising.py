import re

import pytest
from django.test import Client

from evaluation.models import Annotator, Judgment, PracticeAnswer, Study
from tests.evaluation.views.builders import PLANTED, TURNS, a_link, a_study, entered, form_of
from tests.evaluation.views.known import add_known_pairs

pytestmark = pytest.mark.django_db
PRACTICE, FEEDBACK, JUDGE, END = (f"/s/k3p9w2xq/{name}/" for name in ("practice", "practice/feedback", "judge", "end"))


@pytest.fixture
def ada() -> Client:
    """Somebody who has read the instructions of a study with two practice pairs."""
    client, study = Client(), a_study(pairs=2)
    add_known_pairs(study, practice=2)
    entered(client, study)
    return client


def practise(client: Client, *, right: bool) -> str:
    """Answer the pair that is up; what is said of it."""
    page = client.get(PRACTICE).content.decode()
    side = "left" if (page.index("Right ") < page.index("Wrong ")) == right else "right"
    response = client.post(PRACTICE, form_of(page) | {"answer.coherence": side}, follow=True)
    assert response.redirect_chain == [(FEEDBACK, 302)]
    return response.content.decode()


def test_practice_comes_between_the_instructions_and_the_first_pair(ada):
    assert ada.get("/s/k3p9w2xq/", follow=True).redirect_chain[-1] == (PRACTICE, 302)
    assert ada.get(JUDGE)["Location"] == PRACTICE

    page = ada.get(PRACTICE).content.decode()

    assert "Practice 1 of 2" in page
    # Only what has a known answer is asked, and no trait is told.
    assert ("answer.coherence" in page, "answer.naturalness" in page, "outgoing" in page) == (True, False, False)
    assert [word for word in (*PLANTED, "planted-known") if word in page.lower()] == []


def test_feedback_says_what_is_right_and_why(ada):
    said = practise(ada, right=False)

    assert "Not quite." in said
    assert "Only one of them answers the question." in said
    assert "Next practice pair" in said


def test_feedback_keeps_at_hand_what_it_speaks_of(ada):
    said = practise(ada, right=False)

    # The conversation that the reply should have fitted, and what was asked for.
    assert TURNS[-1].partition(" .")[0].capitalize() in said
    assert 'href="/s/k3p9w2xq/instructions/"' in said


def test_the_button_of_the_instructions_says_that_practice_comes_first():
    client, study = Client(), a_study()
    add_known_pairs(study, practice=1)
    client.get(a_link(study))
    client.post("/s/k3p9w2xq/consent/", {"answer": "agree"})

    page = client.get("/s/k3p9w2xq/instructions/").text

    assert ("Show the first practice pair" in page, "Show the first pair" in page) == (True, False)


def test_who_passes_goes_on_to_the_real_pairs(ada):
    practise(ada, right=True)
    said = practise(ada, right=True)

    assert "From here on your answers count" in said
    assert (ada.get(PRACTICE)["Location"], ada.get(JUDGE).status_code) == (JUDGE, 200)
    assert Judgment.objects.count() == 0


def test_who_fails_twice_is_thanked_and_ended(ada):
    again = [practise(ada, right=False) for _ in range(2)][-1]
    ended = [practise(ada, right=False) for _ in range(2)][-1]

    assert ("Try again" in again, "That happens." in again) == (True, True)
    assert "Thank you for trying" in ended
    assert ada.get(JUDGE)["Location"] == END
    end = ada.get(END).content.decode()
    assert "We are glad that you tried." in end
    assert "practice not passed" not in ended + end
    assert Annotator.objects.get().state == Annotator.State.ENDED


def test_an_open_question_is_asked_for_and_a_second_send_changes_nothing(ada):
    page = ada.get(PRACTICE).content.decode()
    form = form_of(page)

    missing = ada.post(PRACTICE, form)
    for _ in range(2):
        ada.post(PRACTICE, form | {"answer.coherence": "left"})

    assert (missing.status_code, b"Please answer every question first." in missing.content) == (422, True)
    assert "<title>Please answer every question first. · Practice 1 of 2" in re.sub(r">\s+", ">", missing.text)
    # Without a script the browser itself goes to where the answer is missing.
    assert (missing.text.count("autofocus"), missing.text.count("This one is still open.")) == (1, 1)
    assert ("autofocus" in page, "still open" in page) == (False, False)
    assert PracticeAnswer.objects.count() == 1
    assert "Practice 2 of 2" in ada.get(PRACTICE).content.decode()


def test_strangers_and_closed_studies_see_no_practice(ada):
    stranger = Client().get(PRACTICE)
    Study.objects.update(state=Study.State.CLOSED)

    assert (stranger.status_code, ada.get(PRACTICE).status_code) == (403, 410)
    assert ada.put(PRACTICE).status_code == 405
    assert ada.get(FEEDBACK)["Location"] == PRACTICE
