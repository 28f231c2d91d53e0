"""EM for a dynamic factor model of monthly and quarterly series, any cell of which may be missing.

    y_it = λ_i' w_i(L) f_t + e_it;   f_t = B_1 f_{t-1} + … + B_p f_{t-p} + u_t

w(L) is 1 for a monthly series and (1 + 2L + 3L² + 2L³ + L⁴)/3 for a quarterly one (Mariano and Murasawa, 2003).
Source: Bańbura and Modugno (2014), section 2, with e_it taken as white while the loadings are estimated, which leaves
them consistent (Doz, Giannone and Reichlin, 2012).  Its autocorrelation is estimated afterwards.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from tvplab.deep_dfm_states import companion, stationary
from tvplab.factors import principal_loadings
from tvplab.statespace import Smoothed, StateSpace
from tvplab.statespace_fast import filter_and_smooth

FLOOR = 1e-3
"""Least variance of e, in standardised units: a series that the factors explain wholly would stop EM from moving."""


class FactorParameters(NamedTuple):
    """Λ (N, r), variances R (N,) of e, transition (B_1 … B_p) (r, rp), covariance Q (r, r) of u."""

    loadings: np.ndarray
    R: np.ndarray
    B: np.ndarray
    Q: np.ndarray


def basis(weights: np.ndarray, r: int) -> np.ndarray:
    """Return the matrix (r, lags·r) that sums the factors of several months with these weights (lags,)."""
    return np.kron(weights, np.eye(r))


def factor_space(p: FactorParameters, weights: np.ndarray) -> StateSpace:
    """State space with the lags of the factors as state; weights (N, lags) of the months in each series."""
    N, r = p.loadings.shape
    lags = weights.shape[1]
    Z = (weights[:, :, None] * p.loadings[:, None, :]).reshape(N, lags * r)
    B = companion(p.B, lags)
    Q = np.zeros_like(B)
    Q[:r, :r] = p.Q
    P1 = solve_discrete_lyapunov(companion(stationary(p.B), lags), Q)
    return StateSpace(Z, np.zeros(N), np.diag(p.R), B, np.zeros(len(B)), Q, np.zeros(len(B)), 0.5 * (P1 + P1.T))


def start(y, r: int, p: int, weights: np.ndarray) -> FactorParameters:
    """Start from principal loadings of pairwise correlations, and factors from least squares on what is seen.

    y : standardised frame (T, N).  A quarterly series' loadings count three months of factors.
    """
    loadings = principal_loadings(y, r).to_numpy() / weights.sum(axis=1)[:, None]
    R = np.maximum(1.0 - (loadings**2).sum(axis=1), 0.1)
    B = np.hstack([0.5 * np.eye(r), np.zeros((r, (p - 1) * r))])
    first = FactorParameters(loadings, R, B, np.eye(r))
    smoothed = filter_and_smooth(y.to_numpy(), factor_space(first, weights))
    return maximise(y.to_numpy(), smoothed, weights, first)


def estimate(y, r: int, p: int, weights: np.ndarray, max_iter: int, tol: float):
    """Run EM; return the parameters, their smoothed states, each iterate's log-likelihood, and whether it converged.

    Stops when the log-likelihood's relative change, |Δ| over the mean of both sizes, is below `tol`.
    """
    parameters, path = start(y, r, p, weights), []
    for iteration in range(max_iter + 1):
        smoothed = filter_and_smooth(y.to_numpy(), factor_space(parameters, weights))
        path.append(smoothed.loglik)
        if iteration and abs(path[-1] - path[-2]) <= tol * 0.5 * (abs(path[-1]) + abs(path[-2])):
            return parameters, smoothed, np.array(path), True
        if iteration < max_iter:
            parameters = maximise(y.to_numpy(), smoothed, weights, parameters)
    return parameters, smoothed, np.array(path), False


def maximise(y: np.ndarray, smoothed: Smoothed, weights: np.ndarray, before: FactorParameters) -> FactorParameters:
    """M-step: regressions on the smoothed factors, the doubt about them included."""
    r, width = before.B.shape
    S = smoothed.cov + smoothed.mean[:, :, None] * smoothed.mean[:, None, :]
    total = S[1:].sum(axis=0)
    B = np.linalg.solve(total[r : r + width, r : r + width], total[r : r + width, :r]).T
    Q = (total[:r, :r] - B @ total[r : r + width, :r]) / (len(y) - 1)
    loadings, R = np.empty_like(before.loadings), np.empty_like(before.R)
    for kind in np.unique(weights, axis=0):
        members = np.flatnonzero((weights == kind).all(axis=1))
        G = basis(kind, r)
        loadings[members], R[members] = regress(y[:, members], smoothed.mean @ G.T, G @ S @ G.T)
    return FactorParameters(loadings, R, B, 0.5 * (Q + Q.T))


def regress(y: np.ndarray, f: np.ndarray, S: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """λ = (Σ E ff')⁻¹ Σ y E f and R = mean E(y − λ'f)² over the periods in which each series of y (T, n) is seen.

    f (T, r) and S (T, r, r) are the moments E f and E ff' of what the series load on.
    """
    seen, (T, r) = np.isfinite(y), f.shape
    filled = np.where(seen, y, 0.0)
    squares = (seen.T.astype(float) @ S.reshape(T, r * r)).reshape(-1, r, r)
    cross = filled.T @ f
    loadings = np.linalg.solve(squares, cross[:, :, None])[:, :, 0]
    errors = (filled**2).sum(axis=0) - np.einsum("nr,nr->n", loadings, cross)
    return loadings, np.maximum(errors / seen.sum(axis=0), FLOOR)
