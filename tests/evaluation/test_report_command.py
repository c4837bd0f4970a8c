"""`report` and, from the exported file, `analyse`: the same numbers; hidden until the study is closed."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from evaluation.models import AuditEntry, Study
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import write_judgments
from evaluation.studies.life import close_study
from generation.terminal import BadInput
from tests.cast import NOW
from tests.evaluation.builders import NATURALNESS, a_study, an_annotator, judge_all

pytestmark = pytest.mark.django_db

PLAN = {"declared": True, "hypotheses": [{"criterion": "naturalness", "domain": "personachat", "better": "pt"}]}


def a_judged_study(**fields) -> Study:
    study = a_study(contexts=8, k=2, criteria=(NATURALNESS,), plan=PLAN, **fields)
    judge_all(study, an_annotator(study, "A-ADA"), "left")
    judge_all(study, an_annotator(study, "A-BO"), "tie")
    return study


def a_closed_study(**fields) -> Study:
    study = a_judged_study(**fields)
    close_study(study=study, now=NOW)
    return study


def everything_in(folder: Path) -> str:
    return "\n".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_closed_study_has_a_report(tmp_path, capsys):
    a_closed_study()

    call_command("report", "snow", "--to", str(tmp_path / "report"))

    said = capsys.readouterr().out
    assert f"Written: {tmp_path / 'report' / 'report.html'}" in said
    assert "Next: open" in said
    assert "The study snow" in (tmp_path / "report" / "report.html").read_text()


def test_json_is_the_analysis_alone(tmp_path, capsys):
    a_closed_study()

    call_command("report", "snow", "--to", str(tmp_path / "report"), "--json")

    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "report" / "report.json").read_text())
    assert printed["n"] == {"clusters": 8, "contexts": 8, "annotators": 2, "judgments": 16}


@pytest.mark.parametrize("state", ["open", "paused", "draft"])
def test_an_unfinished_study_keeps_its_results_and_writes_nothing(state, tmp_path):
    study = a_judged_study()
    Study.objects.update(state=state)

    with pytest.raises(BadInput, match=r"results by system stay hidden.*--unblind") as refused:
        call_command("report", "snow", "--to", str(tmp_path / "report"))

    assert refused.value.returncode == 2
    assert not (tmp_path / "report").exists()
    assert not AuditEntry.objects.filter(study=study, action="unblinded").exists()


def test_a_bad_datasheet_is_refused_before_anything_is_unblinded(tmp_path):
    study = a_judged_study()
    (tmp_path / "answers.toml").write_text('wages = "12 pounds"\n')

    with pytest.raises(BadInput, match="is no question of the datasheet"):
        call_command(
            "report", "snow", "--to", str(tmp_path / "r"), "--unblind", "--datasheet", str(tmp_path / "answers.toml")
        )

    study.refresh_from_db()
    assert study.unblinded_at is None


def test_unblinding_is_logged_and_stands_in_the_report_for_good(tmp_path):
    study = a_judged_study()

    call_command("report", "snow", "--to", str(tmp_path / "early"), "--unblind")
    study.refresh_from_db()
    close_study(study=study, now=NOW.replace(year=2100))
    call_command("report", "snow", "--to", str(tmp_path / "late"))

    assert AuditEntry.objects.filter(study=study, action="unblinded").count() == 1
    for folder in ("early", "late"):
        page = (tmp_path / folder / "report.html").read_text()
        assert "Unblinded early" in page
        assert "Results were looked at before the study was closed" in page


def test_a_draft_cannot_be_unblinded(tmp_path):
    a_study(contexts=1, state="draft")

    with pytest.raises(BadInput, match="a draft has no results"):
        call_command("report", "snow", "--to", str(tmp_path / "report"), "--unblind")


def test_an_unknown_study_is_refused_with_those_there_are(tmp_path):
    a_study()

    with pytest.raises(BadInput, match="no study 'rain'; there: snow"):
        call_command("report", "rain", "--to", str(tmp_path))


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    a_closed_study()
    (tmp_path / "thesis.tex").write_text("mine")

    with pytest.raises(BadInput, match="holds other things than a report"):
        call_command("report", "snow", "--to", str(tmp_path))

    assert everything_in(tmp_path) == "mine"


def test_a_target_that_is_refused_leaves_the_study_blinded(tmp_path):
    study = a_judged_study()
    (tmp_path / "thesis.tex").write_text("mine")
    (tmp_path / "folder.csv").mkdir()

    with pytest.raises(BadInput, match="holds other things than a report"):
        call_command("report", "snow", "--to", str(tmp_path), "--unblind")
    with pytest.raises(BadInput, match="expected a file, and it is a folder"):
        call_command("export_judgments", "snow", "--to", str(tmp_path / "folder.csv"), "--unblind")

    study.refresh_from_db()
    assert not study.shows_results()


@pytest.mark.parametrize("form", ["judgments.csv", "judgments.jsonl.gz"])
def test_the_exported_file_gives_the_numbers_of_the_study(form, tmp_path):
    study = a_closed_study(
        caveats=["written by the offline author, a grammar"], design={"datasheet": {"3.2.2.2": "12 pounds an hour"}}
    )
    write_judgments(tmp_path / form, rows_of(study), info_of(study))

    call_command("report", "snow", "--to", str(tmp_path / "report"), "--quiet")
    call_command("analyse", str(tmp_path / form), "--to", str(tmp_path / "analysis"), "--quiet")

    from_study, from_file = tmp_path / "report", tmp_path / "analysis"
    assert (from_study / "report.json").read_bytes() == (from_file / "report.json").read_bytes()
    assert "12 pounds an hour" in (from_file / "heds.md").read_text()
    for made in (from_study / "heds.md", *(from_study / "tables").iterdir()):
        assert made.read_bytes() == (from_file / made.relative_to(from_study)).read_bytes()


def test_a_study_that_nobody_judged_has_a_clear_page(tmp_path, capsys):
    close_study(study=a_study(contexts=3), now=NOW)

    call_command("report", "snow", "--to", str(tmp_path / "report"))

    assert "There is nothing to analyse: not one judgment counts." in capsys.readouterr().out
    assert "There is nothing to analyse" in (tmp_path / "report" / "report.html").read_text()
