from dataclasses import replace

import numpy as np
import pytest

from evaluation.stats.data.orientation import by_comparison, oriented
from evaluation.stats.data.outcomes import UnknownChoice, cluster_of
from tests.evaluation.stats.builders import a_judgment, judgments, outcomes


def test_comparisons_follow_the_studys_order_else_the_names():
    assert oriented("p", "pt", systems=("pt", "p")) == ("pt", "p")
    assert oriented("pt", "p", systems=()) == ("p", "pt")
    assert oriented("other", "pt", systems=("pt", "p")) == ("pt", "other")


def test_rows_written_either_way_round_are_one_comparison():
    one, other = a_judgment(), a_judgment(first="p", second="pt", annotator="bo")
    third = a_judgment("x", first="p", second="x")

    found = by_comparison([third, one, other], systems=("pt", "p", "x"))

    assert found == {("pt", "p"): [one, other], ("p", "x"): [third]}
    assert list(found) == [("pt", "p"), ("p", "x")]


def test_the_score_follows_the_system_and_not_the_order_in_the_row():
    rows = [a_judgment("pt"), a_judgment("pt", first="p", second="pt", annotator="bo"), a_judgment("p", annotator="cy")]

    assert outcomes(rows).score.tolist() == [1, 1, -1]


def test_both_bad_is_a_tie_and_cannot_judge_is_missing():
    found = outcomes(judgments([("both_bad", "tie", "cannot_judge", "p")]))

    assert (found.score.tolist(), found.both_bad.tolist(), found.cannot_judge) == ([0, 0, -1], [1, 0, 0], (1,))


def test_a_choice_that_is_no_answer_is_refused_with_its_place():
    with pytest.raises(UnknownChoice, match=r"expected 'pt', 'p', .* got 'first' \(context 'talk-0', annotator"):
        outcomes(judgments([("first",)]))


@pytest.mark.parametrize(
    ("context", "cluster", "expected"),
    [
        ("personachat/test/00003#7", "", "personachat/test/00003"),
        ("prompt#seven", "", "prompt#seven"),
        ("p000", "", "p000"),
        ("personachat/test/00003#7", "talk 3", "talk 3"),
    ],
)
def test_a_cluster_is_by_default_the_dialogue_of_the_context(context, cluster, expected):
    assert cluster_of(a_judgment(context=context, cluster=cluster)) == expected


def test_the_plurality_of_a_context_is_a_tie_where_two_lead():
    found = outcomes(
        judgments([("pt", "pt", "p"), ("pt", "p", "tie"), ("tie", "tie", "p"), ("p",), ("pt", "tie", "tie")])
    )

    assert found.pluralities().tolist() == [1, 0, 0, -1, 0]


def test_sums_are_per_cluster_and_domain():
    rows = [
        replace(row, domain=domain, cluster="one pair of personas")
        for domain, votes in (("a", [("pt", "pt")]), ("b", [("p", "tie")]))
        for row in judgments(votes)
    ]

    found = outcomes(rows).sums()

    assert (found.numerators.tolist(), found.denominators.tolist()) == ([[2.0, -1.0]], [[2.0, 2.0]])
    assert found.spanning


def test_without_ties_only_decided_judgments_divide():
    found = outcomes(judgments([("pt", "tie", "p"), ("tie", "tie", "tie")])).sums(ties=False)

    assert (found.denominators[:, 0].tolist(), found.judgments) == ([2.0, 0.0], 2)


def test_an_automatic_tie_is_a_cluster_of_ties():
    found = outcomes(judgments([("pt", "pt", "p")], domain="a"), automatic={"a": 2, "b": 5}).sums()

    # Three judgments to a context, so that is what an equal pair stands for; domain b was not judged at all.
    assert found.numerators[:, 0].tolist() == [1.0, 0.0, 0.0]
    assert found.denominators[:, 0].tolist() == [3.0, 3.0, 3.0]
    assert found.judgments == 9


def test_one_domain_alone_is_numbered_from_0():
    rows = [*judgments([("pt", "p")], domain="a"), *judgments([("tie", "cannot_judge")], domain="b")]

    alone = outcomes(rows).within("b")

    assert (alone.domains, alone.score.tolist(), alone.cannot_judge) == (("b",), [0], (1,))
    assert np.array_equal(alone.domain, [0])
