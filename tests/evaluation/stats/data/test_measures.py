from dataclasses import asdict

import pytest

from evaluation.stats.data.measures import EqualPair, Measures, measures_from_json


def test_what_was_written_is_read_back():
    measures = Measures(
        lengths={"pt": {"talk-1": 12}, "p": {"talk-1": 0}},
        scores={"f1": {"pt": {"talk-1": 0.25}}},
        system_scores={"perplexity": {"pt": 21.5}},
        told_no_trait=("p",),
        equal_pairs=(EqualPair("talk-2", "pt", "p", domain="personachat"),),
    )

    assert measures_from_json(asdict(measures)) == measures
    assert measures_from_json({}) == Measures()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"lengths": {"pt": {"talk-1": -1}}}, "measures.lengths.pt.talk-1: expected a number of words, got -1"),
        ({"lengths": {"pt": {"talk-1": True}}}, "expected a number of words, got True"),
        ({"scores": {"f1": {"pt": {"talk-1": "much"}}}}, "measures.scores.f1.pt.talk-1: expected a number, got 'much'"),
        ({"system_scores": {"perplexity": {"pt": float("inf")}}}, "measures.system_scores.perplexity.pt"),
    ],
)
def test_a_measure_that_is_none_is_refused_with_its_place(data, message):
    with pytest.raises(ValueError, match=message):
        measures_from_json(data)
