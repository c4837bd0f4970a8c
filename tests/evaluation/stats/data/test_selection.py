from dataclasses import replace

from evaluation.stats.data.selection import LeftOut, choose, identity
from tests.evaluation.stats.builders import a_judgment


def test_every_rule_is_counted_once_by_the_first_that_applies():
    counted = a_judgment()
    check = a_judgment(context="check", is_check=True)
    repeat = a_judgment(look=2)
    failed = a_judgment(annotator="bo", excluded_by="failed two checks")
    failed_check = a_judgment(annotator="bo", context="check", is_check=True, excluded_by="failed two checks")
    model = a_judgment(annotator="m", annotator_kind="llm", is_check=True)

    chosen = choose([counted, check, repeat, failed, failed_check, model])

    assert (chosen.kind, chosen.counted) == ("human", (counted,))
    assert (chosen.checks, chosen.second_looks, chosen.ruled_out) == ((check,), (repeat,), (failed,))
    assert chosen.left_out == (
        LeftOut("check pair", 1, 1),
        LeftOut("failed two checks", 2, 1),
        LeftOut("llm annotators", 1, 1),
        LeftOut("second look", 1, 1),
    )


def test_a_result_is_of_simulated_annotators_only_where_nobody_else_judged():
    simulated = a_judgment(annotator_kind="simulated")
    model = a_judgment(annotator_kind="llm")

    assert choose([model, simulated]).kind == "simulated"
    assert choose([model]).kind == "llm"
    assert choose([]).kind == "human"


def test_the_same_judgment_twice_counts_once():
    turned = replace(a_judgment(), first="p", second="pt")

    chosen = choose([a_judgment(), turned])

    assert len(chosen.counted) == 1
    assert chosen.left_out == (LeftOut("the same judgment twice", 1, 1),)


def test_another_pair_or_look_is_another_judgment():
    one = a_judgment()

    others = [replace(one, pair="2"), replace(one, look=2), replace(one, criterion="coherence")]

    assert len({identity(each) for each in (one, *others)}) == 4


def test_a_pair_that_tests_the_instrument_is_a_part_of_its_own():
    rows = [a_judgment(), a_judgment(context="aa-1", control="aa"), a_judgment(context="aa-1", control="aa", look=2)]

    found = choose(rows)

    assert (found.counted, found.controls) == ((rows[0],), (rows[1],))
    assert found.left_out == (LeftOut("control of the instrument", 2, 1),)
