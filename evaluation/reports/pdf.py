"""A report as a PDF: its page on paper, plots as vectors, tagged for those who have it read out (PDF/UA).

WeasyPrint (the extra `pdf`, and Debian's libpango) lays it out. It does not know the colours of the site and styles
no drawing from outside, so the page goes to it with a sheet of its own and every drawing with its styles inside.
"""

import re
from importlib import import_module
from typing import Any, Final

from django.template.loader import render_to_string

from evaluation.reports.build import StudyReport
from generation.pages import styles

SHEET: Final = "evaluation/report_pdf.css"
SVG_SHEET: Final = "evaluation/report_pdf_svg.css"
STRIPES: Final = "evaluation/report/_stripes.html"
VARIANT: Final = "pdf/ua-1"
# What is drawn once and pointed at, what is drawn, the words of the next drawings.
DRAWING: Final = re.compile(r'<svg class="(?:defs|end)"|<svg\b[^>]*>|role="img"\s+aria-label="([^"]*)"')
BESIDE: Final = "Its numbers stand beside it."
KEY: Final = "Mark of the key."
# A number without its leading 0, in running text: a line may end after its point otherwise.
POINT: Final = re.compile(r"(?<=[\s\u00a0(+−])\.(?=\d)")
WORD_JOINER: Final = "\u2060"


class PdfMissing(RuntimeError):
    """What makes PDFs is not installed here. Its text says what is lacking, and what to do about it."""


def report_pdf(report: StudyReport) -> bytes:
    """The PDF of `report`: the same bytes for the same report, on one machine with one set of fonts.

    Raises `PdfMissing` without the package or the libraries that it needs.
    """
    weasyprint = require_pdf()
    page = render_to_string("evaluation/report/standalone.html", {"report": report, "styles": styles(SHEET)})
    made_from = f"{report.analysis.get('snapshot', '')} {report.analysis.get('signature', '')}"
    document = weasyprint.HTML(string=drawn_for_paper(page), url_fetcher=_fetcher()).render(pdf_variant=VARIANT)
    # The dates of the study, never of the clock.
    study = report.analysis.get("study") or {}
    document.metadata.created = study.get("opened_at") or None
    document.metadata.modified = study.get("closed_at") or None
    pdf: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=made_from.encode())
    return pdf


def drawn_for_paper(page: str) -> str:
    """The page with styles, stripes and words inside each drawing; a plot's first drawing has the words of the plot."""
    sheet, stripes = styles(SVG_SHEET), _stripes()
    head, body, content = page.partition("<body>")
    page = head + body + POINT.sub(f".{WORD_JOINER}", content)
    parts, end, words = [], 0, ""
    drawings = list(DRAWING.finditer(page))
    for number, found in enumerate(drawings):
        tag = found.group()
        if found.group(1) is not None:
            words = found.group(1)
        elif tag.endswith(">"):
            # A drawing that has words of its own, such as a heat map, is said by them.
            own = re.search(r'aria-label="([^"]*)"', tag)
            following = drawings[number + 1].start() if number + 1 < len(drawings) else len(page)
            is_key = tag.startswith('<svg class="swatch"')
            said = own.group(1) if own else KEY if is_key else words or BESIDE
            inside = f"<title>{said}</title><style>{sheet}</style>"
            if 'class="hatch"' in page[found.end() : following]:
                # Under names of its own: drawings do not see into each other, and a name stands once in a document.
                inside = re.sub(r"\b((?:fine-)?stripes)\b", rf"\1-{number}", inside + stripes)
            parts += [page[end : found.end()], inside]
            end, words = found.end(), words if is_key else ""
    return "".join([*parts, page[end:]])


def _stripes() -> str:
    found = re.search(r"<defs>.*</defs>", render_to_string(STRIPES), flags=re.DOTALL)
    assert found, f"{STRIPES} defines no patterns"
    return found.group()


def require_pdf() -> Any:
    """The library that makes PDFs; raises `PdfMissing` where it is not installed, or not whole."""
    try:
        return import_module("weasyprint")
    except ImportError as error:
        raise PdfMissing("weasyprint is missing; in Parley's folder: .venv/bin/pip install -e '.[pdf]'") from error
    except OSError as error:
        raise PdfMissing(
            "weasyprint is installed and the library it needs is not: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
        ) from error


def _fetcher() -> Any:
    """Fetches what stands in the page itself (data:) and nothing else: neither files nor the network."""
    urls = import_module("weasyprint.urls")

    class NothingFromOutside(urls.URLFetcher):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)

    return NothingFromOutside()
