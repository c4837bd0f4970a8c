import pytest

from evaluation.results.judgments_file import read_judgments
from generation.corpus.dialogues import BadLine
from tests.evaluation.stats.builders import a_judgment, a_rating

TABLE = "context,first,second,criterion,ada,bo\ntalk 1,pt,p,naturalness,pt,tie\ntalk 2,pt,p,naturalness,,p\n"


def a_table(folder, text):
    path = folder / "wide.csv"
    path.write_bytes(text.encode())
    return path


def refused(path):
    with pytest.raises(BadLine) as error:
        read_judgments(path)
    return str(error.value)


def test_every_annotator_has_a_column_and_an_empty_cell_is_no_judgment(tmp_path):
    assert read_judgments(a_table(tmp_path, TABLE)) == [
        a_judgment("pt", context="talk 1", annotator="ada"),
        a_judgment("tie", context="talk 1", annotator="bo"),
        a_judgment("p", context="talk 2", annotator="bo"),
    ]


def test_a_spreadsheets_own_csv_is_the_same_table(tmp_path):
    plain = read_judgments(a_table(tmp_path, TABLE))

    exported = "\ufeff" + TABLE.replace(",", ";").replace("\n", "\r\n")

    assert read_judgments(a_table(tmp_path, exported)) == plain


def test_systems_may_be_called_first_and_second_and_the_criterion_need_not_be_named(tmp_path):
    path = a_table(tmp_path, "context,first,second,domain,ada,bo\ntalk 1,pt,p,snow,first,second\n")

    assert read_judgments(path) == [
        a_judgment("pt", context="talk 1", annotator="ada", criterion="preference", domain="snow"),
        a_judgment("p", context="talk 1", annotator="bo", criterion="preference", domain="snow"),
    ]


def test_ratings_stand_under_the_system_that_was_rated_with_decimal_commas(tmp_path):
    path = a_table(tmp_path, "context;system;ada;bo\ntalk 1;pt;3,5;4\n")

    assert read_judgments(path) == [
        a_rating("3.5", context="talk 1", annotator="ada", criterion="rating"),
        a_rating("4", context="talk 1", annotator="bo", criterion="rating"),
    ]


def test_an_annotator_whose_name_has_a_comma_does_not_part_the_columns(tmp_path):
    path = a_table(tmp_path, 'context;first;second;"Lovelace, Ada"\ntalk 1;pt;p;tie\n')

    assert [row.annotator for row in read_judgments(path)] == ["Lovelace, Ada"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "context,first,second,ada,notes\ntalk 1,pt,p,pt,nice\n",
            "wide.csv:2: choice: expected one of 'pt', 'p', 'tie', 'both_bad', 'cannot_judge'; got 'nice'",
        ),
        (
            "context,first,second,ada,seconds\ntalk 1,pt,p,pt,3\n",
            "wide.csv:1: the column 'seconds' belongs to one judgment, and a row of a wide table holds several",
        ),
        ("context,first,second\ntalk 1,pt,p\n", "wide.csv:1: expected a column for each annotator beside context"),
        ("context,first,second,ada,\ntalk 1,pt,p,pt,\n", "wide.csv:1: a column has no name; expected an annotator's"),
        ("context,first,second,ada,ada\ntalk 1,pt,p,pt,p\n", "wide.csv:1: the column 'ada' stands in the header twice"),
        (
            "context,first,second,ada\ntalk 1,pt,p,pt\ntalk 2,pt,p,p\ntalk 1,p,pt,p\n",
            "wide.csv:4: contradicts line 2: of context 'talk 1' under 'preference', 'ada' chose 'pt' there and 'p'",
        ),
        ("context,first,second,ada\ntalk 1,pt,p\n", "wide.csv:2: expected 4 fields, got 3"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused_with_its_line(tmp_path, text, expected):
    assert refused(a_table(tmp_path, text)).startswith(expected)
