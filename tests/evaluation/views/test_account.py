"""Signing in, passwords and tokens: pages in the site's own clothes, and sign-up that is closed."""

import re

import pytest
from django.test import Client

from evaluation.models import ApiToken, Researcher
from evaluation.operation.accounts import create_researcher, one_time_path
from tests.cast import CLEO
from tests.evaluation.builders import a_researcher
from tests.evaluation.views.people import cleo, dov, signed_in

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"
SIGNED_OUT = ("/account/login/", "/account/signup/", "/account/password/reset/", "/account/password/reset/done/")
SIGNED_IN = (
    "/account/",
    "/account/tokens/",
    "/account/password/change/",
    "/account/logout/",
    "/account/2fa/",
    "/account/reauthenticate/",
)


def test_a_researcher_signs_in_and_comes_where_they_were_going():
    a_researcher()
    browser = Client()

    answer = browser.post("/account/login/?next=/studies/snow/", {"login": CLEO, "password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/studies/snow/")


def test_a_wrong_password_says_so_and_lets_nobody_in():
    a_researcher()
    browser = Client()

    answer = browser.post("/account/login/", {"login": CLEO, "password": "wrong password"})

    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert browser.get("/studies/").status_code == 302


def test_nobody_signs_up_by_themselves():
    form = {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}

    assert "Accounts are made for you." in Client().get("/account/signup/").text
    Client().post("/account/signup/", form)

    assert not Researcher.objects.exists()


def test_the_one_time_link_sets_a_password_and_works_once():
    researcher, _ = create_researcher(email=CLEO)
    link = one_time_path(researcher)
    browser = Client()

    page = browser.get(link, follow=True)
    assert "Set your password" in page.text
    browser.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})

    researcher.refresh_from_db()
    assert researcher.check_password(PASSWORD)
    again = Client().get(link, follow=True)
    assert "This link no longer works." in again.text


@pytest.mark.parametrize("address", SIGNED_OUT)
def test_pages_before_sign_in_wear_the_site_s_clothes(address):
    page = Client().get(address)

    assert page.status_code == 200
    assert "evaluation/parley.css" in page.text
    assert re.findall(r"<script|\sstyle=|\son\w+=|Menu:", page.text) == []


@pytest.mark.parametrize("address", SIGNED_IN)
def test_pages_after_sign_in_wear_them_too(address):
    browser = Client()
    a_researcher()
    browser.post("/account/login/", {"login": CLEO, "password": PASSWORD})

    page = browser.get(address, follow=True)

    assert page.status_code == 200
    assert "evaluation/research.css" in page.text
    assert re.findall(r"<script|\sstyle=|\son\w+=|Menu:", page.text) == []


@pytest.mark.parametrize("address", ["/account/", "/account/tokens/"])
def test_the_account_is_for_those_who_signed_in(address):
    assert Client().get(address).status_code == 302


def test_a_token_is_shown_once_and_kept_as_a_hash():
    browser = cleo()

    page = browser.post("/account/tokens/", {"name": "notebook", "days": "30"})

    (plain,) = re.findall(r'<code class="secret">([^<]+)</code>', page.text)
    token = ApiToken.objects.get()
    assert (token.user, token.scopes, token.name) == (a_researcher(), ["read"], "notebook")
    assert plain not in (token.digest, token.token_key)
    assert "no-store" in page.headers["Cache-Control"]
    assert plain not in browser.get("/account/tokens/").text
    assert Client().get("/api/v1/studies/", headers={"Authorization": f"Token {plain}"}).status_code == 200


@pytest.mark.parametrize("days", ["0", "400", "never"])
def test_a_token_that_lives_too_long_is_refused(days):
    cleo().post("/account/tokens/", {"name": "notebook", "days": days})

    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_by_its_owner_alone():
    browser = cleo()
    browser.post("/account/tokens/", {"name": "notebook", "days": "30"})
    address = f"/account/tokens/{ApiToken.objects.get().digest}/revoke/"

    assert dov().post(address).status_code == 404
    assert browser.get(address).status_code == 405
    assert ApiToken.objects.count() == 1
    browser.post(address)

    assert not ApiToken.objects.exists()


def test_the_admin_stands_behind_the_same_sign_in_and_shows_no_judgment():
    redirects = Client().get("/admin/", follow=True).redirect_chain
    assert redirects[-1][0].startswith("/account/login/?next=")
    assert cleo().get("/admin/", follow=True).status_code == 403

    Researcher.objects.update(is_staff=True, is_superuser=True)
    page = signed_in().get("/admin/")

    assert page.status_code == 200
    assert {each for each in ("Judgment", "Slot", "Response", "Item") if each in page.text} == set()


@pytest.mark.parametrize("kind", ["researcher", "membership", "study", "auditentry"])
def test_the_admin_s_lists_can_be_opened(kind):
    Researcher.objects.filter(pk=a_researcher().pk).update(is_staff=True, is_superuser=True)

    assert signed_in().get(f"/admin/evaluation/{kind}/").status_code == 200
