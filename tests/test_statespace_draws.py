"""Draws of data and of state paths: fed with variates, their moments are exact."""

import numpy as np

from tvplab.statespace import StateSpace
from tvplab.statespace_draws import draw_states, simulate
from tvplab.statespace_fast import filter_and_smooth

RNG = np.random.default_rng(0)
T, N, M = 6, 3, 2
MODEL = StateSpace(
    RNG.standard_normal((N, M)), RNG.standard_normal(N), np.diag([0.5, 1.0, 2.0]),
    0.6 * RNG.standard_normal((M, M)), RNG.standard_normal(M), np.array([[1.0, 0.0], [0.0, 0.0]]),
    RNG.standard_normal(M), np.eye(M),
)  # fmt: skip
GAPS = np.where(RNG.random((T, N)) < 0.25, np.nan, RNG.standard_normal((T, N)))


def unit_draws(draw):
    """The draw is affine in its variates: its value at zero, and one column a variate."""
    size = T * (M + N)
    at_zero = draw(np.zeros(size))
    return at_zero, np.column_stack([draw(unit) - at_zero for unit in np.eye(size)])


def split(variates):
    return variates[: T * M].reshape(T, M), variates[T * M :].reshape(T, N)


def test_simulated_data_have_the_models_moments():
    mean, root = unit_draws(lambda v: simulate(MODEL, *split(v))[0].ravel())
    blank = filter_and_smooth(np.full((T, N), np.nan), MODEL)
    np.testing.assert_allclose(mean.reshape(T, M), blank.mean, atol=1e-12)
    covariance = root @ root.T
    for t in range(T):
        block = slice(t * M, (t + 1) * M)
        np.testing.assert_allclose(covariance[block, block], blank.cov[t], atol=1e-12)


def test_observations_add_noise_of_their_own():
    states, errors = np.zeros((T, M)), RNG.standard_normal((T, N))
    x, y = simulate(MODEL, states, errors)
    np.testing.assert_allclose(y, x @ MODEL.Z.T + MODEL.A + errors * np.sqrt(np.diag(MODEL.R)), atol=1e-12)


def test_drawn_paths_have_the_posterior_moments_exactly():
    """Durbin and Koopman's draw is affine in the variates, so that its covariance can be computed, not estimated."""
    mean, root = unit_draws(lambda v: draw_states(GAPS, MODEL, *split(v)).ravel())
    smoothed = filter_and_smooth(GAPS, MODEL)
    np.testing.assert_allclose(mean.reshape(T, M), smoothed.mean, atol=1e-10)
    covariance = root @ root.T
    for t in range(T):
        block = slice(t * M, (t + 1) * M)
        np.testing.assert_allclose(covariance[block, block], smoothed.cov[t], atol=1e-10)
        if t:
            before = slice((t - 1) * M, t * M)
            np.testing.assert_allclose(covariance[block, before], smoothed.lag_cov[t], atol=1e-10)
