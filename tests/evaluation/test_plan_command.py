"""`plan`: how large a study must be."""

import json

import pytest
from django.core.management import call_command

from evaluation.models import Study
from evaluation.results.judgments_file import write_judgments
from evaluation.results.piloting import NoPilot, learn, learn_from, planned
from evaluation.stats.data.declared import StudyInfo
from generation.terminal import BadInput
from tests.evaluation.builders import NATURALNESS, THREE_CRITERIA, a_study, an_annotator, judge_all
from tests.evaluation.stats.builders import a_rating
from tests.evaluation.stats.builders import a_study as some_judgments

QUICK = ("--studies", "100", "--effect", "0.3", "--quiet")


def run(*words, capsys=None):
    call_command("plan", *QUICK, *words, "--json")
    return json.loads(capsys.readouterr().out)


def test_it_says_what_is_needed_and_what_it_costs(capsys):
    call_command("plan", *QUICK, "--hourly-pay", "12", "--currency", "EUR")

    said = " ".join(capsys.readouterr().out.replace("\u00a0", " ").split())
    assert "100 contexts with 3 judgments each, from 15 annotators, find a net preference of .30 in" in said
    assert "They cost 300 judgments, 2.5 hours, 30 EUR." in said
    assert "With 3 judgments to a context, 80 % takes" in said
    assert "The same pay, spent otherwise: 300 contexts with 1:" in said
    assert "Not learned from any pilot; 100 studies were simulated for each number." in said
    assert "█" in said


def test_the_folder_has_a_page_with_the_plot_and_its_tables(tmp_path, capsys):
    call_command("plan", *QUICK, "--to", str(tmp_path / "plan"), "--json")

    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "plan" / "plan.json").read_text())
    page = (tmp_path / "plan" / "plan.html").read_text()
    assert page.count("<polyline") == 4
    assert "style=" not in page
    assert sorted(each.stem for each in (tmp_path / "plan" / "tables").iterdir()) == ["curves", "equal_pay", "needed"]


def test_a_pilot_file_brings_its_ties_likeness_and_seconds(tmp_path, capsys):
    write_judgments(tmp_path / "pilot.csv", some_judgments(contexts=40), StudyInfo())

    found = run("--from", str(tmp_path / "pilot.csv"), "--scope", "population", capsys=capsys)

    learned = learn(str(tmp_path / "pilot.csv"))
    assert found["assumed"]["ties"] == learned.pilot.ties
    assert found["assumed"]["variances"]["context"] == learned.pilot.variances.context
    assert found["cost"]["hours"] == pytest.approx(300 * learned.seconds / 3600)
    assert found["annotators"] == "population"


@pytest.mark.django_db
def test_a_study_brings_its_contexts_votes_family_and_plan(capsys):
    study = a_study(
        state=Study.State.DRAFT,
        criteria=THREE_CRITERIA,
        contexts=12,
        domains=("personachat", "personalitychat"),
        k=2,
        plan={"annotators": "population", "alpha": 0.1},
    )

    found = run(study.name, "--annotators", "9", capsys=capsys)

    # Two domains of six contexts; three criteria in each are six claims.
    assert found["design"] | {"contexts": 6, "votes": 2, "annotators": 9} == found["design"]
    assert (found["family"], found["level"], found["annotators"]) == (6, 0.1 / 6, "population")
    assert found["cost"]["judgments"] == 24


@pytest.mark.django_db
def test_a_declared_plan_is_the_family():
    claims = [{"criterion": "naturalness", "domain": "personachat", "better": "pt"}]
    study = a_study(state=Study.State.DRAFT, criteria=(NATURALNESS,), contexts=8, plan={"hypotheses": claims})

    assert planned(study, annotators=15).family == 1


@pytest.mark.django_db
def test_a_closed_study_is_a_pilot_and_an_open_one_keeps_its_results():
    study = a_study(contexts=8, k=1)
    judge_all(study, an_annotator(study))

    with pytest.raises(BadInput, match="results by system stay hidden"):
        call_command("plan", *QUICK, "--from", study.name)
    Study.objects.update(state=Study.State.CLOSED)
    assert learn(study.name).pilot.judgments == 8


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--effect", "1.5"), "--effect: expected a net preference between -1 and 1, got 1.5"),
        (("--effect", "0.9"), "leaves nothing for the other side"),
        (("--votes", "20"), "20 votes for each context need as many annotators; there are 15"),
        (("--studies", "3"), "--studies: expected at least 100, got 3"),
        (("--seconds", "0"), "--seconds: expected more than 0, got 0"),
        (("--alpha", "5"), "--alpha: expected a level between 0 and 1, got 5"),
        (("--agreement", "1.5"), "context: expected a correlation from 0 to 1, got 1.5"),
    ],
)
def test_what_cannot_be_is_refused(words, complaint):
    with pytest.raises(BadInput, match=complaint):
        call_command("plan", *QUICK, *words)


def test_a_pilot_without_preferences_teaches_nothing():
    with pytest.raises(NoPilot, match="old compares no systems on any criterion; on: none"):
        learn_from([a_rating("4")], StudyInfo(), criterion=None, name="old")
