"""The annotator's way in and out, without a browser."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from evaluation.annotators.joining import create_invite, find_invite
from evaluation.models import Annotator, Invite, Judgment, Study
from evaluation.operation.rates import forget_counts
from evaluation.views.pacing import minutes
from tests.cast import NOW
from tests.evaluation.api.builders import sent
from tests.evaluation.views.builders import NATURALNESS, a_link, a_study, entered, form_of

pytestmark = pytest.mark.django_db
PLACE = "/s/k3p9w2xq"


def test_a_link_leads_to_consent_and_stores_nobody():
    study, ada = a_study(), Client()

    arrived = ada.get(a_link(study), follow=True)

    assert [address for address, _ in arrived.redirect_chain] == [f"{PLACE}/", f"{PLACE}/consent/"]
    assert "University of Example</strong>" in arrived.content.decode()
    assert Annotator.objects.count() == 0


def test_agreeing_keeps_the_version_agreed_to_and_shows_the_instructions():
    study, ada = a_study(), Client()
    ada.get(a_link(study))

    agreed = ada.post(f"{PLACE}/consent/", {"answer": "agree"}, follow=True)

    annotator = Annotator.objects.get()
    assert agreed.redirect_chain[-1][0] == f"{PLACE}/instructions/"
    assert (annotator.consent_version != "", annotator.consented_at is not None) == (True, True)
    assert annotator.instructed_at is None


def test_declining_is_one_click_and_stores_nothing():
    study, ada = a_study(), Client()
    ada.get(a_link(study))

    declined = ada.post(f"{PLACE}/consent/", {"answer": "decline"})

    assert "nothing about you was kept" in declined.content.decode()
    assert (Annotator.objects.count(), ada.cookies["parley-k3p9w2xq"].value) == (0, "")
    assert ada.get(f"{PLACE}/consent/").status_code == 403


def test_anything_but_agreeing_is_not_agreement():
    study, ada = a_study(), Client()
    ada.get(a_link(study))

    ada.post(f"{PLACE}/consent/")

    assert Annotator.objects.count() == 0


def test_consent_can_be_read_again_but_not_given_twice():
    study, ada = a_study(), Client()
    annotator = entered(ada, study)

    again = ada.post(f"{PLACE}/consent/", {"answer": "agree"})

    assert "You have agreed to this." in again.content.decode()
    assert Annotator.objects.get() == annotator
    assert Annotator.objects.get().consented_at == annotator.consented_at


def test_the_first_pair_comes_only_after_the_instructions():
    study, ada = a_study(), Client()
    ada.get(a_link(study))
    ada.post(f"{PLACE}/consent/", {"answer": "agree"})

    early = ada.get(f"{PLACE}/judge/")
    begun = ada.post(f"{PLACE}/instructions/", follow=True)

    assert early["Location"] == f"{PLACE}/instructions/"
    assert begun.redirect_chain[-1][0] == f"{PLACE}/judge/"


def test_instructions_can_be_read_again_and_lead_back():
    study, ada = a_study(), Client()
    entered(ada, study)

    page = ada.get(f"{PLACE}/instructions/").content.decode()

    assert "Back to where you were" in page
    assert "Show the first pair" not in page


def test_a_personal_link_leads_to_the_same_annotator_on_another_device():
    study, laptop, phone = a_study(), Client(), Client()
    link = a_link(study, personal=True)
    entered(laptop, study, link=link)

    elsewhere = phone.get(link, follow=True)

    assert elsewhere.redirect_chain[-1][0] == f"{PLACE}/judge/"
    assert Annotator.objects.count() == 1


def test_an_open_link_makes_one_annotator_for_each_browser():
    study, ada, bo = a_study(), Client(), Client()
    link = a_link(study, personal=False)

    entered(ada, study, link=link)
    entered(bo, study, link=link)
    back = ada.get(link, follow=True)

    assert Annotator.objects.count() == 2
    assert back.redirect_chain[-1][0] == f"{PLACE}/judge/"


def test_somebody_elses_personal_link_in_the_same_browser_leads_to_that_somebody():
    study, shared_laptop = a_study(), Client()
    entered(shared_laptop, study)

    arrived = shared_laptop.get(a_link(study), follow=True)

    assert arrived.redirect_chain[-1][0] == f"{PLACE}/consent/"


def test_an_unknown_link_gets_a_kind_page():
    unknown = Client().get("/j/nobody-ever-made-this/")

    assert unknown.status_code == 404
    assert "This link does not work." in unknown.content.decode()


@pytest.mark.parametrize("fields", [{"revoked_at": NOW}, {"expires_at": NOW - timedelta(days=1)}])
def test_a_link_that_has_run_out_gets_a_kind_page(fields):
    made = create_invite(study=a_study(), personal=True, now=NOW - timedelta(days=2))
    Invite.objects.update(**fields)

    assert Client().get(f"/j/{made.token}/").status_code in (404, 410)


def test_a_link_that_runs_out_while_consent_is_read_lets_nobody_in():
    study, ada = a_study(), Client()
    ada.get(a_link(study))
    Invite.objects.update(revoked_at=NOW)

    late = ada.post(f"{PLACE}/consent/", {"answer": "agree"})

    assert (late.status_code, Annotator.objects.count()) == (403, 0)


@pytest.mark.parametrize(("state", "status"), [("draft", 409), ("paused", 409), ("closed", 410)])
def test_a_study_that_is_not_open_says_so(state, status):
    study, ada = a_study(), Client()
    link = a_link(study)
    Study.objects.update(state=state)

    assert ada.get(link, follow=True).status_code == status


@pytest.mark.parametrize("page", ["", "consent/", "instructions/", "judge/", "back/", "pause/", "end/"])
def test_a_browser_that_came_by_no_link_is_asked_to_open_it(page):
    a_study()

    refused = Client().get(f"{PLACE}/{page}")

    assert refused.status_code == 403
    assert "Please open your link again." in refused.content.decode()


@pytest.mark.parametrize("page", ["", "consent/", "instructions/", "judge/", "back/", "pause/", "end/"])
def test_a_study_that_is_not_there_is_a_link_that_does_not_work(page):
    assert Client().get(f"/s/nosuchid/{page}").status_code == 404


def test_a_cookie_of_ones_own_making_is_no_cookie():
    study, dov = a_study(), Client()
    annotator = entered(Client(), study)
    dov.cookies["parley-k3p9w2xq"] = f"a.{annotator.pk}:1abcde:forged"

    assert dov.get(f"{PLACE}/judge/").status_code == 403


def test_a_cookie_of_one_study_is_worth_nothing_in_another():
    ada = Client()
    entered(ada, a_study())
    a_study(name="another", public_id="otherone")
    ada.cookies["parley-otherone"] = ada.cookies["parley-k3p9w2xq"].value

    assert ada.get("/s/otherone/judge/").status_code == 403


def test_the_cookie_is_for_the_server_alone():
    study, ada = a_study(), Client()

    ada.get(a_link(study), secure=True)

    cookie = ada.cookies["parley-k3p9w2xq"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)


@pytest.mark.parametrize(
    ("page", "method"),
    [("", "post"), ("consent/", "put"), ("instructions/", "put"), ("pause/", "post"), ("end/", "post")],
)
def test_a_wrong_method_is_refused(page, method):
    study, ada = a_study(), Client()
    entered(ada, study)

    assert getattr(ada, method)(f"{PLACE}/{page}").status_code == 405


def test_a_link_is_only_ever_opened_never_posted():
    assert Client().post(a_link(a_study())).status_code == 405


def test_a_pause_says_how_to_come_back():
    study, ada = a_study(), Client()
    entered(ada, study)

    page = ada.get(f"{PLACE}/pause/").content.decode()

    assert "on this device or another" in page
    assert f'href="{PLACE}/"' in page


def test_the_end_thanks_and_says_what_happens_to_the_answers():
    study, ada = a_study(pairs=1, criteria=(NATURALNESS,)), Client()
    entered(ada, study)
    pair = ada.get(f"{PLACE}/judge/").text

    done = ada.post(f"{PLACE}/judge/", form_of(pair) | {"answer.naturalness": "left"}, follow=True)

    page = done.content.decode()
    assert done.redirect_chain[-1][0] == f"{PLACE}/end/"
    assert all(words in page for words in ("Thank you.", "What happens to your answers", "cleo@example.org"))


def test_the_end_says_nothing_of_answers_to_whoever_gave_none():
    study, ada = a_study(pairs=0), Client()
    entered(ada, study)

    page = ada.get(f"{PLACE}/judge/", follow=True).text

    assert ("There is nothing for you to judge." in page, "your answers" in page) == (True, False)


def test_the_end_says_when_the_rest_is_with_others():
    study, ada, bo = a_study(pairs=1), Client(), Client()
    entered(ada, study)
    entered(bo, study)
    ada.get(f"{PLACE}/judge/")

    page = bo.get(f"{PLACE}/judge/", follow=True).content.decode()

    assert "What is left is with other people just now." in page
    assert "Look for more" in page


def test_the_end_of_a_closed_study_promises_nothing_more():
    study, ada = a_study(pairs=2), Client()
    entered(ada, study)
    Study.objects.update(state="closed")

    page = ada.get(f"{PLACE}/end/").content.decode()

    assert ("There is nothing for you to judge." in page, "Look for more" in page) == (True, False)


def test_nothing_that_annotators_see_is_kept_by_a_browser_or_proxy():
    study, ada = a_study(), Client()
    link = a_link(study)

    pages = [ada.get(link), ada.get(f"{PLACE}/consent/")]
    entered(ada, study, link=link)
    pages += [ada.get(f"{PLACE}/{page}") for page in ("", "instructions/", "judge/", "back/", "pause/", "end/")]

    assert all("no-store" in page["Cache-Control"] for page in pages)


def test_a_personal_link_that_was_opened_is_not_used_up():
    made = create_invite(study=a_study(), personal=True, now=NOW)

    Client().get(f"/j/{made.token}/")

    assert find_invite(made.token, now=NOW) == made.invite
    assert Judgment.objects.count() == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "about a minute"),
        (540, "about 9 minutes"),
        (89 * 60, "about 89 minutes"),
        (90 * 60, "about 1½ hours"),
        (7200, "about 2 hours"),
    ],
)
def test_time_is_told_as_people_tell_it(seconds, words):
    assert minutes(seconds) == words


@pytest.fixture
def three_links_a_minute(settings):
    settings.API_RATES = {"enter": "3/min"}
    cache.clear()
    forget_counts()
    yield
    cache.clear()
    forget_counts()


@pytest.mark.usefixtures("three_links_a_minute")
def test_whoever_tries_many_links_is_asked_to_wait_and_others_are_not():
    study = a_study()
    link = a_link(study)

    guesses = [Client().get(f"/j/guess-{number}/") for number in range(4)]
    refused = Client().get(link)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").get(link)

    assert [each.status_code for each in guesses] == [404, 404, 404, 429]
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert "One moment, please." in refused.text
    assert "More links were opened from your network" in refused.text
    assert f'href="{link}"' in refused.text
    assert elsewhere.status_code == 302


@pytest.mark.usefixtures("three_links_a_minute")
def test_links_are_counted_on_the_page_and_in_the_api_together():
    study = a_study()
    for _ in range(2):
        assert sent(Client(), "/api/v1/annotate/enter/", {"invite": "guess"}).status_code == 404

    assert [Client().get(a_link(study)).status_code for _ in range(2)] == [302, 429]
    assert sent(Client(), "/api/v1/annotate/enter/", {"invite": "guess"}).status_code == 429


@pytest.mark.usefixtures("three_links_a_minute")
def test_a_header_that_no_proxy_of_ours_set_hides_nobody():
    for number in range(3):
        Client(headers={"X-Forwarded-For": f"192.0.2.{number}"}).get("/j/guess/")

    assert Client(headers={"X-Forwarded-For": "192.0.2.99"}).get("/j/guess/").status_code == 429


@pytest.mark.usefixtures("three_links_a_minute")
def test_whoever_waits_is_told_so_in_their_browsers_language():
    for _ in range(3):
        Client().get("/j/guess/")

    assert "Einen Moment, bitte." in Client(headers={"Accept-Language": "de"}).get("/j/guess/").text


@pytest.mark.usefixtures("three_links_a_minute")
def test_whoever_came_in_goes_on_whatever_was_tried_from_there():
    study, ada = a_study(), Client()
    entered(ada, study)
    for _ in range(4):
        Client().get("/j/guess/")

    assert ada.get(f"{PLACE}/judge/").status_code == 200


@pytest.mark.usefixtures("three_links_a_minute")
def test_whoever_a_platform_sends_is_counted_too_and_goes_on_with_their_ids():
    a_study(design={"recruiting": {"platform": "prolific", "completion": "DONE1234"}})
    address = "/prolific/k3p9w2xq/?PROLIFIC_PID=5f00ada&STUDY_ID=5f0001&SESSION_ID=5f0002"

    came = [Client().get(address) for _ in range(4)]
    opened = Client().get("/mturk/k3p9w2xq/open/?token=guess")

    assert [each.status_code for each in came] == [302, 302, 302, 429]
    assert f'href="{address.replace("&", "&amp;")}"' in came[-1].text
    assert opened.status_code == 429
