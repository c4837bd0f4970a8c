import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import DeclaredCriterion, Hypothesis, Plan, StudyInfo
from tests.evaluation.stats.builders import a_judgment, a_rating, a_study, judgments

INFO = StudyInfo(title="PT against P", systems=("pt", "p"))
NATURALNESS = DeclaredCriterion("naturalness", "Naturalness", "Which sounds more natural?")
PLAN = Plan(declared=True, hypotheses=(Hypothesis("naturalness", "all", "pt", "p"),))
VOTES = st.lists(
    st.lists(st.sampled_from(["pt", "p", "tie", "both_bad", "cannot_judge"]), max_size=4), min_size=1, max_size=10
)
MANY_SYSTEMS = [
    a_judgment(choice, context=f"prompt-{prompt}", annotator=f"annotator-{annotator}", first=first, second=second)
    for prompt in range(8)
    for annotator, (first, second, choice) in enumerate(
        [("a", "b", "a"), ("b", "c", "c"), ("a", "c", "tie"), ("c", "b", "b"), ("a", "b", "b"), ("c", "a", "a")]
    )
]

# Each is a study that has nothing, or too little, of something.
EDGES = {
    "no judgments": [],
    "one context": judgments([("pt", "p", "pt")]),
    "one annotator": judgments([("pt",)] * 8),
    "all ties": judgments([("tie", "tie")] * 8),
    "everyone agrees": judgments([("pt", "pt")] * 8),
    "nobody could judge": judgments([("cannot_judge", "cannot_judge")] * 8),
    "no overlap": [a_judgment(context=f"talk-{number}", annotator=f"a{number}") for number in range(8)],
    "one annotator judged everything": [*judgments([("pt",)] * 8), a_judgment("p", context="talk-0", annotator="bo")],
    "two annotators": a_study(annotators=2, votes=2),
    "two hundred annotators": a_study(annotators=200, contexts=80),
    "an odd number of judgments": judgments([("pt",), ("p",), ("tie",)] * 3),
    "three systems": MANY_SYSTEMS,
    "ratings": [a_rating(str(1 + number % 5), context=f"talk-{number}", annotator="ada") for number in range(9)],
    "labels of personas": [
        a_judgment(label, first="", second="", context=f"persona-{number}", annotator=annotator)
        for number in range(7)
        for annotator, label in (("ada", "high"), ("bo", ("high", "low")[number % 2]))
    ],
    "five steps": [a_judgment(("pt", "p")[n % 2], context=f"talk-{n}", strength=1 + n % 2) for n in range(9)],
    "labels of systems": [
        a_rating(("warm", "cold", "cannot_judge")[(number + place) % 3], system=system, context=f"talk-{number}")
        for number in range(9)
        for place, system in enumerate(("pt", "p"))
    ],
    "ratings of three systems": [
        a_rating(str(1 + (number + place) % 5), system=system, context=f"talk-{number}")
        for number in range(9)
        for place, system in enumerate(("a", "b", "c"))
    ],
    "training runs": [a_judgment(f"pt#s{1 + n % 3}", first=f"pt#s{1 + n % 3}", context=f"talk-{n}") for n in range(9)],
    "a reported pair": [a_judgment(context="talk-0", problem="broken"), *judgments([("pt", "p")] * 7)],
    "only excluded judgments": judgments([("pt",)] * 8, excluded_by="failed two checks"),
    "only checks": judgments([("pt",)] * 8, is_check=True),
}


def as_bytes(found):
    """What is written: keys sorted, and no NaN or infinity anywhere."""
    return json.dumps(found, sort_keys=True, allow_nan=False)


def undefined_without_reason(found, path=""):
    """The places of numbers and tests that are null and do not say why."""
    if isinstance(found, list):
        found = {str(number): each for number, each in enumerate(found)}
    if not isinstance(found, dict):
        return []
    undefined = any(name in found and found[name] is None for name in ("value", "p"))
    here = [path] if undefined and not found.get("reason") else []
    return here + [place for name, each in found.items() for place in undefined_without_reason(each, f"{path}.{name}")]


@pytest.mark.parametrize("edge", EDGES)
def test_whatever_is_missing_is_null_with_a_reason(edge):
    info = replace(INFO, systems=(), criteria=(NATURALNESS,) if edge == "no judgments" else ())

    found = analyse(EDGES[edge], info)

    assert as_bytes(found)
    assert undefined_without_reason(found) == []


