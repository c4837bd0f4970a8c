"""Looking through a corpus in a real browser: both versions side by side, a flag put, every page under axe."""

import pytest

from evaluation.models import DialogueFlag
from generation.corpus.dialogues import write_dialogues
from tests.browser.conftest import SIGHTS, violations, wide
from tests.browser.test_research import sign_in
from tests.builders import a_dialogue

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/corpora/", "/corpora/human/", "/corpora/human/?beside=distilled", "/corpora/human/?page=zero")


@pytest.fixture(autouse=True)
def _two_corpora(parley_home):
    human = [a_dialogue(number, corpus="human") for number in range(2)]
    leaky = ("do you still ski ?", "yes . and your truck ?", "it runs .", "good .")
    distilled = a_dialogue(
        0, corpus="distilled", source="human/train/00000", texts=leaky, traits=({"openness": "low"}, {})
    )
    write_dialogues(parley_home / "corpora" / "human", human)
    write_dialogues(parley_home / "corpora" / "distilled", [distilled])


def test_a_dialogue_is_looked_at_beside_its_twin_and_flagged(live_server, a_page):
    page = a_page()
    sign_in(page, live_server)

    page.get_by_role("link", name="Corpora").click()
    page.get_by_role("link", name="human").click()
    page.get_by_label("Beside it").select_option("distilled")
    page.get_by_role("button", name="Show").click()
    twin = page.get_by_role("article", name="distilled/train/00000 in distilled")
    twin.locator("mark.leak", has_text="ski").wait_for()
    twin.get_by_text("Flag", exact=True).click()
    twin.get_by_label("Why").select_option("leak")
    twin.get_by_label("Note").fill("knows that she skis")
    twin.get_by_role("button", name="Flag it").click()

    page.get_by_text("distilled/train/00000 is flagged.").wait_for()
    assert page.url.endswith("beside=distilled&page=1")
    assert [(each.corpus, each.reason, each.note) for each in DialogueFlag.objects.all()] == [
        ("distilled", "leak", "knows that she skis")
    ]


@pytest.mark.parametrize("sight", SIGHTS)
def test_no_page_of_a_corpus_has_a_violation_or_scrolls_sideways(live_server, a_page, sight):
    page = a_page(**sight)
    sign_in(page, live_server)
    found = {}

    for address in PAGES:
        page.goto(live_server.url + address)
        for details in page.get_by_text("Flag", exact=True).all():
            details.click()
        found[address] = (violations(page), wide(page))

    assert found == dict.fromkeys(PAGES, ([], False))
