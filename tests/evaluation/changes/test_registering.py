"""What is registered before a study is judged, the files of it, and whether the study still is that."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaluation.changes.amending import amend
from evaluation.changes.extending import extend
from evaluation.changes.registering import BadDeposit, commit_of, deposit, differences, registration
from evaluation.changes.registration_answers import YOURS, answers
from evaluation.models import AuditEntry, Study
from evaluation.reports.build import report_of
from evaluation.reports.registration import read_registration
from evaluation.studies.life import close_study, open_study
from tests.cast import NOW
from tests.evaluation.builders import NATURALNESS, a_researcher, a_study, an_annotator, judge_all

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
PLAN = {
    "declared": True,
    "annotators": "these",
    "alpha": 0.05,
    "hypotheses": [{"criterion": "naturalness", "domain": "all", "better": "pt", "than": "p", "margin": None}],
    "exclusions": ["median_seconds < 3"],
}


def a_draft(**fields) -> Study:
    return a_study(state="draft", contexts=8, k=2, plan=PLAN, criteria=(NATURALNESS,), seed=11, **fields)


def preregistered(*words: str) -> dict:
    out = StringIO()
    call_command("preregister", *words, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_a_registration_holds_plan_responses_seed_sizes_and_what_annotators_see(tmp_path):
    study = a_draft()

    preregistered("snow", "--to", str(tmp_path / "r"))

    saved = read_registration(tmp_path / "r")
    assert saved["systems"] == [["p", f"{0:064}"], ["pt", f"{1:064}"]]
    assert (saved["seed"], saved["sizes"]["slots"], saved["sizes"]["judgments_per_pair"]) == (11, 16, 2)
    assert saved["registered"] == {"late": False, "judgments": 0}
    assert 0 < saved["power"]["value"] < 1
    text = (tmp_path / "r" / "preregistration.md").read_text(encoding="utf-8")
    for said in (
        "# Preregistration: The study snow",
        "1. On naturalness over all domains, pt is preferred to p.",
        "Annotators for whom one of these holds: median_seconds < 3.",
        "> You may stop at any time.",
        "> Read both replies.",
        "No judgment has been given.",
        "16 looks",
    ):
        assert said in text
    open_study(study=study, now=LATER)
    assert saved["design_digest"] == study.design_digest


def test_the_same_study_gives_the_same_bytes_whenever_it_is_written(tmp_path):
    study = a_draft()
    preregistered("snow", "--to", str(tmp_path / "one"))
    preregistered("snow", "--to", str(tmp_path / "two"))
    open_study(study=study, now=LATER)
    preregistered("snow", "--to", str(tmp_path / "three"))

    for name in ("preregistration.md", "preregistration.json"):
        one, two, three = ((tmp_path / folder / name).read_bytes() for folder in ("one", "two", "three"))
        assert one == two == three


def test_what_the_plan_cannot_answer_says_so(tmp_path):
    study = a_study(state="draft", contexts=2)

    told = {(each.registry, each.number): each.answer for each in answers(registration(study, code=tmp_path))}

    assert told["AsPredicted", "2"] == told["OSF", "1.2"] == told["OSF", "5.3"] == YOURS
    assert len(told) == 31


def test_a_study_that_somebody_began_to_judge_is_registered_only_where_it_is_said_to_be_late(tmp_path):
    study = a_study(contexts=3, plan=PLAN)
    judge_all(study, an_annotator(study))

    with pytest.raises(CommandError, match="3 judgments are in") as refused:
        preregistered("snow", "--to", str(tmp_path / "r"))
    assert refused.value.returncode == 2
    assert not (tmp_path / "r").exists()
    preregistered("snow", "--to", str(tmp_path / "r"), "--late")

    text = (tmp_path / "r" / "preregistration.md").read_text(encoding="utf-8")
    assert text.startswith("# Registration: ")
    assert "Written late: 3 judgments were in" in text


def test_the_check_says_whether_the_study_still_is_what_was_registered(tmp_path):
    study = a_draft()
    preregistered("snow", "--to", str(tmp_path / "r"))
    open_study(study=study, now=NOW)
    judge_all(study, an_annotator(study))
    assert preregistered("snow", "--check", str(tmp_path / "r")) == {"study": "snow", "same": True, "differences": []}

    amend(study=study, changes={"criteria.naturalness.help": "As people talk."}, because="asked", now=LATER)
    extend(study=study, because="more", now=LATER, judgments_per_pair=3)
    said = preregistered("snow", "--check", str(tmp_path / "r"))["differences"]

    assert "criteria: otherwise in naturalness" in said
    assert "8 slots were added since" in said
    assert any("the help of naturalness changed: asked" in each.lower() for each in said)
    assert not any("are others than were registered" in each for each in said)


def test_a_slot_or_a_response_that_was_tampered_with_is_found(tmp_path):
    study = a_draft()
    saved = registration(study, code=tmp_path)
    slot = study.slots.order_by("position").first()
    study.slots.filter(pk=slot.pk).update(first_on_left=not slot.first_on_left)
    study.systems.filter(name="p").update(digest="x" * 64)

    said = " ".join(differences(Study.objects.get(), saved, code=tmp_path))

    assert "the planned slots (contexts, systems, sides or their order) are others" in said
    assert "systems: otherwise in no. 1" in said


@pytest.mark.parametrize("name", ["preregistration.json", "preregistration.md"])
def test_files_that_were_changed_since_are_no_registration(tmp_path, name):
    a_draft()
    preregistered("snow", "--to", str(tmp_path / "r"))
    path = tmp_path / "r" / name
    path.write_text(path.read_text(encoding="utf-8").replace("preferred", "worse"), encoding="utf-8")

    with pytest.raises(CommandError, match="its digest is not the manifest's"):
        preregistered("snow", "--check", str(tmp_path / "r"))


def test_nothing_is_mixed_into_another_folder(tmp_path):
    a_draft()
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(CommandError, match="holds other things than a registration"):
        preregistered("snow", "--to", str(tmp_path))
    with pytest.raises(CommandError, match="expected one of --to"):
        preregistered("snow")


def test_where_it_was_deposited_is_kept_with_how_far_the_study_was_and_printed_by_the_report():
    study = a_study(contexts=6, plan=PLAN)
    assert "were not deposited elsewhere" in " ".join(report_after(study).methods)
    study.refresh_from_db()

    preregistered("snow", "--deposited", "https://osf.io/abc12")

    study.refresh_from_db()
    entry = AuditEntry.objects.get(action="deposited")
    assert (entry.detail["url"], entry.detail["was"], entry.detail["judgments"]) == ("https://osf.io/abc12", "", 6)
    report = report_of(study)
    said = " ".join(report.methods).replace("\u00a0", " ")
    assert "deposited at https://osf.io/abc12 (with 6 judgments in by then)" in said
    assert ("Preregistration", "https://osf.io/abc12") in report.details
    assert "A public registration: https://osf.io/abc12" in report.datasheet.as_markdown()


def report_after(study: Study):
    judge_all(study, an_annotator(study))
    close_study(study=study, now=LATER)
    report = report_of(study)
    assert ("Preregistration", "not deposited") in report.details
    return report


@pytest.mark.parametrize(
    "url", ["osf.io/abc", "javascript:alert(1)", "", "ftp://x.org/a", f"https://x.org/{'a' * 300}"]
)
def test_an_address_that_is_none_is_refused(url):
    study = a_draft()

    with pytest.raises(BadDeposit, match="expected an address"):
        deposit(study=study, url=url, now=NOW, by=a_researcher())

    assert Study.objects.get().deposited_at == ""


def test_the_commit_is_read_where_there_is_one(tmp_path: Path):
    assert commit_of(tmp_path) == ""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / ".git" / "packed-refs").write_text(f"# pack-refs\n{'a' * 40} refs/heads/main\n")
    assert commit_of(tmp_path) == "a" * 40
    (tmp_path / ".git" / "HEAD").write_text(f"{'b' * 40}\n")
    assert commit_of(tmp_path) == "b" * 40