def test_the_contract_holds():
    found = analyse(a_study(), replace(INFO, plan=PLAN))

    assert set(found) >= {
        "signature", "snapshot", "seed", "plan", "hypotheses", "amendments", "criteria", "annotators", "side_bias",
        "length_bias", "self_consistency", "traits", "automatic", "power", "robustness", "excluded",
    }  # fmt: skip
    criterion = found["criteria"]["naturalness"]
    assert set(criterion) >= {"scale", "agreement", "comparisons", "systems", "ranking"}
    assert set(criterion["agreement"]) == {"all", "personachat", "personalitychat"}
    assert set(criterion["agreement"]["all"]) >= {
        "units", "percent", "alpha_nominal", "alpha_ordinal", "alpha_interval", "alpha_ratio", "fleiss_kappa",
        "cohen_kappa_mean", "gwet_ac1", "gwet_ac2",
    }  # fmt: skip
    comparison = criterion["comparisons"][0]
    assert (comparison["first"], comparison["second"]) == ("pt", "p")
    assert set(comparison["domains"]) == {"all", "personachat", "personalitychat"}
    domain = comparison["domains"]["all"]
    assert set(domain) == {
        "n", "counts", "contexts", "net_preference", "win_rate", "win_rate_without_ties", "wilson", "tests",
    }  # fmt: skip
    assert set(domain["net_preference"]) >= {"value", "low", "high", "percentile", "two_way", "signature"}
    assert set(domain["tests"]) == {"permutation", "two_way", "sign", "wilcoxon", "mixed"}
    assert all(set(test) >= {"p", "p_holm", "p_bh", "n", "signature"} for test in domain["tests"].values())


def test_the_same_judgments_give_the_same_bytes_in_whatever_order_they_come():
    rows = a_study()
    shuffled = random.Random(1).sample(rows, len(rows))

    assert as_bytes(analyse(rows, INFO)) == as_bytes(analyse(shuffled, INFO))


def test_another_seed_moves_the_resamples_and_no_value():
    one, other = (analyse(a_study(), replace(INFO, seed=seed)) for seed in (7, 8))

    first, second = (
        found["criteria"]["naturalness"]["comparisons"][0]["domains"]["all"]["net_preference"] for found in (one, other)
    )
    assert first["value"] == second["value"]
    assert first["low"] != second["low"]
    assert first["low"] == pytest.approx(second["low"], abs=0.03)
    assert one["snapshot"] == other["snapshot"]


def test_every_number_carries_its_signature():
    domain = analyse(a_study(), INFO)["criteria"]["naturalness"]["comparisons"][0]["domains"]["personachat"]

    for part in (domain["net_preference"], domain["win_rate"], domain["wilson"], *domain["tests"].values()):
        assert "|seed:7|version:" in part["signature"]
    assert domain["tests"]["permutation"]["signature"].startswith(
        "stat:permutation|method:sign flip, exact|unit:cluster|n:30|ties:0|annotators:human|seed:7|version:"
    )


def numbers(found):
    """All numbers of the comparisons, by place, without words."""
    if isinstance(found, dict):
        return [number for name in sorted(found) for number in numbers(found[name]) if name != "signature"]
    if isinstance(found, list):
        return [number for each in found for number in numbers(each)]
    return [found] if isinstance(found, int | float) else []


def renamed(rows, systems, annotators):
    return [
        replace(
            row,
            first=systems[row.first],
            second=systems[row.second],
            choice=systems.get(row.choice, row.choice),
            displayed_left=systems.get(row.displayed_left, ""),
            annotator=annotators(row.annotator),
        )
        for row in rows
    ]


@settings(deadline=None, max_examples=15)
@given(VOTES)
def test_renaming_systems_and_annotators_changes_nothing(votes):
    rows = judgments(votes)
    other = renamed(rows, {"pt": "zebra", "p": "aardvark"}, lambda name: name[::-1])

    found = analyse(rows, INFO)
    again = analyse(other, replace(INFO, systems=("zebra", "aardvark")))

    assert numbers(found["criteria"]) == numbers(again["criteria"])
    assert sorted(numbers(list(found["annotators"].values()))) == sorted(numbers(list(again["annotators"].values())))


@settings(deadline=None, max_examples=15)
@given(VOTES)
def test_turning_the_study_round_mirrors_the_comparison(votes):
    rows = judgments(votes)

    found = analyse(rows, INFO)
    again = analyse(rows, replace(INFO, systems=("p", "pt")))

    for criterion in found["criteria"]:
        pairs = zip(
            found["criteria"][criterion]["comparisons"], again["criteria"][criterion]["comparisons"], strict=True
        )
        for one, other in pairs:
            mine, theirs = one["domains"]["all"], other["domains"]["all"]
            assert mine["counts"] == {
                **theirs["counts"], "first": theirs["counts"]["second"], "second": theirs["counts"]["first"]
            }  # fmt: skip
            effect, mirrored = mine["net_preference"], theirs["net_preference"]
            if effect["value"] is not None:
                assert effect["value"] == pytest.approx(-mirrored["value"])
            if effect["low"] is not None:
                assert (effect["low"], effect["high"]) == pytest.approx((-mirrored["high"], -mirrored["low"]))
            for name, test in mine["tests"].items():
                assert test["p"] == pytest.approx(theirs["tests"][name]["p"])
        agreement = found["criteria"][criterion]["agreement"]["all"]
        for name in ("alpha_nominal", "alpha_ordinal", "gwet_ac1", "cohen_kappa_mean"):
            value = again["criteria"][criterion]["agreement"]["all"][name]["value"]
            assert agreement[name]["value"] == pytest.approx(value)


