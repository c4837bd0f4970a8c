from dataclasses import replace

import pytest

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import Contrast, Hypothesis, Look, Plan, Side, StudyInfo
from evaluation.stats.preferences.looks import LookNotDue, complete
from evaluation.stats.preferences.planned import take_look
from tests.evaluation.stats.builders import judgments

CLAIM = Hypothesis("naturalness", "all", "pt", "p")
PLAN = Plan(declared=True, hypotheses=(CLAIM,), looks=(0.5,))
INFO = StudyInfo(
    systems=("pt", "p"), plan=PLAN, judgments_per_pair=2, planned_clusters={"naturalness": {"all": 24}}
)  # fmt: skip
CLEAR, EVEN = [("pt", "pt")] * 12, [("pt", "p"), ("tie", "p"), ("pt", "tie"), ("p", "pt")] * 3


def test_a_look_at_half_holds_a_clear_claim_to_what_may_be_spent_by_then():
    look = take_look(judgments(CLEAR), INFO, at="noon")

    claim = look.claims[0]
    assert (claim["share"], claim["decision"], claim["net_preference"]) == (0.5, "better", 1.0)
    # Twelve unanimous clusters; the level is that of Lan and DeMets at half.
    assert claim["p"] == pytest.approx(2 / 2**12)
    assert claim["level"] == pytest.approx(0.00305, abs=1e-5)


def test_an_open_claim_goes_on():
    assert take_look(judgments(EVEN), INFO, at="noon").claims[0]["decision"] == ""


def test_every_claim_and_contrast_has_its_part_of_the_level():
    sides = Contrast("naturalness", Side("pt", "p", "a"), Side("pt", "p", "b"))
    two = replace(INFO, plan=replace(PLAN, contrasts=(sides,)))

    alone, shared = (take_look(judgments(CLEAR), info, at="noon").claims[0]["level"] for info in (INFO, two))

    assert shared < alone / 2


def test_only_contexts_with_all_their_judgments_are_looked_at():
    rows = judgments([*CLEAR[:11], ("pt",)])

    assert len({row.context for row in complete(rows, votes=2)}) == 11
    with pytest.raises(LookNotDue, match=r"look 1 is planned at 50% of the clusters.*46% are complete"):
        take_look(rows, INFO, at="noon")


def test_a_cluster_with_an_unfinished_context_waits_whole():
    rows = [replace(row, cluster="one dialogue") for row in judgments([("pt", "pt"), ("p",)])]

    assert complete(rows, votes=2) == []


def test_those_whom_a_rule_left_out_complete_a_context_and_are_not_tested():
    rows = judgments([("pt", "p")] * 12)
    struck = [replace(row, excluded_by="a rule") if row.annotator == "annotator-1" else row for row in rows]

    claim = take_look(struck, INFO, at="noon").claims[0]

    assert (claim["share"], claim["net_preference"]) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("info", "why"),
    [
        (replace(INFO, plan=replace(PLAN, looks=())), "the plan declares no look"),
        (
            replace(INFO, looks=(Look("dawn", ({"share": 0.5, "decision": ""},)),)),
            "all 1 planned looks were taken: dawn",
        ),
    ],
    ids=["none planned", "all taken"],
)
def test_a_look_that_nobody_planned_is_refused(info, why):
    with pytest.raises(LookNotDue, match=why):
        take_look(judgments(CLEAR), info, at="noon")


def test_after_a_look_the_end_is_held_to_what_was_left():
    rows = judgments(EVEN)
    looked = replace(INFO, looks=(take_look(rows, INFO, at="noon"),))
    # 24 clusters, 17 of them for pt and 7 against: p = .064 two-sided, 18 against 6 p = .023.
    end = judgments([("pt", "pt")] * 18 + [("p", "p")] * 6)

    found = analyse(end, looked)["hypotheses"][0]

    assert found["p"] == pytest.approx(0.0227, abs=1e-4)
    assert found["looks"] == {
        "level": pytest.approx(0.0490, abs=1e-4), "share": 1.0, "decided_at_look": None, "decision": None,
    }  # fmt: skip
    assert (found["verdict"], found["exploratory"]) == ("better", False)


def test_what_a_look_decided_stands_whatever_came_later():
    looked = replace(INFO, looks=(take_look(judgments(CLEAR), INFO, at="noon"),))

    found = analyse(judgments(CLEAR + [("p", "p")] * 12), looked)["hypotheses"][0]

    assert (found["effect"]["value"], found["verdict"], found["looks"]["decided_at_look"]) == (0.0, "better", 1)


def test_without_a_look_taken_nothing_was_spent():
    found = analyse(judgments(CLEAR), INFO)

    assert "looks" not in found["hypotheses"][0]
    assert found["looks"] == []


def test_looking_otherwise_and_changing_by_hand_make_it_exploratory():
    peeked = analyse(judgments(CLEAR), replace(INFO, unblinded_early=True))
    changed = analyse(
        judgments(CLEAR), replace(INFO, changed_after_unblinding=("3 pairs were judged after results had been seen",))
    )

    assert peeked["exploratory"] == [
        "Results were looked at before the study was closed: the primary result is exploratory."
    ]
    assert (
        changed["exploratory"]
        == changed["warnings"][:1]
        == ["3 pairs were judged after results had been seen: the primary result is exploratory."]
    )
    assert [found["hypotheses"][0]["exploratory"] for found in (peeked, changed)] == [True, True]
