"""The M-step for loadings: every update against numerical minimisation, the compiled version against the plain one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from tvplab.dss_moments import FactorMoments
from tvplab.dss_paths import (
    block_pass,
    one_site,
    one_site_pass,
    path_data,
    path_objective,
    runs,
    solve_run,
    update_path,
    update_series,
)
from tvplab.dss_paths_fast import update_loadings
from tvplab.dss_prior import Prior, inclusion
from tvplab.dss_volatility import expected_squares

PRIOR = Prior(4.0, 0.05, 0.95, 0.5)


def random_path(seed, T=12):
    """A path with zeros, runs of both signs and some missing data: β, q, z, ⟨γ⟩, each (T+1)."""
    rng = np.random.default_rng(seed)
    beta = np.cumsum(rng.standard_normal(T + 1)) * 0.4
    beta[rng.random(T + 1) < 0.3] = 0.0
    q = np.append(0.0, rng.uniform(0.1, 3.0, T) * (rng.random(T) < 0.8))
    z = q * (beta + 0.7 * rng.standard_normal(T + 1)) + np.sqrt(q) * 2.0 * rng.standard_normal(T + 1)
    return beta, q, z, inclusion(beta, PRIOR)


def minimum(q, z, gamma):
    """The least objective over whole paths, β = β⁺ − β⁻ with both parts ≥ 0: a smooth convex problem."""
    sites = len(q)

    def cost(parts):
        beta = parts[:sites] - parts[sites:]
        smooth = path_objective(beta, q, z, gamma, PRIOR) - PRIOR.lam0 * np.sum((1.0 - gamma) * np.abs(beta))
        return smooth + PRIOR.lam0 * np.sum((1.0 - gamma) * (parts[:sites] + parts[sites:]))

    start = np.abs(np.random.default_rng(0).standard_normal(2 * sites))
    options = {"maxiter": 5000, "maxfun": 10**6, "ftol": 1e-15, "gtol": 1e-10}
    return optimize.minimize(cost, start, method="L-BFGS-B", bounds=[(0.0, None)] * 2 * sites, options=options).fun


@pytest.mark.parametrize("t", [0, 1, 6, 12])
@pytest.mark.parametrize("seed", range(4))
def test_one_site_minimises_over_its_site(t, seed):
    beta, q, z, gamma = random_path(seed)

    def cost(value):
        trial = beta.copy()
        trial[t] = value
        return path_objective(trial, q, z, gamma, PRIOR)

    found = one_site(t, beta, q, z, gamma, PRIOR)
    numerical = optimize.minimize_scalar(cost, bracket=(-3.0, 3.0), tol=1e-12)
    assert cost(found) <= numerical.fun + 1e-10
    if q[t] + gamma[t] > 0.1:
        assert found == pytest.approx(numerical.x, abs=1e-5)


def test_a_run_is_solved_with_its_sign_taken_as_given():
    beta, q, z, gamma = random_path(3)
    for a, b in runs(beta):
        found, sign = solve_run(a, b, beta, q, z, gamma, PRIOR), np.sign(beta[a])
        trial = beta.copy()

        def smooth(values, a=a, b=b, sign=sign, trial=trial):
            trial[a:b] = values
            size = PRIOR.lam0 * np.sum((1.0 - gamma) * np.abs(trial))
            return (
                path_objective(trial, q, z, gamma, PRIOR)
                - size
                + PRIOR.lam0 * sign * np.sum((1.0 - gamma[a:b]) * values)
            )

        gradient = optimize.approx_fprime(found, smooth, 1e-6)
        np.testing.assert_allclose(gradient, 0.0, atol=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_pass_ever_raises_the_objective(seed):
    beta, q, z, gamma = random_path(seed)
    before = path_objective(beta, q, z, gamma, PRIOR)
    for step in (one_site_pass, block_pass):
        assert path_objective(step(beta, q, z, gamma, PRIOR), q, z, gamma, PRIOR) <= before + 1e-9 * abs(before)


@pytest.mark.parametrize("seed", range(6))
def test_rounds_of_passes_reach_the_minimum_over_whole_paths(seed):
    beta, q, z, gamma = random_path(seed)
    best = minimum(q, z, gamma)
    found = path_objective(update_path(beta, q, z, gamma, PRIOR, rounds=60), q, z, gamma, PRIOR)
    sites = path_objective(update_path(beta, q, z, gamma, PRIOR, rounds=4000, block=False), q, z, gamma, PRIOR)
    assert found == pytest.approx(best, abs=1e-6)
    assert sites == pytest.approx(best, abs=1e-6)


def random_panel(T=30, N=5, r=3, seed=0):
    rng = np.random.default_rng(seed)
    beta = np.cumsum(rng.standard_normal((N, r, T + 1)), axis=2) * 0.2
    beta[:, :, T // 2 :] *= rng.random((N, r, 1)) < 0.7
    beta[:, -1] *= rng.random((N, 1)) < 0.5
    root = rng.standard_normal((T, r, r)) * 0.3
    moments = FactorMoments(rng.standard_normal((T, r)), root @ np.swapaxes(root, 1, 2), np.zeros((T, r, r)), 0.0)
    y, precision = rng.standard_normal((T, N)) * 2.0, rng.uniform(0.3, 2.0, (T, N))
    missing = rng.random((T, N)) < 0.1
    return beta, np.where(missing, np.nan, y), np.where(missing, 0.0, precision), moments


@pytest.mark.parametrize("block", [True, False])
@pytest.mark.parametrize("rounds", [1, 3])
def test_the_compiled_version_gives_the_same_numbers(block, rounds):
    beta, y, precision, moments = random_panel()
    gamma = inclusion(beta, PRIOR)
    found = update_loadings(beta, y, precision, moments.mean, moments.second, gamma, PRIOR, rounds, block)
    for j in range(len(beta)):
        plain = update_series(
            beta[j], y[:, j], precision[:, j], moments.mean, moments.second, gamma[j], PRIOR, rounds, block
        )
        np.testing.assert_allclose(found[j], plain, atol=1e-10)
    assert (found == 0.0).any()
    assert (found != 0.0).any()


def test_q_and_z_hold_the_expected_squared_error():
    beta, y, precision, moments = random_panel()
    j, k = 2, 1
    q, z = path_data(k, beta[j], y[:, j], precision[:, j], moments.mean, moments.second)

    def full(paths):
        B = np.moveaxis(paths[:, :, 1:], 2, 0)
        squares = np.nan_to_num(expected_squares(y, B, moments.mean, moments.cov))
        return 0.5 * np.sum(precision * squares)

    other = beta.copy()
    other[j, k] += np.random.default_rng(1).standard_normal(beta.shape[2])
    change = sum(s * np.sum(0.5 * q * paths[j, k] ** 2 - z * paths[j, k]) for s, paths in ((1.0, other), (-1.0, beta)))
    assert full(other) - full(beta) == pytest.approx(change, rel=1e-10)
