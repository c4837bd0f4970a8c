"""People whom a platform sends: in by its ids, out with its codes, and back where they were."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.annotators.excluding import exclude
from evaluation.annotators.withdrawing import withdraw
from evaluation.models import Annotator, Judgment, Study
from tests.evaluation.views.builders import PLANTED, a_link, a_study, entered, form_of

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq"
CODES = {"platform": "prolific", "completion": "DONE1234", "screen_out": "OUT12345", "no_consent": "NOPE1234"}
ADA, BO = "5f0000000000000000000ada", "5f00000000000000000000b0"
RETURN = "https://app.prolific.com/submissions/complete?cc="
SANDBOX = "https://workersandbox.mturk.com"


def recruited(platform: str = "prolific", **fields) -> Study:
    """A study whose annotators come from a platform."""
    return a_study(design={"recruiting": CODES if platform == "prolific" else {"platform": platform}}, **fields)


def from_prolific(participant: str = ADA, **changes: str) -> str:
    ids = {"PROLIFIC_PID": participant, "STUDY_ID": "5fstudy0001", "SESSION_ID": "5fsession01", **changes}
    return f"/prolific/k3p9w2xq/?{urlencode(ids)}"


def in_the_frame(worker: str = "A1WORKERADA", **changes: str) -> str:
    ids = {"assignmentId": "3ASSIGNMENT1", "hitId": "3HIT12345", "workerId": worker, "turkSubmitTo": SANDBOX, **changes}
    return f"/mturk/k3p9w2xq/?{urlencode(ids)}"


def begin(browser: Client, address: str) -> Annotator:
    """Arrive, agree and read the instructions."""
    browser.get(address)
    browser.post(f"{PLACE}/consent/", {"answer": "agree"})
    browser.post(f"{PLACE}/instructions/")
    return Annotator.objects.latest("pk")


def judge_a_sheet(browser: Client, page: str) -> None:
    answers = dict.fromkeys(re.findall(r'name="(answer\.[^"]+)"', page), "left")
    browser.post(f"{PLACE}/judge/", {**answers, **form_of(page)})


def judge_everything(browser: Client) -> None:
    for _ in range(20):
        page = browser.get(f"{PLACE}/judge/")
        if page.status_code == 302:
            return
        judge_a_sheet(browser, page.text)
    raise AssertionError("expected an end of the pairs")


def test_prolifics_address_leads_to_consent_and_stores_nobody():
    recruited()

    arrived = Client().get(from_prolific(), follow=True)

    assert arrived.redirect_chain[-1][0] == f"{PLACE}/consent/"
    assert Annotator.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [{"PROLIFIC_PID": ""}, {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}"}, {"STUDY_ID": "<b>"}, {"SESSION_ID": "a" * 65}],
)
def test_ids_that_are_missing_or_none_get_a_page_that_names_them(changes):
    recruited()

    refused = Client().get(from_prolific(**changes))

    assert refused.status_code == 400
    assert "Please open this study from Prolific." in refused.text
    assert next(iter(changes)) in refused.text


def test_the_same_participant_goes_on_where_they_were_in_any_browser():
    recruited()
    begin(Client(), from_prolific())

    elsewhere = Client().get(from_prolific(SESSION_ID="another001"), follow=True)

    assert elsewhere.redirect_chain[-1][0] == f"{PLACE}/judge/"
    assert [each.participant for each in Annotator.objects.all()] == [ADA]


def test_another_participant_in_the_same_browser_is_told_and_goes_on_as_themselves():
    recruited()
    shared = Client()
    ada = begin(shared, from_prolific(ADA))

    told = shared.get(from_prolific(BO))
    still = shared.get(f"{PLACE}/judge/").status_code
    bo_in = shared.post(from_prolific(BO), follow=True)
    bo = begin(shared, from_prolific(BO))

    assert "Somebody else took part in this browser." in told.text
    assert (still, ada.code in told.text) == (200, False)
    assert bo_in.redirect_chain[-1][0] == f"{PLACE}/consent/"
    assert (bo.participant, Annotator.objects.count()) == (BO, 2)


def test_the_end_leads_back_with_the_code_of_completion():
    recruited(pairs=1)
    ada = Client()
    begin(ada, from_prolific())
    early = ada.get(f"{PLACE}/end/").text

    judge_everything(ada)

    assert "DONE1234" not in early
    assert f'href="{PLACE}/leave/"' in ada.get(f"{PLACE}/end/").text
    assert ada.get(f"{PLACE}/leave/")["Location"] == f"{RETURN}DONE1234"


def test_whoever_has_not_come_to_the_end_gets_no_code():
    recruited()
    ada = Client()
    begin(ada, from_prolific())

    assert ada.get(f"{PLACE}/leave/")["Location"] == f"{PLACE}/judge/"


def test_declining_leads_back_with_the_code_of_no_consent_and_stores_nothing():
    recruited()
    ada = Client()
    ada.get(from_prolific())

    declined = ada.post(f"{PLACE}/consent/", {"answer": "decline"})

    assert f'href="{RETURN}NOPE1234"' in declined.text
    assert Annotator.objects.count() == 0


@pytest.mark.parametrize(("how", "code"), [("excluded", "OUT12345"), ("withdrawn", "NOPE1234"), ("late", "OUT12345")])
def test_whoever_is_ended_withdraws_or_finds_nothing_left_goes_back_with_another_code(how, code):
    recruited(pairs=0 if how == "late" else 2)
    ada = Client()
    annotator = begin(ada, from_prolific())

    if how == "excluded":
        exclude(annotator=annotator, because="asked for in a test", now=timezone.now())
    elif how == "withdrawn":
        withdraw(annotator=annotator, now=timezone.now())
    else:
        ada.get(f"{PLACE}/judge/")

    assert ada.get(f"{PLACE}/leave/")["Location"] == f"{RETURN}{code}"


def test_whom_the_closing_of_a_study_cuts_short_has_completed_what_there_was():
    recruited(pairs=2)
    ada = Client()
    begin(ada, from_prolific())
    for _ in ("locked", "submitted"):
        judge_a_sheet(ada, ada.get(f"{PLACE}/judge/").text)
    Study.objects.update(state="closed")

    over = ada.get(f"{PLACE}/judge/", follow=True)

    assert over.redirect_chain == [(f"{PLACE}/end/", 302)]
    assert "DONE1234" in over.text


def test_somebody_who_came_by_a_link_gets_no_code():
    study = recruited(pairs=0)
    ada = Client()
    entered(ada, study, link=a_link(study))
    ada.get(f"{PLACE}/judge/")

    assert "Prolific" not in ada.get(f"{PLACE}/end/").text


def test_a_study_that_is_not_open_takes_in_nobody_new():
    recruited(state="paused")

    assert Client().get(from_prolific()).status_code == 409


@pytest.mark.parametrize("address", [from_prolific(), in_the_frame(), "/mturk/k3p9w2xq/open/?token=x"])
def test_a_study_without_a_platform_is_a_link_that_does_not_work(address):
    a_study()

    assert Client().get(address).status_code == 404


def test_a_preview_on_mechanical_turk_shows_a_look_and_claims_nothing():
    study = recruited("mturk")
    address = in_the_frame(assignmentId="ASSIGNMENT_ID_NOT_AVAILABLE", workerId="")

    look = Client().get(address)

    assert "Accept the HIT to begin." in look.text
    assert "Which reply would a person really give?" in look.text
    assert "<form" not in look.text
    assert (Annotator.objects.count(), study.slots.exclude(annotator=None).count()) == (0, 0)


def test_a_preview_shows_what_a_pair_looks_like_and_never_one_that_is_judged():
    study = recruited("mturk")
    address = in_the_frame(assignmentId="ASSIGNMENT_ID_NOT_AVAILABLE", workerId="")

    made_up = Client().get(address).text
    item = study.items.first()
    item.is_practice = True
    item.save()
    practice = Client().get(address).text

    assert "I grow tomatoes on my balcony." in made_up
    assert "Which sounds more like something a person would really say?" in made_up
    assert not any(word in made_up for word in ("rescue dogs", "First 0", "Second 1"))
    # What is shown as practice is for looking at, and so is its preview.
    assert ("First 0" in practice, "I grow tomatoes" in practice) == (True, False)


def test_the_frame_may_be_shown_by_amazon_alone_and_no_other_page_by_anybody():
    recruited("mturk")

    frame, other = Client().get(in_the_frame()), Client().get(f"{PLACE}/consent/")

    policy = frame["Content-Security-Policy"]
    assert "frame-ancestors https://worker.mturk.com https://workersandbox.mturk.com;" in f"{policy};"
    assert "X-Frame-Options" not in frame
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
    assert other["X-Frame-Options"] == "DENY"


def test_a_worker_judges_in_a_window_of_their_own_and_hands_in_from_the_frame_without_a_cookie():
    recruited("mturk", pairs=1)
    window = Client()
    frame = Client().get(in_the_frame())
    way_in = re.search(r'href="(/mturk/k3p9w2xq/open/[^"]+)"', frame.text).group(1)
    worker = begin(window, way_in)
    half_way = Client().get(in_the_frame()).text

    judge_everything(window)
    done = Client().get(in_the_frame()).text

    assert worker.participant == "A1WORKERADA"
    assert "There are still pairs for you" in half_way
    assert "externalSubmit" not in half_way
    assert f'action="{SANDBOX}/mturk/externalSubmit"' in done
    assert 'name="assignmentId" value="3ASSIGNMENT1"' in done
    assert "hand in the HIT there" in window.get(f"{PLACE}/end/").text


@pytest.mark.parametrize(
    "changes",
    [
        {"turkSubmitTo": "https://evil.example"},
        {"turkSubmitTo": "https://www.mturk.com.evil.example"},
        {"workerId": ""},
    ],
)
def test_a_frame_that_is_not_amazons_is_refused(changes):
    recruited("mturk")

    refused = Client().get(in_the_frame(**changes))

    assert (refused.status_code, "evil" in refused.text) == (400, False)


@pytest.mark.parametrize("token", ["", "forged", "WyJBMSJd:1abcde:forged"])
def test_a_forged_token_opens_nothing(token):
    recruited("mturk")

    assert Client().get(f"/mturk/k3p9w2xq/open/?token={token}").status_code == 403


@pytest.mark.parametrize(
    ("address", "method"), [(from_prolific(), "put"), (in_the_frame(), "post"), (f"{PLACE}/leave/", "post")]
)
def test_a_wrong_method_is_refused(address, method):
    recruited()

    assert getattr(Client(), method)(address).status_code == 405


def test_a_stranger_is_asked_to_open_their_link():
    recruited()

    assert Client().get(f"{PLACE}/leave/").status_code == 403


def test_nothing_tells_the_systems_or_the_participant():
    recruited("mturk", pairs=1)
    frame = Client().get(in_the_frame())
    ada = Client()
    begin(ada, re.search(r'href="(/mturk/k3p9w2xq/open/[^"]+)"', frame.text).group(1))
    judge_everything(ada)

    pages = [frame.text, Client().get(in_the_frame()).text, ada.get(f"{PLACE}/end/").text]

    assert [word for word in PLANTED for page in pages if word in page] == []
    assert "A1WORKERADA" not in pages[2]
    assert Judgment.objects.exists()
