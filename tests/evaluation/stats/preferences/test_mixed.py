import numpy as np
import pytest
from scipy.optimize import minimize

from evaluation.stats.preferences.mixed import mixed

# 24 clusters of three judgments by three of seven annotators, the first twelve in one domain; no two alike.
CLUSTER = np.repeat(np.arange(24), 3)
ANNOTATOR = (CLUSTER * 5 + np.tile([0, 2, 4], 24)) % 7
LEANING = (CLUSTER * 3) % 7 - 2 + (ANNOTATOR * 5) % 7 - 3 + (CLUSTER * 5 + ANNOTATOR * 3) % 11 - 5
SCORES = np.where(LEANING > 1, 1, np.where(LEANING < -1, -1, 0))
DOMAIN = (CLUSTER >= 12).astype(np.int64)
NOWHERE = np.zeros_like(CLUSTER)


def slowly(scores, domain, cluster, annotator):
    """REML by its definition: the covariance matrix of all judgments, inverted anew at each step."""
    scores, n = scores.astype(float), scores.size
    design = (domain[:, None] == np.unique(domain)).astype(float)
    same_cluster, same_annotator = (each[:, None] == each for each in (cluster, annotator))
    weights = np.full(design.shape[1], 1 / design.shape[1])

    def parts(variances):
        covariance = variances[0] * same_cluster + variances[1] * same_annotator + variances[2] * np.eye(n)
        inverse = np.linalg.inv(covariance)
        information = design.T @ inverse @ design
        means = np.linalg.solve(information, design.T @ inverse @ scores)
        rest = scores - design @ means
        deviance = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1] + rest @ inverse @ rest
        return deviance, weights @ means, weights @ np.linalg.solve(information, weights)

    found = minimize(
        lambda logs: parts(np.exp(logs))[0],
        [-3.0, -3.0, -0.5],
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 2000},
    )
    variances = np.exp(found.x)
    _, value, spread = parts(variances)
    # Satterthwaite in the variances themselves, from the curvature of the deviance there.
    step = 0.01 * variances
    slope = np.array([(parts(variances + d)[2] - parts(variances - d)[2]) / (2 * s) for d, s in _moves(step)])
    curvature = np.zeros((3, 3))
    for i, (one, by) in enumerate(_moves(step)):
        for j, (other, per) in enumerate(_moves(step)):
            corners = [parts(variances + a * one + b * other)[0] for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            curvature[i, j] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * by * per)
    freedom = 2 * spread**2 / (slope @ (2 * np.linalg.inv(curvature)) @ slope)
    return value, np.sqrt(spread), freedom, variances


def _moves(step):
    return [(np.eye(3)[place] * step, step[place]) for place in range(3)]


@pytest.mark.parametrize("domain", [NOWHERE, DOMAIN], ids=["one domain", "two domains"])
def test_the_fast_fit_is_that_of_the_slow_definition(domain):
    value, error, freedom, variances = slowly(SCORES, domain, CLUSTER, ANNOTATOR)

    found = mixed(SCORES, domain=domain, cluster=CLUSTER, annotator=ANNOTATOR)

    assert (found.value, found.error) == pytest.approx((value, error), rel=1e-4)
    assert list(found.variances.values()) == pytest.approx(variances, rel=2e-3)
    assert found.freedom == pytest.approx(freedom, rel=0.02)


def test_the_fit_is_that_of_another_tool():
    found = mixed(SCORES, domain=DOMAIN, cluster=CLUSTER, annotator=ANNOTATOR)

    # statsmodels 0.15, mixedlm("y ~ 0 + C(d)", groups=1, vc_formula of clusters and annotators).fit(reml=True):
    # means .23750832 and .20594957, variances .0298578 (clusters), .0739798 (annotators), .6447913 (scale).
    assert found.value == pytest.approx((0.23750832 + 0.20594957) / 2, abs=1e-5)
    assert found.variances == pytest.approx(
        {"cluster": 0.0298578, "annotator": 0.0739798, "residual": 0.6447913}, abs=2e-5
    )


