"""The commands of a study's life, as a researcher types them: what they say, and how bad input ends."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from evaluation.annotators.joining import find_invite
from evaluation.models import Membership, Researcher, Study
from generation.terminal import BadInput
from tests.cast import CLEO
from tests.evaluation.builders import a_researcher, a_study, an_annotator
from tests.evaluation.files import (
    STUDY,
    a_line,
    a_study_file,
    an_outside_line,
    named_responses,
    two_systems,
    write_lines,
)

pytestmark = pytest.mark.django_db
# A system's answers as they came: how many, from where, their digest and one of them.
FILE_SEEN = re.compile(r"  pt?: 6 answers from pt?, SHA-256 [0-9a-f]{12}; to \S+: 'reply .+'")
ANY_FILE_SEEN = "a system's answers"


def told(capsys, *words: object) -> str:
    call_command(*map(str, words))
    return capsys.readouterr().out


def as_json(capsys, *words: object) -> dict:
    return json.loads(told(capsys, *words, "--json"))


def test_a_study_is_made_from_its_file_and_the_next_step_is_named(parley_home, tmp_path, capsys):
    two_systems(parley_home)

    said = told(capsys, "create_study", a_study_file(tmp_path / "snow"))

    assert [FILE_SEEN.sub(ANY_FILE_SEEN, line) for line in said.splitlines()] == [
        "snow was created: p against pt, draft.",
        "  6 contexts (3 of personachat, 3 of personalitychat); 6 pairs to judge; 18 slots",
        ANY_FILE_SEEN,
        ANY_FILE_SEEN,
        '  Ethics approval: "none" is stated; annotators and the report are told so',
        "  On the site nobody sees it yet: manage.py create_researcher EMAIL --study snow",
        "Next: manage.py simulate_annotators snow, then manage.py open_study snow",
    ]


def test_made_and_opened_at_once_for_its_owner(parley_home, tmp_path, capsys):
    two_systems(parley_home)
    cleo = a_researcher()

    made = as_json(capsys, "create_study", a_study_file(tmp_path), "--name", "rain", "--open", "--owner", CLEO)

    assert [(each["system"], each["answers"]) for each in made.pop("files")] == [("p", 6), ("pt", 6)]
    assert [each["reason"] for each in made.pop("form")] == ["fewer than 20 dialogues to learn from"]
    assert made == {
        "study": "rain",
        "state": "open",
        "done": "created",
        "contexts": {"personachat": 3, "personalitychat": 3},
        "items": 6,
        "slots": 18,
        "automatic_ties": 0,
        "missing": {"p": 0, "pt": 0},
        "without_traits": 0,
        "warnings": [],
        "checks": 0,
        "practice": 0,
        "controls": 0,
        "kind": "pair",
    }
    assert Membership.objects.get(researcher=cleo).study.name == "rain"


@pytest.mark.parametrize("state", ["open", "paused", "closed"])
def test_made_again_with_open_a_study_that_was_opened_before_is_left_in_its_state(parley_home, tmp_path, capsys, state):
    two_systems(parley_home)
    words = ("create_study", a_study_file(tmp_path), "--name", "snow", "--open")
    told(capsys, *words)
    Study.objects.update(state=state)

    assert as_json(capsys, *words)["state"] == state


def test_what_should_be_known_of_a_study_is_said(parley_home, tmp_path, capsys):
    traits = {"openness": "high"}
    named_responses(
        parley_home,
        "p",
        [a_line("p", 0, reply="same"), a_line("p", 1, traits=traits), a_line("p", 2, reply="")],
        caveats=["written by the offline author"],
    )
    named_responses(
        parley_home,
        "pt",
        [a_line("pt", 0, reply="Same"), a_line("pt", 1, traits=traits), *(a_line("pt", n) for n in (2, 3))],
    )

    said = told(capsys, "create_study", a_study_file(tmp_path, STUDY + '[[criteria]]\nkey = "trait_consistency"\n'))

    assert "  1 pairs have equal replies: ties that nobody is asked about" in said
    assert "  p did not answer 1 contexts that another did; they are left out" in said
    assert "  2 contexts have no stated trait: no question about traits is asked there" in said
    assert "  Beware: written by the offline author" in said
    assert "  Warning: p: 1 of 3 replies are empty" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("create_study", "gone.toml"), "no study file at gone.toml"),
        (("create_study", "FILE"), "no responses 'p': expected"),
        (("create_study", "FILE", "--owner", "dov@example.org"), "no researcher 'dov@example.org'; make one first"),
        (("compare_files", "a", "b", "--to", "x"), "no responses 'a': expected"),
        (("compare_files", "a", "b", "--to", "x", "--per-domain", "0"), "--per-domain: expected at least 1, got 0"),
        (("open_study", "snow"), "no study 'snow'; there: shut"),
        (("open_study", "shut"), "shut: expected a study that is draft or paused, and it is closed"),
        (("close_study", "shut"), "shut: expected a study that is open or paused, and it is closed"),
        (("close_study", "shut", "--pause"), "shut: expected a study that is open, and it is closed"),
        (("invite", "shut"), "shut: expected a study that can still be judged, and it is closed"),
        (("invite", "snow"), "no study 'snow'"),
        (("invite", "shut", "--count", "0"), "--count: expected 1 to 10,000, got 0"),
        (("invite", "shut", "--days", "99999999"), "--days: expected 1 to 3,650, got 99999999"),
        (("simulate_annotators", "shut", "--seed", "-3"), "--seed: expected a whole number of at least 0, got -3"),
        (("simulate_annotators", "shut", "--truth", "pt=nan"), "--truth pt=nan: expected SYSTEM=STRENGTH, such as"),
        (("simulate_annotators", "shut", "--truth", "pt=inf"), "--truth pt=inf: expected SYSTEM=STRENGTH, such as"),
        (("invite", "shut", "--open", "--count", "2"), "--open makes one link for all"),
        (("create_researcher", "cleo"), "expected an e-mail address, got 'cleo'"),
        (("create_researcher", CLEO, "--study", "snow"), "no study 'snow'"),
    ],
)
def test_bad_input_says_what_was_expected_and_changes_nothing(parley_home, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    file = a_study_file(tmp_path)
    a_study("shut", state="closed")

    with pytest.raises(BadInput, match=re.escape(message)) as caught:
        call_command(*[str(file) if word == "FILE" else word for word in words])

    assert caught.value.returncode == 2
    assert (Study.objects.count(), Researcher.objects.count()) == (1, 0)


def test_two_files_from_outside_become_an_open_study(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        write_lines(Path(f"{name}.jsonl"), [an_outside_line(number, f"{name} says {number}") for number in range(4)])

    said = told(
        capsys, "compare_files", "./a.jsonl", "./b.jsonl", "--to", "a-against-b", "--judgments-per-pair", 2, "--open"
    )

    assert said.startswith("a-against-b was created: a against b, open.\n  4 contexts; 4 pairs to judge; 8")
    assert said.splitlines()[-1] == "Next: manage.py invite a-against-b --open, or --count N for personal links"
    assert Study.objects.get().is_open()


def test_a_study_is_opened_paused_and_closed(capsys):
    study = a_study(state="draft", contexts=2)

    opened = as_json(capsys, "open_study", "snow")
    paused = told(capsys, "close_study", "snow", "--pause")
    told(capsys, "open_study", "snow")
    an_annotator(study)
    closed = told(capsys, "close_study", "snow")

    study.refresh_from_db()
    assert opened == {"study": "snow", "state": "open", "design_digest": study.design_digest}
    assert paused.splitlines()[-1] == "Next: manage.py open_study snow"
    assert closed.splitlines() == [
        "snow is closed: 0 of 2 slots were judged by 1 annotators.",
        "Next: manage.py report snow --to reports/snow",
    ]


def test_links_are_printed_once_and_lead_into_the_study(capsys):
    study = a_study()

    made = as_json(capsys, "invite", "snow", "--count", 2, "--label", "pilot", "--site", "https://parley.example.org/")

    tokens = [re.fullmatch(r"https://parley\.example\.org/j/([\w-]+)/", link).group(1) for link in made["links"]]
    invites = [find_invite(token, now=timezone.now()) for token in tokens]
    assert [(each.study, each.personal, each.label) for each in invites] == [(study, True, "pilot")] * 2
    assert invites[0] != invites[1]


def test_an_open_link_may_expire(capsys):
    a_study()

    as_json(capsys, "invite", "snow", "--open", "--days", 14)

    invite = Study.objects.get().invites.get()
    assert not invite.personal
    assert (invite.expires_at - invite.created_at).days == 14


def test_an_invite_into_a_draft_says_that_nobody_gets_in_yet(capsys):
    a_study(state="draft")

    assert "The study is draft, so nobody gets in yet. Next: manage.py open_study snow" in told(
        capsys, "invite", "snow"
    )


def test_a_researcher_gets_a_link_that_sets_a_password_once(capsys, client):
    study = a_study()
    made = as_json(
        capsys, "create_researcher", "Cleo@Example.org", "--name", "Cleo", "--study", "snow", "--site", "http://x"
    )
    path = made["link"].removeprefix("http://x")
    password = "a long enough password"

    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": password, "password2": password})
    client.logout()
    again = client.get(path, follow=True)

    cleo = Researcher.objects.get()
    assert (cleo.email, cleo.name, cleo.check_password(password)) == (CLEO, "Cleo", True)
    assert list(cleo.studies.all()) == [study]
    assert (made["created"], made["email"]) == (True, CLEO)
    assert "password1" not in again.content.decode()


def test_a_researcher_who_is_there_gets_a_new_link_and_keeps_the_password(capsys):
    cleo = a_researcher()

    made = as_json(capsys, "create_researcher", CLEO)

    before, cleo = cleo.password, Researcher.objects.get()
    assert (made["created"], cleo.password) == (False, before)
