"""The sampler as a whole: Geweke's joint distribution test, and ranks of the truth among its draws.

Geweke (2004): parameters drawn from the prior, and parameters of a chain that alternates a sweep with new data from the
model, have the same distribution.  Simulation-based calibration (Talts et al., 2018): the rank of a true parameter
among posterior draws is uniform.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tvplab.gibbs_chain import Prior, draw_data, draw_variates, run_chain, sweep
from tvplab.gibbs_drift import HalfCauchy, InverseGamma, InverseWishart
from tvplab.gibbs_noise import ConstantVariance, StochasticVolatility
from tvplab.mcmc import effective_size

T, K = 6, 2
X = np.column_stack([np.ones(T), np.random.default_rng(0).standard_normal(T)])
SV = StochasticVolatility(0.0, 0.5, 5.0, 1.0, 1e-8)
CASES = {
    "whole Q, moving volatility": (InverseWishart(8.0, 0.8 * np.eye(K)), SV),
    "diagonal Q, constant variance": (InverseGamma(5.0, np.array([0.5, 1.0])), ConstantVariance(5.0, 4.0)),
    "half-Cauchy, persistent volatility": (
        HalfCauchy(np.array([0.3, 0.3])), StochasticVolatility(0.0, 0.5, 5.0, 1.0, 1e-8, persistence=0.7)
    ),
    "diagonal Q and s drawn twice": (InverseGamma(5.0, np.array([0.5, 1.0])), replace(SV, interweave=True)),
    "half-Cauchy and persistent volatility, drawn twice": (
        HalfCauchy(np.array([0.3, 0.3])), StochasticVolatility(0.0, 0.5, 5.0, 1.0, 1e-8, 0.7, interweave=True)
    ),
}  # fmt: skip


def build(case, **changes):
    drift, noise = CASES[case]
    start = {"start_mean": np.zeros(K), "start_var": 0.5 * np.eye(K)}
    return Prior(**({**start, "drift": drift, "noise": noise, "interweave": "twice" in case} | changes))


def features(state):
    """Bounded, so that neither a heavy tail nor a rare visit to tiny variances decides."""
    beta, h, Q = np.tanh(state.beta), np.tanh(state.noise.h), state.Q
    log_q = np.tanh(np.log(np.diag(Q) if Q.ndim == 2 else Q) / 3.0)
    corner = [Q[0, 1] / np.sqrt(Q[0, 0] * Q[1, 1])] if Q.ndim == 2 else []
    s = [np.tanh(np.log(state.noise.s) / 3.0)] if state.noise.s else []
    first = [*beta[0], *beta[-1], *beta[-1] ** 2, beta[0, 0] * beta[-1, 0], h[0], h[-1], h[-1] ** 2, *log_q]
    return np.array([*first, log_q[0] ** 2, beta[-1, 1] * log_q[1], h[-1] * beta[-1, 0], *corner, *s])


def geweke(model, sampler, sweeps, seed=0):
    """z of every feature: independent draws from the prior against a chain through data and parameters."""
    rng = np.random.default_rng(seed)
    alone = np.array([features(model.simulate(X, rng)[0]) for _ in range(sweeps)])
    state, y = model.simulate(X, rng)
    chain = []
    for _ in range(sweeps):
        state = sweep(state, y, X, sampler, draw_variates(T, K, sampler, rng))
        y = draw_data(state, X, rng)
        chain.append(features(state))
    chain = np.array(chain)
    variance = alone.var(axis=0) / sweeps + chain.var(axis=0) / effective_size(chain[None])
    return (chain.mean(axis=0) - alone.mean(axis=0)) / np.sqrt(variance)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_gewekes_joint_distribution_test(case):
    """About 17 features: |z| < 3.6 has probability .995 when the sampler is right."""
    model = build(case)
    assert np.abs(geweke(model, model, 8_000)).max() < 3.6


def test_gewekes_test_sees_a_wrong_sampler():
    """A sampler that believes in a slightly different prior of the drift is found out."""
    model = build("diagonal Q, constant variance")
    wrong = build("diagonal Q, constant variance", drift=InverseGamma(5.5, np.array([0.5, 1.0])))
    assert np.abs(geweke(model, wrong, 4_000)).max() > 5


@pytest.mark.slow
@pytest.mark.parametrize("case", [*list(CASES)[:2], "diagonal Q and s drawn twice"])
def test_ranks_of_the_truth_are_uniform(case):
    """120 worlds, 31 kept draws each, every 8th sweep: ranks 0 to 31 in eight bins, p > .01 / number of features."""
    model, rng = build(case), np.random.default_rng(1)
    ranks = []
    for _ in range(120):
        truth, y = model.simulate(X, rng)
        draws = run_chain(y, X, model, draws=31, burn=20, thin=8, rng=rng)
        drift = [draws.Q[:, 0, 0], truth.Q[0, 0]] if draws.Q.ndim == 3 else [draws.Q[:, 0], truth.Q[0]]
        pairs = [
            (draws.beta[:, 0, 0], truth.beta[0, 0]), (draws.beta[:, -1, 1], truth.beta[-1, 1]), drift,
            (draws.h[:, -1], truth.noise.h[-1]), *([(draws.s, truth.noise.s)] if truth.noise.s else []),
        ]  # fmt: skip
        ranks.append([np.sum(drawn < true) for drawn, true in pairs])
    for found in np.array(ranks).T:
        counts = np.bincount(found // 4, minlength=8)
        assert stats.chisquare(counts).pvalue > 0.01 / len(ranks[0])
