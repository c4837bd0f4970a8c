import numpy as np
import pytest

from evaluation.stats.data.outcomes import Outcomes
from evaluation.stats.planning.latent import Variances, latent_of
from evaluation.stats.planning.power import Design, deal
from evaluation.stats.planning.variances import pilot_of
from tests.evaluation.stats.builders import judgments, outcomes


def a_pilot(variances, *, contexts=4000, per_cluster=4, annotators=40, seed=5):
    """One large study whose judgments are alike as told."""
    design, rng = Design(contexts, annotators=annotators, contexts_per_cluster=per_cluster), np.random.default_rng(seed)
    places, latent = deal(design, rng), latent_of(net=0.14, ties=0.2, variances=variances)
    liking = latent.mu + latent.noise**0.5 * rng.standard_normal(places.context.size)
    for group, part in (
        (places.cluster, latent.cluster),
        (places.context, latent.context),
        (places.annotator, latent.annotator),
    ):
        liking += part**0.5 * rng.standard_normal(int(group.max()) + 1)[group]
    scores = (liking > latent.tau).astype(np.int64) - (liking < -latent.tau)
    zeros = np.zeros_like(scores)
    return Outcomes("pt", "p", ("all",), scores, zeros, zeros, places.cluster, places.context, places.annotator)


def test_a_large_pilot_gives_back_what_it_was_made_from():
    found = pilot_of([a_pilot(Variances(context=0.3, cluster=0.1, annotator=0.05))])

    assert found.ties == pytest.approx(0.2, abs=0.02)
    assert found.net == pytest.approx(0.14, abs=0.08)
    assert found.variances.context == pytest.approx(0.3, abs=0.03)
    assert found.variances.cluster == pytest.approx(0.1, abs=0.03)
    # Forty leanings are few, so how much they vary is not known well.
    assert found.variances.annotator == pytest.approx(0.05, abs=0.03)


def test_annotators_who_always_agree_are_all_context():
    found = pilot_of([outcomes(judgments([["pt", "pt", "pt"]] * 6 + [["p", "p", "p"]] * 6))])

    assert found.variances == Variances(context=0.9)
    assert (found.judgments, found.net, found.ties) == (36, 0.0, 0.0)


def test_comparisons_vary_about_their_own_means():
    found = pilot_of([outcomes(judgments([["pt", "pt"]] * 6)), outcomes(judgments([["p", "p"]] * 6))])

    assert found.variances == Variances(0.0)


def test_nothing_teaches_nothing():
    assert pilot_of([]) is None
