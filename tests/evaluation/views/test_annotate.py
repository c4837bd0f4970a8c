"""The judge page, without a browser: what it shows, what it takes, and what it never tells."""

import json
import re
from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.models import Judgment, JudgmentRevision, Slot, Study
from tests.evaluation.views.builders import (
    COHERENCE,
    FIVE_STEPS,
    FLUENCY,
    NATURALNESS,
    PLANTED,
    TRAIT,
    a_link,
    a_study,
    entered,
    form_of,
)
from tests.evaluation.views.sheets import PLACE, choices_of, judge_one, send, shown

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
WITHOUT_TRAITS = (NATURALNESS, COHERENCE)


def test_the_page_shows_persona_conversation_and_both_replies_in_the_planned_order():
    study, ada = a_study(), Client()
    entered(ada, study)

    page = shown(ada)

    assert page.index("I have three rescue dogs.") < page.index("Hi! How has your week been?")
    assert page.index("Hi! How has your week been?") < page.index("First 0:") < page.index("Second 0:")


def test_the_first_sheet_is_locked_before_the_trait_is_shown():
    study, ada = a_study(), Client()
    entered(ada, study)
    before = shown(ada)

    locked = send(ada, form_of(before), naturalness="left", coherence="tie")

    after = shown(ada)
    assert locked["Location"] == f"{PLACE}/judge/#sheet"
    assert "outgoing" not in before
    assert "outgoing, talkative and energetic" in after
    assert choices_of(Slot.objects.get(position=0)) == {"naturalness": "left", "coherence": "tie"}
    assert form_of(after)["do"] == "submit"


def test_what_was_locked_cannot_be_sent_anew_with_the_trait_in_sight():
    study, ada = a_study(), Client()
    entered(ada, study)
    send(ada, form_of(shown(ada)), naturalness="left", coherence="tie")

    send(ada, form_of(shown(ada)), naturalness="right", trait_consistency="right")

    assert choices_of(Slot.objects.get(position=0)) == {
        "naturalness": "left",
        "coherence": "tie",
        "trait_consistency": "right",
    }


def test_a_lock_that_is_sent_twice_shows_the_same_second_sheet():
    study, ada = a_study(), Client()
    entered(ada, study)
    form = form_of(shown(ada))

    pages = [send(ada, form, naturalness="left", coherence="tie", headers=HTMX) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("outgoing, talkative" in page.content.decode() for page in pages)
    assert Judgment.objects.count() == 2


def test_submitting_stores_what_was_clicked_and_shows_the_next_pair():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    annotator = entered(ada, study)
    Slot.objects.update(claimed_at=None)
    form = form_of(shown(ada)) | {"layout": "stacked", "seconds": "0.0", "comment": " Hm. ", "problem": "nonsense"}

    answered = send(ada, form, naturalness="right", coherence="tie")

    slot = Slot.objects.get(position=0)
    assert answered["Location"] == f"{PLACE}/judge/"
    assert choices_of(slot) == {"naturalness": "right", "coherence": "tie"}
    assert (slot.annotator, slot.layout, slot.seconds, slot.comment, slot.problem) == (
        annotator,
        "stacked",
        0.0,
        "Hm.",
        "nonsense",
    )
    assert "Second 1:" in shown(ada)


def test_the_side_that_is_stored_is_the_side_that_was_shown():
    study, ada = a_study(pairs=4, criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    on_the_left = []

    for _ in range(4):
        page = shown(ada)
        first_reply = re.search(r'id="reply-1">.*?<p [^>]*>(.*?)</p>', page, re.S)[1]
        on_the_left.append(first_reply.split(":")[0].lower())
        send(ada, form_of(page), naturalness="left", coherence="right")

    stored = Judgment.objects.filter(criterion__key="naturalness").order_by("slot__position")
    assert [judgment.displayed_left.text.split(" :")[0] for judgment in stored] == on_the_left
    assert on_the_left == ["first 0", "second 1", "first 2", "second 3"]


def test_the_same_submit_twice_counts_once():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    form = form_of(shown(ada))

    for _ in range(2):
        send(ada, form, naturalness="left", coherence="tie")

    assert (Judgment.objects.count(), JudgmentRevision.objects.count()) == (2, 0)
    assert Slot.objects.answered().count() == 1


@pytest.mark.db
def test_a_nul_in_a_comment_or_key_is_no_fault_of_the_server():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    form = form_of(shown(ada))
    answers = {"naturalness": "left", "coherence": "tie"}

    refused = send(ada, {**form, "key": "\0"}, **answers)
    taken = send(ada, {**form, "comment": "odd\0 pair"}, **answers)

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert Slot.objects.get(answered_at__isnull=False).comment == "odd pair"


def test_an_unanswered_question_is_asked_for_and_what_was_picked_stays():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)

    page = send(ada, form_of(shown(ada)) | {"comment": "Wait"}, naturalness="right")

    content = page.content.decode()
    assert page.status_code == 422
    assert "Please answer every question first." in content
    assert form_of(content)["answer.naturalness"] == "right"
    assert ">Wait</textarea>" in content
    assert Judgment.objects.count() == 0


def test_an_answer_that_no_question_offers_is_refused():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)

    page = send(ada, form_of(shown(ada)), naturalness="first", coherence="tie")

    assert (page.status_code, Judgment.objects.count()) == (422, 0)


