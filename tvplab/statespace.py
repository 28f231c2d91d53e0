"""The linear Gaussian state-space model: Kalman filter, smoother, likelihood, draws of the state path.

    y_t = Z_t x_t + A_t + v_t,  v_t ~ N(0, R_t);    x_t = B_t x_{t-1} + U_t + w_t,  w_t ~ N(0, Q_t);    x_1 ~ N(x1, P1)

`kalman_filter` and `kalman_smoother` are written to be read; `statespace_fast.filter_and_smooth` gives the same numbers
at a cost that does not grow with N, and takes singular Q and P1.  A NaN in y is a missing observation in both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LOG_2PI = np.log(2.0 * np.pi)


class StateSpace(NamedTuple):
    """Matrices of the model; each may carry a leading time dimension T where it moves.

    Z (N, m) loadings, A (N,) intercepts, R (N, N) observation variances, B (m, m) transition, U (m,) drifts,
    Q (m, m) state variances, x1 (m,) and P1 (m, m) moments of the first state.
    """

    Z: np.ndarray
    A: np.ndarray
    R: np.ndarray
    B: np.ndarray
    U: np.ndarray
    Q: np.ndarray
    x1: np.ndarray
    P1: np.ndarray


class Filtered(NamedTuple):
    """Moments of x_t: `mean` (T, m), `cov` (T, m, m) given y_1..y_t; `predicted_…` given y_1..y_{t-1}."""

    mean: np.ndarray
    cov: np.ndarray
    predicted_mean: np.ndarray
    predicted_cov: np.ndarray
    loglik: float


class Smoothed(NamedTuple):
    """Moments of x_t given all of y: `mean` (T, m), `cov` (T, m, m), `lag_cov` (T, m, m) = cov(x_t, x_{t-1}); `loglik`.

    The first `lag_cov` is zero: there is no state before x_1.
    """

    mean: np.ndarray
    cov: np.ndarray
    lag_cov: np.ndarray
    loglik: float


def drifting_regression(X: np.ndarray, H: np.ndarray, Q: np.ndarray, P1: np.ndarray) -> StateSpace:
    """Return the model of lesson 2: y_t = x_t'β_t + ε_t with random-walk β_t and β_1 ~ N(0, P1).

    X (T, K) regressors, H (T,) residual variances, Q and P1 (K, K).
    """
    K = X.shape[1]
    return StateSpace(X[:, None, :], np.zeros(1), H[:, None, None], np.eye(K), np.zeros(K), Q, np.zeros(K), P1)


def at(matrix: np.ndarray, t: int, ndim: int) -> np.ndarray:
    """Return the matrix (or vector) of period t: itself when it does not move."""
    return matrix[t] if np.ndim(matrix) > ndim else matrix


def kalman_filter(y: np.ndarray, model: StateSpace) -> Filtered:
    """Filter y (T, N), NaN where missing: predict, look at the error, correct."""
    T, m = len(y), len(model.x1)
    means, covs, loglik = np.empty((T, m)), np.empty((T, m, m)), 0.0
    predicted_means, predicted_covs = np.empty((T, m)), np.empty((T, m, m))
    x, P = model.x1, model.P1
    for t in range(T):
        predicted_means[t], predicted_covs[t] = x, P
        x, P, gained = _correct(y[t], x, P, at(model.Z, t, 2), at(model.A, t, 1), at(model.R, t, 2))
        means[t], covs[t], loglik = x, P, loglik + gained
        if t + 1 < T:
            x, P = _predict(x, P, at(model.B, t + 1, 2), at(model.U, t + 1, 1), at(model.Q, t + 1, 2))
    return Filtered(means, covs, predicted_means, predicted_covs, loglik)


def _predict(x, P, B, U, Q):
    """Moments of the next state."""
    return B @ x + U, B @ P @ B.T + Q


def _correct(y, x, P, Z, A, R):
    """Moments of the state once y is seen, and what y adds to the log-likelihood."""
    seen = np.flatnonzero(np.isfinite(y))
    if len(seen) == 0:
        return x, P, 0.0
    Z, R = Z[seen], R[np.ix_(seen, seen)]
    error, F = y[seen] - Z @ x - A[seen], Z @ P @ Z.T + R
    gain = np.linalg.solve(F, Z @ P).T
    loglik = -0.5 * (len(seen) * LOG_2PI + np.linalg.slogdet(F)[1] + error @ np.linalg.solve(F, error))
    return x + gain @ error, P - gain @ Z @ P, loglik


def kalman_smoother(filtered: Filtered, model: StateSpace) -> Smoothed:
    """Rauch-Tung-Striebel recursion: carry what later periods say back to earlier ones.

    Needs predicted covariances that can be inverted; `filter_and_smooth` does not.
    """
    means, covs = filtered.mean.copy(), filtered.cov.copy()
    lag_covs = np.zeros_like(covs)
    for t in range(len(means) - 2, -1, -1):
        predicted = filtered.predicted_cov[t + 1]
        back = np.linalg.solve(predicted, at(model.B, t + 1, 2) @ filtered.cov[t]).T
        lag_covs[t + 1] = covs[t + 1] @ back.T
        means[t] += back @ (means[t + 1] - filtered.predicted_mean[t + 1])
        covs[t] += back @ (covs[t + 1] - predicted) @ back.T
    return Smoothed(means, covs, lag_covs, filtered.loglik)