def test_a_context_that_nobody_could_judge_changes_no_effect():
    rows = a_study()
    unjudged = a_judgment("cannot_judge", context="personachat/test/99999#1", domain="personachat", annotator="cy")

    one, other = (analyse(each, INFO)["criteria"]["naturalness"] for each in (rows, [*rows, unjudged]))

    for domain in ("all", "personachat"):
        mine, theirs = (each["comparisons"][0]["domains"][domain] for each in (one, other))
        assert theirs["counts"].pop("cannot_judge") == 1
        assert mine["counts"].pop("cannot_judge") == 0
        assert numbers(mine) == numbers(theirs)
    assert numbers(one["agreement"]) == numbers(other["agreement"])


def test_what_is_excluded_is_counted_and_stands_beside():
    rows = judgments([("pt", "pt", "p")] * 8)
    struck = [replace(row, excluded_by="failed two checks") for row in rows if row.annotator == "annotator-2"]
    kept = [row for row in rows if row.annotator != "annotator-2"]

    found = analyse([*kept, *struck, a_judgment(annotator_kind="llm")], INFO)

    assert found["excluded"] == [
        {"rule": "failed two checks", "judgments": 8, "annotators": 1},
        {"rule": "llm annotators", "judgments": 1, "annotators": 1},
    ]
    beside = found["robustness"]["naturalness"][0]
    assert (beside["net_preference"], beside["with_excluded"]) == (1.0, pytest.approx(1 / 3))


def test_a_criterion_that_nobody_answered_stands_there_empty():
    info = replace(INFO, criteria=(NATURALNESS, replace(NATURALNESS, key="coherence", name="Coherence")))

    found = analyse(judgments([("pt", "p")] * 8), info)["criteria"]

    assert list(found) == ["naturalness", "coherence"]
    assert (found["coherence"]["comparisons"], found["coherence"]["systems"]) == ([], {})
    assert found["coherence"]["agreement"]["all"]["alpha_nominal"] == {
        "value": None,
        "low": None,
        "high": None,
        "reason": "no unit has two judgments",
        "signature": found["coherence"]["agreement"]["all"]["alpha_nominal"]["signature"],
    }


def test_without_a_plan_it_is_exploratory_and_with_simulated_annotators_it_is_marked():
    found = analyse(judgments([("pt", "p")] * 8, annotator_kind="simulated"), INFO)

    assert (found["study"]["simulated"], found["study"]["declared"]) == (True, False)
    assert found["warnings"][:2] == [
        "The annotators are simulated: these numbers say nothing about people or systems.",
        "No plan was declared before the first judgment: the analysis is exploratory.",
    ]


def test_automatic_ties_count_in_the_effect_and_are_named():
    rows = [replace(row, domain="personachat") for row in judgments([("pt", "pt")] * 8)]

    found = analyse(rows, replace(INFO, automatic_ties={"personachat": 2}, judgments_per_pair=2))

    domain = found["criteria"]["naturalness"]["comparisons"][0]["domains"]["all"]
    assert domain["net_preference"]["value"] == pytest.approx(16 / 20)
    assert domain["n"]["automatic_ties"] == 2
    assert "2 pairs of equal responses were shown to nobody; they count as ties." in found["warnings"]
    assert found["robustness"]["naturalness"][0]["without_automatic_ties"] == 1.0


def test_traits_are_counted_by_level():
    rows = [
        a_judgment(choice, context=f"talk-{number}", trait="openness", level=("high", "low")[number % 2])
        for number, choice in enumerate(["pt", "p", "pt", "tie"])
    ]

    found = analyse(rows, INFO)["traits"]["naturalness"]

    assert [(each["trait"], each["level"], each["counts"]["first"]) for each in found] == [
        ("openness", "high", 2),
        ("openness", "low", 0),
    ]


def test_a_result_is_the_same_from_a_file_without_systems_declared_but_for_its_direction():
    found = analyse(judgments([("pt", "pt", "p"), ("tie", "pt", "p")] * 4), StudyInfo())

    comparison = found["criteria"]["naturalness"]["comparisons"][0]
    assert (comparison["first"], comparison["second"]) == ("p", "pt")
    assert comparison["domains"]["all"]["net_preference"]["value"] < 0


def test_a_thousand_judgments_take_a_moment():
    import time

    rows = a_study(contexts=84, annotators=20, criteria=("naturalness", "coherence"))
    analyse(rows[:60], INFO)
    begun = time.process_time()

    analyse(rows, INFO)

    # .5 s on the machine it was written on, of its own time whatever else runs; four times that is no accident.
    assert len(rows) == 1008
    assert time.process_time() - begun < 2
