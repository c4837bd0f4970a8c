"""A report's tables in LaTeX (booktabs), and a document that holds them all and compiles by itself.

A table fits the line: one too wide is scaled down, one longer than a page goes on over pages, one that is both goes on
in parts, each scaled. Every character is one that pdfLaTeX can set; what a name holds beyond that stands as its code
point.
"""

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.template.loader import render_to_string

from evaluation.reports.build import StudyReport
from evaluation.reports.table import Cell, Column, Table

# What a table needs in the preamble.
PACKAGES: Final = ("booktabs", "longtable", "graphicx", "array")
# Letters in a line of a column's head.
LABEL: Final = 12
# More rows than this do not stay on one page.
PAGE_OF_ROWS: Final = 40
# Letters, gaps between columns included, that the document's line (472 pt) holds in footnote size even where all of
# them are capitals, some 5.9 pt wide. A `longtable` cannot be scaled.
LINE_OF_LETTERS: Final = 80
# What `p{14em}` holds, and what the gap between two columns takes of a line, in letters.
PROSE_OF_LETTERS: Final = 28
GAP: Final = 1.5
SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    # Two in a row would become a dash or an opening or closing quote.
    "-": "-{}",
    "'": "'{}",
    "`": r"\textasciigrave{}",
    "\u00a0": "~",
    "\u2011": r"\mbox{-}",
    "−": "$-$",
    "–": "--",
    "—": "---",
    "‘": "`{}",
    "’": "'{}",
    "“": "``",
    "”": "''",
    "…": r"\dots{}",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≈": r"$\approx$",
    "→": r"$\rightarrow$",
    "α": r"$\alpha$",
    "κ": r"$\kappa$",
    "ν": r"$\nu$",
    "τ": r"$\tau$",
    "ρ": r"$\rho$",
}
# The letters that pdfLaTeX's T1 fonts have: Latin, with the usual accents.
LAST_LATIN: Final = "\u017f"


def escaped(text: str) -> str:
    """`text` as LaTeX sets it, letter by letter: no character of it is a command."""
    return "".join(_escaped(each) for each in " ".join(text.split("\n")))


def _escaped(character: str) -> str:
    if character in SPECIAL:
        return SPECIAL[character]
    if character.isascii():
        return character if character.isprintable() else " "
    if unicodedata.category(character)[0] == "L" and character <= LAST_LATIN:
        return character
    return f"[U+{ord(character):04X}]"


def table_latex(table: Table, *, marked: str = "", source: str = "") -> str:
    """`table` as it stands on the page, to be read by `\\input`; `marked` follows its note, `source` is a comment."""
    comment = "".join(f"% {line}\n" for line in (re.sub(r"\s+", " ", source), _needs()) if line)
    if len(table.rows) <= PAGE_OF_ROWS:
        return comment + _on_one_page(table, marked)
    return comment + (_in_parts(table, marked) if _letters(table) > LINE_OF_LETTERS else _long(table, marked))


def report_latex(report: StudyReport) -> str:
    """The document `report.tex`: verdicts, cautions and methods in words, then every table by `\\input`."""
    return render_to_string(
        "evaluation/report/report.tex",
        {
            "title": escaped(report.title),
            "size": escaped(report.size),
            "packages": PACKAGES,
            "marks": [escaped(mark) for mark in report.marks],
            "verdicts": [escaped(verdict.text) for verdict in report.verdicts],
            "cautions": [escaped(caution.text) for caution in (*report.loud_cautions, *report.quiet_cautions)],
            "methods": [escaped(paragraph) for paragraph in report.methods],
            "references": [escaped(each) for each in report.references],
            "tables": [table.key for table in report.tables],
        },
    )


def source_of(report: StudyReport) -> str:
    """What the numbers of a report's tables came from, in a line."""
    analysis = report.analysis
    return f"Parley: {analysis.get('signature', '')}, judgments SHA-256 {analysis.get('snapshot', '')}"


def _needs() -> str:
    return f"needs {', '.join(PACKAGES)}"


def _letters(table: Table) -> float:
    """How long a line of the table is, at most."""
    columns = table.shown_columns()
    widths = [max((len(line) for line in _head_lines(column)), default=0) for column in columns]
    for row in table.shown_rows():
        for place, cell in enumerate(row):
            widths[place] = max(widths[place], _length(cell.text) + len(cell.mark))
    return sum(
        (PROSE_OF_LETTERS if column.kind == "prose" else width) + GAP
        for column, width in zip(columns, widths, strict=True)
    )


