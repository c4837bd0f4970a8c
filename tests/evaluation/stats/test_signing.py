"""Signatures for the numbers that were not signed where they were made."""

from typing import Any

from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.inference.signature import Signature
from evaluation.stats.signing import signed_within

SIGNATURE = Signature(seed=7, version="1")


def test_a_number_is_called_by_what_leads_to_it_and_counts_its_own_clusters():
    said = {"ranking": {"pt": {"value": 0.5, "method": "bootstrap"}}, "rest": {"value": 1.0, "clusters": 3}}

    signed = signed_within(said, SIGNATURE, what="naturalness", n=20)

    assert signed["ranking"]["pt"]["signature"] == (
        "stat:naturalness, ranking, pt|method:bootstrap|unit:cluster|n:20|annotators:human|seed:7|version:1"
    )
    assert "|n:3|" in signed["rest"]["signature"]


def test_a_count_of_judgments_is_not_taken_for_clusters():
    signed = signed_within({"pt": {"n": 90, "mean": {"value": 3.3}}}, SIGNATURE, what="systems", n=30)

    assert "|unit:cluster|n:30|" in signed["pt"]["mean"]["signature"]


def test_a_system_called_p_is_no_test():
    signed = signed_within({"p": {"value": 0.5}, "pt": {"value": -0.5}}, SIGNATURE, what="strength", n=9)

    assert sorted(signed) == ["p", "pt"]


def test_two_way_numbers_are_over_clusters_and_annotators():
    signed = signed_within({"two_way": {"value": 0.1}}, SIGNATURE, what="mean", n=9)

    assert "|unit:cluster and annotator|" in "|" + signed["two_way"]["signature"]


def test_what_is_signed_already_or_undefined_stays_as_it_is():
    said: dict[str, Any] = {"a": {"value": 1.0, "signature": "mine", "p": 0.1}, "b": {"value": None, "reason": "none"}}

    assert signed_within(said, SIGNATURE, what="x", n=1) == said


def test_no_number_of_an_analysis_is_without_a_signature():
    pairs = (("p", "pt"), ("pt", "ref"), ("p", "ref"))
    rows = [
        JudgmentRow(
            context=f"c{place}",
            annotator=f"a{(place + vote) % 6}",
            criterion="naturalness",
            choice=(first, second, "tie")[(place + vote) % 3],
            first=first,
            second=second,
            trait="openness",
            level="high",
        )
        for place in range(12)
        for vote in range(3)
        for first, second in pairs
    ]

    assert unsigned(analyse(rows, StudyInfo())) == []


def unsigned(said: Any, where: str = "", signed: bool = False) -> list[str]:
    """Where statistics stand that neither they nor anything around them, short of the whole, signs."""
    if isinstance(said, list):
        return [found for each in said for found in unsigned(each, where, signed)]
    if not isinstance(said, dict):
        return []
    signed = signed or bool(where and "signature" in said)
    here = [where] if said.get("value") is not None and not signed else []
    return here + [found for key, part in said.items() for found in unsigned(part, f"{where}/{key}", signed)]
