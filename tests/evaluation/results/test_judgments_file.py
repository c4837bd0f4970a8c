import gzip
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evaluation.results.judgments_file import (
    COLUMNS,
    UnknownSuffix,
    info_path,
    read_info,
    read_judgments,
    write_judgments,
)
from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import Amended, DeclaredCriterion, Hypothesis, Plan, StudyInfo
from evaluation.stats.data.rows import JudgmentRow
from generation.corpus.dialogues import BadLine
from tests.evaluation.stats.builders import a_judgment, a_rating, a_study

INFO = StudyInfo(
    name="demo",
    title="PT against P",
    systems=("pt", "p"),
    criteria=(DeclaredCriterion("naturalness", "Naturalness", "Which sounds more natural?", options=("tie",)),),
    plan=Plan(
        declared=True,
        annotators="population",
        hypotheses=(
            Hypothesis("naturalness", "personachat", "pt", "p"),
            Hypothesis("naturalness", "all", "pt", "p", margin=0.2),
        ),
        exclusions=("two failed checks",),
    ),
    seed=11,
    caveats=("the author is embedded",),
    amendments=(Amended("More contexts.", at="2026-11-24T09:00:00+00:00", judgments=12),),
    judgments_per_pair=3,
    responses={"pt": "abc"},
    automatic_ties={"personachat": 1},
)
HEADER = "context,annotator,criterion,choice,first,second"
EVERYTHING = a_judgment(
    strength=2,
    cluster="talk 1",
    domain="personachat",
    pair="7",
    displayed_left="p",
    layout="stacked",
    seconds=12.25,
    submitted_at="2026-11-24T09:00:00+00:00",
    is_check=True,
    expected="pt",
    excluded_by="failed two checks",
    trait="openness",
    level="high",
    annotator_kind="simulated",
)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\n\r\t\",;"), min_size=1)
FORMS = ["j.csv", "j.jsonl", "j.csv.gz", "j.jsonl.gz"]


def a_file(folder, *lines, name="j.csv"):
    path = folder / name
    path.write_bytes("\n".join((*lines, "")).encode())
    return path


def refused(path):
    with pytest.raises(BadLine) as error:
        read_judgments(path)
    return str(error.value)


@pytest.mark.parametrize("name", FORMS)
def test_what_is_written_is_read_back(tmp_path, name):
    rows = [
        EVERYTHING,
        replace(EVERYTHING, look=2),
        a_rating("4", annotator="bo", criterion="fluency"),
        a_judgment("tie", context="talk 2"),
    ]

    number = write_judgments(tmp_path / name, rows, INFO)

    assert (number, read_judgments(tmp_path / name), read_info(tmp_path / name)) == (4, rows, INFO)


@pytest.mark.parametrize("name", FORMS)
def test_analyse_on_the_file_is_analyse_on_the_study(tmp_path, name):
    rows = a_study(contexts=12)
    write_judgments(tmp_path / name, rows, INFO)

    found = analyse(read_judgments(tmp_path / name), read_info(tmp_path / name))

    assert found == analyse(rows, INFO)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(context=NAMES, annotator=NAMES, first=NAMES)
@example(context="0", annotator="0", first="\r")
def test_any_name_survives_the_round_trip(tmp_path, context, annotator, first):
    row = a_judgment(f"{first}1", context=context, annotator=annotator, first=f"{first}1", second=f"{first}2")

    for name in ("j.csv", "j.jsonl"):
        write_judgments(tmp_path / name, [row], INFO)
        assert read_judgments(tmp_path / name) == [row]


def test_a_spreadsheet_finds_no_formula_in_any_cell(tmp_path):
    row = a_judgment(
        '=HYPERLINK("http://x")', first='=HYPERLINK("http://x")', second="+1", context="@a", annotator="-b"
    )

    write_judgments(tmp_path / "j.csv", [row], INFO)

    written = (tmp_path / "j.csv").read_text().splitlines()[1]
    assert written.startswith("""'@a,'-b,naturalness,"'=HYPERLINK(""http://x"")","'=HYPERLINK(""http://x"")",'+1,""")


def test_only_four_columns_are_needed_and_unknown_ones_are_passed_over(tmp_path):
    path = a_file(tmp_path, "colour,choice,criterion,annotator,context", "red,4,fluency,ada,talk 1")

    assert read_judgments(path) == [JudgmentRow(context="talk 1", annotator="ada", criterion="fluency", choice="4")]


def test_files_of_other_programs_are_read(tmp_path):
    rows = [a_judgment(context="talk 1", seconds=12.5), a_judgment("tie", context="talk 2")]
    table = [f"{HEADER},seconds", "talk 1,ada,naturalness,pt,pt,p,12.5", "talk 2,ada,naturalness,tie,pt,p,"]
    semicolons = [line.replace(",", ";").replace("12.5", "12,5") for line in table]

    bom_and_crlf = tmp_path / "bom.csv"
    bom_and_crlf.write_bytes(b"\xef\xbb\xbf" + "\r\n".join((*table, "")).encode())

    assert read_judgments(bom_and_crlf) == rows
    assert read_judgments(a_file(tmp_path, *semicolons, name="semicolons.csv")) == rows


