"""The dynamic spike-and-slab prior: weights and densities against their definitions, and its stationary law."""

import numpy as np
import pytest
from scipy import integrate, stats

from tvplab.dss_prior import Prior, inclusion, log_prior, logit_mixing, total_log_prior

PRIORS = [Prior(10.0, 0.01, np.sqrt(0.999), 0.5), Prior(0.9, 0.396, 0.98, 0.9), Prior(3.0, 0.2, 0.6, 0.2)]


def spike(b, prior):
    return stats.laplace(scale=1.0 / prior.lam0).pdf(b)


def slab(b, before, prior):
    return stats.norm(prior.phi * before, np.sqrt(prior.lam1)).pdf(b)


def stationary_slab(b, prior):
    return stats.norm(0.0, np.sqrt(prior.lam1 / (1.0 - prior.phi**2))).pdf(b)


def mixing(b, prior):
    one, other = prior.theta * stationary_slab(b, prior), (1.0 - prior.theta) * spike(b, prior)
    return one / (one + other)


@pytest.mark.parametrize("prior", PRIORS)
def test_weights_and_density_are_those_of_the_definition(prior):
    path = np.array([0.3, 0.25, 0.0, 0.0, -0.1, 0.2, 0.22])
    theta = mixing(path[:-1], prior)
    one, other = theta * slab(path[1:], path[:-1], prior), (1.0 - theta) * spike(path[1:], prior)
    expected = np.append(mixing(path[0], prior), one / (one + other))
    np.testing.assert_allclose(inclusion(path, prior), expected, rtol=1e-9)
    first = prior.theta * stationary_slab(path[0], prior) + (1.0 - prior.theta) * spike(path[0], prior)
    assert log_prior(path, prior) == pytest.approx(np.log(first) + np.log(one + other).sum(), rel=1e-12)


def test_the_mixture_is_stationary_with_the_mixing_weight_of_the_last_value():
    prior = PRIORS[2]

    def marginal(b):
        return prior.theta * stationary_slab(b, prior) + (1.0 - prior.theta) * spike(b, prior)

    def density(b, before):
        weight = mixing(before, prior)
        return weight * slab(b, before, prior) + (1.0 - weight) * spike(b, prior)

    grid = np.linspace(-6.0, 6.0, 24_001)  # zero, where densities have a kink, is a node
    for b in (-0.7, 0.0, 0.05, 1.1):
        assert integrate.trapezoid(marginal(grid) * density(b, grid), grid) == pytest.approx(marginal(b), rel=1e-6)


def test_the_printed_constants_let_the_slab_win_at_zero():
    weights = inclusion(np.zeros(3), PRIORS[1])
    assert weights[0] == pytest.approx(0.716, abs=1e-3)
    assert weights[1] == pytest.approx(0.78, abs=5e-3)
    assert inclusion(np.zeros(3), PRIORS[0])[1] < 0.03


def test_paths_of_zeros_are_counted_once_and_right():
    prior, rng = PRIORS[0], np.random.default_rng(1)
    paths = rng.standard_normal((4, 3, 9)) * (rng.random((4, 3, 1)) < 0.5)
    assert (~paths.any(axis=2)).any()
    assert total_log_prior(paths, prior) == pytest.approx(log_prior(paths, prior).sum(), rel=1e-12)
    weights = inclusion(paths, prior)
    for j in range(4):
        np.testing.assert_allclose(weights[j], np.stack([inclusion(one, prior) for one in paths[j]]), rtol=1e-12)


def test_far_away_values_stay_finite():
    path = np.array([0.0, 1e3, -1e3, 0.0])
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(inclusion(path, PRIORS[0])).all()
        assert np.isfinite(log_prior(path, PRIORS[0]))
        assert np.isfinite(logit_mixing(path, PRIORS[0])).all()
