"""The second draw of drift variances: its density from the model's own, its variates fed, its law, and what it buys."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tvplab.gibbs_chain import run_chain
from tvplab.gibbs_interweaving import SCALES, draw_stretches, log_density, stretch_in_place
from tvplab.gibbs_noise import StochasticVolatility
from tvplab.mcmc import effective_size
from tvplab.tvp_var import TVPVAR

T, K, SHAPE = 40, 3, 5.0
RNG = np.random.default_rng(4)
X = RNG.standard_normal((T, K))
SIGMA2 = np.exp(RNG.standard_normal(T))
Q = np.array([0.02, 0.1, 0.05])
SCALE = np.array([0.1, 0.2, 0.3])
PATH = RNG.standard_normal(K) + np.cumsum(np.sqrt(Q) * RNG.standard_normal((T, K)), axis=0)
Y = np.sum(X * PATH, axis=1) + np.sqrt(SIGMA2) * RNG.standard_normal(T)


def stretched(path, j, rho):
    """The path with coefficient j ρ times as far from its start."""
    out = path.copy()
    out[:, j] = path[0, j] + rho * (path[:, j] - path[0, j])
    return out


def log_posterior(kappa, j, path=PATH):
    """log p(y | path) + log p(log w'_j) for w' = w·e^κ, β̃ fixed: normal densities and scipy's inverse gamma."""
    q = Q[j] * np.exp(2 * kappa)
    fit = np.sum(X * stretched(path, j, np.exp(kappa)), axis=1)
    return (
        stats.norm.logpdf(Y, fit, np.sqrt(SIGMA2)).sum() + stats.invgamma.logpdf(q, SHAPE, scale=SCALE[j]) + np.log(q)
    )


def one_draw(variates, path=PATH):
    """`stretch_in_place` on copies: path, errors, Q."""
    moved, q = path.copy(), Q.copy()
    resid = Y - np.sum(X * path, axis=1)
    stretch_in_place(moved, resid, X, SIGMA2, q, SHAPE, SCALE, *variates)
    return moved, resid, q


@pytest.mark.parametrize("j", range(K))
def test_the_density_is_the_models(j):
    u = X[:, j] * (PATH[:, j] - PATH[0, j])
    resid = Y - np.sum(X * PATH, axis=1)
    A, B = np.sum(u**2 / SIGMA2), np.sum(u * resid / SIGMA2)
    for kappa in (-1.5, -0.2, 0.4, 1.0):
        found = [log_density(k, A, B, SHAPE, SCALE[j] / Q[j]) for k in (kappa, 0.0)]
        assert found[0] - found[1] == pytest.approx(log_posterior(kappa, j) - log_posterior(0.0, j))


def test_fed_with_variates_it_does_what_a_plain_twin_does():
    variates = draw_stretches(K, np.random.default_rng(1))
    path, taken = PATH, np.zeros(K)
    for j in range(K):  # one coefficient after the other, each given those before it
        for i, scale in enumerate(SCALES):
            proposal = taken[j] + scale * variates.normals[j, i]
            fall = log_posterior(taken[j], j, path) - log_posterior(proposal, j, path)
            if fall < variates.exponentials[j, i]:
                taken[j] = proposal
        path = stretched(path, j, np.exp(taken[j]))
    assert np.count_nonzero(taken) >= 2  # something happened
    moved, resid, q = one_draw(variates)
    np.testing.assert_allclose(moved, path, rtol=1e-10)
    np.testing.assert_allclose(q, Q * np.exp(2 * taken))
    np.testing.assert_allclose(resid, Y - np.sum(X * moved, axis=1), atol=1e-11)
    np.testing.assert_allclose((moved - moved[0]) / np.sqrt(q), (PATH - PATH[0]) / np.sqrt(Q))


def test_a_chain_of_it_has_the_law_that_quadrature_gives():
    """K = 1, β̃ fixed: mean and sd of log w on a grid; 20,000 draws, their effective number measured."""
    rng, n = np.random.default_rng(2), 20_000
    rest = Y - np.sum(X[:, 1:] * PATH[:, 1:], axis=1)
    path, q, resid = PATH[:, :1].copy(), Q[:1].copy(), rest - X[:, 0] * PATH[:, 0]
    draws = np.empty(n)
    for i in range(n):
        stretch_in_place(path, resid, X[:, :1], SIGMA2, q, SHAPE, SCALE[:1], *draw_stretches(1, rng))
        draws[i] = 0.5 * np.log(q[0] / Q[0])
    grid = np.linspace(-4, 4, 2_001)
    density = np.exp([log_posterior(kappa, 0) - log_posterior(0.0, 0) for kappa in grid])
    mean = grid @ density / density.sum()
    spread = np.sqrt((grid - mean) ** 2 @ density / density.sum())
    size = effective_size(draws[None])
    assert size > n / 10
    assert draws.mean() == pytest.approx(mean, abs=4 * spread / np.sqrt(size))
    assert draws.std() == pytest.approx(spread, rel=4 / np.sqrt(2 * size))


def test_data_without_information_leave_the_prior():
    """σ² → ∞: q is IG(a, b) whatever the path; every tenth of a chain is nearly independent."""
    rng, kept = np.random.default_rng(0), []
    path, q, resid = PATH.copy(), Q.copy(), np.zeros(T)
    for i in range(40_000):
        stretch_in_place(path, resid, X, np.full(T, 1e12), q, SHAPE, SCALE, *draw_stretches(K, rng))
        if i % 10 == 9:
            kept.append(q.copy())
    for j, draws in enumerate(np.transpose(kept)):
        assert stats.kstest(draws, stats.invgamma(SHAPE, scale=SCALE[j]).cdf).pvalue > 0.01 / K


@pytest.mark.parametrize("persistence", [1.0, 0.7])
def test_log_volatility_is_stretched_around_what_its_start_alone_gives(persistence):
    prior = StochasticVolatility(-1.0, 0.5, 5.0, 0.2, 1e-8, persistence, interweave=True)
    plain = replace(prior, interweave=False)
    rng = np.random.default_rng(5)
    noise = prior.simulate(T, rng)
    variates = prior.variates(T, rng)
    once, twice = plain.draw(noise, Y, variates[:3]), prior.draw(noise, Y, variates)
    assert twice.s != once.s
    assert twice.h[0] == once.h[0]
    changes = [prior._changes(one.h) / np.sqrt(one.s) for one in (once, twice)]
    np.testing.assert_allclose(changes[0], changes[1])


@pytest.mark.parametrize("drift", ["inverse gamma", "half-cauchy"])
def test_it_is_worth_its_time(drift):
    """One equation of a small VAR: the median drift variance's effective draws, at least three times as many."""
    rng = np.random.default_rng(6)
    data = np.zeros((150, 2))
    for t in range(1, 150):
        data[t] = 0.5 * data[t - 1] + rng.standard_normal(2)
    y, Z, prior = TVPVAR(lags=1, drift=drift)._equations(data, [0.0, 0.0])[1]
    sizes = {}
    for twice in (False, True):
        chain = run_chain(y, Z, replace(prior, interweave=twice), 1_500, 500, 1, np.random.default_rng(7))
        sizes[twice] = np.median(effective_size(np.log(chain.Q)[None]))
    assert sizes[True] > 3 * sizes[False]
