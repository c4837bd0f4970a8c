"""Signing in cannot be tried out: failures are slowed by account and by address, and tell nobody who has an account."""

import os
import re
import time
from statistics import median

import pytest
from django.core import mail
from django.core.cache import cache, caches
from django.core.management import call_command
from django.test import Client

from config.settings import base
from evaluation.models import Researcher
from evaluation.operation.accounts import create_researcher, one_time_path
from tests.cast import CLEO, DOV
from tests.evaluation.builders import a_researcher

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
TOO_MANY = "Too many failed login attempts"


@pytest.fixture
def limits(settings):
    """The limits of every real site, with nothing counted yet."""
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    cache.clear()
    yield settings
    cache.clear()


def sign_in(email: str, password: str = PASSWORD, *, address: str = "192.0.2.1", **headers: str) -> tuple[str, bool]:
    """What the page says, and whether it let in, for a fresh browser at `address`."""
    browser = Client(REMOTE_ADDR=address, headers=headers)
    page = browser.post("/account/login/", {"login": email, "password": password}).text
    said = " ".join(re.findall(r'role="alert">\s*<p>(.*?)</p>', page, re.DOTALL))
    return said, browser.get("/studies/").status_code == 200


def test_an_account_is_not_tried_out_from_many_addresses(limits):
    a_researcher()

    said = [sign_in(CLEO, f"guess number {number}", address=f"192.0.2.{number}") for number in range(6)]

    assert [TOO_MANY in each for each, _ in said] == [False] * 5 + [True]
    # Not even by guessing right then.
    assert sign_in(CLEO, address="192.0.2.77")[1] is False


def test_one_persons_typos_do_not_lock_out_their_lab(limits):
    a_researcher()
    a_researcher(DOV)

    typos = [sign_in(CLEO, "wrong password") for _ in range(20)]

    assert TOO_MANY in typos[-1][0]
    assert sign_in(DOV) == ("", True)


def test_an_address_that_tries_out_many_accounts_is_slowed(limits):
    a_researcher()

    said = [sign_in(f"person{number}@example.org", "password") for number in range(41)]

    assert [TOO_MANY in each for each, _ in said] == [False] * 40 + [True]
    assert sign_in(CLEO)[1] is False
    assert sign_in(CLEO, address="192.0.2.2")[1] is True


def test_what_is_believed_of_a_clients_address_is_what_our_own_proxy_said(limits):
    limits.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    a_researcher()

    def from_outside(number: int, address: str = "198.51.100.7") -> str:
        # Whatever the client itself claims stands further to the left.
        forged = f"203.0.113.{number}, {address}"
        return sign_in(f"person{number}@example.org", "password", **{"x-forwarded-for": forged})[0]

    said = [from_outside(number) for number in range(41)]

    assert [TOO_MANY in each for each in said] == [False] * 40 + [True]
    assert TOO_MANY not in from_outside(50, "198.51.100.8")


def test_without_a_proxy_nothing_of_the_kind_is_believed(limits):
    said = [
        sign_in(f"person{number}@example.org", "password", **{"x-forwarded-for": f"203.0.113.{number}"})[0]
        for number in range(41)
    ]

    assert TOO_MANY in said[-1]


@pytest.mark.parametrize("shared", ["database", "redis"])
def test_failures_count_where_all_processes_look(limits, shared):
    if shared == "redis":
        place = os.environ.get("PARLEY_TEST_REDIS_URL")
        if not place:
            pytest.skip("PARLEY_TEST_REDIS_URL names no Redis")
        limits.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": place,
                "KEY_PREFIX": f"sign-in-{os.getpid()}",
            }
        }
        # Only what this test counts, and not what others keep there.
        limits.ACCOUNT_RATE_LIMITS = {"login_failed": "5/20s/key"}
    else:
        limits.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
        call_command("createcachetable", verbosity=0)
    a_researcher()

    said = [sign_in(CLEO, "wrong password")[0] for _ in range(6)]

    assert [TOO_MANY in each for each in said] == [False] * 5 + [True]
    if shared == "redis":
        for key in caches["default"]._cache.get_client().scan_iter(f"sign-in-{os.getpid()}:*"):
            caches["default"]._cache.get_client().delete(key)
        limits.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def test_a_new_password_by_link_ends_the_wait(limits):
    researcher = a_researcher()
    for _ in range(6):
        sign_in(CLEO, "wrong password")
    browser = Client()
    page = browser.get(one_time_path(researcher), follow=True)

    browser.post(page.redirect_chain[-1][0], {"password1": "quite another one", "password2": "quite another one"})

    assert sign_in(CLEO, "quite another one") == ("", True)


def test_the_page_says_the_same_of_a_wrong_password_and_of_nobody(limits):
    a_researcher()
    create_researcher(email=DOV)

    wrong, nobody, unset = (sign_in(email, "wrong password") for email in (CLEO, "nobody@example.org", DOV))

    assert wrong == nobody == unset
    assert wrong[1] is False


def test_nobody_takes_as_long_as_a_wrong_password(limits):
    limits.ACCOUNT_RATE_LIMITS = False
    # The one that real sites have: slow on purpose, so that its absence would show.
    limits.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    Researcher.objects.create_user(CLEO, PASSWORD)

    def seconds(email: str) -> float:
        begun = time.perf_counter()
        Client().post("/account/login/", {"login": email, "password": "wrong password"})
        return time.perf_counter() - begun

    known, unknown = [], []
    for _ in range(7):
        known.append(seconds(CLEO))
        unknown.append(seconds("nobody@example.org"))

    assert 0.5 < median(unknown) / median(known) < 2


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(limits):
    a_researcher()

    pages = [Client().post("/account/password/reset/", {"email": email}, follow=True) for email in (CLEO, "x@y.org")]

    assert pages[0].text == pages[1].text
    assert [each.redirect_chain for each in pages] == [[("/account/password/reset/done/", 302)]] * 2


def test_a_link_for_a_new_password_comes_by_mail_and_works_once(limits):
    a_researcher()
    browser = Client()

    browser.post("/account/password/reset/", {"email": CLEO})
    (message,) = mail.outbox
    (link,) = re.findall(r"http://testserver(/\S+)", message.body)
    page = browser.get(link, follow=True)
    browser.post(page.redirect_chain[-1][0], {"password1": "quite another one", "password2": "quite another one"})

    assert (message.to, message.subject) == ([CLEO], "A link to set your password")
    assert sign_in(CLEO, "quite another one")[1] is True
    assert "This link no longer works." in Client().get(link, follow=True).text


def test_links_by_mail_cannot_be_asked_for_without_end(limits):
    a_researcher()

    answers = [Client().post("/account/password/reset/", {"email": CLEO}).status_code for _ in range(6)]
    page = Client().post("/account/password/reset/", {"email": CLEO})

    assert answers == [302] * 5 + [429]
    assert len(mail.outbox) == 5
    assert "evaluation/parley.css" in page.text


def test_a_new_password_ends_every_other_sign_in():
    a_researcher()
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.post("/account/login/", {"login": CLEO, "password": PASSWORD})

    here.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "quite another one", "password2": "quite another one"},
    )

    assert (here.get("/studies/").status_code, elsewhere.get("/studies/").status_code) == (200, 302)


def test_a_sign_in_ends_by_itself_after_a_week(settings):
    a_researcher()
    browser = Client()

    browser.post("/account/login/", {"login": CLEO, "password": PASSWORD})

    cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
    assert (int(cookie["max-age"] or 0), browser.session.get_expiry_age()) == (0, 7 * 24 * 3600)
    assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")