def test_json_takes_numbers_truths_and_null(tmp_path):
    path = a_file(
        tmp_path,
        '{"context": "talk 1", "annotator": "ada", "criterion": "fluency", "choice": 4, "system": "pt", '
        '"seconds": 3, "is_check": false, "strength": null, "colour": "red"}',
        name="j.jsonl",
    )

    assert read_judgments(path) == [a_rating("4", context="talk 1", criterion="fluency", seconds=3.0)]


def test_contradicting_lines_are_both_named(tmp_path):
    path = a_file(
        tmp_path,
        HEADER,
        "talk 1,ada,naturalness,pt,pt,p",
        "talk 1,bo,naturalness,p,pt,p",
        "talk 1,ada,naturalness,p,p,pt",
    )

    assert refused(path) == (
        "j.csv:4: contradicts line 2: of context 'talk 1' under 'naturalness', 'ada' chose 'pt' there and 'p' here"
    )


def test_the_same_line_twice_contradicts_nothing(tmp_path):
    line = "talk 1,ada,naturalness,pt,pt,p"

    assert len(read_judgments(a_file(tmp_path, HEADER, line, line))) == 2


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], "j.csv:1: expected a header with the columns context, annotator, criterion, choice; the file is empty"),
        (
            ["context,annotator,choice"],
            "j.csv:1: expected a column 'criterion'; the columns are context, annotator, choice",
        ),
        ([f"{HEADER},choice"], "j.csv:1: the column 'choice' stands in the header twice"),
        ([HEADER, "talk 1,ada,naturalness,pt,pt"], "j.csv:2: expected 6 fields, got 5"),
        ([HEADER, "talk 1,,naturalness,pt,pt,p"], "j.csv:2: annotator: expected a value, got nothing"),
        (
            [HEADER, "t,a,n,first,pt,p"],
            "j.csv:2: choice: expected one of 'pt', 'p', 'tie', 'both_bad', 'cannot_judge'; got 'first'",
        ),
        ([HEADER, "t,a,n,pt,pt,"], "j.csv:2: first, second: expected both systems or neither"),
        ([HEADER, "t,a,n,pt,pt,pt"], "j.csv:2: first, second: expected two systems, got 'pt' twice"),
        ([HEADER, "t,a,n,tie,tie,p"], "j.csv:2: first, second: 'tie' is an answer and cannot name a system"),
        ([f"{HEADER},domain", "t,a,n,pt,pt,p,all"], "j.csv:2: domain: 'all' is kept for what is pooled over domains"),
        ([f"{HEADER},look", "t,a,n,pt,pt,p,3"], "j.csv:2: look: expected 1 or 2, got '3'"),
        ([f"{HEADER},strength", "t,a,n,pt,pt,p,much"], "j.csv:2: strength: expected 1 or 2, got 'much'"),
        (
            [f"{HEADER},seconds", "t,a,n,pt,pt,p,nan"],
            "j.csv:2: seconds: expected a number from 0 to 100,000,000, got 'nan'",
        ),
        (
            [f"{HEADER},seconds", "t,a,n,pt,pt,p,1e308"],
            "j.csv:2: seconds: expected a number from 0 to 100,000,000, got '1e308'",
        ),
        ([f"{HEADER},is_check", "t,a,n,pt,pt,p,maybe"], "j.csv:2: is_check: expected true or false, got 'maybe'"),
        (
            [f"{HEADER},annotator_kind", "t,a,n,pt,pt,p,robot"],
            "j.csv:2: annotator_kind: expected human, simulated, llm; got 'robot'",
        ),
        ([HEADER, 't,a,n,"pt'], "j.csv:2: not CSV: unexpected end of data"),
    ],
)
def test_a_broken_file_is_refused_with_file_line_and_what_was_expected(tmp_path, lines, expected):
    path = a_file(tmp_path, *lines) if lines else tmp_path / "j.csv"
    if not lines:
        path.write_bytes(b"")

    assert refused(path) == expected


def test_a_line_number_counts_the_lines_inside_a_cell(tmp_path):
    path = a_file(tmp_path, HEADER, '"talk', '1",ada,naturalness,pt,pt,p', "talk 2,ada,naturalness,x,pt,p")

    assert refused(path).startswith("j.csv:4: choice: expected one of")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "j.jsonl:1: not JSON: "),
        ("[1]", "j.jsonl:1: expected a JSON object, got list"),
        ('{"context": "t", "annotator": "a", "criterion": "n"}', "j.jsonl:1: choice: expected a value, got nothing"),
        (
            '{"context": ["t"], "annotator": "a", "criterion": "n", "choice": "4"}',
            "j.jsonl:1: context: expected text, got ['t']",
        ),
        ("", "j.jsonl:1: expected one JSON object per line; the file is empty"),
    ],
)
def test_a_broken_json_line_is_refused(tmp_path, line, expected):
    assert refused(a_file(tmp_path, line, name="j.jsonl")).startswith(expected)