def _length(text: str) -> int:
    """Letters of `text` as it is set, where what has no letter stands as its code point."""
    return sum(len(found) if (found := _escaped(each)).startswith("[U+") else 1 for each in text)


def _on_one_page(table: Table, marked: str) -> str:
    return _scaled(table, _rows(table), rf"\caption{{{escaped(table.caption)}}}", _notes(table, marked))


def _in_parts(table: Table, marked: str) -> str:
    """Tables of a page each, under one number: what comes after the first says that it goes on."""
    made = []
    for start in range(0, len(table.rows), PAGE_OF_ROWS):
        last = start + PAGE_OF_ROWS >= len(table.rows)
        # A part names what heads its first row anew, and has its own marks for what is missing.
        part = replace(table, rows=table.rows[start : start + PAGE_OF_ROWS], note=table.note if last else "")
        caption = rf"\caption{{{escaped(table.caption)}}}"
        if start:
            caption = rf"\addtocounter{{table}}{{-1}}\caption{{{escaped(table.caption)} (continued)}}"
        made.append(_scaled(part, _rows(part), caption, _notes(part, marked if last else ""), labelled=not start))
    return "".join(made)


def _scaled(table: Table, rows: Sequence[str], caption: str, notes: Sequence[str], *, labelled: bool = True) -> str:
    lines = [
        r"\begin{table}[htbp]",
        r"\centering",
        r"\small",
        caption,
        *([rf"\label{{tab:{table.key}}}"] if labelled else []),
        # Scaled down where it is wider than the line, else left as it is.
        r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        rf"\begin{{tabular}}{{{_columns(table.shown_columns())}}}",
        r"\toprule",
        _head(table),
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}}",
        *notes,
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _long(table: Table, marked: str) -> str:
    lines = [
        r"{\footnotesize",
        r"\setlength{\tabcolsep}{3pt}",
        rf"\begin{{longtable}}{{{_columns(table.shown_columns())}}}",
        rf"\caption{{{escaped(table.caption)}}}\label{{tab:{table.key}}}\\",
        r"\toprule",
        _head(table),
        r"\midrule",
        r"\endfirsthead",
        r"\toprule",
        _head(table),
        r"\midrule",
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *_rows(table),
        r"\end{longtable}",
        *_notes(table, marked),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _columns(columns: Sequence[Column]) -> str:
    kinds = {"prose": r">{\raggedright\arraybackslash}p{14em}", "text": "l"}
    return "".join(kinds.get(column.kind, "r") for column in columns)


def _head(table: Table) -> str:
    cells = []
    for column in table.shown_columns():
        side = "r" if column.is_number() else "l"
        lines = [escaped(line) for line in _head_lines(column)]
        stacked = r"\\".join(lines)
        label = rf"\shortstack[{side}]{{{stacked}}}" if len(lines) > 1 else stacked
        cells.append(rf"\multicolumn{{1}}{{{side}}}{{{label}}}")
    return " & ".join(cells) + r" \\"


def _head_lines(column: Column) -> list[str]:
    return textwrap.wrap(column.label, LABEL, break_long_words=False)


def _rows(table: Table) -> list[str]:
    lines = []
    for number, row in enumerate(table.shown_rows()):
        if number and row and row[0].spans > 1:
            lines.append(r"\addlinespace")
        lines.append(" & ".join(_cell(cell) for cell in row) + r" \\")
    return lines


def _cell(cell: Cell) -> str:
    if not cell.spans:
        return ""
    mark = rf"\textsuperscript{{{cell.mark}}}" if cell.mark else ""
    # Braces: a row that begins with a bracket would be taken for an argument of the line end before it.
    return f"{{{escaped(cell.text)}}}{mark}"


def _notes(table: Table, marked: str) -> list[str]:
    notes = [rf"\textsuperscript{{{mark}}}~{escaped(reason)}." for mark, reason in table.notes()]
    said = escaped(f"{table.note}{marked}".strip())
    if not notes and not said:
        return []
    text = " ".join([*notes, said]).strip()
    return [r"\par\smallskip", rf"\parbox{{\linewidth}}{{\footnotesize {text}}}"]
