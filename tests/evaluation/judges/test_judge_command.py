"""`judge`: a model judges over real HTTP, apart from people."""

import json

import pytest
from django.core.management import call_command

from evaluation.models import Judgment, Study
from evaluation.reports.build import build_report
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.machine_judgments import folder_of, machine_rows
from evaluation.stats.analysis import analyse
from generation.terminal import BadInput, WorkFailed
from tests.evaluation.builders import (
    EXTRAVERSION,
    a_context,
    a_persona_item,
    a_slot,
    a_study,
    an_annotator,
    judge_all,
    two_dialogues,
)
from tests.evaluation.judges.servers import JudgeServer, first, longer, nonsense
from tests.openai_server import Faults

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parley_home")]


def a_judged_study(contexts=4, **words):
    """p says little and pt much, and one person judged it all."""
    study = a_study(contexts=0, **words)
    for number in range(contexts):
        a_context(study, number, replies={"p": f"yes {number}.", "pt": f"yes, and i like it very much {number}."})
    return study


def run(study, server, *words):
    call_command("judge", study.name, "--model", "mock", "--base-url", server.base_url, "--quiet", *words)


def test_a_model_judges_every_pair_in_both_orders_into_files_of_its_own(capsys):
    study = a_judged_study()

    with JudgeServer(longer) as server:
        run(study, server, "--json")

    result = json.loads(capsys.readouterr().out)
    assert (result["pairs"], result["judgments"], result["failed"]) == (4, 8, [])
    assert {(row.annotator, row.annotator_kind, row.choice) for row in machine_rows(study)} == {("mock", "llm", "pt")}
    assert [row.displayed_left for row in machine_rows(study)][:2] == ["p", "pt"]
    assert Judgment.objects.count() == 0
    assert server.answered.total() == 8


def test_run_again_it_asks_nothing_and_more_pairs_only_what_is_new():
    study = a_judged_study()

    with JudgeServer(longer) as server:
        run(study, server, "--limit", "1")
        assert server.answered.total() == 2
        run(study, server)
        run(study, server)
        assert server.answered.total() == 8
    assert len(machine_rows(study)) == 8


def test_its_judgments_stand_beside_and_never_in_the_results_of_people():
    study = a_study(contexts=8, k=1)
    judge_all(study, an_annotator(study))
    before = analyse(rows_of(study), info_of(study))

    with JudgeServer(first) as server:
        run(study, server)
    after = analyse(rows_of(study), info_of(study))

    assert after["criteria"] == before["criteria"]
    assert {"rule": "llm annotators", "judgments": 16, "annotators": 1} in after["excluded"]


def test_a_study_made_anew_under_its_name_has_no_judgments_of_the_old_one():
    study = a_judged_study()
    with JudgeServer(longer) as server:
        run(study, server)

    Study.objects.filter(pk=study.pk).update(public_id="another")
    study.refresh_from_db()

    assert machine_rows(study) == []


def test_other_wording_is_another_judge_and_is_refused():
    study = a_judged_study()
    with JudgeServer(longer) as server:
        run(study, server)
        study.criteria.update(question="Which is longer?")

        with pytest.raises(BadInput, match="wording"):
            run(study, server)


def test_what_cannot_be_used_is_listed_and_the_rest_kept(capsys):
    study = a_judged_study(contexts=2)

    with JudgeServer(nonsense) as server, pytest.raises(SystemExit) as ended:
        run(study, server)

    assert ended.value.code == 3
    assert "4 looks failed; --retry-failed asks again." in capsys.readouterr().out
    assert machine_rows(study) == []


def test_an_endpoint_in_trouble_is_borne_and_one_that_is_not_there_is_said():
    study = a_judged_study()

    with JudgeServer(longer, Faults(busy=0.2, error=0.2, seed=3)) as server:
        run(study, server)
    assert len(machine_rows(study)) == 8
    with pytest.raises(WorkFailed, match="run the same command to go on"):
        call_command("judge", study.name, "--model", "other", "--base-url", server.base_url, "--quiet")


def test_a_rehearsal_shows_prompts_and_counts_and_asks_nothing(capsys):
    study = a_judged_study()

    call_command("judge", study.name, "--model", "mock", "--dry-run")

    said = capsys.readouterr().out
    assert "--- prompt 3 of 3" in said
    assert "4 pairs in both orders: 8 requests, about" in said
    assert not folder_of(study, "mock").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--limit", "0"), "--limit: expected at least 1, got 0"),
        (("--concurrency", "0"), "--concurrency: expected at least 1, got 0"),
        (("--temperature", "hot"), "--temperature: expected a number from 0 to 2, or default, got 'hot'"),
    ],
)
def test_options_that_make_no_sense_are_refused(words, complaint):
    study = a_judged_study(contexts=1)

    with pytest.raises(BadInput, match=complaint):
        call_command("judge", study.name, "--model", "mock", "--base-url", "http://127.0.0.1:9/v1", *words)


def test_without_a_key_or_an_endpoint_it_says_what_is_needed(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(BadInput, match="OPENAI_API_KEY is not set"):
        call_command("judge", a_judged_study(contexts=1).name, "--model", "mock")


def test_whole_dialogues_are_judged_in_both_orders_and_reported_beside_people():
    study = a_study(design={"kind": "dialogues", "show": ["personas"]})
    for number in range(8):
        item = two_dialogues(
            study, f"s/test/{number}", first=("hi", "ho"), second=("hi", f"ho ! how are you {number} ?")
        )
        a_slot(study, item=item)
    judge_all(study, an_annotator(study))

    with JudgeServer(lambda left, right: longer(left, right).replace("Reply", "Conversation")) as server:
        run(study, server)
    found = analyse(rows_of(study), info_of(study))

    assert [(row.choice, row.look) for row in machine_rows(study)] == [("pt", 1), ("pt", 2)] * 8
    assert found["automatic"]["judges"]["mock"]["naturalness"]["position"]["same_in_both_orders"]["value"] == 1.0
    assert found["n"]["judgments"] == 8


def test_a_persona_is_labelled_once_by_a_model_and_reported_beside_people(capsys):
    study = a_study(systems=(), criteria=(EXTRAVERSION,), design={"kind": "persona"})
    for number in range(8):
        a_slot(study, item=a_persona_item(study, f"persona-{number}", persona=(f"i have {number} cats.",)))
    judge_all(study, an_annotator(study), {"extraversion": "low"})

    with JudgeServer(lambda left, right: "Reserved") as server:
        run(study, server)
    capsys.readouterr()
    call_command("judge", study.name, "--model", "mock", "--dry-run")
    report = build_report(rows_of(study), info_of(study))

    assert [(row.choice, row.system, row.look) for row in machine_rows(study)] == [("low", "", 1)] * 8
    assert "8 personas: 8 requests, about " in capsys.readouterr().out
    assert report.analysis["n"]["judgments"] == 8
    assert {"rule": "llm annotators", "judgments": 8, "annotators": 1} in report.analysis["excluded"]
    # The model says of every persona what the one person says.
    assert report.analysis["labels"]["judges"]["mock"]["traits"]["extraversion"]["accuracy"]["value"] == 1.0
    (table,) = [each for each in report.tables if each.key == "labels_of_models"]
    assert table.rows[0][:4] == ("mock", "Extraversion", 8, 1.0)
