import json
from decimal import Decimal

import pytest

from evaluation.study_files.checks_table import KnownPair, Pay
from evaluation.study_files.study_file import BadToml, read_study_file
from tests.evaluation.files import STUDY, a_study_file, an_outside_line, write_lines

MADE = 'make = "shuffled-context"\n'
CRITERIA = '[[criteria]]\nkey = "coherence"\n[[criteria]]\nkey = "trait_consistency"\n'


def a_line(number=0, **given):
    """One known pair as its line stands in a file."""
    return {"context": an_outside_line(number)["context"], "right": "fine , and you ?", "wrong": "at seven .", **given}


def test_checks_are_of_coherence_where_it_is_asked_and_their_rule_joins_the_plan(tmp_path):
    text = (
        f'{STUDY}{CRITERIA}[checks]\nshare = 0.1\n{MADE}fail_after = 2\n[plan]\nexclusions = ["median_seconds < 4"]\n'
    )

    file = read_study_file(a_study_file(tmp_path, text))

    assert (file.checks.share, file.checks.criteria, file.checks.fail_after) == (0.1, ("coherence",), 2)
    assert file.plan.exclusions == ("checks_wrong >= 2", "median_seconds < 4")


def test_without_a_plan_the_rule_stands_and_nothing_is_declared(tmp_path):
    file = read_study_file(a_study_file(tmp_path, f"{STUDY}[checks]\nshare = 0.1\n{MADE}fail_after = 3\n"))

    assert (file.plan.declared, file.plan.exclusions) == (False, ("checks_wrong >= 3",))
    assert file.checks.criteria == ("naturalness",)


def test_pairs_of_ones_own_are_read_with_their_reasons(tmp_path):
    write_lines(tmp_path / "practice.jsonl", [a_line(0, why="It answers."), a_line(1)])
    text = f'{STUDY}[practice]\nfile = "practice.jsonl"\npass = 1\ntries = 3\n'

    practice = read_study_file(a_study_file(tmp_path, text)).practice

    assert (practice.pairs, practice.passing, practice.tries) == (2, 1, 3)
    assert [type(each) for each in practice.known] == [KnownPair, KnownPair]
    assert [(each.context.id, each.why) for each in practice.known] == [("c0", "It answers."), ("c1", "")]


def test_money_keeps_its_cents(tmp_path):
    text = f'{STUDY}[pay]\nper_judgment = 0.29\ncurrency = "EUR"\nfloor = 12.5\n'

    file = read_study_file(a_study_file(tmp_path, text))

    assert file.pay == Pay(currency="EUR", per_judgment=Decimal("0.29"), floor=Decimal("12.5"))
    assert file.as_json()["pay"] == {"currency": "EUR", "per_judgment": "0.29", "floor": "12.5"}


def test_a_study_without_them_is_kept_as_it_was(tmp_path):
    kept = read_study_file(a_study_file(tmp_path)).as_json()

    assert {"checks", "practice", "pay"} & set(kept) == set()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"[checks]\n{MADE}", "checks: 'share' is missing"),
        (f"[checks]\nshare = 0.6\n{MADE}", "checks.share: expected at most 0.5, got 0.6"),
        (f"[checks]\nshare = 0.1\n{MADE}fail_after = 1\n", "checks.fail_after: expected a whole number of at least 2"),
        ("[checks]\nshare = 0.1\n", 'checks.file: expected either make = "shuffled-context" or a file'),
        ('[checks]\nshare = 0.1\nmake = "magic"\n', "checks.make: expected one of shuffled-context, got 'magic'"),
        ('[checks]\nshare = 0.1\nfile = "none.jsonl"\n', "checks.file: expected pairs with a known answer"),
        (f'[checks]\nshare = 0.1\n{MADE}criteria = ["wit"]\n', "checks.criteria: expected a list of naturalness"),
        (f"[practice]\n{MADE}tries = 1\n", "practice.tries: expected a whole number of at least 2"),
        (
            f"[practice]\n{MADE}pairs = 2\npass = 3\n",
            "practice.pass: expected a whole number of at least 1 and at most",
        ),
        ('[pay]\ncurrency = "EUR"\n', "pay.per_hour: expected either per_judgment or per_hour"),
        ('[pay]\ncurrency = "euro"\nper_hour = 12\n', "pay.currency: expected three capitals"),
        ('[pay]\ncurrency = "EUR"\nper_hour = 0\n', "pay.per_hour: expected an amount of money above 0, got 0"),
        ('[plan]\nexclusions = ["checks_wrong >= 2"]\n', "rests on check pairs, and the study has no [checks]"),
        ('[plan]\nexclusions = ["agreement < 0.2"]\n', "agreement depends on the outcome: it flags and never excludes"),
        ('[plan]\nexclusions = ["median_seconds > 60"]\n', "strikes out those who make no mistake and take their time"),
        (
            f'[checks]\nshare = 0.1\n{MADE}[plan]\nexclusions = ["checks_wrong >= 1"]\n',
            "'checks_wrong >= 1' ends somebody on one slip: expected at least two",
        ),
    ],
)
def test_what_would_be_unfair_or_means_nothing_is_refused_with_its_place(tmp_path, text, error):
    with pytest.raises(BadToml) as refused:
        read_study_file(a_study_file(tmp_path, STUDY + text))

    assert error in str(refused.value)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (a_line(wrong="fine , and you ?"), "checks.jsonl:1: wrong: expected another reply than the right one"),
        (a_line(right=" "), "checks.jsonl:1: right: expected a text, got ' '"),
        (a_line(left="x"), "checks.jsonl:1: left: unknown key"),
        (a_line(context={"id": "c0"}), "checks.jsonl:1: context.turns: expected at least one turn"),
    ],
)
def test_a_broken_line_is_named(tmp_path, line, error):
    (tmp_path / "checks.jsonl").write_text(json.dumps(line), encoding="utf-8")

    with pytest.raises(BadToml) as refused:
        read_study_file(a_study_file(tmp_path, f'{STUDY}[checks]\nshare = 0.1\nfile = "checks.jsonl"\n'))

    assert error in str(refused.value)
