import pytest

from evaluation.results.judgments_file import read_judgments
from generation.corpus.dialogues import BadLine

PAIR = "ada,pt,seg-1,TGT,eng,deu,80,1700000000.0,1700000012.5\nada,p,seg-1,TGT,eng,deu,35,1700000000.0,1700000012.5\n"


def an_export(folder, text):
    path = folder / "scores.csv"
    path.write_text(text)
    return path


def said(rows):
    return [(row.criterion, row.system or (row.first, row.second), row.choice, row.look, row.is_check) for row in rows]


def test_two_scores_of_one_moment_are_two_ratings_and_a_preference(tmp_path):
    rows = read_judgments(an_export(tmp_path, PAIR))

    assert said(rows) == [
        ("score", "pt", "80", 1, False),
        ("score", "p", "35", 1, False),
        ("preference", ("pt", "p"), "pt", 1, False),
    ]
    assert {(row.annotator, row.context, row.domain, row.seconds) for row in rows} == {
        ("ada", "seg-1", "eng-deu", 12.5)
    }


def test_equal_scores_are_a_tie_and_what_batch_info_adds_is_passed_over(tmp_path):
    lines = [f"{line},7,4711,{place}" for place, line in enumerate(PAIR.replace(",35,", ",80,").splitlines())]

    assert read_judgments(an_export(tmp_path, "\n".join(lines)))[-1].choice == "tie"


def test_scores_of_single_systems_are_ratings_alone(tmp_path):
    text = "ada,pt,seg-1,TGT,eng,deu,80,1.0,9.0\nada,p,seg-1,TGT,eng,deu,35,20.0,29.0\n"

    assert said(read_judgments(an_export(tmp_path, text))) == [
        ("score", "pt", "80", 1, False),
        ("score", "p", "35", 1, False),
    ]


def test_bad_and_ref_are_checks_and_a_document_is_a_cluster(tmp_path):
    text = (
        "ada,pt,seg-1,TGT,eng,deu,80,doc-a,False,1.0,9.0\n"
        "ada,pt,seg-1,BAD,eng,deu,5,doc-a,False,20.0,29.0\n"
        "ada,pt,seg-1,TGT,eng,deu,78,doc-a,False,30.0,39.0\n"
    )

    rows = read_judgments(an_export(tmp_path, text))

    assert [(row.context, row.cluster, row.look, row.is_check) for row in rows] == [
        ("seg-1", "doc-a", 1, False),
        ("seg-1/BAD", "doc-a", 1, True),
        ("seg-1", "doc-a", 2, False),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ada,pt,seg-2,TGT,eng,deu,101,1.0,2.0", "scores.csv:3: score: expected a number from 0 to 100, got '101'"),
        ("ada,pt,seg-2,TGT,eng,deu,good,1.0,2.0", "scores.csv:3: score: expected a number from 0 to 100, got 'good'"),
        ("ada,pt,seg-2,NEW,eng,deu,10,1.0,2.0", "scores.csv:3: type of item: expected TGT, CHK, BAD, REF; got 'NEW'"),
        ("ada,pt,seg-2,TGT,eng,deu,10", "scores.csv:3: expected 9 fields, got 7"),
    ],
)
def test_a_broken_line_is_refused(tmp_path, line, expected):
    with pytest.raises(BadLine) as error:
        read_judgments(an_export(tmp_path, f"{PAIR}{line}\n"))

    assert str(error.value) == expected
