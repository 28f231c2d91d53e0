"""DSS-EM as a whole: what rises, what does not, and the limit in which it is a Kalman-EM."""

import numpy as np
import pytest

from tvplab.dgp import simulate_sparse_factors
from tvplab.dss_em import Settings, State, as_paths, by_period, clean, e_step, estimate, life_step, m_step
from tvplab.dss_moments import factor_moments, precisions
from tvplab.dss_paper import late_sites, late_terms, rotate_each_period
from tvplab.dss_paths import path_objective
from tvplab.dss_prior import Prior, inclusion, log_normal, logit_mixing
from tvplab.statespace import StateSpace, kalman_filter, kalman_smoother
from tvplab.static_sparse import fit_static

PRIOR = Prior(10.0, 0.01, np.sqrt(0.999), 0.5)


def begun(world, r=6, **options):
    """Data, a state at a static start, and settings."""
    y = world.y.to_numpy()
    static = fit_static(y, r, n_starts=3, seed=1)
    state = State(as_paths(static.loadings, len(y)), np.tile(static.sigma2, (len(y), 1)), 0.0, np.zeros(y.shape))
    return y, state, Settings(PRIOR, 0.98, static.sigma2, **options)


def objectives(y, state, settings, n):
    """Log posterior of n iterates, Σ and φ̃ fixed, scales left alone."""
    path = []
    for _ in range(n):
        expected = e_step(y, state, settings)
        path.append(expected.objective)
        state = state._replace(beta=m_step(y, state, expected, settings).beta)
    return np.array(path), state


def test_with_variances_fixed_the_log_posterior_never_falls_under_one_site_updates():
    y, state, settings = begun(simulate_sparse_factors(T=120, n_series=40, seed=1))
    path, _ = objectives(y, state, settings._replace(block=False, rounds=1), 25)
    assert np.diff(path).min() >= 0.0
    assert path[-1] > path[0] + 50.0


def test_block_passes_climb_further_and_any_fall_is_slight():
    y, state, settings = begun(simulate_sparse_factors(T=120, n_series=40, seed=1))
    blocks, _ = objectives(y, state, settings, 12)
    sites, _ = objectives(y, state, settings._replace(block=False, rounds=1), 12)
    assert blocks[1] > sites[1]
    assert blocks[-1] > sites[-1]
    falls = np.minimum(np.diff(blocks), 0.0).sum()
    assert falls >= -0.01 * (blocks[-1] - blocks[0])  # not zero: the M-step leaves the log θ terms out


def test_one_factor_without_a_spike_is_kalman_em():
    rng, T, N = np.random.default_rng(3), 40, 3
    phi, lam1, sigma2 = 0.95, 0.04, np.array([0.5, 1.0, 1.5])
    truth = 1.0 + np.cumsum(0.1 * rng.standard_normal((T, N)), axis=0)
    y = truth * rng.standard_normal((T, 1)) + np.sqrt(sigma2) * rng.standard_normal((T, N))
    settings = Settings(Prior(1e-280, lam1, phi, 0.5), 0.98, sigma2, rounds=1)
    state = State(np.ones((N, 1, T + 1)), np.tile(sigma2, (T, 1)), 0.3, np.zeros((T, N)))
    B = np.ones((T, N))
    for _ in range(5):
        expected = e_step(y, state, settings)
        assert expected.gamma.min() > 1.0 - 1e-12
        state = state._replace(beta=m_step(y, state, expected, settings).beta)
        moments = factor_moments(y, B[:, :, None], precisions(y, state.sigma2), 0.3)
        regressor = np.stack([moments.mean[:, 0], np.sqrt(moments.cov[:, 0, 0])], axis=1)[:, :, None]
        one, start = np.eye(1), np.eye(1) * lam1 / (1.0 - phi**2)
        for j in range(N):
            model = StateSpace(
                regressor, np.zeros(2), sigma2[j] * np.eye(2), phi * one, np.zeros(1), lam1 * one, np.zeros(1), start
            )
            padded = np.column_stack([y[:, j], np.zeros(T)])
            B[:, j] = kalman_smoother(kalman_filter(padded, model), model).mean[:, 0]
        np.testing.assert_allclose(by_period(state.beta)[:, :, 0], B, atol=1e-7)
    assert path_is_smooth(B)


def path_is_smooth(B):
    return np.abs(np.diff(B, axis=0)).max() < 0.5 < np.ptp(B)


