"""The E-step for the factors against dense Gaussian algebra and the readable Kalman smoother."""

import numpy as np
import pytest
from scipy import linalg, stats

from tvplab.dss_moments import FactorMoments, factor_law, factor_moments, persistence, precisions
from tvplab.statespace import kalman_filter, kalman_smoother

RNG = np.random.default_rng(4)
T, N, R = 6, 4, 2


def problem(phi, dead=0):
    B = RNG.standard_normal((T, N, R + dead))
    B[:, :, R:] = 0.0
    y, sigma2 = RNG.standard_normal((T, N)), RNG.uniform(0.3, 2.0, (T, N))
    y[RNG.random((T, N)) < 0.2] = np.nan
    y[3] = np.nan
    return y, B, sigma2, phi


@pytest.mark.parametrize("phi", [0.0, 0.6, 0.95])
def test_moments_are_those_of_the_joint_normal_law(phi):
    y, B, sigma2, phi = problem(phi)
    found = factor_moments(y, B, precisions(y, sigma2), phi)
    prior = np.kron(phi ** np.abs(np.subtract.outer(np.arange(T), np.arange(T))), np.eye(R))
    seen = np.isfinite(y.ravel())
    Z = linalg.block_diag(*B)[seen]
    V = Z @ prior @ Z.T + np.diag(sigma2.ravel()[seen])
    gain = prior @ Z.T @ np.linalg.inv(V)
    mean, cov = gain @ y.ravel()[seen], prior - gain @ Z @ prior
    np.testing.assert_allclose(found.mean, mean.reshape(T, R), atol=1e-12)
    for t in range(T):
        here, last = slice(t * R, (t + 1) * R), slice((t - 1) * R, t * R)
        np.testing.assert_allclose(found.cov[t], cov[here, here], atol=1e-12)
        if t:
            np.testing.assert_allclose(found.lag_cov[t], cov[here, last], atol=1e-12)
            cross = cov[here, last] + np.outer(mean[here], mean[last])
            np.testing.assert_allclose(found.cross[t], cross, atol=1e-12)
        np.testing.assert_allclose(found.second[t], cov[here, here] + np.outer(mean[here], mean[here]), atol=1e-12)
    density = stats.multivariate_normal(np.zeros(len(V)), V).logpdf(y.ravel()[seen])
    assert found.loglik == pytest.approx(density, abs=1e-10)


def test_the_readable_smoother_gives_the_same():
    y, B, sigma2, phi = problem(0.8)
    model = factor_law(np.full(R, phi))._replace(Z=B, A=np.zeros(N), R=np.stack([np.diag(one) for one in sigma2]))
    wanted = kalman_smoother(kalman_filter(y, model), model)
    found = factor_moments(y, B, precisions(y, sigma2), phi)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)


def test_factors_without_loadings_keep_their_prior_and_cost_the_others_nothing():
    y, B, sigma2, phi = problem(0.7, dead=2)
    with_dead = factor_moments(y, B, precisions(y, sigma2), phi)
    without = factor_moments(y, B[:, :, :R], precisions(y, sigma2), phi)
    np.testing.assert_allclose(with_dead.mean[:, :R], without.mean, atol=1e-12)
    np.testing.assert_array_equal(with_dead.mean[:, R:], 0.0)
    np.testing.assert_array_equal(with_dead.cov[:, R:, R:], np.tile(np.eye(2), (T, 1, 1)))
    np.testing.assert_array_equal(with_dead.lag_cov[1:, R:, R:], phi * np.tile(np.eye(2), (T - 1, 1, 1)))
    assert with_dead.loglik == pytest.approx(without.loglik, abs=1e-10)
    nothing = factor_moments(y, np.zeros((T, N, 2)), precisions(y, sigma2), phi)
    independent = stats.norm(0.0, np.sqrt(sigma2)).logpdf(y)
    assert nothing.loglik == pytest.approx(np.nansum(independent), abs=1e-10)


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_persistence_of_factors_that_are_seen(phi):
    rng, n = np.random.default_rng(8), 20_000
    shocks = np.sqrt(1.0 - phi**2) * rng.standard_normal((n, 2))
    factors = np.zeros((n, 2))
    for t in range(1, n):
        factors[t] = phi * factors[t - 1] + shocks[t]
    moments = FactorMoments(factors, np.zeros((n, 2, 2)), np.zeros((n, 2, 2)), 0.0)
    error = 4.0 / np.sqrt(2 * n)  # four standard errors of an autoregression's slope, at its largest
    both = np.array([True, True])
    np.testing.assert_allclose(persistence(moments, both), phi, atol=error)
    np.testing.assert_array_equal(persistence(moments, ~both), 0.0)
    flipped = moments._replace(mean=factors * np.column_stack([np.ones(n), (-1.0) ** np.arange(n)]))
    np.testing.assert_allclose(persistence(flipped, both, each=True), [phi, 0.0], atol=2.0 * error)


def test_factors_may_have_a_persistence_each():
    y, B, sigma2, _ = problem(0.0)
    phi = np.array([0.9, 0.2])
    found = factor_moments(y, B, precisions(y, sigma2), phi)
    model = factor_law(phi)._replace(Z=B, A=np.zeros(N), R=np.stack([np.diag(one) for one in sigma2]))
    wanted = kalman_smoother(kalman_filter(y, model), model)
    np.testing.assert_allclose(found.mean, wanted.mean, atol=1e-10)
    np.testing.assert_allclose(found.lag_cov, wanted.lag_cov, atol=1e-10)
