"""`audit`: an old judgments file looked at again, with no study and no database."""

import csv
import json

import pytest
from django.core.management import call_command

from evaluation.results.judgments_file import write_judgments
from evaluation.stats.data.declared import StudyInfo
from generation.terminal import BadInput
from tests.evaluation.stats.builders import a_rating, a_study

WIDE = "context,first,second,ada,bo,cleo\n" + "".join(
    f"talk {number},pt,p,pt,{'pt' if number < 9 else 'p'},tie\n" for number in range(12)
)


def a_file(folder, text=WIDE, *, name="old.csv"):
    path = folder / name
    path.write_text(text)
    return path


def test_it_reads_like_a_letter(tmp_path, capsys):
    call_command("audit", str(a_file(tmp_path)))

    said = " ".join(capsys.readouterr().out.replace("\u00a0", " ").split())
    assert "Your file holds 36 judgments, 12 contexts and 3 annotators, and compares 2 systems in 1 comparison." in said
    assert "A binomial test that takes each judgment as independent says of p against pt: 12 % of the decided" in said
    assert "With the cluster as the unit: a net preference of −.50 (−" in said
    assert "Nothing can be said of annotators in general: fewer than 5 annotators." in said
    assert said.index("What will be held against it:") < said.index("What is missing:") < said.index("What is there:")
    assert "- Order of the two responses. The file has no displayed_left" in said


def test_the_folder_holds_a_page_the_json_and_tables(tmp_path, capsys):
    call_command("audit", str(a_file(tmp_path)), "--to", str(tmp_path / "audit"), "--json")

    printed = json.loads(capsys.readouterr().out)
    folder = tmp_path / "audit"
    assert printed == json.loads((folder / "audit.json").read_text())
    assert printed["found"]["usual"] == 1
    page = (folder / "audit.html").read_text()
    assert "Audit of old.csv" in page
    assert "Order of the two responses" in page
    rows = list(csv.DictReader((folder / "tables" / "audit.csv").open()))
    assert [(row["first"], row["judgments"]) for row in rows] == [("p", "36")]
    assert json.loads((folder / "manifest.json").read_text())["command"] == "audit"


def test_many_comparisons_are_counted_and_the_lost_named(tmp_path, capsys):
    rows = a_study(contexts=30, criteria=("naturalness", "coherence"), chances=(0.42, 0.2, 0.38))
    write_judgments(tmp_path / "j.csv", rows, StudyInfo())

    call_command("audit", str(tmp_path / "j.csv"))

    said = " ".join(capsys.readouterr().out.replace("\u00a0", " ").split())
    assert "under 2 criteria in 2 comparisons" in said
    assert "corrected for 2 tests (Holm)" in said


def test_ratings_alone_are_compared_by_their_means(tmp_path, capsys):
    rows = [
        a_rating(str(3 + (system == "pt")), system=system, context=f"talk {n}", annotator=f"A-{who}", criterion="fun")
        for n in range(8)
        for who in range(5)
        for system in ("pt", "p")
    ]
    write_judgments(tmp_path / "j.csv", rows, StudyInfo())

    call_command("audit", str(tmp_path / "j.csv"), "--to", str(tmp_path / "audit"))

    said = " ".join(capsys.readouterr().out.replace("\u00a0", " ").split())
    assert "the usual test cannot be had (all ratings of a system are the same)" in said
    assert "With the cluster as the unit: a mean difference of −1.00 (−1.00 to " in said


@pytest.mark.parametrize(
    "text", ["context,annotator,criterion,choice\n", "context,annotator,criterion,choice\nt,a,c,good\n"]
)
def test_a_file_with_nothing_to_compare_is_still_answered(tmp_path, capsys, text):
    call_command("audit", str(a_file(tmp_path, text)), "--to", str(tmp_path / "audit"))

    assert "Audit of old.csv" in capsys.readouterr().out
    assert (tmp_path / "audit" / "audit.html").exists()


def test_a_broken_file_is_refused_and_nothing_is_made(tmp_path):
    file = a_file(tmp_path, WIDE + "talk 99,pt,p,pt,pt,maybe\n")

    with pytest.raises(BadInput, match=r"old.csv:14: choice: expected one of") as refused:
        call_command("audit", str(file), "--to", str(tmp_path / "audit"))

    assert refused.value.returncode == 2
    assert not (tmp_path / "audit").exists()


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("meow")

    with pytest.raises(BadInput, match=r"holds other things than audit\.json"):
        call_command("audit", str(a_file(tmp_path)), "--to", str(tmp_path / "photos"))


def test_a_missing_file_and_a_wrong_seed_are_named(tmp_path):
    with pytest.raises(BadInput, match="no judgments file at"):
        call_command("audit", str(tmp_path / "nowhere.csv"))
    with pytest.raises(BadInput, match="--seed: expected a whole number of at least 0"):
        call_command("audit", str(a_file(tmp_path)), "--seed=-1")


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "opening"),
    [("pandalm", "calls 8 of 10 comparisons"), ("llmfao", "calls 87 of 927 comparisons")],
)
def test_real_files_are_audited(name, opening, shared_data, capsys):
    call_command("audit", str(shared_data / "judgments" / f"{name}.csv.gz"))

    assert opening in " ".join(capsys.readouterr().out.split())
