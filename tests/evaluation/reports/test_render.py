import json
import re
import sys
from dataclasses import replace

import pytest

from evaluation.reports.build import build_report
from evaluation.reports.render import NotAReportFolder, report_html, report_json, write_report
from evaluation.stats.data.declared import StudyInfo
from tests.cast import NOW
from tests.evaluation.reports.builders import an_info, some_rows, three_systems


def written(folder, rows=None, info=None):
    report = build_report(some_rows() if rows is None else rows, info or an_info())
    write_report(folder, report, command="analyse", now=NOW)
    return folder


@pytest.mark.usefixtures("pdf_maker")
def test_a_report_folder_holds_page_pdf_json_datasheet_tables_and_manifest(tmp_path):
    folder = written(tmp_path / "report")

    assert sorted(path.name for path in folder.iterdir()) == [
        "heds.json",
        "heds.md",
        "manifest.json",
        "report.html",
        "report.json",
        "report.pdf",
        "report.tex",
        "tables",
    ]
    keys = [table.key for table in build_report(some_rows(), an_info()).tables]
    assert {path.name for path in (folder / "tables").iterdir()} == {
        f"{key}.{form}" for key in keys for form in ("csv", "tex")
    }
    assert json.loads((folder / "manifest.json").read_text())["command"] == "analyse"


def test_the_same_judgments_and_seed_give_the_same_bits(tmp_path):
    one, two = written(tmp_path / "one"), written(tmp_path / "two", rows=list(reversed(some_rows())))

    made = [path for path in one.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert {path.suffix for path in made} >= {".html", ".json", ".csv", ".tex", ".md"}
    for path in made:
        assert path.read_bytes() == (two / path.relative_to(one)).read_bytes()


def test_a_seed_of_its_own_changes_intervals_and_nothing_that_was_counted(tmp_path):
    one = build_report(some_rows(), an_info()).analysis
    two = build_report(some_rows(), replace(an_info(), seed=8)).analysis

    def counts(analysis):
        return analysis["criteria"]["naturalness"]["comparisons"][0]["domains"]["all"]["counts"]

    assert counts(one) == counts(two)
    assert one["seed"] != two["seed"]


@pytest.mark.parametrize(
    ("rows", "info"),
    [
        pytest.param(some_rows(), an_info(), id="two systems"),
        pytest.param(three_systems(), StudyInfo(), id="three systems"),
        pytest.param([], an_info(), id="nothing"),
    ],
)
def test_the_page_stands_alone_and_has_nothing_inline_but_its_styles(rows, info):
    page = report_html(build_report(rows, info))

    assert re.findall(r"""(?:src|href)="(?!#)[^"]*""", page) == []
    assert re.findall(r"<script|<link|\sstyle=|\son\w+=|@import|https?://", page) == []
    assert page.count("<style>") == 1


def test_names_from_the_data_are_escaped(tmp_path):
    rows = [replace(row, first="<b>pt", choice=row.choice.replace("pt", "<b>pt")) for row in some_rows()]

    page = report_html(build_report(rows, StudyInfo(title="<script>alert(1)</script>")))

    assert "<b>pt" not in page
    assert "<script>" not in page


def test_every_plot_has_words_and_no_style(tmp_path):
    page = report_html(build_report(some_rows(), an_info()))

    plots = re.findall(r'role="img"\s+aria-label="([^"]+)"', page)
    assert len(plots) == page.count("<figure")
    assert all(len(words) > 20 for words in plots)


def test_json_has_no_nan_and_no_clock(tmp_path):
    text = report_json(build_report(some_rows(contexts=2), an_info()))

    assert "NaN" not in text
    assert "Infinity" not in text
    assert str(NOW.year) not in text


def test_a_report_is_never_mixed_into_another_folder(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")

    with pytest.raises(NotAReportFolder, match="expected an empty or a new folder"):
        written(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "report").write_text("x")

    with pytest.raises(NotAReportFolder, match="is a file"):
        written(tmp_path / "report")


def test_an_older_report_is_replaced_with_none_of_its_tables_left(tmp_path):
    folder = written(tmp_path / "report", rows=three_systems(), info=StudyInfo())
    assert (folder / "tables" / "ranking.csv").is_file()

    written(folder)

    assert not [path for path in (folder / "tables").iterdir() if path.stem == "ranking"]


def test_without_the_library_everything_but_the_pdf_is_written_and_the_reason_said(tmp_path, monkeypatch):
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "report.json").write_text("{}")
    (folder / "report.pdf").write_bytes(b"of an earlier report")
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    made = write_report(folder, build_report(some_rows(), an_info()), command="analyse", now=NOW)

    assert made.without_pdf == "weasyprint is missing; in Parley's folder: .venv/bin/pip install -e '.[pdf]'"
    assert made.lines()[1] == f"No report.pdf: {made.without_pdf}"
    assert "report.pdf" not in made.lines()[0]
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith("report")) == [
        "report.html",
        "report.json",
        "report.tex",
    ]
