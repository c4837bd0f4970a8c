"""What every answer says to a browser; who may frame what; where nobody is sent."""

import pytest
from django.core.management import call_command
from django.test import Client

from tests.evaluation.builders import a_researcher
from tests.evaluation.views.people import cleo
from tests.security.test_nothing_runs_in_a_browser import pages
from tests.security.worlds import World, a_world

pytestmark = pytest.mark.django_db

# The one address that others may show in a frame.
FRAMED = "/mturk/idsnow/"
ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "javascript:alert(1)")


@pytest.fixture
def world(parley_home) -> World:
    return a_world()


def test_every_answer_says_how_it_may_be_used(world):
    for address, client in pages(world):
        headers = client.get(address).headers
        if address == FRAMED:
            continue

        assert headers["X-Frame-Options"] == "DENY", address
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], address
        assert headers["Referrer-Policy"] == "same-origin", address
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert "camera=()" in headers["Permissions-Policy"], address


def test_the_way_of_mechanical_turk_alone_may_be_framed_and_by_amazon_alone(world):
    framed = Client().get(FRAMED).headers
    opened = Client().get(f"{FRAMED}open/").headers

    policy = dict(part.strip().partition(" ")[::2] for part in framed["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == "https://worker.mturk.com https://workersandbox.mturk.com"
    assert (policy["script-src"], policy["style-src"], policy["default-src"]) == ("'self'", "'self'", "'none'")
    assert "X-Frame-Options" not in framed
    assert (opened["X-Frame-Options"], "frame-ancestors 'none'" in opened["Content-Security-Policy"]) == ("DENY", True)


def test_nothing_personal_is_kept_by_a_browser_or_a_proxy(world):
    for who, address in (("annotator", f"/s/{world.study.public_id}/judge/"), ("owner", "/account/tokens/")):
        told = world.browsers[who].get(address).headers["Cache-Control"]
        assert "no-store" in told, address
        assert "private" in told, address


def test_cookies_are_closed_to_scripts_and_to_other_sites(world):
    browser = Client()
    browser.get("/account/login/")
    browser.post("/account/login/", {"login": "cleo@example.org", "password": "a long enough password"})
    annotator = world.browsers["annotator"].cookies

    session = browser.cookies["sessionid"]
    seat = annotator[f"parley-{world.study.public_id}"]
    for cookie in (session, seat):
        assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")
    assert browser.cookies["csrftoken"]["samesite"] == "Lax"


@pytest.mark.parametrize("there", ELSEWHERE)
def test_signing_in_and_out_leads_nobody_elsewhere(there):
    a_researcher()
    signing_in = Client().post(
        f"/account/login/?next={there}",
        {"login": "cleo@example.org", "password": "a long enough password", "next": there},
    )
    signing_out = cleo().post("/account/logout/", {"next": there})

    for answer in (signing_in, signing_out):
        assert (answer.status_code, "evil" in answer.headers["Location"]) == (302, False)
        assert answer.headers["Location"].startswith("/")
        assert not answer.headers["Location"].startswith(("//", "/\\"))


def test_no_page_of_ours_sends_anybody_elsewhere(world):
    for address, client in pages(world):
        for there in ELSEWHERE:
            answer = client.get(address, {"next": there, "back": there, "url": there, "return": there})
            assert "evil" not in answer.headers.get("Location", "").partition("?")[0], (address, there)


def test_djangos_own_checks_find_nothing(settings):
    call_command("check", "--fail-level=WARNING")
