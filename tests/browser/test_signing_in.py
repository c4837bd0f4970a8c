"""A researcher's second factor in a real browser: from the one-time link to a sign-in with the app's code."""

import pytest
from django.core.cache import cache

from evaluation.operation.accounts import create_researcher, one_time_path
from tests.browser.judging import press
from tests.cast import CLEO
from tests.totp import code_of, secret_on

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _no_code_was_used():
    cache.clear()


def test_from_the_one_time_link_to_a_sign_in_with_the_apps_code(live_server, a_page):
    researcher, _ = create_researcher(email=CLEO)
    page = a_page()

    page.goto(live_server.url + one_time_path(researcher))
    page.get_by_label("New Password", exact=True).fill(PASSWORD)
    page.get_by_label("New Password (again)").fill(PASSWORD)
    press(page, "Set the password")
    page.get_by_role("heading", name="Your password is set.").wait_for()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill(CLEO)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    page.wait_for_url("**/studies/")

    page.goto(f"{live_server.url}/account/")
    page.get_by_role("link", name="A second factor at sign-in").click()
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Go on")
    # The picture for a camera is there, under the policy that forbids what is from elsewhere.
    page.locator("img.qr").wait_for()
    assert page.locator("img.qr").evaluate("one => one.naturalWidth > 0")
    secret = secret_on(page.content())
    page.get_by_label("Authenticator code").fill(code_of(secret))
    press(page, "Switch it on")
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    recovery = page.locator(".codes code").first.text_content()

    for code in (lambda: code_of(secret), lambda: recovery):
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/studies/")
        page.get_by_label("Email").fill(CLEO)
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Sign in")
        page.get_by_role("heading", name="And your code?").wait_for()
        page.get_by_label("Code").fill(code())
        press(page, "Sign in")
        page.wait_for_url("**/studies/")
