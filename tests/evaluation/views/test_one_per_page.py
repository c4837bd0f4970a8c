"""A criterion at a time, without a script: what is carried, what is locked, and that a submit counts once."""

import pytest
from django.test import Client

from evaluation.models import Draft, Judgment, Slot
from tests.evaluation.views.builders import COHERENCE, FLUENCY, NATURALNESS, TRAIT, a_study, entered, form_of

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq/judge/"


def a_sitting(*criteria, **fields):
    client = Client()
    study = a_study(criteria=criteria or (NATURALNESS, COHERENCE, TRAIT), layout="one-per-page", **fields)
    entered(client, study)
    return client


def shown(client: Client) -> str:
    return client.get(PLACE).content.decode()


def send(client: Client, page: str, *, do: str = "", headers=None, **answers: str):
    form = form_of(page) | {f"answer.{field}": value for field, value in answers.items()}
    return client.post(PLACE, form | ({"do": do} if do else {}), headers=headers)


def test_a_page_asks_one_criterion_and_the_next_carries_its_answer():
    ada = a_sitting()

    first = shown(ada)
    second = send(ada, first, naturalness="left").content.decode()

    assert ("Question 1 of 2" in first, COHERENCE["question"] in first, form_of(first)["do"]) == (True, False, "next")
    assert ("Question 2 of 2" in second, NATURALNESS["question"] in second) == (True, False)
    assert form_of(second)["answer.naturalness"] == "left"
    # The last of the first sheet locks it, before the trait is seen.
    assert form_of(second)["do"] == "lock"
    assert not Judgment.objects.exists()


def test_the_first_sheet_is_locked_whole_before_the_trait_is_shown():
    ada = a_sitting()
    second = send(ada, shown(ada), naturalness="left").content.decode()

    assert "outgoing" not in second
    send(ada, second, coherence="tie")

    third = shown(ada)
    assert "outgoing, talkative and energetic" in third
    assert "Question" not in third
    send(ada, third, trait_consistency="right")
    given = Judgment.objects.order_by("criterion__position").values_list("criterion__key", "choice")
    assert list(given) == [("naturalness", "left"), ("coherence", "tie"), ("trait_consistency", "right")]


def test_one_cannot_go_on_without_an_answer_and_can_go_back_without_one():
    ada = a_sitting(NATURALNESS, COHERENCE)
    first = shown(ada)

    refused = send(ada, first)
    second = send(ada, first, naturalness="left").content.decode()
    before = send(ada, second, do="previous").content.decode()

    assert (refused.status_code, "Please answer every question first." in refused.content.decode()) == (422, True)
    assert "Question 1 of 2" in before
    assert form_of(before)["answer.naturalness"] == "left"


def test_a_reload_or_another_device_goes_on_at_the_first_open_question():
    ada = a_sitting(NATURALNESS, COHERENCE)

    send(ada, shown(ada), naturalness="left")

    page = shown(ada)
    assert "Question 2 of 2" in page
    assert form_of(page)["answer.naturalness"] == "left"
    assert Draft.objects.get().answers == {"naturalness": "left"}


def test_a_submit_that_lacks_an_earlier_answer_leads_back_to_its_page():
    ada = a_sitting(NATURALNESS, COHERENCE)
    second = send(ada, shown(ada), naturalness="left").content.decode()
    form = {key: value for key, value in form_of(second).items() if key != "answer.naturalness"}
    Draft.objects.all().delete()

    refused = ada.post(PLACE, form | {"answer.coherence": "tie"})

    assert refused.status_code == 422
    assert "Question 1 of 2" in refused.content.decode()
    assert not Judgment.objects.exists()


def test_a_submit_that_is_sent_twice_counts_once():
    ada = a_sitting(NATURALNESS, COHERENCE)
    second = send(ada, shown(ada), naturalness="left").content.decode()

    send(ada, second, coherence="tie")
    send(ada, second, coherence="tie")

    assert (Judgment.objects.count(), Slot.objects.answered().count()) == (2, 1)


def test_ratings_of_both_replies_stand_on_one_page_and_a_missing_reason_holds_it():
    ada = a_sitting({**FLUENCY, "reason": "required"}, COHERENCE)
    first = shown(ada)

    refused = send(ada, first, **{"fluency.left": "2", "fluency.right": "4", "fluency.left.reason": "short"})
    on = send(
        ada,
        first,
        **{"fluency.left": "2", "fluency.right": "4", "fluency.left.reason": "short", "fluency.right.reason": "good"},
    )

    assert refused.status_code == 422
    assert form_of(on.content.decode())["answer.fluency.right.reason"] == "good"


def test_a_script_gets_the_next_question_alone():
    ada = a_sitting(NATURALNESS, COHERENCE)

    part = send(ada, shown(ada), naturalness="left", headers={"HX-Request": "true"})

    assert (part["HX-Retarget"], part.content.decode().lstrip()[:5]) == ("#sheet", "<form")


def test_an_answered_pair_is_changed_question_by_question():
    ada = a_sitting(NATURALNESS, COHERENCE)
    send(ada, send(ada, shown(ada), naturalness="left").content.decode(), coherence="tie")

    again = ada.get("/s/k3p9w2xq/back/").content.decode()
    first = send(ada, again, do="previous").content.decode()
    second = send(ada, first, naturalness="right").content.decode()
    send(ada, second)

    assert [each.choice for each in Judgment.objects.order_by("criterion__position")] == ["right", "tie"]
