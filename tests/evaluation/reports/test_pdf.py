"""The report as a PDF: the same bytes each time, plots with their words, nothing fetched from anywhere."""

import re
import sys
import zlib
from dataclasses import replace

import pytest

from evaluation.reports.build import StudyReport, build_report
from evaluation.reports.pdf import PdfMissing, drawn_for_paper, report_pdf
from evaluation.reports.render import report_html
from tests.evaluation.reports.builders import an_info, some_rows


def a_report(**fields) -> StudyReport:
    return build_report(some_rows(contexts=6), an_info(**fields))


def unpacked(pdf: bytes) -> bytes:
    """A PDF with its streams unpacked, as far as they are packed."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, flags=re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(parts)


DATES = {"opened_at": "2026-03-01T08:00:00+00:00", "closed_at": "2026-03-09T17:00:00+00:00"}


@pytest.fixture(scope="module")
def made(pdf_maker) -> bytes:
    """The PDF of a study with dates."""
    return report_pdf(a_report(**DATES))


def test_the_same_report_is_the_same_bytes(made):
    assert report_pdf(a_report(**DATES)) == made


def test_the_dates_are_those_of_the_study_and_none_are_made_up(made):
    assert b"20260301080000" in unpacked(made)
    assert b"20260309170000" in unpacked(made)
    assert b"CreationDate" not in unpacked(report_pdf(a_report()))


def test_it_is_tagged_for_reading_aloud_and_its_plots_are_drawings_with_words(made):
    pdf = unpacked(made)

    assert b"pdfuaid:part" in pdf
    assert b"/MarkInfo" in pdf
    assert b"/Lang" in pdf
    # Nothing is a picture of dots.
    assert b"/Subtype /Image" not in pdf
    elements = re.split(rb"/Type /StructElem", pdf)
    figures = [element for element in elements if element.startswith(b"/S /Figure")]
    assert len(figures) > 4
    assert all(b"/Alt" in figure for figure in figures)


def test_every_drawing_carries_its_styles_and_the_first_of_a_plot_the_words_of_the_plot():
    page = drawn_for_paper(report_html(a_report()))

    drawings = re.findall(r'<svg class="(?:stack|net)">\s*<title>([^<]+)</title><style>', page)
    assert len(drawings) == len(re.findall(r'<svg class="(?:stack|net)"', page))
    assert "pt against p. Naturalness, personachat" in drawings[0]
    assert drawings[1] == "Its numbers stand beside it."


def test_stripes_are_named_once_in_the_document():
    page = drawn_for_paper(report_html(a_report()))

    names = re.findall(r'<pattern id="([^"]+)"', page)
    assert len(names) > 4
    assert len(set(names)) == len(names)


@pytest.mark.usefixtures("pdf_maker")
def test_nothing_is_fetched_from_files_or_the_network(monkeypatch):
    from weasyprint.urls import URLFetcher

    opened = []
    monkeypatch.setattr(URLFetcher, "fetch", _recording(URLFetcher.fetch, opened))
    report = replace(
        a_report(), title='x</h1><img src="file:///etc/passwd" alt="x"><img src="http://127.0.0.1:9/" alt="x">'
    )
    # The template escapes the title; what gets past it must not be read either.
    monkeypatch.setattr(
        "evaluation.reports.pdf.drawn_for_paper",
        lambda page: page.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"'),
    )

    pdf = report_pdf(report)

    assert pdf.startswith(b"%PDF")
    assert {url.partition(":")[0] for url, was_read in opened if not was_read} == {"file", "http"}
    assert [url for url, was_read in opened if was_read] == []


def _recording(fetch, opened):
    def recorded(self, url, headers=None):
        try:
            response = fetch(self, url, headers)
        except ValueError:
            opened.append((url, False))
            raise
        opened.append((url, True))
        return response

    return recorded


def test_an_absent_library_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    with pytest.raises(PdfMissing, match=r"pip install -e '\.\[pdf\]'"):
        report_pdf(a_report())


def test_a_library_without_pango_says_what_to_install(monkeypatch):
    def no_pango(name):
        raise OSError(f"cannot load library for {name}: libpango-1.0-0")

    monkeypatch.setattr("evaluation.reports.pdf.import_module", no_pango)

    with pytest.raises(PdfMissing, match=r"apt-get install libpango-1\.0-0 libpangoft2-1\.0-0"):
        report_pdf(a_report())


def test_no_line_ends_within_a_number():
    page = drawn_for_paper("<style>p { margin: .5em }</style><body><p>p < .001 (.22 to −.40), 3.5</p>")

    assert page == "<style>p { margin: .5em }</style><body><p>p < .\u2060001 (.\u206022 to −.\u206040), 3.5</p>"
