"""A study from two files to its first judgment, in a real browser: made, designed, previewed, opened, judged."""

import re
from pathlib import Path

import pytest

from evaluation.drafts import drafting
from evaluation.models import Judgment, Study
from tests.browser.conftest import SIGHTS, violations, wide
from tests.browser.test_research import sign_in
from tests.cast import NOW
from tests.evaluation.builders import a_researcher
from tests.evaluation.uploads import TWO, responses_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_paths(tmp_path) -> list[Path]:
    """Two files on the researcher's own disk."""
    for name in ("p", "pt"):
        (tmp_path / f"{name}.jsonl").write_bytes(responses_of(name, contexts=12))
    return [tmp_path / "p.jsonl", tmp_path / "pt.jsonl"]


def test_from_two_files_to_the_first_judgment(live_server, a_page, parley_home, two_paths):
    page = a_page()
    sign_in(page, live_server)

    page.get_by_role("link", name="New study").click()
    compare = page.get_by_role("region", name="Compare files")
    compare.get_by_label("Files of responses").set_input_files(two_paths)
    compare.get_by_label("Name", exact=True).fill("p-against-pt")
    compare.get_by_role("button", name="Make the study").click()
    page.get_by_text("The study is made, and not open yet.").wait_for()

    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("Judgments for each pair").fill("1")
    page.get_by_role("button", name="Add a question").click()
    page.get_by_role("button", name=re.compile("^Take away.*Question 3")).click()
    assert page.get_by_label("Judgments for each pair").input_value() == "1"

    page.get_by_role("button", name="Preview").click()
    page.get_by_text("nothing is stored").wait_for()
    page.get_by_role("button", name="I agree, begin").click()
    page.get_by_role("button", name="Show the first pair").click()
    _judge(page)
    page.wait_for_url(lambda address: address.endswith("/preview/judge/?pair=2"))
    assert not Judgment.objects.exists()

    page.get_by_role("link", name="Leave it").click()
    page.get_by_role("button", name="Make the study anew").click()
    page.get_by_role("link", name="Open", exact=True).click()
    page.get_by_role("button", name="Open it").click()
    page.get_by_role("link", name="Invite annotators").click()
    page.get_by_role("button", name="Make links").click()
    link = page.locator(".links code").inner_text()

    ada = a_page()
    ada.goto(link)
    ada.get_by_role("button", name="I agree, begin").click()
    ada.get_by_role("button", name="Show the first pair").click()
    first = ada.locator("#sheet").get_attribute("data-pair")
    _judge(ada)
    ada.wait_for_function("(first) => document.getElementById('sheet').dataset.pair !== first", arg=first)

    study = Study.objects.get()
    assert (study.state, study.judgments_per_pair) == ("open", 1)
    assert Judgment.objects.filter(slot__study=study).count() == 2


def _judge(page) -> None:
    """Reply 1 on every question, and on."""
    for group in page.locator("fieldset.criterion").all():
        group.locator(".segments label").first.click()
    page.locator(".send button").click()


def test_a_draft_is_written_without_a_script(live_server, a_page, parley_home):
    page = a_page(java_script_enabled=False)
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/new/")
    page.get_by_role("region", name="Design one").get_by_label("Name").fill("plain")
    page.get_by_role("button", name="Begin a draft").click()

    page.get_by_label("Title", exact=True).fill("Plain forms")
    page.get_by_label("Judgments for each pair").fill("three")
    page.get_by_role("button", name="Save").click()

    assert page.get_by_text("expected a whole number of at least 1 and at most 1000, got 'three'").is_visible()
    assert page.get_by_label("Title", exact=True).input_value() == "Plain forms"
    page.get_by_role("button", name="study.toml").click()
    assert 'title = "Plain forms"' in page.get_by_label("study.toml").input_value()


# Each page once by default: `test_every_page`.
@pytest.mark.slow
@pytest.mark.parametrize("sight", SIGHTS)
def test_every_page_of_a_draft_suits_everybody(live_server, a_page, parley_home, sight):
    toml = TWO + 'colour = "blue"\n[practice]\nmake = "shuffled-context"\n[[plan.hypotheses]]\ncriterion = "x"\n'
    wrong = drafting.begin(owner=a_researcher(), now=NOW, name="wrong", toml=toml)
    right = drafting.begin(owner=a_researcher(), now=NOW, name="right", toml=TWO)
    files = {f"{name}.jsonl": responses_of(name, contexts=12) for name in ("p", "pt")}
    drafting.put_files(draft=right, uploads=files, now=NOW)
    drafting.put_files(draft=wrong, uploads={**files, "x.jsonl": b"{}\n"}, now=NOW)
    drafting.make_study(draft=right, now=NOW)
    page = a_page(**sight)
    sign_in(page, live_server)

    places = ["/studies/", "/studies/new/", "/studies/right/", "/studies/right/delete/", "/studies/right/size/"]
    places += [f"/drafts/{wrong.pk}/{each}" for each in ("", "files/", "text/", "preview/consent/", "delete/")]
    places += [f"/drafts/{right.pk}/{each}" for each in ("", "size/")]
    places += [f"/drafts/{right.pk}/preview/{each}/" for each in ("consent", "instructions", "judge", "end")]
    found = {}
    for place in places:
        page.goto(f"{live_server.url}{place}")
        broken = violations(page, colours_alone=sight["color_scheme"] == "dark")
        if wide(page):
            broken.append("the page scrolls sideways")
        if broken:
            found[place] = broken

    assert found == {}


def test_power_and_cost_follow_what_is_typed(live_server, a_page, parley_home):
    toml = TWO + "[pay]\nper_hour = 12\ncurrency = 'EUR'\n"
    draft = drafting.begin(owner=a_researcher(), now=NOW, name="sized", toml=toml)
    uploads = {f"{name}.jsonl": responses_of(name, contexts=12) for name in ("p", "pt")}
    drafting.put_files(draft=draft, uploads=uploads, now=NOW)
    page = a_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/drafts/{draft.pk}/size/")
    page.get_by_text("36 judgments of 30 seconds each").wait_for()

    page.get_by_label("Seconds that a pair takes").fill("60")
    page.get_by_label("Seconds that a pair takes").press("Tab")

    page.get_by_text("36 judgments of 60 seconds each are 0.6").wait_for()
    assert "7.20" in page.locator("#sized").inner_text()
