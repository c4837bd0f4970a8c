"""`label_study`, and the way of its labels back to the labeller's."""

import json

import pytest
from django.core.management import call_command

from evaluation.models import Study
from evaluation.studies.life import close_study
from generation.terminal import BadInput
from tests.cast import NOW
from tests.evaluation.builders import an_annotator, judge_all
from tests.evaluation.made_corpora import labelled_corpus

pytestmark = pytest.mark.django_db
LEVELS = [{"extraversion": "high"}] * 6 + [{"extraversion": "low"}] * 6


def said(capsys, *words):
    """What a command prints as JSON."""
    capsys.readouterr()
    call_command(*words, "--json")
    return json.loads(capsys.readouterr().out)


def test_a_study_is_made_of_the_labels_and_opened(parley_home, capsys):
    labelled_corpus(parley_home, LEVELS)

    made = said(capsys, "label_study", "labelled", "--to", "who", "--per-level", "2", "--judgments", "4", "--open")

    study = Study.objects.get(name="who")
    assert (made["study"], made["done"], made["state"]) == ("who", "created", "open")
    assert (made["items"], made["slots"]) == (study.contexts.count(), 4 * study.contexts.count())
    assert (study.state, study.judgments_per_pair, study.criteria.count()) == ("open", 4, 5)
    assert study.design["labelled"].keys() == set(study.contexts.values_list("ident", flat=True))
    assert study.title == "People's labels of the personas of labelled"


def test_what_people_said_and_what_the_labeller_said_are_compared_by_one_command(parley_home, tmp_path, capsys):
    labelled_corpus(parley_home, LEVELS)
    call_command("label_study", "labelled", "--to", "who", "--per-level", "9", "--traits", "extraversion", "--open")
    study = Study.objects.get(name="who")
    for code in ("A-ADA", "A-BO", "A-CY"):
        judge_all(study, an_annotator(study, code), {"extraversion": "low"})
    close_study(study=study, now=NOW)
    export, checked = str(tmp_path / "labels.csv"), str(tmp_path / "check")

    call_command("export_judgments", "who", "--to", export)
    beside = said(capsys, "check_labels", "--judgments", export, "--to", checked)
    by_corpus = said(capsys, "check_labels", "labelled", "--judgments", export)
    report = said(capsys, "analyse", export, "--to", str(tmp_path / "report"))

    # Everybody was called reserved; half of the twelve were labelled so. All were drawn, so no weight differs.
    for found in (beside, by_corpus, report["labels"]):
        assert found["traits"]["extraversion"]["accuracy"]["value"] == 0.5
        assert found["traits"]["extraversion"]["confusion"] == [[0.0, 0.0], [6.0, 6.0]]
    assert beside["key"] == "labels.csv.study.json"
    table = (tmp_path / "check" / "tables" / "labels.csv").read_text(encoding="utf-8")
    assert table.splitlines()[0].startswith("trait,personas,balanced_accuracy,")
    assert (tmp_path / "report" / "tables" / "labels_given.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "Extraversion,high,0,0.0,6,0.5,",
        "Extraversion,low,36,1.0,6,0.5,",
        "Extraversion,unclear,0,0.0,0,0.0,",
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--levels", "5"), "--levels 5: labelled is labelled high, low, unclear"),
        (("--traits", "humour"), "--traits humour: expected some of openness, "),
        (("--per-level", "0"), "--per-level: expected at least 1, got 0"),
        (("--judgments", "0"), "--judgments: expected at least 1, got 0"),
        (("--ethics", " "), "--ethics: expected 1 to 300 characters, got 0"),
    ],
)
def test_wrong_options_change_nothing(parley_home, words, complaint):
    labelled_corpus(parley_home, LEVELS)

    with pytest.raises(BadInput, match=complaint):
        call_command("label_study", "labelled", "--to", "who", *words)

    assert not Study.objects.exists()


def test_a_corpus_that_is_not_there_is_named(parley_home):
    with pytest.raises(BadInput, match="no 'nowhere' in"):
        call_command("label_study", "nowhere", "--to", "who")


def test_an_export_without_labels_asks_for_a_key(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("context,annotator,criterion,choice\nskier,ada,openness,high\n", encoding="utf-8")

    with pytest.raises(
        BadInput, match=r"labels\.csv\.study\.json beside the judgments holds no labels: expected the export"
    ):
        call_command("check_labels", "--judgments", str(path))
