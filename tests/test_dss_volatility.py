"""Discounted variances and moving intercepts against their definitions."""

import numpy as np
import pytest

from tvplab.dss_intercept import START, STEP, intercept_paths, log_prior
from tvplab.dss_volatility import FLOOR, discount_variances, expected_squares, filter_scale, smooth_scale
from tvplab.statespace import StateSpace, kalman_filter, kalman_smoother

RNG = np.random.default_rng(2)


def test_the_filter_is_a_discounted_sum():
    squares, delta, start = RNG.uniform(0.1, 3.0, (30, 2)), 0.9, np.array([0.5, 2.0])
    eta, scale = filter_scale(squares, delta, start)
    for t in range(30):
        weights = delta ** np.arange(t, -1, -1)
        n = delta ** (t + 1) / (1.0 - delta) + weights.sum()
        D = delta ** (t + 1) * start / (1.0 - delta) + weights @ squares[: t + 1]
        np.testing.assert_allclose(eta[t], n, rtol=1e-12)
        np.testing.assert_allclose(scale[t], D / n, rtol=1e-12)
    np.testing.assert_allclose(eta, 1.0 / (1.0 - delta), rtol=1e-12)  # η_0 is where the recursion rests


def test_the_filter_is_the_conjugate_update_of_a_gamma_law():
    squares, delta = np.array([[1.7]]), 0.95
    eta, scale = filter_scale(squares, delta, np.array([0.8]))
    n0, D0 = 1.0 / (1.0 - delta), 0.8 / (1.0 - delta)
    grid = np.linspace(1e-4, 8.0, 200_001)
    log_density = (delta * n0 / 2 - 1) * np.log(grid) - grid * delta * D0 / 2 + 0.5 * np.log(grid) - grid * 1.7 / 2
    density = np.exp(log_density - log_density.max())
    assert np.sum(grid * density) / density.sum() == pytest.approx(1.0 / scale[0, 0], rel=1e-6)
    spread = np.sum(grid**2 * density) / density.sum() - 1.0 / scale[0, 0] ** 2
    assert spread == pytest.approx(2.0 / (eta[0, 0] * scale[0, 0] ** 2), rel=1e-5)


def test_the_smoother_weighs_later_precisions_geometrically():
    scale, delta, T = RNG.uniform(0.2, 2.0, (12, 3)), 0.8, 12
    found = smooth_scale(scale, delta)
    for t in range(T):
        weights = (1.0 - delta) * delta ** np.arange(T - t)
        weights[-1] = delta ** (T - t - 1)
        assert weights.sum() == pytest.approx(1.0)
        np.testing.assert_allclose(1.0 / found[t], weights @ (1.0 / scale[t:]), rtol=1e-12)


def test_squares_that_stay_give_a_variance_that_stays_and_no_discount_the_start():
    np.testing.assert_allclose(discount_variances(np.full((20, 2), 1.3), 0.95, np.full(2, 1.3)), 1.3)
    nearly = discount_variances(RNG.uniform(0.1, 3.0, (20, 2)), 1.0 - 1e-7, np.array([0.7, 1.1]))
    np.testing.assert_allclose(nearly, np.tile([0.7, 1.1], (20, 1)), rtol=1e-4)
    assert discount_variances(np.zeros((900, 1)), 0.9, np.ones(1)).min() == FLOOR


def test_missing_squares_add_nothing():
    squares = RNG.uniform(0.1, 3.0, (10, 2))
    squares[4:7, 0] = np.nan
    eta, scale = filter_scale(squares, 0.9, np.ones(2))
    np.testing.assert_allclose(scale[4:7, 0], scale[3, 0], rtol=1e-12)
    np.testing.assert_allclose(eta[6, 0], 0.9**3 * eta[3, 0], rtol=1e-12)


def test_expected_squares_by_simulation():
    T, N, r = 2, 3, 2
    y, B, mean = RNG.standard_normal((T, N)), RNG.standard_normal((T, N, r)), RNG.standard_normal((T, r))
    root = RNG.standard_normal((T, r, r))
    draws = mean + np.einsum("tij,dtj->dti", root, RNG.standard_normal((200_000, T, r)))
    squares = (y - np.einsum("tni,dti->dtn", B, draws)) ** 2
    error = 5.0 * squares.std(axis=0) / np.sqrt(len(draws))
    found = expected_squares(y, B, mean, root @ np.swapaxes(root, 1, 2))
    assert np.all(np.abs(found - squares.mean(axis=0)) < error)


def test_intercepts_are_those_of_a_kalman_smoother():
    T, N = 40, 3
    left = np.cumsum(0.05 * RNG.standard_normal((T, N)), axis=0) + RNG.standard_normal((T, N))
    left[5:9, 1], sigma2 = np.nan, RNG.uniform(0.3, 2.0, (T, N))
    found = intercept_paths(left, np.isfinite(left) / sigma2)
    one = np.ones((1, 1))
    for j in range(N):
        model = StateSpace(
            one, np.zeros(1), sigma2[:, j, None, None], one, np.zeros(1), STEP * one, np.zeros(1), (START + STEP) * one
        )
        smoothed = kalman_smoother(kalman_filter(left[:, [j]], model), model)
        np.testing.assert_allclose(found[:, j], smoothed.mean[:, 0], atol=1e-9)
    flat = log_prior(np.ones((T, 1)))
    assert flat == pytest.approx(-0.5 / (START + STEP))
    assert log_prior(found) < log_prior(0.5 * found)
