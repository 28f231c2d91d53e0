"""The scale step against numerical minimisation and its limits; the lives of factors against exhaustive search."""

from itertools import product

import numpy as np
import pytest
from scipy import optimize, stats

from tvplab.dss_em import by_period
from tvplab.dss_lives import held, kill, likely_lives, log_bayes_factors
from tvplab.dss_moments import FactorMoments, factor_moments, precisions
from tvplab.dss_scale import factor_precision, log_scales, rescale, scale_prior

RNG = np.random.default_rng(6)


def moments_of(T, r, phi):
    """Moments of two factors from a small panel."""
    y, B = RNG.standard_normal((T, 4)), RNG.standard_normal((T, 4, r))
    return factor_moments(y, B, precisions(y, np.ones((T, 4))), phi)


@pytest.mark.parametrize("phi", [0.0, 0.7])
def test_the_precision_is_that_of_the_factors_law(phi):
    T, r = 7, 2
    moments = moments_of(T, r, phi)
    diagonal, neighbours = factor_precision(moments, phi)
    d = RNG.uniform(0.5, 2.0, (r, T))
    found = (diagonal * d**2).sum() + 2.0 * (neighbours * d[:, 1:] * d[:, :-1]).sum()
    wanted = 0.0
    for k in range(r):
        square, cross = moments.second[:, k, k], moments.cross[:, k, k]
        wanted += square[0] * d[k, 0] ** 2
        for t in range(1, T):
            e = square[t] * d[k, t] ** 2 - 2 * phi * cross[t] * d[k, t] * d[k, t - 1]
            wanted += (e + phi**2 * square[t - 1] * d[k, t - 1] ** 2) / (1.0 - phi**2)
    assert found == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("phi", [0.0, 0.7])
def test_scales_minimise_their_objective(phi):
    T, r = 9, 2
    diagonal, neighbours = factor_precision(moments_of(T, r, phi), phi)
    kappa, u = RNG.uniform(0.0, 50.0, (r, T - 1)), 0.1 * RNG.standard_normal((r, T - 1))

    def objective(s):
        s = s.reshape(r, T)
        d = np.exp(-s)
        law = 0.5 * (diagonal * d**2).sum() + (neighbours * d[:, 1:] * d[:, :-1]).sum()
        return s.sum() + law + 0.5 * (kappa * (np.diff(s, axis=1) + u) ** 2).sum()

    found = log_scales(diagonal, neighbours, kappa, u)
    best = optimize.minimize(objective, np.zeros(r * T), method="BFGS", options={"gtol": 1e-8})
    assert objective(found.ravel()) == pytest.approx(best.fun, abs=1e-6)
    np.testing.assert_allclose(found.ravel(), best.x, atol=1e-3)


def test_scales_in_the_limits_of_no_tie_and_of_a_rigid_one():
    squares = RNG.uniform(0.2, 3.0, (1, 30))
    none = np.zeros((1, 29))
    np.testing.assert_allclose(log_scales(squares, none, none, none), 0.5 * np.log(squares), atol=1e-7)
    rigid = log_scales(squares, none, none + 1e9, none)
    np.testing.assert_allclose(rigid, 0.5 * np.log(squares.mean()), atol=1e-5)


def test_a_common_change_of_scale_is_seen_and_other_factors_are_left_alone():
    beta = np.ones((3, 2, 6)) * np.arange(1.0, 4.0)[:, None, None]
    beta[:, 0, 4:] *= 1.2
    beta[:, 1] = 0.0
    kappa, u = scale_prior(beta, 0.1)
    np.testing.assert_allclose(u[0], [0.0, 0.0, 0.2, 0.0], atol=1e-12)
    np.testing.assert_allclose(kappa[0], np.array([1.0, 1.0, 1.2, 1.44]) * 14.0 / 0.1)
    assert not kappa[1].any()
    assert not u[1].any()
    T, prior = 5, np.tile(np.eye(2), (5, 1, 1))
    unit = FactorMoments(np.zeros((T, 2)), prior, np.zeros((T, 2, 2)), 0.0)
    flat = np.ones((3, 2, T + 1))
    np.testing.assert_allclose(rescale(flat, unit, 0.0, 0.1), flat, atol=1e-12)
    twice = unit._replace(cov=prior * np.array([4.0, 1.0])[:, None])
    np.testing.assert_allclose(rescale(flat, twice, 0.0, 0.1)[:, 0], 2.0, atol=1e-6)


def test_bayes_factors_compare_the_data_with_and_without_the_factor():
    T, N, r = 5, 6, 3
    y, B, sigma2 = RNG.standard_normal((T, N)), RNG.standard_normal((T, N, r)), RNG.uniform(0.5, 1.5, (T, N))
    first, later = log_bayes_factors(factor_moments(y, B, precisions(y, sigma2), 0.0), 0.0)
    np.testing.assert_allclose(first, later, atol=1e-12)  # periods are independent
    for t, k in product(range(T), range(r)):
        others = np.delete(B[t], k, axis=1)
        with_it, without = (
            stats.multivariate_normal(np.zeros(N), part @ part.T + np.diag(sigma2[t])).logpdf(y[t])
            for part in (B[t], others)
        )
        assert first[t, k] == pytest.approx(with_it - without, abs=1e-10)


def test_bayes_factors_of_a_whole_life_add_up_to_that_of_the_model_without_the_factor():
    T, N, phi = 8, 5, 0.8
    y, B, sigma2 = RNG.standard_normal((T, N)), RNG.standard_normal((T, N, 1)), np.ones((T, N))
    moments = factor_moments(y, B, precisions(y, sigma2), phi)
    first, later = log_bayes_factors(moments, phi)
    without = stats.norm(0.0, 1.0).logpdf(y).sum()
    assert first[0, 0] + later[1:, 0].sum() == pytest.approx(moments.loglik - without, abs=1e-10)


@pytest.mark.parametrize("lifetime", [1.5, 4.0, 50.0])
def test_lives_are_the_best_of_all_paths(lifetime):
    T, (first, later) = 9, 1.5 * RNG.standard_normal((2, 9, 4))
    found = likely_lives(first, later, lifetime)
    for k in range(4):
        scores = {}
        for path in product((False, True), repeat=T):
            switches = np.sum(np.diff(path))
            score = switches * np.log(1.0 / lifetime) + (T - 1 - switches) * np.log(1.0 - 1.0 / lifetime)
            for t in range(T):
                begins = t == 0 or path[t - 1]
                score -= 0.0 if path[t] else (first if begins else later)[t, k]
            scores[path] = score
        assert tuple(found[:, k]) == max(scores, key=scores.get)


def test_loadings_are_held_from_the_nearest_period_and_killed_again():
    beta = np.zeros((2, 2, 7))
    beta[:, 0, 0:3], beta[:, 0, 6] = 1.0, 3.0
    active = np.array([[1, 1, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0]], dtype=bool).T
    full = held(beta, active)
    np.testing.assert_array_equal(full[0, 0], [1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0])
    np.testing.assert_array_equal(full[:, 1], 0.0)
    np.testing.assert_array_equal(kill(full, active), beta * (beta != 0.0))
    assert by_period(full).shape == (6, 2, 2)
