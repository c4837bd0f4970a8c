"""What is found in real judgments, held against what is known of them."""

import pytest

from evaluation.results.judgments_file import read_judgments
from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import StudyInfo

pytestmark = pytest.mark.data


def test_pandalm_is_read_and_ranked(shared_data):
    rows = read_judgments(shared_data / "judgments" / "pandalm.csv.gz")

    found = analyse(rows, StudyInfo())

    assert found["n"] == {"clusters": 999, "contexts": 999, "annotators": 3, "judgments": 2997}
    criterion = found["criteria"]["preference"]
    # Three annotators who agree in 92 % of pairs; three are too few to stand for others.
    assert criterion["agreement"]["all"]["alpha_nominal"]["value"] == pytest.approx(0.8645, abs=5e-5)
    assert criterion["agreement"]["all"]["fleiss_kappa"]["value"] == pytest.approx(0.8645, abs=5e-5)
    assert len(criterion["comparisons"]) == 10
    assert all(
        domain["tests"]["two_way"]["p"] is None
        for comparison in criterion["comparisons"]
        for domain in comparison["domains"].values()
    )
    assert next(iter(criterion["ranking"]["bradley_terry"])) == "llama-7b"


def test_llmfao_can_hardly_be_tested_pair_by_pair(shared_data):
    rows = read_judgments(shared_data / "judgments" / "llmfao.csv.gz")

    found = analyse(rows, StudyInfo())

    assert found["n"] == {"clusters": 13, "contexts": 13, "annotators": 124, "judgments": 8931}
    criterion = found["criteria"]["preference"]
    tested = [
        comparison
        for comparison in criterion["comparisons"]
        if comparison["domains"]["all"]["tests"]["permutation"]["p"] is not None
    ]
    assert (len(criterion["comparisons"]), len(tested)) == (927, 61)
    # One orientation alone gives anything from .23 to .29, by naming; both together do not move.
    assert criterion["agreement"]["all"]["alpha_ordinal"]["value"] == pytest.approx(0.2896, abs=5e-5)
    assert next(iter(criterion["ranking"]["bradley_terry"])) == "GPT 4"
    assert found["side_bias"]["first_on_left"] == pytest.approx(0.5, abs=0.01)