def test_what_is_not_utf8_or_not_whole_is_refused(tmp_path):
    latin = tmp_path / "latin.csv"
    latin.write_bytes(f"{HEADER}\ntalk,ada,naturalness,pt,pt,p\ncafé,ada,naturalness,pt,pt,p\n".encode("latin-1"))
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(f"{HEADER}\ntalk,ada,naturalness,pt,pt,p\n".encode())[:-12])

    assert refused(latin).startswith("latin.csv:3: not UTF-8: ")
    assert "not a whole gzip file" in refused(cut)


def test_a_name_that_says_no_format_is_not_written(tmp_path):
    with pytest.raises(UnknownSuffix, match=r"j.xlsx: expected a name that ends in .csv or .jsonl"):
        write_judgments(tmp_path / "j.xlsx", [], INFO)


def test_the_name_of_a_file_that_is_read_does_not_matter(tmp_path):
    path = a_file(tmp_path, HEADER, "talk 1,ada,naturalness,pt,pt,p", name="judgments.txt")

    assert read_judgments(path) == [a_judgment(context="talk 1")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (a_rating("6", criterion="fluency"), "choice: expected a number from 1 to 5 on 'fluency', got '6'"),
        (a_rating("good", criterion="fluency"), "choice: expected a number from 1 to 5 on 'fluency', got 'good'"),
        (a_rating("loud", criterion="mood"), "choice: expected one of 'glad', 'sad' on 'mood', got 'loud'"),
        (a_rating("4", criterion="naturalness"), "first, second: expected two systems, since 'naturalness' is a pref"),
        (a_judgment(strength=2), "strength: 'naturalness' is a preference in three steps, which has none"),
    ],
)
def test_a_value_off_the_scale_that_the_study_declares_is_refused(tmp_path, row, expected):
    scales = (
        *INFO.criteria,
        DeclaredCriterion("fluency", "Fluency", "", scale="rating", low=1, high=5),
        DeclaredCriterion("mood", "Mood", "", scale="label", options=("glad", "sad")),
    )
    write_judgments(tmp_path / "j.csv", [row], replace(INFO, criteria=scales))

    assert refused(tmp_path / "j.csv").startswith(f"j.csv:2: {expected}")


def test_a_rating_may_have_a_decimal_comma(tmp_path):
    path = a_file(tmp_path, "context;annotator;criterion;choice;system", "talk 1;ada;fluency;3,5;pt")

    assert read_judgments(path) == [a_rating("3.5", context="talk 1", criterion="fluency")]


@pytest.mark.parametrize("name", FORMS)
def test_a_study_without_judgments_is_a_file_without_rows(tmp_path, name):
    write_judgments(tmp_path / name, [], INFO)

    assert read_judgments(tmp_path / name) == []


def test_the_same_judgments_are_the_same_bytes(tmp_path):
    for folder in ("one", "other"):
        write_judgments(tmp_path / folder / "j.csv.gz", [EVERYTHING], INFO)

    assert (tmp_path / "one/j.csv.gz").read_bytes() == (tmp_path / "other/j.csv.gz").read_bytes()


def test_without_a_study_json_nothing_is_known(tmp_path):
    assert read_info(a_file(tmp_path, HEADER)) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "j.csv.study.json:1: not JSON: "),
        ("[]", "j.csv.study.json:1: expected a JSON object with format 1"),
        ('{"format": 2}', "j.csv.study.json:1: expected a JSON object with format 1"),
        (json.dumps({"format": 1, "criteria": [{"name": "Naturalness"}]}), "j.csv.study.json:1: 'key' is missing"),
        ("[" * 100_000, "j.csv.study.json:1: maximum recursion depth"),
        ('{"format": 1, "seed": -1}', "j.csv.study.json:1: seed: expected a whole number of at least 0, got -1"),
        ('{"format": 1, "plan": {"alpha": 5}}', "j.csv.study.json:1: plan.alpha: expected a level between 0 and 1"),
        (
            '{"format": 1, "plan": {"annotators": "all"}}',
            "j.csv.study.json:1: plan.annotators: expected one of these, population, got 'all'",
        ),
        (
            '{"format": 1, "criteria": [{"key": "fun", "scale": "scales"}]}',
            "j.csv.study.json:1: criteria.fun.scale: expected one of preference, preference5, rating, label, got",
        ),
        (
            '{"format": 1, "automatic_ties": {"personachat": -5}}',
            "j.csv.study.json:1: automatic_ties.personachat: expected how many, got -5",
        ),
    ],
)
def test_a_broken_study_json_is_refused(tmp_path, content, expected):
    path = a_file(tmp_path, HEADER)
    info_path(path).write_text(content)

    with pytest.raises(BadLine) as error:
        read_info(path)

    assert str(error.value).startswith(expected)


def test_the_columns_are_those_of_a_row(tmp_path):
    write_judgments(tmp_path / "j.csv", [], INFO)

    assert (tmp_path / "j.csv").read_text() == ",".join(COLUMNS) + "\n"
