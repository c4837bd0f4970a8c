"""Tables in LaTeX: whatever a name holds is set as it is, and the whole compiles."""

import re
import subprocess
from dataclasses import replace

import pytest

from evaluation.reports.build import build_report
from evaluation.reports.latex import escaped, report_latex, table_latex
from evaluation.reports.table import Column, Missing, Table
from evaluation.stats.data.declared import StudyInfo
from tests.evaluation.reports.builders import an_info, some_rows, three_systems

NASTY = r"50% of {A_1} & \input{x} #2 $3^4$ ~ <é> | \"--' [b] 中 🎿 − α ‑x"


def a_table(*rows, columns=None, **fields) -> Table:
    columns = columns or (Column("who", "Who"), Column("net", "Net", "net"), Column("net_95", "95 %", "interval"))
    return Table("nets", "Nets, by name", columns, rows, **fields)


@pytest.mark.parametrize(
    ("text", "as_set"),
    [
        ("50% of {A_1} & #2", r"50\% of \{A\_1\} \& \#2"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("a--b", "a-{}-{}b"),
        ("−.03 to .15", "$-$.03 to .15"),
        ("α\u00a0nominal", r"$\alpha$~nominal"),
        ("Café Žižek", "Café Žižek"),
        ("中🎿", "[U+4E2D][U+1F3BF]"),
        ("one\ntwo\x07", "one two "),
    ],
)
def test_every_letter_is_set_as_it_is(text, as_set):
    assert escaped(text) == as_set


def test_a_table_is_booktabs_with_groups_marks_and_notes():
    rows = (("pt", 0.31, (0.22, 0.4)), ("p", Missing("too few clusters"), Missing("")))

    made = table_latex(a_table(*rows, note="Seen from pt."), marked=" Simulated annotators.", source="Parley: seed 7")

    assert made.splitlines() == [
        "% Parley: seed 7",
        "% needs booktabs, longtable, graphicx, array",
        r"\begin{table}[htbp]",
        r"\centering",
        r"\small",
        r"\caption{Nets, by name}",
        r"\label{tab:nets}",
        r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        r"\begin{tabular}{lrr}",
        r"\toprule",
        r"\multicolumn{1}{l}{Who} & \multicolumn{1}{r}{Net} & \multicolumn{1}{r}{95 \%} \\",
        r"\midrule",
        r"{pt} & {+.31} & {.22 to .40} \\",
        r"{p} & {--}\textsuperscript{a} & {--} \\",
        r"\bottomrule",
        r"\end{tabular}}",
        r"\par\smallskip",
        r"\parbox{\linewidth}{\footnotesize \textsuperscript{a}~too few clusters. Seen from pt. Simulated annotators.}",
        r"\end{table}",
    ]


def test_a_table_longer_than_a_page_goes_on_over_pages():
    made = table_latex(a_table(*((f"s{number}", 0.1, (0.0, 0.2)) for number in range(41))))

    assert r"\begin{longtable}{lrr}" in made
    assert r"\endhead" in made
    assert r"\begin{tabular}" not in made


def test_a_table_both_long_and_wide_goes_on_in_parts_that_are_scaled_to_the_line():
    columns = (
        Column("who", "Who"),
        *(Column(f"c{place}", f"Measure {place}") for place in range(9)),
        Column("x", "X", "net"),
    )
    rows = [("pt", *["about eleven"] * 9, Missing("too few") if number == 3 else 0.1) for number in range(81)]

    made = table_latex(a_table(*rows, columns=columns, note="Seen from pt."))

    first, second, third = made.split(r"\end{table}")[:3]
    assert r"\caption{Nets, by name}" in first
    assert r"\addtocounter{table}{-1}\caption{Nets, by name (continued)}" in second
    assert [r"\label{tab:nets}" in part for part in (first, second, third)] == [True, False, False]
    assert [part.count(r"{about eleven} & {about eleven} & {about") for part in (first, second, third)] == [120, 120, 3]
    # What heads the rows is said again, and each part explains its own marks.
    assert all(r"{pt} &" in part for part in (first, second, third))
    assert [r"\textsuperscript{a}~too few" in part for part in (first, second, third)] == [True, False, False]
    assert ["Seen from pt." in part for part in (first, second, third)] == [False, False, True]
    assert "longtable}" not in made


def test_a_long_head_is_stacked():
    made = table_latex(a_table((1.0,), columns=(Column("x", "Judgments to change significance", "number"),)))

    assert r"\multicolumn{1}{r}{\shortstack[r]{Judgments to\\change\\significance}}" in made


def test_braces_and_environments_are_balanced_in_every_table():
    rows = [replace(row, first=NASTY, choice=NASTY if row.choice == "pt" else row.choice) for row in some_rows()]

    for table in build_report(rows, StudyInfo(title=NASTY)).tables:
        made = table_latex(table)
        bare = re.sub(r"\\.", "", made)
        assert bare.count("{") == bare.count("}"), table.key
        assert re.findall(r"\\begin\{(\w+)", made) == re.findall(r"\\end\{(\w+)", made)[::-1], table.key
        assert made.isascii() or set(made) - set(map(chr, range(0x180))) == set(), table.key


@pytest.mark.parametrize(
    ("rows", "info"),
    [
        pytest.param(some_rows(), an_info(title=NASTY), id="two systems"),
        pytest.param(three_systems(), StudyInfo(), id="three systems"),
        pytest.param([], an_info(), id="nothing"),
    ],
)
def test_the_document_compiles(tmp_path, pdflatex, rows, info):
    report = build_report([replace(row, annotator=f"{row.annotator} {NASTY}") for row in rows], info)
    wide = tuple(Column(f"c{place}", f"Measure {place}") for place in range(12))
    one = a_table(*([NASTY, *["EVERY ONE"] * 11] for _ in range(90)), columns=wide)
    report = replace(report, tables=(*report.tables, one))
    (tmp_path / "report.tex").write_text(report_latex(report), encoding="utf-8")
    (tmp_path / "tables").mkdir()
    for table in report.tables:
        (tmp_path / "tables" / f"{table.key}.tex").write_text(table_latex(table), encoding="utf-8")

    compiled = subprocess.run(
        [pdflatex, "-interaction=nonstopmode", "-halt-on-error", "report.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert compiled.returncode == 0, compiled.stdout[-2000:]
    assert "Overfull" not in compiled.stdout