def test_a_look_at_lives_finds_the_death_and_the_return():
    world = simulate_sparse_factors(T=200, n_series=50, seed=4)
    y, state, settings = begun(world, r=5, lifetime=400.0)
    true = as_paths(world.loadings[0, :, :5], 200)
    found = life_step(y, state._replace(beta=true), settings).beta
    wrong = by_period(found).any(axis=1) != world.loadings[:, :, :5].any(axis=1)
    periods = np.flatnonzero(wrong.any(axis=1))
    assert len(periods) <= 6  # near a switch a factor may be too close to zero to tell
    assert all(np.abs(np.array([50, 100, 150]) - t).min() <= 3 for t in periods)


def test_iterations_end_with_their_reason():
    y, state, settings = begun(simulate_sparse_factors(T=80, n_series=20, seed=2), lifetime=400.0)
    short, long = (estimate(y, state, settings, n, 0.01) for n in (3, 80))
    assert (short.converged, short.n_iter) == (False, 3)
    assert long.converged
    assert long.n_iter < 80
    assert len(long.path) == long.n_iter + 1
    assert long.path[-1] == long.expected.objective


def test_one_series_alone_is_no_factor():
    beta = np.zeros((3, 2, 4))
    beta[0] = 1.0
    beta[1, 1] = -0.5
    np.testing.assert_array_equal(clean(beta)[:, 0], 0.0)
    np.testing.assert_array_equal(clean(beta)[:, 1], beta[:, 1])


def test_late_terms_are_the_slope_of_the_mixing_terms():
    prior, rng = Prior(0.9, 0.396, 0.98, 0.9), np.random.default_rng(5)
    beta = rng.uniform(0.2, 1.5, 9) * rng.choice([-1.0, 1.0], 9)
    gamma, h = inclusion(beta, prior), 1e-6

    def mixing_terms(path):
        logit = logit_mixing(path[:-1], prior)
        return np.sum(gamma[1:] * logit - np.logaddexp(0.0, logit))

    slopes = [(mixing_terms(beta + h * e) - mixing_terms(beta - h * e)) / (2.0 * h) for e in np.eye(9)]
    late = late_terms(beta, gamma, prior)
    wanted = late * (prior.lam0 * np.sign(beta) - beta / prior.stationary)
    np.testing.assert_allclose(slopes, wanted, atol=1e-6)


@pytest.mark.parametrize("late", [False, True])
def test_eq_11_solves_its_first_order_condition(late):
    prior, rng = Prior(0.9, 0.396, 0.98, 0.9), np.random.default_rng(5)
    beta, q = np.cumsum(rng.standard_normal((1, 10)), axis=1), np.append(0.0, rng.uniform(0.5, 2.0, 9))[None]
    z, gamma = q * beta + 0.1, inclusion(beta, prior)
    held = late_terms(beta, gamma, prior) if late else np.zeros_like(beta)
    found = late_sites(beta, q, z, gamma, held, prior)

    def cost(value, t):
        trial = found[0].copy()
        trial[t] = value
        late_part = held[0, t] * (prior.lam0 * abs(value) - 0.5 * value**2 / prior.stationary)
        return path_objective(trial, q[0], z[0], gamma[0], prior) - late_part

    for t in range(0, 10, 2):  # the even dates are the last that moved
        step = 1e-5
        slope = (cost(found[0, t] + step, t) - cost(found[0, t] - step, t)) / (2.0 * step)
        assert slope == pytest.approx(0.0, abs=1e-6)


def test_a_rotation_at_every_date_keeps_common_variance_only_where_factors_have_theirs():
    rng, T = np.random.default_rng(7), 50
    y, B = rng.standard_normal((T, 6)), rng.standard_normal((T, 6, 2))
    moments = factor_moments(y, B, precisions(y, np.ones((T, 6))), 0.95)
    turned = by_period(rotate_each_period(as_paths(B, T), moments))
    for t in range(1, T):
        steps = moments.second[t] + moments.second[t - 1] - moments.cross[t] - moments.cross[t].T
        np.testing.assert_allclose(turned[t] @ turned[t].T, B[t] @ steps @ B[t].T, atol=1e-5)
    assert log_normal(np.zeros(1), 1.0)[0] == pytest.approx(-0.5 * np.log(2.0 * np.pi))
