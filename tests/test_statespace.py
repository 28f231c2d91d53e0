"""Both Kalman filters against the dense Gaussian posterior and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, stats
from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

from tvplab.statespace import StateSpace, at, kalman_filter, kalman_smoother
from tvplab.statespace_fast import collapse, filter_and_smooth


@st.composite
def models(draw, singular=False):
    """A random model with missing data: (y, StateSpace); matrices move in time in half of the draws."""
    T, N, m = draw(st.integers(3, 7)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    moving, full_R = draw(st.booleans()), draw(st.booleans())

    def covariance(k, rank):
        root = rng.standard_normal((k, rank))
        return root @ root.T

    lead = (T,) if moving else ()
    R = covariance(N, N) + 0.3 * np.eye(N) if full_R else np.diag(rng.uniform(0.3, 2.0, N))
    Q = covariance(m, max(m - 1, 1)) if singular else covariance(m, m) + 0.1 * np.eye(m)
    P1 = np.zeros((m, m)) if singular else covariance(m, m) + 0.1 * np.eye(m)
    model = StateSpace(
        rng.standard_normal((*lead, N, m)),
        rng.standard_normal((*lead, N)),
        np.broadcast_to(R, (*lead, N, N)),
        0.7 * rng.standard_normal((*lead, m, m)),
        rng.standard_normal((*lead, m)),
        np.broadcast_to(Q, (*lead, m, m)),
        rng.standard_normal(m),
        P1,
    )
    y = rng.standard_normal((T, N))
    y[rng.random((T, N)) < 0.3] = np.nan
    return y, model


def dense_posterior(y, model):
    """Mean and covariance of all states given y, and log p(y), from the joint Gaussian of states and data."""
    T, m = len(y), len(model.x1)
    mean, cov = np.empty((T, m)), np.zeros((T * m, T * m))
    mean[0], cov[:m, :m] = model.x1, model.P1
    for t in range(1, T):
        B, block = at(model.B, t, 2), slice(t * m, (t + 1) * m)
        mean[t] = B @ mean[t - 1] + at(model.U, t, 1)
        cov[block, : t * m] = B @ cov[(t - 1) * m : t * m, : t * m]
        cov[: t * m, block] = cov[block, : t * m].T
        cov[block, block] = B @ cov[(t - 1) * m : t * m, (t - 1) * m : t * m] @ B.T + at(model.Q, t, 2)
    Z = linalg.block_diag(*[at(model.Z, t, 2) for t in range(T)])
    R = linalg.block_diag(*[at(model.R, t, 2) for t in range(T)])
    A = np.concatenate([at(model.A, t, 1) for t in range(T)])
    seen = np.isfinite(y.ravel())
    Z, R, error = Z[seen], R[np.ix_(seen, seen)], (y.ravel() - A)[seen] - Z[seen] @ mean.ravel()
    V = Z @ cov @ Z.T + R
    gain = np.linalg.solve(V, Z @ cov).T
    loglik = stats.multivariate_normal(np.zeros(len(V)), V).logpdf(error) if seen.any() else 0.0
    return (mean.ravel() + gain @ error).reshape(T, m), cov - gain @ Z @ cov, loglik


def assert_equals_dense(smoothed, y, model):
    mean, cov, loglik = dense_posterior(y, model)
    T, m = mean.shape
    np.testing.assert_allclose(smoothed.mean, mean, rtol=0, atol=1e-8)
    for t in range(T):
        block = slice(t * m, (t + 1) * m)
        np.testing.assert_allclose(smoothed.cov[t], cov[block, block], rtol=0, atol=1e-8)
        if t:
            np.testing.assert_allclose(smoothed.lag_cov[t], cov[block, (t - 1) * m : t * m], rtol=0, atol=1e-8)
    assert smoothed.loglik == pytest.approx(loglik, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(models())
def test_both_versions_equal_the_dense_posterior(problem):
    y, model = problem
    assert_equals_dense(kalman_smoother(kalman_filter(y, model), model), y, model)
    assert_equals_dense(filter_and_smooth(y, model), y, model)


@settings(max_examples=40, deadline=None)
@given(models(singular=True))
def test_the_fast_version_takes_singular_covariances(problem):
    assert_equals_dense(filter_and_smooth(*problem), *problem)


def test_filtered_moments_know_only_the_past():
    rng = np.random.default_rng(4)
    m = np.eye(2)
    model = StateSpace(
        rng.standard_normal((3, 2)), np.zeros(3), np.eye(3), 0.8 * m, np.zeros(2), 0.5 * m, np.zeros(2), m
    )
    y = rng.standard_normal((10, 3))
    filtered = kalman_filter(y, model)
    for t in (1, 4, 10):
        np.testing.assert_allclose(filtered.mean[t - 1], filter_and_smooth(y[:t], model).mean[-1], atol=1e-12)


def test_against_statsmodels():
    rng = np.random.default_rng(5)
    N, m, T = 5, 3, 60
    model = StateSpace(
        rng.standard_normal((N, m)),
        rng.standard_normal(N),
        np.diag(rng.uniform(0.5, 2, N)),
        0.4 * rng.standard_normal((m, m)),
        rng.standard_normal(m),
        np.eye(m),
        np.zeros(m),
        np.eye(m),
    )
    y = rng.standard_normal((T, N))
    y[rng.random((T, N)) < 0.2] = np.nan
    peer = KalmanSmoother(k_endog=N, k_states=m, nobs=T)
    peer.bind(y.copy())
    peer["design"], peer["obs_intercept"], peer["obs_cov"] = model.Z, model.A, model.R
    peer["transition"], peer["state_intercept"], peer["state_cov"] = model.B, model.U, model.Q
    peer["selection"] = np.eye(m)
    peer.initialize_known(model.x1, model.P1)
    theirs, ours = peer.smooth(), filter_and_smooth(y, model)
    np.testing.assert_allclose(ours.mean, theirs.smoothed_state.T, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours.cov, np.moveaxis(theirs.smoothed_state_cov, 2, 0), rtol=0, atol=1e-10)
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-9)


def test_a_series_without_noise_cannot_be_collapsed():
    model = StateSpace(
        np.ones((1, 1)), np.zeros(1), np.zeros((1, 1)), np.eye(1), np.zeros(1), np.eye(1), np.zeros(1), np.eye(1)
    )
    with pytest.raises(ValueError, match="R: every variance must be > 0"):
        collapse(np.zeros((3, 1)), model)