def test_five_steps_and_ratings_are_rows_like_any_other():
    study, ada = a_study(criteria=(FIVE_STEPS, FLUENCY)), Client()
    entered(ada, study)
    answers = {"answer.naturalness": "right:2", "answer.fluency.left": "2", "answer.fluency.right": "5"}

    page = shown(ada)
    ada.post(f"{PLACE}/judge/", form_of(page) | answers)

    assert "Fluent means that nothing makes you stumble." in page
    stored = Judgment.objects.order_by("criterion__position", "value")
    slot = Slot.objects.get(position=0)
    assert [(each.choice, each.strength, each.rated, each.value) for each in stored] == [
        ("right", 2, None, ""),
        ("", None, slot.left(), "2"),
        ("", None, slot.right(), "5"),
    ]


def test_seconds_are_never_more_than_have_passed():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    form = form_of(shown(ada))
    Slot.objects.filter(position=0).update(claimed_at=timezone.now() - timedelta(seconds=30))

    send(ada, form | {"seconds": "4000"}, naturalness="left", coherence="left")

    assert Slot.objects.get(position=0).seconds == pytest.approx(30, abs=5)


@pytest.mark.parametrize("seconds", ["", "-1", "nan", "inf?", "soon"])
def test_seconds_that_are_no_length_of_time_are_not_kept(seconds):
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)

    send(ada, form_of(shown(ada)) | {"seconds": seconds, "layout": "sideways"}, naturalness="left", coherence="left")

    slot = Slot.objects.get(position=0)
    assert (slot.seconds, slot.layout, slot.answered_at) == (None, "", ANY)


def test_a_script_gets_the_next_sheet_alone_and_then_the_next_pair():
    study, ada = a_study(), Client()
    entered(ada, study)
    form = form_of(shown(ada))

    sheet = send(ada, form, naturalness="left", coherence="tie", headers=HTMX)
    pair = send(ada, form_of(sheet.content.decode()), trait_consistency="left", headers=HTMX)

    assert (sheet["HX-Retarget"], sheet["HX-Reswap"]) == ("#sheet", "outerHTML")
    assert [name in sheet.content.decode() for name in ("<form", "<html", "Reply 1:")] == [True, False, False]
    assert [name in pair.content.decode() for name in ("<html", "Second 1:", 'hx-swap-oob="true"')] == [
        False,
        True,
        True,
    ]
    assert "<title>Pair 2 of 3" in pair.content.decode()


def test_a_script_is_told_to_load_the_end():
    study, ada = a_study(pairs=1, criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)

    done = send(ada, form_of(shown(ada)), naturalness="left", coherence="tie", headers=HTMX)

    assert (done.status_code, done["HX-Redirect"]) == (200, f"{PLACE}/end/")


