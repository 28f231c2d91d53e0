"""The Kalman filter and smoother at any N: observations collapsed to the state, recursions compiled.

What period t says about the state is J_t = Z'R⁻¹Z and b_t = Z'R⁻¹(y_t − A) over the series seen (Jungbacker and
Koopman, 2008); the recursions then live in m dimensions.  With M_t = (I + J_t P_t)⁻¹ the innovation terms are

    Z'F⁻¹Z = M_t J_t =: D_t,    Z'F⁻¹v = M_t (b_t − J_t x_t) =: u_t,    |F| = |R| |I + J_t P_t|,

and smoothing (Durbin and Koopman, section 4.4) runs backwards with L_t = B(I − P_tD_t): r_{t-1} = u_t + L_t'r_t and
N_{t-1} = D_t + L_t'N_tL_t.  No state covariance is inverted.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from tvplab.small_matrices import apply, inner, sandwich, solve, times
from tvplab.statespace import LOG_2PI, Smoothed, StateSpace


class Collapsed(NamedTuple):
    """Per period: J (T, m, m), b (T, m), and `constant` (T,) = −½(n log 2π + log|R| + e'R⁻¹e) of the series seen."""

    J: np.ndarray
    b: np.ndarray
    constant: np.ndarray


def filter_and_smooth(y: np.ndarray, model: StateSpace) -> Smoothed:
    """Smooth y (T, N), NaN where missing; the numbers are those of `kalman_smoother`, also for singular Q and P1.

    Raises
    ------
    ValueError
        When R has a zero or negative variance: such a series cannot be collapsed.
    """
    return smooth_collapsed(collapse(y, model), model)


def smooth_collapsed(collapsed: Collapsed, model: StateSpace) -> Smoothed:
    """Smooth from collapsed observations; of `model` only the transition and the start are read."""
    T = len(collapsed.b)
    B, U, Q = (_per_period(matrix, T, n) for matrix, n in ((model.B, 2), (model.U, 1), (model.Q, 2)))
    x1, P1 = np.array(model.x1, float, order="C"), np.array(model.P1, float, order="C")
    x, P, u, D, loglik = _forward(collapsed.J, collapsed.b, B, U, Q, x1, P1)
    means, covs, lag_covs = _backward(x, P, u, D, B)
    return Smoothed(means, covs, lag_covs, loglik + collapsed.constant.sum())


def collapse(y: np.ndarray, model: StateSpace) -> Collapsed:
    """Collapse y (T, N) to the dimension of the state."""
    seen = np.isfinite(y)
    error = np.where(seen, y - model.A, 0.0)
    variances = np.diagonal(model.R, axis1=-2, axis2=-1)
    if np.any(variances <= 0):
        raise ValueError(f"R: every variance must be > 0 to collapse the observations, got {variances.min():g}")
    moving = np.ndim(model.Z) > 2 or np.ndim(model.R) > 2
    if np.count_nonzero(model.R) == variances.size:
        return (_collapse_moving if moving else _collapse_diagonal)(error, seen, model.Z, variances)
    if not moving:
        return _collapse_full(error, seen, model.Z, model.R)
    parts = [collapse(y[[t]], _period(model, t)) for t in range(len(y))]
    return Collapsed(*(np.concatenate(pieces) for pieces in zip(*parts, strict=True)))


def _period(model: StateSpace, t: int) -> StateSpace:
    """Return the model with the observation matrices of period t."""
    Z, A, R = (m[t] if np.ndim(m) > n else m for m, n in ((model.Z, 2), (model.A, 1), (model.R, 2)))
    return model._replace(Z=Z, A=A, R=R)


def _collapse_diagonal(error, seen, Z, variances) -> Collapsed:
    """Collapse with uncorrelated errors: four matrix products for all periods together."""
    N, m = Z.shape
    outer = (Z[:, :, None] * Z[:, None, :] / variances[:, None, None]).reshape(N, m * m)
    squares = error**2 @ (1.0 / variances)
    constant = -0.5 * (seen @ (LOG_2PI + np.log(variances)) + squares)
    return Collapsed((seen @ outer).reshape(-1, m, m), (error / variances) @ Z, constant)


def _collapse_moving(error, seen, Z, variances) -> Collapsed:
    """The same where Z (T, N, m) or the variances (T, N) move."""
    weights, Z = seen / variances, np.broadcast_to(Z, (*error.shape, np.shape(Z)[-1]))
    weighted = Z * weights[:, :, None]
    constant = -0.5 * (seen * (LOG_2PI + np.log(variances)) + error**2 * weights).sum(axis=1)
    return Collapsed(np.swapaxes(weighted, 1, 2) @ Z, np.einsum("tnm,tn->tm", weighted, error), constant)


def _collapse_full(error, seen, Z, R) -> Collapsed:
    """Collapse with correlated errors: one inverse for each pattern of missing series."""
    T, m = len(error), Z.shape[1]
    J, b, constant = np.zeros((T, m, m)), np.zeros((T, m)), np.zeros(T)
    patterns, which = np.unique(seen, axis=0, return_inverse=True)
    for code, pattern in enumerate(patterns):
        rows = np.flatnonzero(which.ravel() == code)
        if not pattern.any():
            continue
        precision, part = np.linalg.inv(R[np.ix_(pattern, pattern)]), error[np.ix_(rows, pattern)]
        J[rows] = Z[pattern].T @ precision @ Z[pattern]
        b[rows] = part @ precision @ Z[pattern]
        squares = np.einsum("ti,ij,tj->t", part, precision, part)
        constant[rows] = -0.5 * (pattern.sum() * LOG_2PI - np.linalg.slogdet(precision)[1] + squares)
    return Collapsed(J, b, constant)


def _per_period(matrix: np.ndarray, T: int, ndim: int) -> np.ndarray:
    """Copy the matrix with a leading time dimension, repeated where it does not move; so the compiled types are one."""
    shape = np.shape(matrix) if np.ndim(matrix) > ndim else (T, *np.shape(matrix))
    return np.array(np.broadcast_to(matrix, shape), float, order="C")


@numba.njit(cache=True)
def _forward(J, b, B, U, Q, x, P):
    """Predicted moments (T, m), (T, m, m), innovation terms u and D, and the log-likelihood but for its constant."""
    T, m = b.shape
    xs, Ps, us, Ds, loglik = np.empty((T, m)), np.empty((T, m, m)), np.empty((T, m)), np.empty((T, m, m)), 0.0
    S, PD, gap, gain = np.empty((m, m)), np.empty((m, m)), np.empty(m), np.empty(m)
    x, P = x.copy(), P.copy()
    for t in range(T):
        if t > 0:
            apply(B[t], x, gain)
            sandwich(B[t], P, S, PD)
            x[:], P[:] = gain + U[t], PD + Q[t]
        xs[t], Ps[t] = x, P
        apply(J[t], x, gain)
        gap[:] = b[t] - gain
        us[t], Ds[t] = gap, J[t]
        times(J[t], P, S)
        for i in range(m):
            S[i, i] += 1.0
        logdet = solve(S, Ds[t], us[t])
        explained = inner(x, b[t]) - 0.5 * inner(x, gain)
        apply(P, us[t], gain)
        loglik += explained + 0.5 * (inner(gap, gain) - logdet)
        x += gain
        times(P, Ds[t], PD)
        times(PD, P, S)
        for i in range(m):
            for j in range(m):
                P[i, j] -= 0.5 * (S[i, j] + S[j, i])
    return xs, Ps, us, Ds, loglik


@numba.njit(cache=True)
def _backward(x, P, u, D, B):
    """Smoothed means (T, m), covariances and lag-one covariances (T, m, m)."""
    T, m = x.shape
    means, covs, lag_covs = np.empty((T, m)), np.empty((T, m, m)), np.zeros((T, m, m))
    r, N, back, L = u[T - 1].copy(), D[T - 1].copy(), np.empty((m, m)), np.empty((m, m))
    PN, PD, LP, step = np.empty((m, m)), np.empty((m, m)), np.empty((m, m)), np.empty(m)
    for t in range(T - 1, -1, -1):
        if t + 1 < T:  # PN is still that of t + 1
            times(P[t], D[t], PD)
            for i in range(m):
                PD[i], PN[i] = -PD[i], -PN[i]
                PD[i, i], PN[i, i] = PD[i, i] + 1.0, PN[i, i] + 1.0
            times(B[t + 1], PD, L)
            times(L, P[t], LP)
            times(PN, LP, lag_covs[t + 1])
            back[:] = L.T
            apply(back, r, step)
            sandwich(back, N, PD, PN)
            r[:], N[:] = u[t] + step, D[t] + PN
        apply(P[t], r, step)
        means[t] = x[t] + step
        times(P[t], N, PN)
        times(PN, P[t], covs[t])
        covs[t] = P[t] - covs[t]
    return means, covs, lag_covs
