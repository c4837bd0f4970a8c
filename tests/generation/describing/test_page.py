"""The page of a description: whole, alone, and readable without seeing it."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from generation.corpus.manifest import read_manifest
from generation.describing.figures import figures_of
from generation.describing.gathering import Description, gather
from generation.describing.page import NotADescription, page_html, write_description, write_page
from generation.offline import CAVEAT
from tests.generation.describing.builders import NOW, a_description


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def description(parley_home: Path) -> Description:
    return a_description(parley_home)


def test_the_page_needs_nothing_else_and_runs_nothing(description):
    page = Page(page_html(description))

    names = {name for name, _ in page.elements}
    assert not names & {"script", "img", "link", "iframe", "object"}
    assert not any(
        key.startswith("on") or key in ("src", "href", "style") for _, attributes in page.elements for key in attributes
    )
    assert page.all("html") == [{"lang": "en"}]
    assert any("default-src 'none'" in (each.get("content") or "") for each in page.all("meta"))


def test_every_plot_has_words_and_a_table(description):
    page = Page(page_html(description))

    plots = [attributes for _, attributes in page.elements if attributes.get("role") == "img"]
    assert len(plots) == len(page.all("figure")) == len(page.all("details")) == len(figures_of(description))
    assert all(len(each["aria-label"]) > 40 for each in plots)


def test_every_strip_stays_within_its_width(description):
    page = Page(page_html(description))

    percents = [
        float(value.rstrip("%"))
        for name in ("rect", "line")
        for attributes in page.all(name)
        for key, value in attributes.items()
        if key in ("x", "x1", "x2", "width") and value.endswith("%")
    ]
    assert len(percents) > 100
    assert all(0 <= percent <= 100 for percent in percents)


def test_what_is_by_the_offline_author_is_said_first(description):
    text = Page(page_html(description)).text

    assert text.index(f"<llm>: {CAVEAT}.") < text.index("In numbers")


def test_names_and_texts_are_escaped(description):
    html = page_html(description)

    assert "<llm>" not in html
    assert "&lt;llm&gt;" in html


def test_the_findings_are_said_in_sentences(description):
    text = Page(page_html(description)).text

    compared = description.comparisons[0].differences["own_coverage"]
    assert f"Speakers say {compared.second:.1%}".replace("%", "\u202f%") in text


def test_one_corpus_and_three_have_a_page_too(description, parley_home):
    alone, three = gather(["human"]), gather(["human", "<llm>", str(parley_home / "corpora" / "human")])

    assert [figure.title for figure in figures_of(alone)] == [
        "Length",
        "Variety",
        "Persona",
        "Templates",
        "Expression",
        "Manner",
    ]
    assert len(three.comparisons) == 3
    assert "3 corpora" in Page(page_html(three)).text


def test_a_folder_holds_page_numbers_and_manifest(description, tmp_path):
    inputs = {"human": tmp_path / "input"}
    inputs["human"].write_text("dialogues")
    folder = tmp_path / "out"

    written = write_description(folder, description, names=["human", "<llm>"], inputs=inputs, now=NOW)

    assert sorted(path.name for path in written) == ["description.html", "description.json", "manifest.json"]
    assert json.loads((folder / "description.json").read_text()) == json.loads(json.dumps(description.as_json()))
    manifest = read_manifest(folder)
    assert (manifest["settings"], manifest["results"]["caveats"]) == ({"corpora": ["human", "<llm>"]}, [CAVEAT])
    # Again: replaced.
    assert write_description(folder, description, names=["human"], inputs=inputs, now=NOW) == written


def test_nothing_else_is_written_over(description, tmp_path):
    (tmp_path / "thesis.html").write_text("mine")

    with pytest.raises(NotADescription, match="holds other things than a description"):
        write_description(tmp_path, description, names=[], inputs={}, now=NOW)
    with pytest.raises(NotADescription, match=r"thesis\.html is there already, and is no page of describe's"):
        write_page(tmp_path / "thesis.html", description, names=[], inputs={}, now=NOW)

    assert (tmp_path / "thesis.html").read_text() == "mine"


def test_the_page_alone_has_its_manifest_beside_it(description, tmp_path):
    written = write_page(tmp_path / "page.html", description, names=["human"], inputs={}, now=NOW)

    assert [path.name for path in written] == ["page.html", "page.html.manifest.json"]
    assert write_page(tmp_path / "page.html", description, names=["human"], inputs={}, now=NOW) == written
