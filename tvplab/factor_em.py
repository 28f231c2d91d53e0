"""EM of the well-posed dynamic factor model in closed form, one round compiled.

    y_it = λ_i'f_t + v_it, v_it ~ N(0, R_i);  f_t = Φ (f_{t-1}', ..., f_{t-p}')' + u_t, u_t ~ N(0, Q)

Gaps are left out of each series' own regression, which converges faster than filling them.  Sources: Watson and Engle
(1983); with missing data Bańbura and Modugno (2014), equations 6-12.
"""

from __future__ import annotations

import numba
import numpy as np

from tvplab.factor_smoother import smooth
from tvplab.small_matrices import apply, inner
from tvplab.statespace import LOG_2PI


def factor_round(y: np.ndarray, anchors: np.ndarray, r: int, m: int, start_variance: float):
    """Return the round of EM on packed parameters (`pack_factors`); Φ has m = r·p columns.

    y (T, N), NaN where missing; the rows `anchors` of Λ are the identity.  x → log-likelihood, −∞ where R or Q is no
    covariance matrix, and a function that returns the next x.
    """
    seen, rows = np.isfinite(y), np.array(anchors, dtype=np.int64)
    values = np.where(seen, y, 0.0)

    def em(x: np.ndarray):
        loglik, after = packed_round(x, values, seen, rows, m, start_variance)
        return loglik, lambda: after

    return em


@numba.njit(cache=True)
def packed_round(x, y, seen, anchors, m, start_variance):
    """`em_round` on packed parameters; −∞ and x itself where R or Q is no covariance matrix."""
    loadings, phi, Q, R, free = unpack_factors(x, anchors, y.shape[1], m)
    if R.min() <= 0.0 or Q[0, 0] <= 0.0 or (len(Q) > 1 and np.linalg.eigvalsh(Q)[0] <= 0.0):
        return -np.inf, x
    loglik, loadings, phi, Q, R = em_round(y, seen, free, loadings, phi, Q, R, start_variance)
    return loglik, pack_factors(loadings, phi, Q, R, free)


@numba.njit(cache=True)
def pack_factors(loadings, phi, Q, R, free):
    """One vector of all parameters: Φ by column, Q's upper triangle by row, R, Λ's `free` rows by column."""
    (r, m), N = phi.shape, len(R)
    x, place = np.empty(r * m + r * (r + 1) // 2 + N + (N - r) * r), 0
    for j in range(m):
        for k in range(r):
            x[place] = phi[k, j]
            place += 1
    for k in range(r):
        for j in range(k, r):
            x[place] = Q[k, j]
            place += 1
    for i in range(N):
        x[place] = R[i]
        place += 1
    for k in range(r):
        for i in range(N):
            if free[i]:
                x[place] = loadings[i, k]
                place += 1
    return x


@numba.njit(cache=True)
def unpack_factors(x, anchors, N, m):
    """Undo `pack_factors`: Λ (N, r), Φ (r, m), Q (r, r), R (N,), and which rows of Λ are free."""
    r, place = len(anchors), 0
    loadings, phi, Q, R, free = np.zeros((N, r)), np.empty((r, m)), np.empty((r, r)), np.empty(N), np.ones(N, np.bool_)
    for j in range(m):
        for k in range(r):
            phi[k, j] = x[place]
            place += 1
    for k in range(r):
        for j in range(k, r):
            Q[k, j] = Q[j, k] = x[place]
            place += 1
        loadings[anchors[k], k], free[anchors[k]] = 1.0, False
    for i in range(N):
        R[i] = x[place]
        place += 1
    for k in range(r):
        for i in range(N):
            if free[i]:
                loadings[i, k] = x[place]
                place += 1
    return loadings, phi, Q, R, free


def smoothed_factors(
    y: np.ndarray, loadings: np.ndarray, phi: np.ndarray, Q: np.ndarray, R: np.ndarray, start_variance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Smoothed means f (T, r) and covariances V (T, r, r) of the factors given y (T, N), NaN where missing."""
    seen = np.isfinite(y)
    J, b, _ = collapse(np.where(seen, y, 0.0), seen, loadings, R)
    return smooth(J, b, phi, Q, start_variance)[:2]


@numba.njit(cache=True)
def em_round(y, seen, free, loadings, phi, Q, R, start_variance):
    """Log-likelihood of the parameters, and those that one round of EM makes of them: Λ (N, r), Φ (r, m), Q, R (N,).

    y (T, N) with anything where `seen` is false; rows of Λ that are not `free` stay as they are.
    """
    J, b, constant = collapse(y, seen, loadings, R)
    f, V, S11, S10, S00, loglik = smooth(J, b, phi, Q, start_variance)
    new_phi = np.linalg.solve(S00, S10.T.copy()).T.copy()
    new_Q = (S11 - new_phi @ S10.T) / len(y)
    new_loadings, new_R = regress(y, seen, free, loadings, R, f, V)
    return loglik + constant, new_loadings, new_phi, 0.5 * (new_Q + new_Q.T), new_R


@numba.njit(cache=True)
def collapse(y, seen, loadings, R):
    """What period t says of the factors, J (T, r, r) = Σ λλ'/R and b (T, r) = Σ λy/R; the likelihood's constant."""
    (T, N), r = y.shape, loadings.shape[1]
    J, b, constant = np.zeros((T, r, r)), np.zeros((T, r)), 0.0
    for i in range(N):
        scaled, log_variance = loadings[i] / R[i], LOG_2PI + np.log(R[i])
        for t in range(T):
            if seen[t, i]:
                constant -= 0.5 * (log_variance + y[t, i] ** 2 / R[i])
                for k in range(r):
                    b[t, k] += scaled[k] * y[t, i]
                    for j in range(r):
                        J[t, k, j] += scaled[k] * loadings[i, j]
    return J, b, constant


@numba.njit(cache=True)
def regress(y, seen, free, loadings, R, f, V):
    """Regression of each series on the factors over the periods in which it is seen: new Λ and R.

    λ_i = (Σ E f f')⁻¹ Σ y E f where it is free; R_i the mean of E (y − λ'f)².  A series never seen keeps both.
    """
    (T, N), r = y.shape, f.shape[1]
    new_loadings, new_R = loadings.copy(), R.copy()
    square, cross, left = np.empty((r, r)), np.empty(r), np.empty(r)
    for i in range(N):
        count, total = 0, 0.0
        square[:], cross[:] = 0.0, 0.0
        for t in range(T):
            if seen[t, i]:
                count, total = count + 1, total + y[t, i] ** 2
                for k in range(r):
                    cross[k] += y[t, i] * f[t, k]
                    for j in range(r):
                        square[k, j] += V[t, k, j] + f[t, k] * f[t, j]
        if count == 0:
            continue
        if free[i]:
            new_loadings[i] = np.linalg.solve(square, cross)
        apply(square, new_loadings[i], left)
        new_R[i] = (total + inner(new_loadings[i], left) - 2.0 * inner(new_loadings[i], cross)) / count
    return new_loadings, new_R
