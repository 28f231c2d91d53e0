"""Draws of the drift covariance: closed forms with variates fed, distributions against scipy's."""

import numpy as np
import pytest
from scipy import stats

from tvplab.gibbs_drift import HalfCauchy, InverseGamma, InverseWishart, NoDrift, bartlett, draw_inverse_wishart

RNG = np.random.default_rng(7)
PATH = np.cumsum(RNG.standard_normal((9, 2)), axis=0)
SQUARES = np.diff(PATH, axis=0).T @ np.diff(PATH, axis=0)
SCALE = np.array([[2.0, 0.5], [0.5, 1.0]])
N = 4_000


def repeat(prior, path, Q=None, seed=0):
    rng = np.random.default_rng(seed)
    return np.array([prior.draw(Q, path, prior.variates(len(path) - 1, rng)) for _ in range(N)])


def test_inverse_wishart_inverts_bartletts_wishart():
    triangle = bartlett(9.0, 2, np.random.default_rng(0))
    lower = np.tril(triangle)
    root = np.linalg.inv(np.linalg.cholesky(SCALE)).T
    np.testing.assert_allclose(np.linalg.inv(draw_inverse_wishart(SCALE, triangle)), root @ lower @ lower.T @ root.T)


def test_inverse_wishart_posterior():
    """Q | β ~ IW(S + Σ ΔβΔβ', ν + T − 1): its marginals are inverse gamma; its log determinant is scipy's."""
    draws = repeat(InverseWishart(6.0, SCALE), PATH)
    scale, dof = SCALE + SQUARES, 6.0 + len(PATH) - 1
    for j in range(2):
        law = stats.invgamma((dof - 1) / 2, scale=scale[j, j] / 2)
        assert stats.kstest(draws[:, j, j], law.cdf).pvalue > 0.01
    other = stats.invwishart(dof, scale).rvs(N, random_state=1)
    assert stats.ks_2samp(np.linalg.slogdet(draws)[1], np.linalg.slogdet(other)[1]).pvalue > 0.01
    assert stats.ks_2samp(draws[:, 0, 1], other[:, 0, 1]).pvalue > 0.01


def test_inverse_gamma_posterior():
    draws = repeat(InverseGamma(3.0, np.array([0.5, 2.0])), PATH)
    for j, b in enumerate((0.5, 2.0)):
        law = stats.invgamma(3.0 + (len(PATH) - 1) / 2, scale=b + SQUARES[j, j] / 2)
        assert stats.kstest(draws[:, j], law.cdf).pvalue > 0.01


def test_one_dimension_is_an_inverse_gamma():
    """IW(S, ν) with K = 1 is IG(ν/2, S/2), fed with the same variate."""
    gamma = 1.7
    wishart = InverseWishart(4.0, np.array([[2.0]])).draw(None, PATH[:, :1], np.array([[np.sqrt(2 * gamma)]]))
    plain = InverseGamma(2.0, np.array([1.0])).draw(None, PATH[:, :1], np.array([gamma]))
    np.testing.assert_allclose(wishart[0], plain)


def test_half_cauchy_is_left_alone_by_its_own_draw():
    """Without data, √q stays half-Cauchy; with data, a long chain has the posterior that quadrature gives."""
    prior, rng = HalfCauchy(np.array([0.5])), np.random.default_rng(2)
    empty = PATH[:1, :1]
    moved = [prior.draw(prior.simulate(rng), empty, prior.variates(0, rng))[0] for _ in range(N)]
    assert stats.kstest(np.sqrt(moved), stats.halfcauchy(scale=0.5).cdf).pvalue > 0.01
    Q, draws = prior.typical, []
    for _ in range(3 * N):
        Q = prior.draw(Q, PATH[:, :1], prior.variates(len(PATH) - 1, rng))
        draws.append(np.log(Q[0]))
    grid = np.linspace(-8, 12, 4_001)
    density = stats.halfcauchy.pdf(np.exp(grid / 2), scale=0.5) * np.exp(grid / 2)
    density *= np.exp(-0.5 * (len(PATH) - 1) * grid - 0.5 * SQUARES[0, 0] * np.exp(-grid))
    mean = np.sum(grid * density) / density.sum()
    spread = np.sqrt(np.sum((grid - mean) ** 2 * density) / density.sum())
    assert np.mean(draws) == pytest.approx(mean, abs=6 * spread / np.sqrt(3 * N))  # draws nearly independent
    assert np.std(draws) == pytest.approx(spread, rel=0.05)


def test_without_drift_nothing_is_drawn():
    prior = NoDrift(2)
    np.testing.assert_array_equal(prior.draw(prior.typical, PATH, prior.variates(8, RNG)), np.zeros(2))


@pytest.mark.parametrize("prior", [InverseWishart(9.0, SCALE), InverseGamma(4.0, np.array([0.5, 2.0]))])
def test_prior_draws_have_the_priors_mean(prior):
    """S/(ν − K − 1) and b/(a − 1), within 4 standard errors."""
    rng = np.random.default_rng(3)
    draws = np.array([prior.simulate(rng) for _ in range(N)])
    expected = SCALE / 6.0 if draws.ndim == 3 else np.array([0.5, 2.0]) / 3.0
    assert np.all(np.abs(draws.mean(axis=0) - expected) < 4 * draws.std(axis=0) / np.sqrt(N))
