from dataclasses import replace

import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import Hypothesis, Plan, StudyInfo
from evaluation.stats.preferences.seeds import run_of, system_of
from tests.evaluation.stats.builders import a_judgment, a_study, judgments

INFO = StudyInfo(
    systems=("pt", "p"), plan=Plan(declared=True, hypotheses=(Hypothesis("naturalness", "all", "pt", "p"),))
)


def dealt(rows, *, runs=3, also_p=False):
    """The rows with pt (and p) as checkpoints, contexts dealt over the runs by their number."""
    contexts = {context: number for number, context in enumerate(sorted({row.context for row in rows}))}

    def named(name, row):
        part = name == "pt" or (also_p and name == "p")
        return f"{name}#s{1 + contexts[row.context] % runs}" if part else name

    return [
        replace(
            row,
            first=named(row.first, row),
            second=named(row.second, row),
            choice=named(row.choice, row),
            displayed_left=named(row.displayed_left, row),
        )
        for row in rows
    ]


@pytest.mark.parametrize(
    ("name", "system", "run"),
    [
        ("pt#s2", "pt", "2"),
        ("pt-tiny#seed13", "pt-tiny", "13"),
        ("pt", "pt", ""),
        ("c#1", "c#1", ""),
        ("#s1", "#s1", ""),
    ],
)
def test_a_checkpoints_name_says_system_and_run(name, system, run):
    assert (system_of(name), run_of(name)) == (system, run)


def test_runs_are_one_system_and_everything_but_the_digest_is_as_if_they_had_one_name():
    rows = a_study(contexts=12)

    plain, several = analyse(rows, INFO), analyse(dealt(rows), replace(INFO, systems=("pt#s1", "pt#s2", "pt#s3", "p")))

    for apart in ("snapshot", "training_runs"):
        assert plain.pop(apart) != several.pop(apart)
    assert plain == several


def test_each_run_has_its_effect_and_they_have_a_spread():
    # Runs 1, 2, 3 of pt by turns: the first always wins, the second ties, the third loses.
    rows = dealt(judgments([("pt",), ("tie",), ("p",)] * 8))
    rows = [replace(row, context=f"talk-{number:02}") for number, row in enumerate(rows)]
    rows = [
        replace(row, first=f"pt#s{1 + number % 3}", choice=(f"pt#s{1 + number % 3}", "tie", "p")[number % 3])
        for number, row in enumerate(rows)
    ]

    found = analyse(rows, INFO)["training_runs"]["criteria"]["naturalness"][0]["systems"]["pt"]

    assert {run: each["value"] for run, each in found["runs"].items()} == {"1": 1.0, "2": 0.0, "3": -1.0}
    assert found["spread"] == {"standard_deviation": pytest.approx(1.0), "low": -1.0, "high": 1.0}


@pytest.mark.parametrize(
    ("runs", "also_p", "said"),
    [(1, True, "these checkpoints"), (3, False, "these checkpoints"), (3, True, "these training runs")],
)
def test_three_runs_of_each_speak_of_more_than_checkpoints(runs, also_p, said):
    found = analyse(dealt(a_study(contexts=12), runs=runs, also_p=also_p), INFO)["training_runs"]

    assert found["checkpoints"] == said


def test_runs_that_meet_each_other_are_what_is_compared():
    rows = [a_judgment("pt#s1", first="pt#s1", second="pt#s2", context=f"talk-{number}") for number in range(8)]

    found = analyse(rows, StudyInfo())

    assert found["study"]["systems"] == ["pt#s1", "pt#s2"]
    assert found["criteria"]["naturalness"]["comparisons"][0]["first"] == "pt#s1"
