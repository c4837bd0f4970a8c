"""What makes PDFs and what sets LaTeX, where this machine has them."""

import os
import shutil

import pytest

from evaluation.reports.pdf import PdfMissing, require_pdf


@pytest.fixture(scope="session")
def pdf_maker() -> None:
    """For tests that make a PDF: they are skipped where nothing can."""
    try:
        require_pdf()
    except PdfMissing as missing:
        if os.environ.get("PARLEY_REQUIRE_ALL"):
            pytest.fail(f"PDFs are required here: {missing}")
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def pdflatex() -> str:
    """The command; its tests are skipped where no TeX is installed, which takes hundreds of megabytes."""
    found = shutil.which("pdflatex")
    if found is None:
        pytest.skip("pdflatex is not installed (texlive-latex-base and texlive-latex-recommended)")
    return found
