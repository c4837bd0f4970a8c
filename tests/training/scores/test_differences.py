"""Differences between systems, and what is corrected over."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.builders import a_response
from training.data.responses import Response, write_responses
from training.scores.differences import UnknownMetric, compare
from training.scores.scoring import Scores, score

LIKED = ("dogs", "cake", "snow", "tea", "red", "jazz", "figs", "ink", "maps", "boats")


def answers(system: str, text: str, *, domain: str = "toy") -> list[Response]:
    """A reply for each of ten dialogues; `text` says where the thing goes that the reference names."""
    rows = [
        a_response(text.format(thing), reference=f"i like {thing}", dialogue=f"{domain}/test/{number:05}")
        for number, thing in enumerate(LIKED)
    ]
    return [replace(each, system=system, context=replace(each.context, domain=domain)) for each in rows]


def scored(folder: Path, rows: list[Response]) -> Scores:
    write_responses(folder / rows[0].system, rows)
    return score(folder / rows[0].system)


def test_the_better_system_is_better_by_what_it_says(tmp_path):
    right, wrong = scored(tmp_path, answers("right", "i like {}")), scored(tmp_path, answers("wrong", "hm ! {}"))

    (found,) = compare([right, wrong], metrics=["f1"], seed=7)

    # "hm dogs" shares one of two words with "i like dogs": 2 x 1 / (2 + 3).
    assert found.difference.value == pytest.approx(1 - 0.4)
    assert (found.first, found.second, found.domain, found.metric) == ("right", "wrong", "toy", "f1")
    assert found.p_holm == found.difference.p == pytest.approx(1 / 1001)


def test_holm_corrects_over_metrics_domains_and_pairs(tmp_path):
    systems = [
        scored(tmp_path, answers(name, text) + answers(name, text, domain="other"))
        for name, text in (("a", "i like {}"), ("b", "hm ! {}"), ("c", "so so"))
    ]

    found = compare(systems, metrics=["f1", "words"], seed=7)

    assert len(found) == 3 * 2 * 2
    assert {(each.first, each.second) for each in found} == {("a", "b"), ("a", "c"), ("b", "c")}
    smallest = min(found, key=lambda each: each.difference.p or 1)
    tested = sum(each.difference.p is not None for each in found)
    assert smallest.p_holm == pytest.approx(tested * (smallest.difference.p or 1))


def test_however_many_are_compared_a_plain_difference_survives_the_correction(tmp_path):
    right = scored(tmp_path, answers("right", "i like {}"))
    alike = [scored(tmp_path, answers(f"wrong{number}", "hm ! {}")) for number in range(11)]

    found = compare([right, *alike], metrics=["f1"], seed=7)

    # 66 pairs: of a thousand resamples the smallest p would be corrected to 66 / 1001.
    assert {each.resamples for each in found} == {66 * 50}
    told_apart = [each for each in found if (each.p_holm or 0) < 0.05]
    assert {each.first for each in told_apart} == {"right"}
    assert len(told_apart) == 11
    assert found[0].as_json()["resamples"] == 3300


def test_a_metric_that_one_system_has_not_is_null_with_the_reason(tmp_path):
    one, other = scored(tmp_path, answers("a", "{}")), scored(tmp_path, answers("b", "{}"))

    (found,) = compare([one, other], metrics=["perplexity_per_word"], seed=7)

    assert found.difference.value is None
    assert found.difference.reason == "a: no manifest names the model that answered"
    assert found.p_holm is None


def test_an_unknown_metric_is_refused(tmp_path):
    with pytest.raises(UnknownMetric, match=r"metric 'charm': expected some of .*f1"):
        compare([scored(tmp_path, answers("a", "{}"))], metrics=["charm"], seed=7)


def test_a_domain_that_only_one_answered_in_is_not_compared(tmp_path):
    one = scored(tmp_path, answers("a", "{}"))
    other = scored(tmp_path, answers("b", "{}", domain="other"))

    assert compare([one, other], metrics=["f1"], seed=7) == []
