"""What a study file says of its platform, and what the platform is given."""

import json
import re
import stat
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.utils import timezone

from evaluation.annotators.joining import create_invite
from evaluation.annotators.waiting import HeldByOthers, held_by_others
from evaluation.judging.assignment import claim_next
from evaluation.models import Annotator, AuditEntry, Judgment
from evaluation.study_files.study_file import BadToml, read_study_file
from generation.terminal import BadInput
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator, judge_all
from tests.evaluation.files import STUDY, a_study_file

pytestmark = pytest.mark.django_db
PROLIFIC = """
[recruiting]
platform = "prolific"
completion = "DONE1234"
screen_out = "OUT12345"
no_consent = "NOPE1234"
"""
IN_DESIGN = {"platform": "prolific", "completion": "DONE1234", "screen_out": "OUT12345", "no_consent": "NOPE1234"}


def on(platform: str, **fields):
    return a_study(design={"recruiting": {**IN_DESIGN, "platform": platform}}, **fields)


def as_json(capsys, *words: object) -> dict:
    call_command(*map(str, words), "--json")
    return json.loads(capsys.readouterr().out)


def test_the_platform_and_its_codes_stand_in_the_study_file(tmp_path):
    assert read_study_file(a_study_file(tmp_path, STUDY + PROLIFIC)).as_json()["recruiting"] == IN_DESIGN


def test_a_study_without_a_platform_says_nothing_of_one(tmp_path):
    assert "recruiting" not in read_study_file(a_study_file(tmp_path, STUDY)).as_json()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"prolific"', '"craigslist"', "platform: expected one of prolific, mturk, got 'craigslist'"),
        ('"DONE1234"', '"no spaces please"', "completion: expected a code of 4 to 40 letters and digits"),
        ('"OUT12345"', '"DONE1234"', "completion: expected three codes that differ"),
        ('no_consent = "NOPE1234"', "", "'no_consent' is missing"),
        ('"prolific"', '"mturk"', "completion: unknown key; expected platform"),
    ],
)
def test_what_is_wrong_with_the_platform_is_said_with_its_line(tmp_path, before, after, message):
    file = a_study_file(tmp_path, STUDY + PROLIFIC.replace(before, after))

    with pytest.raises(BadToml, match=re.escape(message)):
        read_study_file(file)


def test_prolific_is_given_an_address_with_its_own_names_for_the_ids(capsys):
    study = on("prolific")

    made = as_json(capsys, "invite", "snow", "--prolific", "--site", "https://parley.example.org/")

    assert made["entry"] == (
        f"https://parley.example.org/prolific/{study.public_id}/?PROLIFIC_PID={{{{%PROLIFIC_PID%}}}}"
        "&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
    )


def test_mechanical_turk_is_given_a_question_that_is_xml(capsys):
    study = on("mturk")

    question = ElementTree.fromstring(
        as_json(capsys, "invite", "snow", "--mturk", "--site", "https://parley.example.org")["entry"]
    )

    assert [each.text for each in question] == [f"https://parley.example.org/mturk/{study.public_id}/", "700"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--mturk",), "snow recruits on Prolific"),
        (("--prolific", "--mturk"), "expected one of them at a time"),
        (("--revoke", "nobody's"), "expected a link into snow that works"),
        (("--revoke", ""), "expected a link into snow that works"),
    ],
)
def test_what_a_study_has_not_cannot_be_had(words, message):
    on("prolific")
    create_invite(study=on("mturk", name="rain"), personal=True, now=NOW)

    with pytest.raises(BadInput, match=re.escape(message)):
        call_command("invite", "snow", *words)


@pytest.mark.parametrize("which", ["link", "note", "all"])
def test_links_are_revoked_by_themselves_by_their_note_or_all_at_once(capsys, which):
    study = a_study()
    pilot = create_invite(study=study, personal=True, label="pilot", now=timezone.now())
    create_invite(study=study, personal=False, label="others", now=timezone.now())
    named = {"link": f"https://parley.example.org/j/{pilot.token}/", "note": "pilot", "all": "all"}[which]

    done = as_json(capsys, "invite", "snow", "--revoke", named)

    works = {each.label: each.works(timezone.now()) for each in study.invites.all()}
    assert done["revoked"] == (2 if which == "all" else 1)
    assert works == {"pilot": False, "others": which != "all"}
    assert study.audit.get().detail == {"links": done["revoked"]}


def test_forgetting_says_first_what_would_go_and_does_it_when_told_to(capsys):
    study = a_study(contexts=2)
    judge_all(study, an_annotator(study, participant="5fada"))

    asked = as_json(capsys, "forget", "snow", "5fada")
    there = Judgment.objects.count()
    done = as_json(capsys, "forget", "snow", "A-ADA", "--yes")

    assert (asked, there) == ({"study": "snow", "judged": 2, "forgotten": False}, 2)
    assert done == {"study": "snow", "judged": 2, "forgotten": True}
    assert Annotator.objects.count() == 0


@pytest.mark.parametrize("who", ["A-BO", " "])
def test_nobody_is_forgotten_who_is_not_named(who):
    an_annotator(a_study())

    with pytest.raises(BadInput):
        call_command("forget", "snow", who, "--yes")
    assert Annotator.objects.count() == 1


def test_participants_leave_in_a_file_of_their_own_and_only_when_asked_for(tmp_path, capsys):
    study = a_study(contexts=1, k=2)
    judge_all(study, an_annotator(study, "A-ADA", participant="5fada"))
    judge_all(study, an_annotator(study, "A-BO"))
    study.state = "closed"
    study.save()
    plain, asked = tmp_path / "plain.csv", tmp_path / "asked.csv"

    as_json(capsys, "export_judgments", "snow", "--to", plain)
    logged = AuditEntry.objects.count()
    as_json(capsys, "export_judgments", "snow", "--to", asked, "--with-participants")

    people = Path(f"{asked}.participants.csv")
    without = [path.read_text("utf-8") for path in tmp_path.iterdir() if path != people]
    assert people.read_text("utf-8") == "annotator,participant\nA-ADA,5fada\n"
    assert stat.S_IMODE(people.stat().st_mode) == 0o600
    assert ([each for each in without if "5fada" in each], logged) == ([], 0)
    assert AuditEntry.objects.get().action == "participants exported"


def test_how_many_pairs_others_hold_and_when_the_first_comes_back():
    study = a_study(contexts=3)
    ada, bo, cy = (an_annotator(study, code) for code in ("A-ADA", "A-BO", "A-CY"))
    judge_one = claim_next(study=study, annotator=ada, now=NOW)
    claim_next(study=study, annotator=bo, now=NOW + timedelta(minutes=10))

    seen = held_by_others(annotator=cy, now=NOW + timedelta(minutes=12))
    later = held_by_others(annotator=cy, now=NOW + timedelta(minutes=35))
    own = held_by_others(annotator=bo, now=NOW + timedelta(minutes=12))

    assert judge_one is not None
    assert (seen, later, own) == (HeldByOthers(2, 19), HeldByOthers(1, 6), HeldByOthers(1, 19))
