import csv
import io

import pytest

from evaluation.reports.table import Cell, Column, Missing, Table, without_empty_columns
from generation.spreadsheets import harmless

COLUMNS = (
    Column("criterion", "Criterion"),
    Column("judgments", "Judgments", "count"),
    Column("net", "Net", "net"),
    Column("net_95", "95 %", "interval"),
    Column("p", "p", "p", shown=False),
)


def a_table(*rows: tuple, **fields) -> Table:
    return Table("results", "Results", COLUMNS, rows, **fields)


def as_dicts(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.as_csv())))


def test_a_page_shows_rounded_numbers_and_the_csv_has_them_in_full():
    table = a_table(("Naturalness", 1200, 1 / 3, (0.1234, 0.5), 0.0321))

    assert [cell.text for cell in table.shown_rows()[0]] == ["Naturalness", "1,200", "+.33", ".12 to .50"]
    assert as_dicts(table) == [
        {
            "criterion": "Naturalness",
            "judgments": "1200",
            "net": "0.3333333333333333",
            "net_95_low": "0.1234",
            "net_95_high": "0.5",
            "p": "0.0321",
            "undefined_because": "",
        }
    ]


def test_a_missing_number_stands_with_its_reason():
    few = Missing("fewer than 6 clusters")
    table = a_table(("Naturalness", 3, 0.5, few, few), ("Coherence", 3, Missing("no judgments"), few, few))

    assert [[cell.mark for cell in row] for row in table.shown_rows()] == [["", "", "", "a"], ["", "", "b", "a"]]
    assert table.notes() == [("a", "fewer than 6 clusters"), ("b", "no judgments")]
    assert as_dicts(table)[0]["undefined_because"] == "net_95: fewer than 6 clusters; p: fewer than 6 clusters"
    assert (as_dicts(table)[0]["net_95_low"], as_dicts(table)[0]["p"]) == ("", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_text_is_taken_for_a_formula(text):
    table = a_table((text, 1, 0.5, (0.1, 0.2), 0.5))

    assert harmless(text) == f"'{text}"
    assert as_dicts(table)[0]["criterion"].startswith("'")


def test_a_negative_number_stays_a_number():
    assert as_dicts(a_table(("x", 1, -0.5, (-0.6, -0.1), 0.5)))[0]["net"] == "-0.5"


def test_rows_that_begin_alike_are_headed_once():
    row = (1, 0.1, (0.0, 0.2), 0.5)
    table = a_table(("Naturalness", *row), ("Naturalness", *row), ("Coherence", *row))

    assert [cells[0] for cells in table.shown_rows()] == [
        Cell("Naturalness", "text", spans=2),
        Cell("Naturalness", "text", spans=0),
        Cell("Coherence", "text", spans=1),
    ]


def test_columns_that_say_nothing_leave_the_page_and_stay_in_the_csv():
    table = without_empty_columns(a_table(("x", 0, 0.1, Missing("why"), 0.5)), ("judgments", "net_95", "net"))

    assert [column.key for column in table.shown_columns()] == ["criterion", "net"]
    assert "judgments" in as_dicts(table)[0]


def test_a_signature_is_said_once_for_all_that_it_made():
    table = a_table(signatures={"net": "one", "win rate": "one", "α": "two"})

    assert table.grouped_signatures() == [("net; win rate", "one"), ("α", "two")]


def test_more_notes_than_letters_go_on_with_two():
    columns = (Column("x", "X"), Column("y", "Y", "p"))
    table = Table("t", "T", columns, tuple(("row", Missing(f"reason {number}")) for number in range(28)))

    assert [mark for mark, _ in table.notes()][25:] == ["z", "aa", "ab"]