def test_progress_counts_pairs_and_tells_the_time_at_ones_own_pace():
    study, ada = a_study(pairs=6, criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    first = shown(ada)
    for _ in range(4):
        judge_one(ada)
    Slot.objects.answered().update(seconds=120)

    later = " ".join(re.sub(r"<[^>]+>", "", shown(ada)).split())

    assert ("Pair 1 of 6" in first, "6 left" in first) == (True, True)
    assert "Pair 5 of 6 · about 4 minutes left at your pace" in later


@pytest.mark.parametrize(("state", "status"), [("paused", 409), ("closed", 410)])
def test_a_study_that_stopped_meanwhile_takes_no_more_answers(state, status):
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    form = form_of(shown(ada))
    Study.objects.update(state=state)

    refused = send(ada, form, naturalness="left", coherence="tie")

    assert (refused.status_code, Judgment.objects.count()) == (status, 0)
    assert send(ada, form, naturalness="left", coherence="tie", headers=HTMX)["HX-Redirect"] == f"{PLACE}/judge/"


@pytest.mark.parametrize(
    ("page", "method", "status"), [("judge", "put", 405), ("back", "post", 405), ("draft", "get", 405)]
)
def test_a_wrong_method_is_refused(page, method, status):
    study, ada = a_study(), Client()
    entered(ada, study)

    assert getattr(ada, method)(f"{PLACE}/{page}/").status_code == status


@pytest.mark.parametrize("page", ["judge", "draft"])
def test_who_came_by_no_link_cannot_answer(page):
    a_study()

    assert Client().post(f"{PLACE}/{page}/", {"pair": "x"}).status_code == 403


def test_answers_without_the_forms_token_are_refused():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client(enforce_csrf_checks=True)
    link = a_link(study)
    ada.get(link)
    page = ada.get(f"{PLACE}/consent/").content.decode()

    forged = ada.post(f"{PLACE}/consent/", {"answer": "agree"})
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    honest = ada.post(f"{PLACE}/consent/", {"answer": "agree", "csrfmiddlewaretoken": token})

    assert (forged.status_code, honest.status_code) == (403, 302)
    assert "Please try that once more." in forged.content.decode()


def test_a_whole_session_leaks_nothing_of_what_was_planted():
    study, ada = a_study(pairs=3), Client()
    link = a_link(study)
    seen = []

    def keep(response):
        headers = json.dumps(dict(response.headers)) + str(response.cookies)
        seen.append(f"{response.request['PATH_INFO']}\n{headers}\n{response.content.decode()}")
        return response

    keep(ada.get(link))
    keep(ada.get(f"{PLACE}/consent/"))
    entered(ada, study, link=link)
    for number in range(3):
        first = form_of(keep(ada.get(f"{PLACE}/judge/")).content.decode())
        headers = HTMX if number else None
        keep(ada.post(f"{PLACE}/draft/", first | {"answer.naturalness": "left"}))
        keep(send(ada, first, naturalness="left", headers=headers))
        keep(send(ada, first, naturalness="left", coherence="tie", headers=headers))
        second = form_of(keep(ada.get(f"{PLACE}/judge/")).content.decode())
        keep(send(ada, second, trait_consistency="right", headers=headers))
        keep(ada.get(f"{PLACE}/back/"))
    for page in ("", "consent/", "instructions/", "pause/", "end/", "judge/"):
        keep(ada.get(f"{PLACE}/{page}"))
    keep(Client().get("/j/unknown/"))
    keep(Client().get(f"{PLACE}/judge/"))

    assert len(seen) > 25
    leaks = [(word, page[:80]) for word in PLANTED for page in seen if word.lower() in page.lower()]
    assert leaks == []


def test_the_numbers_of_slots_do_not_show():
    study, ada = a_study(criteria=WITHOUT_TRAITS), Client()
    entered(ada, study)
    Slot.objects.filter(position=0).update(id=987654)

    page = shown(ada)

    assert "987654" not in page
    assert re.fullmatch(r"[0-9a-f]{20}", form_of(page)["pair"])


def test_what_models_wrote_is_text_and_never_markup():
    study, ada = a_study(pairs=1, criteria=(NATURALNESS, TRAIT | {"after": ["naturalness"]})), Client()
    entered(ada, study)
    context = Slot.objects.get().context
    context.responses.update(text="<script>alert(1)</script> {{ item }}")
    context.turns[0]["text"] = "<img src=x onerror=alert(1)>"
    context.persona[0] = "<b>bold</b>"
    context.save()

    page = shown(ada)

    assert [raw in page for raw in ("<script>alert", "<img", "<b>bold")] == [False, False, False]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ item }}" in page
