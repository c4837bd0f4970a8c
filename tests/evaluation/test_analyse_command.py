"""`analyse`: a report from a judgments file alone."""

import json
from dataclasses import replace

import pytest
from django.core.management import call_command

from evaluation.results.judgments_file import write_judgments
from generation.terminal import BadInput
from tests.evaluation.reports.builders import an_info, some_rows

HEADER = "context,annotator,criterion,choice,first,second\n"


def a_file(folder, text=None, *, name="judgments.csv"):
    path = folder / name
    rows = [f"c{c},{a},preference,{'pt' if c < 7 else 'p'},pt,p\n" for c in range(8) for a in ("A-ADA", "A-BO")]
    path.write_text(HEADER + "".join(rows) if text is None else text)
    return path


def test_a_file_alone_is_exploratory_and_says_so(tmp_path, capsys):
    call_command("analyse", str(a_file(tmp_path)), "--to", str(tmp_path / "report"))

    said = capsys.readouterr().out
    assert "No judgments.csv.study.json beside it: no declared plan, so the analysis is exploratory." in said
    page = (tmp_path / "report" / "report.html").read_text()
    assert "Exploratory" in page
    assert "No plan was declared before the first judgment" in page


def test_the_study_file_beside_it_brings_the_plan(tmp_path):
    write_judgments(tmp_path / "judgments.csv", some_rows(), an_info())

    call_command("analyse", str(tmp_path / "judgments.csv"), "--to", str(tmp_path / "report"), "--quiet")

    made = json.loads((tmp_path / "report" / "report.json").read_text())
    assert made["study"]["declared"] is True
    assert [each["domain"] for each in made["hypotheses"]] == ["personachat", "synthetic"]
    assert "Exploratory" not in (tmp_path / "report" / "report.html").read_text()
    inputs = json.loads((tmp_path / "report" / "manifest.json").read_text())["inputs"]
    assert sorted(inputs) == ["judgments", "study"]


def test_json_is_printed_alone_and_twice_the_same(tmp_path, capsys):
    file = a_file(tmp_path)

    call_command("analyse", str(file), "--to", str(tmp_path / "one"), "--json")
    one = capsys.readouterr().out
    call_command("analyse", str(file), "--to", str(tmp_path / "two"), "--json")

    assert capsys.readouterr().out == one
    assert json.loads(one)["criteria"]["preference"]["comparisons"][0]["domains"]["all"]["counts"] == {
        "first": 2,
        "tie": 0,
        "second": 14,
        "both_bad": 0,
        "cannot_judge": 0,
    }


def test_a_seed_can_be_given_and_is_kept(tmp_path):
    call_command("analyse", str(a_file(tmp_path)), "--to", str(tmp_path / "report"), "--seed", "11", "--quiet")

    assert json.loads((tmp_path / "report" / "report.json").read_text())["seed"] == 11


@pytest.mark.parametrize(
    ("text", "name", "complaint"),
    [
        pytest.param("context,annotator\n", "judgments.csv", "expected a column 'criterion'", id="column missing"),
        pytest.param("x", "judgments.xlsx", "expected judgments: a long or wide table", id="form"),
        pytest.param(f"{HEADER}c1,A-ADA,preference,maybe,pt,p\n", "judgments.csv", ":2: choice", id="choice"),
        pytest.param(
            f"{HEADER}c1,A-ADA,preference,pt,pt,p\nc1,A-ADA,preference,p,pt,p\n",
            "judgments.csv",
            ":3: contradicts line 2",
            id="contradiction",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_made(text, name, complaint, tmp_path):
    file = a_file(tmp_path, text, name=name)

    with pytest.raises(BadInput, match=complaint) as refused:
        call_command("analyse", str(file), "--to", str(tmp_path / "report"))

    assert refused.value.returncode == 2
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("rating", ["1e308", "-1e308", "1e400"])
def test_a_rating_too_large_to_reckon_with_is_refused(rating, tmp_path):
    file = a_file(tmp_path, f"context,annotator,criterion,choice,system\nc1,A-ADA,fun,{rating},pt\nc2,A-ADA,fun,1,pt\n")

    with pytest.raises(BadInput, match="expected a number or 'cannot_judge' as a rating"):
        call_command("analyse", str(file), "--to", str(tmp_path / "report"))


def test_a_seed_below_nothing_is_refused(tmp_path):
    with pytest.raises(BadInput, match="--seed: expected a whole number of at least 0, got -1"):
        call_command("analyse", str(a_file(tmp_path)), "--to", str(tmp_path / "report"), "--seed=-1")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInput, match=f"no judgments file at {tmp_path / 'nowhere.csv'}"):
        call_command("analyse", str(tmp_path / "nowhere.csv"), "--to", str(tmp_path / "report"))


def test_a_header_alone_is_a_clear_page(tmp_path, capsys):
    call_command("analyse", str(a_file(tmp_path, HEADER)), "--to", str(tmp_path / "report"))

    assert "There is nothing to analyse: not one judgment counts." in capsys.readouterr().out


def test_kinds_of_annotators_are_never_mixed(tmp_path):
    rows = some_rows() + [replace(row, annotator="llm", annotator_kind="llm") for row in some_rows(votes=1)]
    write_judgments(tmp_path / "judgments.csv", rows, an_info())

    call_command("analyse", str(tmp_path / "judgments.csv"), "--to", str(tmp_path / "report"), "--quiet")

    excluded = (tmp_path / "report" / "tables" / "excluded.csv").read_text()
    assert "llm annotators,16,1" in excluded


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "opening"),
    [("pandalm", "Of five systems llama-7b stands first"), ("llmfao", "Of 59 systems GPT 4 stands first")],
)
def test_real_judgments_from_elsewhere_are_analysed(name, opening, shared_data, tmp_path, capsys):
    file = shared_data / "judgments" / f"{name}.csv.gz"

    call_command("analyse", str(file), "--to", str(tmp_path / "report"))

    assert opening in capsys.readouterr().out


def test_answers_to_the_datasheet_stand_in_it_and_near_the_top_of_the_report(tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text('pay = "12 pounds an hour"\n')

    call_command(
        "analyse", str(a_file(tmp_path)), "--to", str(tmp_path / "report"), "--datasheet", str(answers), "--quiet"
    )

    assert "- **3.2.2.2 Paid?**: 12 pounds an hour" in (tmp_path / "report" / "heds.md").read_text()
    assert (tmp_path / "report" / "report.html").read_text().count("12 pounds an hour") == 2


def test_an_answer_to_nothing_that_is_asked_is_refused_and_nothing_written(tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text('wages = "12 pounds"\n')

    with pytest.raises(BadInput, match="is no question of the datasheet"):
        call_command("analyse", str(a_file(tmp_path)), "--to", str(tmp_path / "report"), "--datasheet", str(answers))

    assert not (tmp_path / "report").exists()
