"""The second factor, by its real pages: set up, asked for, replaced by a recovery code, lost, and required."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from evaluation.models import Researcher
from evaluation.operation.second_factor import SealedSecrets, SealedUnderAnotherKey
from tests.cast import CLEO
from tests.evaluation.builders import a_researcher
from tests.totp import code_of, secret_on

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
SET_UP = "/account/2fa/totp/activate/"
ASKED = "/account/2fa/authenticate/"
CODES = "/account/2fa/recovery-codes/"


@pytest.fixture(autouse=True)
def _no_code_was_used():
    cache.clear()


def by_password() -> Client:
    """Cleo in a browser, where her password was taken."""
    a_researcher()
    browser = Client()
    browser.post("/account/login/", {"login": CLEO, "password": PASSWORD})
    return browser


def set_up(browser: Client) -> str:
    """Switch the second factor on, after the password once more; its secret."""
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = secret_on(browser.get(SET_UP).text)
    answer = browser.post(SET_UP, {"code": code_of(secret)})
    assert answer.headers["Location"] == CODES
    # A fresh code at the next sign-in: the app's next one, without the wait.
    cache.clear()
    return secret


def recovery_codes(browser: Client) -> list[str]:
    return re.findall(r"<code>(\d+)</code>", browser.get(CODES).text)


def is_in(browser: Client) -> bool:
    return browser.get("/studies/").status_code == 200


def test_it_is_set_up_with_an_app_and_asked_for_at_the_next_sign_in():
    secret = set_up(by_password())

    browser = Client()
    asked = browser.post("/account/login/?next=/studies/snow/", {"login": CLEO, "password": PASSWORD})
    before = is_in(browser)
    done = browser.post(asked.headers["Location"], {"code": code_of(secret)})

    assert asked.headers["Location"].startswith(ASKED)
    assert (before, done.headers["Location"], is_in(browser)) == (False, "/studies/snow/", True)


def test_a_wrong_code_switches_nothing_on_and_lets_nobody_in():
    browser = by_password()
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.get(SET_UP)

    refused = browser.post(SET_UP, {"code": "000000"})
    assert (refused.status_code, Authenticator.objects.count()) == (200, 0)
    set_up(browser)
    other = by_password()
    refused = other.post(ASKED, {"code": "000000"})

    assert "Incorrect code." in refused.text
    assert not is_in(other)


def test_a_code_signs_in_once():
    secret = set_up(by_password())
    first, second = by_password(), by_password()
    code = code_of(secret)

    first.post(ASKED, {"code": code})
    second.post(ASKED, {"code": code})

    assert (is_in(first), is_in(second)) == (True, False)


def test_a_recovery_code_does_once_in_place_of_the_app():
    browser = by_password()
    set_up(browser)
    code, *rest = recovery_codes(browser)
    assert len(rest) == 9
    assert browser.get("/account/2fa/recovery-codes/download/").text.split() == [code, *rest]

    first, second = by_password(), by_password()
    first.post(ASKED, {"code": code})
    second.post(ASKED, {"code": code})

    assert (is_in(first), is_in(second)) == (True, False)
    assert recovery_codes(browser) == rest


def test_new_recovery_codes_replace_the_old():
    browser = by_password()
    set_up(browser)
    before = recovery_codes(browser)

    browser.post("/account/2fa/recovery-codes/generate/")

    assert set(recovery_codes(browser)).isdisjoint(before)


def test_it_can_be_switched_off_again():
    browser = by_password()
    set_up(browser)

    browser.post("/account/2fa/totp/deactivate/")

    assert Authenticator.objects.count() == 0
    assert is_in(by_password())


def test_what_is_stored_opens_no_door():
    browser = by_password()
    secret = set_up(browser)
    codes = recovery_codes(browser)

    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert [each for each in (secret, *codes) if each in stored] == []


def test_a_secret_outlives_a_new_key_of_the_site_while_the_old_is_known(settings):
    sealed = SealedSecrets().encrypt("KRSXG5A=")

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [settings.SECRET_KEY]
    assert SealedSecrets().decrypt(sealed) == "KRSXG5A="
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SealedUnderAnotherKey, match="SECRET_KEY_FALLBACKS"):
        SealedSecrets().decrypt(sealed)


def test_codes_cannot_be_guessed_one_after_the_other(settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,40/5m/ip"}
    secret = set_up(by_password())
    browser = by_password()

    tries = [browser.post(ASKED, {"code": f"{number:06}"}).text for number in range(6)]
    late = browser.post(ASKED, {"code": code_of(secret)}).text

    assert ["Too many" in each for each in (*tries, late)] == [False] * 5 + [True, True]
    assert not is_in(browser)


def test_a_one_time_link_sets_a_password_and_takes_no_second_factor_away(capsys):
    secret = set_up(by_password())
    call_command("create_researcher", CLEO, site="http://testserver")
    link = re.search(r"http://testserver(\S+)", capsys.readouterr().out)
    assert link is not None

    browser = Client()
    page = browser.get(link.group(1), follow=True)
    browser.post(
        page.redirect_chain[-1][0], {"password1": "another long password", "password2": "another long password"}
    )
    assert not is_in(browser)
    browser.post("/account/login/", {"login": CLEO, "password": "another long password"})
    assert not is_in(browser)
    browser.post(ASKED, {"code": code_of(secret)})

    assert is_in(browser)


def test_who_lost_both_phone_and_codes_is_let_in_by_command(capsys):
    set_up(by_password())

    call_command("create_researcher", CLEO, forget_second_factor=True)

    assert "The second factor and its recovery codes are gone." in capsys.readouterr().out
    assert is_in(by_password())


def test_the_admin_stands_behind_it_too():
    Researcher.objects.filter(pk=a_researcher().pk).update(is_staff=True, is_superuser=True)
    secret = set_up(by_password())
    browser = by_password()

    before = browser.get("/admin/").status_code
    browser.post(ASKED, {"code": code_of(secret)})

    assert (before, browser.get("/admin/").status_code) == (302, 200)


def test_a_site_may_ask_it_of_everybody(settings):
    settings.REQUIRE_SECOND_FACTOR = True
    browser = by_password()

    sent = [browser.get(address).headers.get("Location") for address in ("/studies/", "/admin/", "/api/v1/studies/")]
    said = browser.get("/studies/", follow=True).text
    set_up(browser)

    assert sent == [SET_UP] * 3
    assert "asks everybody for a second factor" in said
    assert is_in(browser)
    assert "cannot deactivate" in browser.get("/account/2fa/totp/deactivate/").text
    browser.post("/account/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").count() == 1


@pytest.mark.parametrize(
    "address",
    ["/account/2fa/", SET_UP, CODES, "/account/2fa/recovery-codes/generate/", "/account/2fa/totp/deactivate/"],
)
def test_its_pages_are_for_those_who_signed_in(address):
    assert Client().get(address).headers["Location"].startswith("/account/login/")


def test_before_it_is_changed_somebody_says_again_who_they_are(settings):
    browser = by_password()
    set_up(browser)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0

    asked = browser.get("/account/2fa/totp/deactivate/")

    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    assert "Is it you?" in browser.get(asked.headers["Location"]).text


def test_its_pages_wear_the_site_s_clothes():
    browser = by_password()
    pages = [browser.get(SET_UP, follow=True).text]
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    pages.append(browser.get(SET_UP).text)
    set_up(browser)
    pages += [
        browser.get(address).text
        for address in (
            "/account/2fa/",
            CODES,
            "/account/2fa/recovery-codes/generate/",
            "/account/2fa/totp/deactivate/",
        )
    ]
    waiting = by_password()
    pages.append(waiting.get(ASKED).text)
    pages.append(browser.get("/account/2fa/reauthenticate/").text)

    for page in pages:
        assert "evaluation/research.css" in page
        assert re.findall(r"<script|\sstyle=|\son\w+=|Menu:", page) == []
