"""`simulate_annotators --from`: what a design will find, measured before anyone is paid."""

import json

import pytest
from django.core.management import call_command

from evaluation.models import Study
from evaluation.results.judgments_file import write_judgments
from evaluation.results.piloting import foresee, learn_from
from evaluation.stats.data.declared import StudyInfo
from generation.terminal import BadInput
from tests.evaluation.builders import a_study
from tests.evaluation.stats.builders import a_study as some_judgments

PLAN = {
    "annotators": "population",
    "hypotheses": [{"criterion": "naturalness", "domain": "personachat", "better": "pt"}] * 2,
}


@pytest.fixture
def pilot():
    return learn_from(some_judgments(contexts=60, annotators=10), StudyInfo(), criterion=None, name="pilot")


@pytest.mark.django_db
def test_the_rates_are_of_the_studys_own_size_plan_and_level(pilot):
    study = a_study(state=Study.State.DRAFT, contexts=20, k=3, plan=PLAN)

    found = foresee(study, pilot, annotators=9, effect=0.4, seed=7)

    assert (found.level, found.population) == (0.025, True)
    assert found.power.more["n"] == 60
    # Two standard errors of a level of 2.5 % over 1,000 studies are one point.
    assert found.false_positives.value < 0.04
    assert found.power.value > 5 * found.false_positives.value


@pytest.mark.django_db
def test_the_command_says_both_rates_and_fills_the_dry_run(tmp_path, capsys):
    study = a_study(state=Study.State.DRAFT, contexts=8, k=2)
    write_judgments(tmp_path / "pilot.csv", some_judgments(contexts=30), StudyInfo())

    call_command(
        "simulate_annotators",
        study.name,
        "--annotators",
        "4",
        "--from",
        str(tmp_path / "pilot.csv"),
        "--effect",
        "0.5",
        "--json",
    )

    out = capsys.readouterr()
    result = json.loads(out.out)
    assert result["slots"] == 16
    assert result["foreseen"]["effect"] == 0.5
    assert "a claim of snow about these annotators (tested at 0.05) would be found in" in out.err


@pytest.mark.django_db
def test_a_pilot_that_teaches_nothing_changes_nothing(tmp_path):
    study = a_study(state=Study.State.DRAFT, contexts=8, k=2)
    (tmp_path / "pilot.csv").write_text("context,annotator,criterion,choice\n")

    with pytest.raises(BadInput, match=r"pilot\.csv compares no systems"):
        call_command("simulate_annotators", study.name, "--from", str(tmp_path / "pilot.csv"))

    assert Study.objects.count() == 1
