"""The Kalman filter and smoother, written to be read: lesson 2 shows that they give the ridge solution.

Model: y_t = x_t'β_t + ε_t, ε_t ~ N(0, H_t);  β_t = β_{t-1} + u_t, u_t ~ N(0, Q);  β_1 ~ N(0, P_1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Filtered(NamedTuple):
    """Moments of β_t given y_1..y_t: `mean` (T, K), `cov` (T, K, K); the log-likelihood of y."""

    mean: np.ndarray
    cov: np.ndarray
    loglik: float


class Smoothed(NamedTuple):
    """Moments of β_t given all of y: `mean` (T, K), `cov` (T, K, K)."""

    mean: np.ndarray
    cov: np.ndarray


def kalman_filter(y: np.ndarray, X: np.ndarray, H: np.ndarray, Q: np.ndarray, P1: np.ndarray) -> Filtered:
    """Filter y (T,) with regressors X (T, K), residual variances H (T,), drift covariance Q and start P1 (K, K)."""
    T, K = X.shape
    means, covs, loglik = np.empty((T, K)), np.empty((T, K, K)), 0.0
    beta, P = np.zeros(K), P1
    for t in range(T):
        x, error = X[t], y[t] - X[t] @ beta
        F = x @ P @ x + H[t]
        gain = P @ x / F
        beta, P = beta + gain * error, P - np.outer(gain, gain) * F
        means[t], covs[t] = beta, P
        loglik -= 0.5 * (np.log(2.0 * np.pi * F) + error**2 / F)
        P = P + Q
    return Filtered(means, covs, loglik)


def kalman_smoother(filtered: Filtered, Q: np.ndarray) -> Smoothed:
    """Rauch-Tung-Striebel recursion: carry what later periods say back to earlier ones."""
    means, covs = filtered.mean.copy(), filtered.cov.copy()
    for t in range(len(means) - 2, -1, -1):
        predicted = filtered.cov[t] + Q
        back = np.linalg.solve(predicted, filtered.cov[t]).T
        means[t] += back @ (means[t + 1] - filtered.mean[t])
        covs[t] += back @ (covs[t + 1] - predicted) @ back.T
    return Smoothed(means, covs)
