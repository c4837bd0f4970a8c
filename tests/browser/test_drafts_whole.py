"""A whole study written in the editor of a real browser: every kind of item, and from there to a file and back."""

import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from evaluation.drafts import drafting
from evaluation.models import Study, StudyDraft
from tests.browser.conftest import LAPTOP, PHONE, violations, wide
from tests.browser.test_research import sign_in
from tests.cast import CLEO, NOW
from tests.evaluation.builders import a_researcher
from tests.evaluation.files import a_line
from tests.evaluation.made_corpora import labelled_corpus, parallel_corpora
from tests.evaluation.uploads import as_lines
from tests.evaluation.whole_studies import WHOLE

pytestmark = pytest.mark.django_db(transaction=True)
DOMAINS = ("personachat", "personalitychat")
FIELDS = {
    "Name of the study": "whole",
    "Title": "P against PT, with all that belongs to it",
    "Ethics approval": "none",
    "Closes": "2126-12-24",
    "Contexts of each domain, at most": "6",
    "Judgments for each pair": "1",
    "Share of what each annotator sees": "0.2",
    "Pairs that are made": "2",
    "A/A pairs for each pair that is judged": "0.1",
    "Second answers of the systems": "p-again.jsonl",
    "Human against shuffled, for each pair that is judged": "0.1",
    "Who the annotators are": "Adults from Ireland, half of them women.",
    "How they were recruited": "By a notice on a board.",
}
CONTRAST = {
    "On which question": "naturalness",
    "First: system": "pt",
    "First: over": "p",
    "First: domain": DOMAINS[0],
    "Minus: domain": DOMAINS[1],
}
PAIRS = (
    ("Check pair: its answer is known", "somebody said"),
    ("A/A control: two answers of one system", ", or so"),
    ("Ceiling control: a human reply against a shuffled one", "somebody said"),
)


@pytest.fixture
def files(tmp_path) -> list[Path]:
    """Two systems, one of them asked again, on the researcher's own disk."""
    for name, again in (("p", ""), ("pt", ""), ("p-again", " , or so")):
        system = name.removesuffix("-again")
        lines = (
            a_line(system, number, domain=DOMAINS[number % 2], reply=f"{system} says number {number}{again}")
            | {"reference": f"somebody said in talk {number}"}
            for number in range(40)
        )
        (tmp_path / f"{name}.jsonl").write_bytes(as_lines(lines))
    return [tmp_path / f"{name}.jsonl" for name in ("p", "pt", "p-again")]


def begin(page, live_server, *, name, files=()) -> None:
    """A new draft, its form before one."""
    page.goto(f"{live_server.url}/studies/new/")
    design = page.get_by_role("region", name="Design one")
    design.get_by_label("Name").fill(name)
    if files:
        design.get_by_label("Files, if you have some").set_input_files(files)
    design.get_by_role("button", name="Begin a draft").click()
    page.get_by_role("button", name="Save", exact=True).wait_for()


def unfold(page) -> None:
    """Open every section, as somebody does who goes through the whole form."""
    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()


def fill(page, said, *, inside=None) -> None:
    for label, value in said.items():
        (inside or page).get_by_label(label, exact=True).fill(value)


def broken(page, sight) -> list[str]:
    found = violations(page, colours_alone=sight.get("color_scheme") == "dark")
    return [*found, *(["the page scrolls sideways"] if wide(page) else [])]


def without_names(design) -> dict:
    """A kept design without what the study is called, and where an uploaded file lay."""
    return {key: value for key, value in json.loads(json.dumps(design).replace('"./', '"')).items() if key != "name"}