def test_the_test_says_how_it_was_had():
    test = mixed(SCORES, domain=DOMAIN, cluster=CLUSTER, annotator=ANNOTATOR).test()

    assert (test.n, round(test.p, 3)) == (72, 0.171)
    assert test.method.startswith("linear mixed model, REML, random cluster and annotator, t with 6.6 degrees")
    assert test.more["estimate"]["low"] < 0 < test.more["estimate"]["value"] < test.more["estimate"]["high"]


def test_annotators_who_do_not_differ_make_a_singular_fit_and_that_is_said():
    # Everybody says the same of a cluster, so nothing varies with annotators.
    scores = np.where(CLUSTER % 3 == 0, -1, 1) * np.where(np.tile([0, 1, 2], 24) == CLUSTER % 2, 0, 1)

    found = mixed(scores, domain=NOWHERE, cluster=CLUSTER, annotator=ANNOTATOR)

    assert "annotator" in found.singular
    assert found.variances["annotator"] == 0.0
    assert "singular: no variance between annotators" in found.test().method


def test_one_judgment_to_a_cluster_leaves_the_clusters_variance_to_the_rest():
    found = mixed(SCORES, domain=NOWHERE, cluster=np.arange(72), annotator=ANNOTATOR)

    assert found.left_out == ("cluster",)
    assert "random annotator, t with" in found.test().method


@pytest.mark.parametrize(
    ("scores", "annotator", "reason"),
    [
        (SCORES[:0], ANNOTATOR[:0], "no judgments"),
        (SCORES, ANNOTATOR % 4, "fewer than 5 annotators: their variance cannot be told"),
        (np.ones(72, dtype=np.int64), ANNOTATOR, "the judgments of each domain are all the same"),
    ],
    ids=["nothing", "few annotators", "everyone agrees"],
)
def test_what_cannot_be_fitted_says_why(scores, annotator, reason):
    here = slice(scores.size)

    found = mixed(scores, domain=NOWHERE[here], cluster=CLUSTER[here], annotator=annotator)

    assert found.test().p is None
    assert found.test().reason.startswith(reason)


def test_what_is_too_large_is_not_begun():
    rng = np.random.default_rng(1)
    cluster, annotator = np.arange(12_000) // 2, rng.integers(3_000, size=12_000)

    found = mixed(rng.choice([-1, 1], size=12_000), domain=np.zeros_like(cluster), cluster=cluster, annotator=annotator)

    assert "are too many for the model; the two-way test is the one" in found.reason


def test_swapping_the_systems_negates_the_effect_and_names_change_nothing():
    found = mixed(SCORES, domain=DOMAIN, cluster=CLUSTER, annotator=ANNOTATOR)

    swapped = mixed(-SCORES, domain=1 - DOMAIN, cluster=90 - CLUSTER, annotator=(ANNOTATOR * 3) % 7)

    assert (swapped.value, swapped.error, swapped.freedom) == pytest.approx(
        (-found.value, found.error, found.freedom), rel=1e-4
    )


def test_a_hundred_thousand_judgments_take_a_moment():
    import time

    rng = np.random.default_rng(2)
    cluster = np.repeat(np.arange(20_000), 5)
    annotator = (cluster * 7 + np.tile(np.arange(5) * 31, 20_000)) % 200
    leaning = rng.normal(0, 0.7, 20_000)[cluster] + rng.normal(0, 0.7, 200)[annotator]
    scores = np.where(rng.random(100_000) < 1 / (1 + np.exp(-leaning)), 1, -1)
    begun = time.process_time()

    found = mixed(scores, domain=np.zeros_like(cluster), cluster=cluster, annotator=annotator)

    # .1 s on the machine it was written on.
    assert found.variances["annotator"] == pytest.approx(0.07, abs=0.02)
    assert time.process_time() - begun < 3
