"""BLEU, chrF and ROUGE-L equal what their libraries say."""

import numpy as np
import pytest

from training.scores.library_metrics import bleu, chrf, evened, rouge_l

pytest.importorskip("sacrebleu", reason="the extra [metrics] is not installed")
REPLIES = ("I'm fine, thanks!", "the cat sat on the mat", "", "do you bake often ?")
REFERENCES = ("i am fine , and you ?", "a cat sat on the mat", "hello there", "do you bake ?")


def together(parts) -> float:
    return float(parts.of(np.array(parts.rows, dtype=float).sum(axis=0)))


def test_bleu_of_summed_parts_is_sacrebleus():
    from sacrebleu.metrics import BLEU

    texts, references = [evened(each) for each in REPLIES], [evened(each) for each in REFERENCES]

    expected = BLEU(tokenize="none", force=True).corpus_score(texts, [references]).score
    assert together(bleu(REPLIES, REFERENCES)) == pytest.approx(expected)
    assert expected > 10


def test_chrf_of_summed_parts_is_sacrebleus():
    from sacrebleu.metrics import CHRF

    texts, references = [evened(each) for each in REPLIES], [evened(each) for each in REFERENCES]

    assert together(chrf(REPLIES, REFERENCES)) == pytest.approx(CHRF().corpus_score(texts, [references]).score)


def test_rouge_l_is_the_mean_of_rouge_scores():
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"])
    expected = [
        scorer.score(evened(reference), evened(reply))["rougeL"].fmeasure
        for reply, reference in zip(REPLIES, REFERENCES, strict=True)
    ]

    assert together(rouge_l(REPLIES, REFERENCES)) == pytest.approx(sum(expected) / 4)
    # "a cat sat on the mat" against "the cat sat on the mat": five of six words in their order.
    assert expected[1] == pytest.approx(5 / 6)


def test_how_a_text_is_stored_earns_no_point():
    stored, written = ("i ' m fine , thanks !",), ("I'm fine, thanks!",)

    for metric in (bleu, chrf):
        assert together(metric(stored, written)) == pytest.approx(100.0)
    assert together(rouge_l(stored, written)) == 1.0


def test_many_resamples_are_made_at_once():
    parts = bleu(REPLIES, REFERENCES)
    sums = np.array(parts.rows, dtype=float)

    found = parts.of(np.stack([sums.sum(axis=0), sums[:2].sum(axis=0)]))

    assert found.tolist() == pytest.approx([together(parts), together(bleu(REPLIES[:2], REFERENCES[:2]))])
