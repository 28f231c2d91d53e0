"""Static spike-and-slab factors: each update against its definition, a convex optimiser, other software's fits."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import optimize, stats
from sklearn.decomposition import FactorAnalysis
from sklearn.isotonic import IsotonicRegression

from tvplab.dgp import simulate_sparse_factors
from tvplab.factor_matching import match_factors
from tvplab.static_sparse import (
    SLAB,
    climb,
    cross_moments,
    falling_fit,
    fit_static,
    log_posterior,
    rolling_static,
    rotation,
    slab_share,
    update_loadings,
    update_shares,
    update_variances,
)

RNG = np.random.default_rng(9)
N, R, n = 7, 3, 60


@pytest.fixture(scope="module")
def problem():
    """Data, gram matrix, and two starts: B (2, N, R), σ² (2, N), θ (2, R)."""
    rng = np.random.default_rng(3)
    Y = rng.standard_normal((n, R)) @ rng.standard_normal((R, N)) + rng.standard_normal((n, N))
    B, sigma2 = rng.standard_normal((2, N, R)), rng.uniform(0.5, 2.0, (2, N))
    return Y, (n, Y.T @ Y), B, sigma2, rng.uniform(0.2, 0.8, (2, R))


def test_moments_from_the_gram_matrix_are_those_of_the_e_step(problem):
    Y, gram, B, sigma2, _ = problem
    C, S = cross_moments(gram, B, sigma2)
    for s in range(2):
        cov = np.linalg.inv(B[s].T @ np.diag(1.0 / sigma2[s]) @ B[s] + np.eye(R))
        mean = Y @ np.diag(1.0 / sigma2[s]) @ B[s] @ cov
        np.testing.assert_allclose(C[s], Y.T @ mean, rtol=1e-9)
        np.testing.assert_allclose(S[s], mean.T @ mean + n * cov, rtol=1e-9)


def test_slab_share_against_the_densities():
    B, theta = RNG.standard_normal((1, 4, 2)), np.array([[0.3, 0.7]])
    spike, slab = (stats.laplace(scale=1.0 / rate).pdf(B) for rate in (5.0, SLAB))
    wanted = theta[:, None] * slab / (theta[:, None] * slab + (1.0 - theta[:, None]) * spike)
    np.testing.assert_allclose(slab_share(B, theta, 5.0), wanted, rtol=1e-10)


def test_loadings_reach_the_lasso_minimum(problem):
    _, gram, B, sigma2, _ = problem
    C, S = cross_moments(gram, B, sigma2)
    penalty = RNG.uniform(0.1, 8.0, B.shape)
    found = update_loadings(B, C, S, sigma2, penalty, sweeps=400)
    for j in range(N):
        kappa = sigma2[0, j] * penalty[0, j]

        def cost(parts, j=j, kappa=kappa):
            beta = parts[:R] - parts[R:]
            return 0.5 * beta @ S[0] @ beta - C[0, j] @ beta + kappa @ (parts[:R] + parts[R:])

        options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2000}
        best = optimize.minimize(cost, np.ones(2 * R), method="L-BFGS-B", bounds=[(0, None)] * 2 * R, options=options)
        ours = np.concatenate([np.maximum(found[0, j], 0.0), np.maximum(-found[0, j], 0.0)])
        assert cost(ours) <= best.fun + 1e-6
    assert (found == 0.0).any()


def test_variances_are_the_mode(problem):
    _, gram, B, sigma2, _ = problem
    C, S = cross_moments(gram, B, sigma2)
    found = update_variances(gram, B, C, S)
    for j in range(3):
        rate = gram[1][j, j] - 2.0 * B[0, j] @ C[0, j] + B[0, j] @ S[0] @ B[0, j]

        def cost(log, rate=rate):
            return 0.5 * (n * log + rate * np.exp(-log)) + 1.5 * log + 0.5 * np.exp(-log)

        assert np.log(found[0, j]) == pytest.approx(optimize.minimize_scalar(cost).x, abs=1e-6)


def test_falling_fit_is_isotonic_regression():
    weights = np.full(8, 20.0)
    weights[-1] -= 0.95
    for _ in range(20):
        means = RNG.uniform(0.0, 1.0, 8)
        wanted = IsotonicRegression(increasing=False).fit_transform(np.arange(8), means, sample_weight=weights)
        np.testing.assert_allclose(falling_fit((means * weights)[None], weights)[0], wanted, atol=1e-12)
    p = RNG.uniform(0.2, 0.8, (2, 50, 4))
    theta = update_shares(p)
    assert np.abs(theta - p.mean(axis=1)).max() < 0.02  # α − 1 takes one of fifty from the last column
    assert np.all(np.diff(np.sort(theta, axis=1)) >= 0.0)


def test_log_posterior_against_the_normal_density(problem):
    Y, gram, B, sigma2, theta = problem
    found = log_posterior(gram, B, sigma2, theta, 10.0)
    for s in range(2):
        law = stats.multivariate_normal(np.zeros(N), B[s] @ B[s].T + np.diag(sigma2[s]))
        spike, slab = (stats.laplace(scale=1.0 / rate).pdf(B[s]) for rate in (10.0, SLAB))
        prior = np.log(theta[s] * slab + (1.0 - theta[s]) * spike).sum()
        variances = (-1.5 * np.log(sigma2[s]) - 0.5 / sigma2[s]).sum()
        sticks = (1.0 / N - 1.0) * np.log(theta[s].min())
        assert found[s] == pytest.approx(law.logpdf(Y).sum() + prior + variances + sticks, rel=1e-10)


def test_without_rotation_the_log_posterior_rises(problem):
    _, gram, B, sigma2, theta = problem
    path = []
    for _ in range(30):
        path.append(log_posterior(gram, B, sigma2, theta, 5.0))
        B, sigma2, theta, _, _ = climb(gram, B, sigma2, theta, 5.0, 1, 1e-9, rotate=False)
    assert np.diff(path, axis=0)[1:].min() > -1e-6  # θ is sorted into its order by the first


def test_a_rotation_is_a_root_of_the_factors_covariance(problem):
    _, gram, B, sigma2, _ = problem
    S = cross_moments(gram, B, sigma2)[1]
    L = rotation(S, n)
    np.testing.assert_allclose(L @ np.swapaxes(L, 1, 2), S / n, rtol=1e-10)


def test_without_a_penalty_it_is_maximum_likelihood_factor_analysis():
    rng = np.random.default_rng(1)
    Y = rng.standard_normal((400, 2)) @ rng.standard_normal((2, 8)) + rng.standard_normal((400, 8))
    ours = fit_static(Y, 2, n_starts=1, ladder=(SLAB,), max_iter=1000, tol=1e-5)
    peer = FactorAnalysis(2, tol=1e-10, max_iter=5000).fit(np.vstack([Y, -Y]))  # the mean is known to be zero
    covariance = ours.loadings @ ours.loadings.T + np.diag(ours.sigma2)
    np.testing.assert_allclose(covariance, peer.get_covariance(), atol=0.02)  # the variances' prior: 3 in 400


def test_sparse_loadings_are_found_from_the_best_of_some_starts():
    world = simulate_sparse_factors(T=300, n_series=30, training=0, seed=0)
    sample = world.y.to_numpy()[:75]
    fit = fit_static(sample, 8, n_starts=10, seed=0)
    truth = np.pad(world.loadings[:75].mean(axis=0)[:, :5], ((0, 0), (0, 3)))
    found = match_factors(truth, fit.loadings).apply(fit.loadings)
    assert np.mean((np.abs(found) > 0.1) == (truth > 0.0)) > 0.97
    again = fit_static(sample, 8, n_starts=10, seed=0)
    np.testing.assert_array_equal(fit.loadings, again.loadings)
    continued = fit_static(sample, 8, n_starts=1, start=fit.loadings, seed=5)
    assert continued.log_posterior >= fit.log_posterior - 1.0


def test_rolling_fits_keep_the_columns_in_their_places():
    world = simulate_sparse_factors(T=120, n_series=30, seed=3)
    path = rolling_static(world.y, world.training, n_factors=7, window=60, every=20, n_starts=4, seed=0)
    assert path.shape == (120, 30, 7)
    np.testing.assert_array_equal(path[20], path[39])
    fitted = path[::20]
    for before, after in pairwise(fitted):
        both = before.any(axis=0) & after.any(axis=0)
        assert both.sum() >= 3
        assert np.all((before * after).sum(axis=0)[both] > 0.0)
