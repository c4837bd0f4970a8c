"""A researcher's way in a real browser: signing in, watching, closing, reading; every page under axe."""

import pytest
from django.core.cache import cache

from evaluation.models import Study
from evaluation.reports.build import build_report
from evaluation.reports.render import report_html
from evaluation.stats.data.declared import StudyInfo
from tests.browser.conftest import SIGHTS, violations, wide
from tests.cast import CLEO
from tests.evaluation.builders import a_researcher
from tests.evaluation.reports.builders import an_info, some_rows, three_systems
from tests.evaluation.views.people import ZEBRA, a_planted_study

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (
    "/studies/",
    "/studies/snow/",
    "/studies/snow/close/",
    "/studies/snow/invite/",
    "/studies/snow/report/",
    "/account/",
    "/account/tokens/",
    "/account/password/change/",
)


@pytest.fixture(autouse=True)
def _no_report_from_another_test():
    cache.clear()


def sign_in(page, live_server) -> None:
    """By the form, as a person does."""
    a_researcher()
    page.goto(f"{live_server.url}/studies/")
    page.get_by_label("Email").fill(CLEO)
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Studies").wait_for()


def test_a_study_is_watched_closed_and_its_report_read(live_server, a_page):
    a_planted_study()
    page = a_page()
    sign_in(page, live_server)

    page.get_by_role("link", name="The study snow").click()
    assert page.get_by_text("Results by system stay hidden until this study closes.").is_visible()
    page.get_by_role("link", name="Close", exact=True).click()
    page.get_by_role("button", name="Close it for good").click()
    page.get_by_text("The study is closed. Its report can be read.").wait_for()
    page.get_by_role("link", name="Report", exact=True).click()

    page.get_by_role("heading", name="Preference", exact=True).wait_for()
    assert page.locator(".key").get_by_text(f"{ZEBRA} better").is_visible()
    assert Study.objects.get().state == "closed"


# Each page once by default: `test_every_page`.
@pytest.mark.slow
@pytest.mark.parametrize("sight", SIGHTS)
def test_no_page_for_researchers_has_a_violation_or_scrolls_sideways(live_server, a_page, sight):
    study, page = a_planted_study(), a_page(**sight)
    page.goto(f"{live_server.url}/account/login/")
    found = {"sign in": violations(page)}
    sign_in(page, live_server)

    for address in PAGES:
        page.goto(live_server.url + address)
        found[address] = violations(page) + (["scrolls sideways"] if wide(page) else [])
    Study.objects.filter(pk=study.pk).update(state="closed")
    page.goto(f"{live_server.url}/studies/snow/report/")
    found["report"] = violations(page) + (["scrolls sideways"] if wide(page) else [])

    assert {address: wrong for address, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(
    ("rows", "info"),
    [
        pytest.param(some_rows(kind="simulated"), an_info(), id="two systems"),
        pytest.param(three_systems(), StudyInfo(), id="three systems"),
        pytest.param(some_rows(contexts=2), an_info(), id="too few"),
        pytest.param([], an_info(), id="nothing"),
    ],
)
def test_the_report_s_file_reads_well_from_disk(a_page, tmp_path, rows, info, sight):
    file = tmp_path / "report.html"
    file.write_text(report_html(build_report(rows, info)), encoding="utf-8")
    page = a_page(**sight)

    page.goto(file.as_uri())

    assert violations(page) == []
    assert not wide(page)


def test_the_api_s_pages_run_under_the_policy(live_server, a_page):
    page = a_page()
    sign_in(page, live_server)

    page.goto(f"{live_server.url}/api/docs/")

    page.get_by_text("/api/v1/studies/{name}/judgments/").wait_for()


def test_links_are_made_and_shown(live_server, a_page):
    a_planted_study()
    page = a_page()
    sign_in(page, live_server)

    page.goto(f"{live_server.url}/studies/snow/invite/")
    page.get_by_label("How many personal links").fill("2")
    page.get_by_role("button", name="Make links").click()

    page.get_by_text("Links are kept nowhere").wait_for()
    assert page.locator(".links li").count() == 2