def test_a_whole_study_is_written_previewed_downloaded_and_made_from_its_file(
    live_server, a_page, parley_home, files, tmp_path
):
    page = a_page()
    sign_in(page, live_server)
    begin(page, live_server, name="whole", files=files)

    page.get_by_label("Responses", exact=True).fill("p.jsonl\npt.jsonl")
    page.get_by_role("group", name="Question 2").get_by_role("button", name="Take away").click()
    unfold(page)
    fill(page, FIELDS)
    for table in ("checks", "practice"):
        page.locator(f"#s-{table}").get_by_label("Made of").select_option("shuffled-context")
    page.get_by_role("button", name="Add a contrast").click()
    unfold(page)
    fill(page, CONTRAST, inside=page.get_by_role("group", name="Contrast 1"))
    page.get_by_role("button", name="Add an answer").click()
    unfold(page)
    fill(page, {"Question": "3.3.7", "Answer": "At home."}, inside=page.get_by_role("group", name="Answer 1"))
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Nothing is wrong with it.").wait_for()
    unfold(page)
    assert broken(page, {}) == []

    page.get_by_role("button", name="Preview").click()
    page.get_by_role("link", name="Pairs", exact=True).click()
    for name, words in PAIRS:
        page.get_by_role("link", name=name).click()
        assert page.get_by_role("link", name=name).get_attribute("aria-current") == "true"
        assert words in page.locator("#sheet, main").first.inner_text().lower().replace(",", " ,")
        assert broken(page, {}) == []
    page.get_by_role("link", name="Practice", exact=True).click()
    page.get_by_role("link", name="Practice 2").click()
    page.get_by_text("Practice 2 of 2").first.wait_for()
    page.get_by_role("link", name="Leave it").click()
    assert not Study.objects.exists()

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download study.toml and its files").click()
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(downloading.value.path()).extractall(folder)
    page.get_by_role("button", name="Make the study", exact=True).click()
    page.get_by_text("The study is made.").wait_for()
    call_command("create_study", str(folder / "study.toml"), name="from-its-file", owner=CLEO, open=True, quiet=True)

    written, read = Study.objects.get(name="whole"), Study.objects.get(name="from-its-file")
    assert without_names(read.design) == without_names(written.design)
    assert (written.state, read.state) == ("draft", "open")
    assert read.design["plan"]["contrasts"][0]["minus"]["domain"] == DOMAINS[1]
    assert read.design["datasheet"] == {
        "3.2.5": FIELDS["Who the annotators are"],
        "3.2.3": FIELDS["How they were recruited"],
        "3.3.7": "At home.",
    }
    assert (read.closes_at.isoformat(), read.items.exclude(control="").count() > 1) == (
        "2126-12-25T00:00:00+00:00",
        True,
    )

    begin(page, live_server, name="again", files=sorted(folder.iterdir()))
    assert StudyDraft.objects.get(name="again").toml == StudyDraft.objects.get(name="whole").toml
    assert page.get_by_role("group", name="Contrast 1").get_by_label("Minus: domain").input_value() == DOMAINS[1]
    assert page.get_by_label("Closes").input_value() == "2126-12-24"


def test_what_is_judged_is_chosen_and_the_form_follows(live_server, a_page, parley_home):
    parallel_corpora(parley_home, sources=20)
    labelled_corpus(parley_home, [{"extraversion": "high"}, {"extraversion": "low"}, {}])
    page = a_page()
    sign_in(page, live_server)
    begin(page, live_server, name="talks")

    fill(page, {"Title": "People against the machine", "Ethics approval": "none"})
    page.get_by_label("What is judged").select_option("dialogues")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("On the server: human, machine.").wait_for()
    assert page.get_by_label("Responses", exact=True).count() == 0
    fill(page, {"Corpora to compare": "human\nmachine/test"})
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("link", name="Conversations", exact=True).click()
    page.get_by_text("Machine turn 0 of talk").first.wait_for()
    page.get_by_role("link", name="Leave it").click()

    page.get_by_label("Corpora to compare").fill("")
    page.get_by_label("What is judged").select_option("persona")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Corpus with labelled personas").fill("labelled")
    question = page.get_by_role("group", name="Question 1")
    fill(question, {"Key": "extraversion"})
    page.get_by_role("group", name="Question 2").get_by_role("button", name="Take away").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("link", name="Personas", exact=True).click()
    page.get_by_role("link", name="Persona 2").click()
    page.get_by_text("I have").first.wait_for()
    assert not Study.objects.exists()


# Each page once by default: `test_every_page`.
@pytest.mark.slow
@pytest.mark.parametrize(
    "sight",
    [
        pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{viewport['width']}-{scheme}")
        for viewport, scheme in ((LAPTOP, "dark"), (PHONE, "light"), (PHONE, "dark"))
    ],
)
@pytest.mark.parametrize("kind", ["pair", "dialogues", "persona"])
def test_the_whole_form_suits_everybody(live_server, a_page, parley_home, sight, kind):
    draft = drafting.begin(owner=a_researcher(), now=NOW, name=kind, toml=WHOLE[kind])
    page = a_page(**sight)
    sign_in(page, live_server)

    page.goto(f"{live_server.url}/drafts/{draft.pk}/")
    unfold(page)

    assert broken(page, sight) == []
