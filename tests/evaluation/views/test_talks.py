"""Talking to systems on the pages: who may, what is queued, what is shown, and that nothing is asked."""

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.models import AnsweringProcess, Talk, TalkReply
from evaluation.talks import talking
from tests.cast import NOW
from tests.evaluation.builders import a_researcher
from tests.evaluation.views.people import cleo, dov

pytestmark = pytest.mark.django_db
BEGIN = {"first": "pt", "second": "p", "persona": "i ski.\n\ni  bake.", "extraversion": "high"}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def answering() -> AnsweringProcess:
    return AnsweringProcess.objects.create(systems=["pt", "p"], seen_at=timezone.now())


def a_talk(*systems: str, persona: tuple[str, ...] = ()) -> Talk:
    return talking.begin(by=a_researcher(), systems=systems or ("pt",), persona=persona, traits={}, now=NOW)


def settle(**fields: str) -> None:
    TalkReply.objects.update(**fields)


def test_a_talk_is_begun_and_its_turns_are_queued():
    browser = cleo()
    begun = browser.post("/talk/", BEGIN)
    talk = Talk.objects.get()
    page = browser.post(f"/talk/{talk.pk}/say/", {"text": "hi\nthere"}, follow=True).text

    assert begun.headers["Location"] == f"/talk/{talk.pk}/"
    assert (talk.systems, talk.persona, talk.traits) == (["pt", "p"], ["i ski.", "i bake."], {"extraversion": "high"})
    assert [(each.turn.text, each.side, each.state) for each in TalkReply.objects.order_by("side")] == [
        ("hi there", 0, "waiting"),
        ("hi there", 1, "waiting"),
    ]
    assert page.count("Waiting for the reply.") == 2
    assert "outgoing, talkative and energetic" in page
    assert "Say it" not in page


def test_the_reply_is_shown_once_it_is_there_and_the_form_comes_back():
    talk = a_talk()
    talking.say(talk=talk, text="hi", now=NOW)
    settle(state="answered", text="hello .")

    page = cleo().get(f"/talk/{talk.pk}/").text

    assert "hello ." in page
    assert "Say it" in page
    assert "hx-get" not in page


def test_a_script_gets_nothing_until_there_is_more():
    talk = a_talk()
    talking.say(talk=talk, text="hi", now=NOW)
    address = f"/talk/{talk.pk}/?seen={talking.shown(talk, now=timezone.now()).mark}"

    before = cleo().get(address, headers=HTMX)
    settle(state="answered", text="hello .")
    after = cleo().get(address, headers=HTMX)

    assert (before.status_code, before.content) == (204, b"")
    assert "hello ." in after.text
    assert "<html" not in after.text


def test_a_failed_reply_says_why_and_can_be_asked_for_again():
    talk = a_talk()
    talking.say(talk=talk, text="hi", now=NOW)
    settle(state="failed", reason="no credit left")
    reply = TalkReply.objects.get()

    page = cleo().get(f"/talk/{talk.pk}/").text
    cleo().post(f"/talk/{talk.pk}/ask-again/{reply.pk}/")
    again = cleo().post(f"/talk/{talk.pk}/ask-again/{reply.pk}/", follow=True).text

    assert "No reply: no credit left" in page
    assert TalkReply.objects.get().state == "waiting"
    assert "Nothing is asked again" in again


def test_when_nobody_answers_the_pages_say_so_and_what_to_run(answering):
    talk = a_talk()
    talking.say(talk=talk, text="hi", now=NOW)
    answering.seen_at = NOW
    answering.save()

    assert "Nobody is answering for pt." in cleo().get(f"/talk/{talk.pk}/").text
    assert "manage.py answer_talks" in (page := cleo().get("/talk/").text)
    assert "A new talk" in page
    AnsweringProcess.objects.all().delete()
    assert "A new talk" not in cleo().get("/talk/").text


def test_said_twice_it_is_said_once():
    talk = a_talk()
    cleo().post(f"/talk/{talk.pk}/say/", {"text": "hi"})

    page = cleo().post(f"/talk/{talk.pk}/say/", {"text": "hi"}, follow=True).text

    assert talk.turns.count() == 1
    assert "Nothing was said: the last turn is not answered yet" in page


@pytest.mark.parametrize("text", ["", "x" * 2001, "a\0b"], ids=["nothing", "long", "nul"])
def test_what_cannot_be_said_is_not(text):
    talk = a_talk()

    assert "Nothing was said" in cleo().post(f"/talk/{talk.pk}/say/", {"text": text}, follow=True).text
    assert not talk.turns.exists()


@pytest.mark.parametrize(
    "changed", [{"first": ""}, {"first": "gpt"}, {"second": "pt"}, {"extraversion": "huge"}, {"persona": "x" * 3001}]
)
def test_a_talk_without_its_parts_is_not_begun(changed):
    answer = cleo().post("/talk/", BEGIN | changed)

    assert answer.status_code == 400
    assert not Talk.objects.exists()


def test_somebody_elses_talk_is_not_there():
    talk = a_talk()
    talking.say(talk=talk, text="hi", now=NOW)
    settle(state="failed", reason="busy")
    reply = TalkReply.objects.get().pk

    for status in (
        dov().get(f"/talk/{talk.pk}/").status_code,
        dov().post(f"/talk/{talk.pk}/say/", {"text": "hi"}).status_code,
        dov().post(f"/talk/{talk.pk}/ask-again/{reply}/").status_code,
        dov().get("/talk/99999999999999999999999/").status_code,
    ):
        assert status == 404
    assert f"/talk/{talk.pk}/" not in dov().get("/talk/").text
    mine = talking.begin(by=a_researcher("dov@example.org"), systems=["pt"], persona=(), traits={}, now=NOW)
    dov().post(f"/talk/{mine.pk}/ask-again/{reply}/")
    assert TalkReply.objects.get().state == "failed"


def test_nobody_talks_without_signing_in():
    talk = a_talk()

    for answer in (Client().get("/talk/"), Client().get(f"/talk/{talk.pk}/"), Client().post(f"/talk/{talk.pk}/say/")):
        assert answer.status_code == 302
        assert "/account/login/" in answer.headers["Location"]


def test_the_wrong_method_is_refused():
    talk = a_talk()

    assert cleo().get(f"/talk/{talk.pk}/say/").status_code == 405
    assert cleo().get(f"/talk/{talk.pk}/ask-again/1/").status_code == 405
    assert cleo().post(f"/talk/{talk.pk}/").status_code == 405
    assert cleo().delete("/talk/").status_code == 405


def test_hostile_text_is_only_text():
    script = "<script>alert(1)</script>"
    talk = a_talk(script, persona=(script,))
    talking.say(talk=talk, text=script, now=NOW)
    settle(state="answered", text=script)

    page = cleo().get(f"/talk/{talk.pk}/").text + cleo().get("/talk/").text

    assert script not in page
    assert page.count("&lt;script&gt;alert(1)") >= 5


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_as_many_queries_for_one_as_for_three(count, django_assert_num_queries):
    talks = [a_talk() for _ in range(count)]
    for _ in range(count):
        talking.say(talk=talks[0], text="hi", now=NOW)
        settle(state="answered", text="hello .")
    browser = cleo()

    with django_assert_num_queries(4):
        browser.get("/talk/")
    with django_assert_num_queries(6):
        browser.get(f"/talk/{talks[0].pk}/")
