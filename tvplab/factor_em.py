"""EM of the well-posed dynamic factor model in closed form, one round compiled.

    y_it = λ_i'f_t + v_it, v_it ~ N(0, R_i);  f_t = Φ (f_{t-1}', ..., f_{t-p}')' + u_t, u_t ~ N(0, Q)

Gaps are left out of each series' own regression, which converges faster than filling them.  Sources: Watson and Engle
(1983); with missing data Bańbura and Modugno (2014), equations 6-12.  The recursions are those of `statespace_fast`,
written out in loops without slices, which cost more than the arithmetic at this size.
"""

from __future__ import annotations

import numba
import numpy as np

from tvplab.small_matrices import apply, inner, solve
from tvplab.statespace import LOG_2PI


def factor_round(y: np.ndarray, anchors: np.ndarray, r: int, m: int, start_variance: float):
    """Return the round of EM on packed parameters x = (Φ by column, Q's upper triangle, R, free Λ by column).

    y (T, N), NaN where missing; the rows `anchors` of Λ are the identity; Φ has m = r·p columns.  x → log-likelihood,
    −∞ where R or Q is no covariance matrix, and a function that returns the next x.
    """
    N, seen, upper = y.shape[1], np.isfinite(y), np.triu_indices(r)
    values, free = np.where(seen, y, 0.0), ~np.isin(np.arange(N), anchors)
    ends = np.cumsum([r * m, len(upper[0]), N])
    loadings, Q = np.zeros((N, r)), np.zeros((r, r))
    loadings[anchors] = np.eye(r)

    def em(x: np.ndarray):
        phi, cells, R, rest = np.split(x, ends)
        phi = np.ascontiguousarray(phi.reshape(m, r).T)
        loadings[free] = rest.reshape(r, -1).T
        Q[upper] = Q.T[upper] = cells
        if R.min() <= 0.0 or np.linalg.eigvalsh(Q)[0] <= 0.0:
            return -np.inf, None
        loglik, *new = em_round(values, seen, free, loadings, phi, Q, R, start_variance)
        return loglik, lambda: np.concatenate([new[1].T.ravel(), new[2][upper], new[3], new[0][free].T.ravel()])

    return em


@numba.njit(cache=True)
def em_round(y, seen, free, loadings, phi, Q, R, start_variance):
    """Log-likelihood of the parameters, and those that one round of EM makes of them: Λ (N, r), Φ (r, rp), Q, R (N,).

    y (T, N) with anything where `seen` is false; rows of Λ that are not `free` stay as they are.
    """
    J, b, constant = collapse(y, seen, loadings, R)
    f, V, S10, S00, loglik = smooth(J, b, phi, Q, start_variance)
    new_phi = np.linalg.solve(S00, S10.T.copy()).T.copy()
    new_Q = (f.T @ f + V.sum(axis=0) - new_phi @ S10.T) / len(y)
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
def smooth(J, b, phi, Q, start_variance):
    """Smoothed moments of the states s_t = (f_t', ..., f_{t-p+1}')', t = 0..T, s_0 ~ N(0, start_variance I).

    f (T, r) and V (T, r, r), means and covariances of the factors; S10 = Σ E f_t s_{t-1}' (r, m) and S00 =
    Σ E s_{t-1} s_{t-1}' (m, m), sums over t = 1..T; the log-likelihood but for its constant.
    """
    (T, r), m = b.shape, phi.shape[1]
    xs, Ps, us, Ds, loglik = _forward(J, b, phi, Q, start_variance)
    f, V, S10, S00 = np.zeros((T + 1, r)), np.zeros((T + 1, r, r)), np.zeros((r, m)), np.zeros((m, m))
    slope, N, PN, PD = np.zeros(m), np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, r))
    mean, work, wide = np.zeros(m), np.zeros(m), np.zeros((2, m, m))
    for t in range(T, -1, -1):
        if t < T:
            _back(phi, Ps, Ds, t, PD, slope, N, work, wide)
        for k in range(r):
            slope[k] += us[t, k]
            for j in range(r):
                N[k, j] += Ds[t, k, j]
        for i in range(m):
            mean[i] = xs[t, i]
            for j in range(m):
                mean[i] += Ps[t, i, j] * slope[j]
        if t < T:
            _add_lag(phi, Ps, t, PD, PN, f, mean, S10, wide)
        _add(Ps, t, N, PN, mean, f, V, S10, S00)
    return f[1:], V[1:], S10, S00, loglik


@numba.njit(cache=True)
def _forward(J, b, phi, Q, start_variance):
    """Predicted means (T+1, m) and covariances of s_0..s_T, u and D of `statespace_fast`, the log-likelihood."""
    (T, r), m = b.shape, phi.shape[1]
    xs, Ps, us, Ds = np.zeros((T + 1, m)), np.zeros((T + 1, m, m)), np.zeros((T + 1, r)), np.zeros((T + 1, r, r))
    x, P, S, gap, loglik = np.zeros(m), start_variance * np.eye(m), np.zeros((r, r)), np.zeros(r), 0.0
    head, row, PD = np.zeros(r), np.zeros((r, m)), np.zeros((m, r))
    Ps[0], Ds[1:] = P, J
    for t in range(1, T + 1):
        _predict(phi, Q, x, P, head, row)
        for k in range(r):
            level = 0.0
            for j in range(r):
                level += J[t - 1, k, j] * x[j]
                S[k, j] = 1.0 if k == j else 0.0
                for i in range(r):
                    S[k, j] += J[t - 1, k, i] * P[i, j]
            loglik += x[k] * (b[t - 1, k] - 0.5 * level)
            gap[k] = us[t, k] = b[t - 1, k] - level
        loglik -= 0.5 * solve(S, Ds[t], us[t])
        for i in range(m):
            xs[t, i], step = x[i], 0.0
            for k in range(r):
                step += P[i, k] * us[t, k]
                PD[i, k] = 0.0
                for j in range(r):
                    PD[i, k] += P[i, j] * Ds[t, j, k]
            loglik += 0.5 * gap[i] * step if i < r else 0.0
            x[i] += step
            for j in range(m):
                Ps[t, i, j] = P[i, j]
        for i in range(m):
            for j in range(m):
                for k in range(r):
                    P[i, j] -= PD[i, k] * Ps[t, k, j]
    return xs, Ps, us, Ds, loglik


@numba.njit(cache=True)
def _predict(phi, Q, x, P, head, row):
    """One period on, in place: the first r states are Φs + u, the others those r places before."""
    r, m = phi.shape
    for k in range(r):
        head[k] = 0.0
        for j in range(m):
            head[k] += phi[k, j] * x[j]
            row[k, j] = 0.0
            for i in range(m):
                row[k, j] += phi[k, i] * P[i, j]
    for i in range(m - 1, r - 1, -1):
        x[i] = x[i - r]
        for j in range(m - 1, r - 1, -1):
            P[i, j] = P[i - r, j - r]
    for k in range(r):
        x[k] = head[k]
        for j in range(r):
            P[k, j] = Q[k, j]
            for i in range(m):
                P[k, j] += row[k, i] * phi[j, i]
        for j in range(r, m):
            P[k, j] = P[j, k] = row[k, j - r]


@numba.njit(cache=True)
def _back(phi, Ps, Ds, t, PD, slope, N, g, wide):
    """One period back, in place: slope ← L'slope and N ← L'NL, L = B(I − PD) with B the companion of Φ; sets PD."""
    (r, m), NB, G = phi.shape, wide[0], wide[1]
    for i in range(m):
        for j in range(m):
            NB[i, j] = N[i, r + j] if j < m - r else 0.0
            for k in range(r):
                NB[i, j] += N[i, k] * phi[k, j]
    for i in range(m):
        g[i] = slope[r + i] if i < m - r else 0.0
        for k in range(r):
            g[i] += phi[k, i] * slope[k]
            PD[i, k] = 0.0
            for j in range(r):
                PD[i, k] += Ps[t, i, j] * Ds[t, j, k]
        for j in range(m):
            G[i, j] = NB[r + i, j] if i < m - r else 0.0
            for k in range(r):
                G[i, j] += phi[k, i] * NB[k, j]
    for i in range(m):
        slope[i] = g[i]
        for j in range(m):
            N[i, j] = G[i, j]
            if j < r:
                for k in range(m):
                    N[i, j] -= G[i, k] * PD[k, j]
        for j in range(r):
            G[i, j] = N[i, j]
    for k in range(r):
        for i in range(m):
            slope[k] -= PD[i, k] * g[i]
            for j in range(m):
                N[k, j] -= PD[i, k] * G[i, j]


@numba.njit(cache=True)
def _add_lag(phi, Ps, t, PD, PN, f, mean, S10, wide):
    """Add E f_{t+1} f_{t-p+1}' to S10, its only part that no s_t holds; its covariance is that of (I − PN)LP.

    PN is still that of t + 1; of P_t less what period t tells of it, only the last r columns count.
    """
    (r, m), last, before = phi.shape, wide[0], wide[1]
    for j in range(r):
        for i in range(m):
            last[i, j] = Ps[t, i, m - r + j]
            for k in range(r):
                last[i, j] -= PD[i, k] * Ps[t, k, m - r + j]
        for i in range(m):
            before[i, j] = last[i - r, j] if i >= r else 0.0
        for k in range(r):
            for i in range(m):
                before[k, j] += phi[k, i] * last[i, j]
        for k in range(r):
            S10[k, m - r + j] += f[t + 1, k] * mean[m - r + j] + before[k, j]
            for i in range(m):
                S10[k, m - r + j] -= PN[k, i] * before[i, j]


@numba.njit(cache=True)
def _add(Ps, t, N, PN, mean, f, V, S10, S00):
    """Set PN, f_t and V_t, and add E s_t s_t' to S00 but for the last t, its part E f_t (f_{t-1}', ...) to S10."""
    (T, r), m = f.shape, len(N)
    for i in range(m):
        for j in range(m):
            PN[i, j] = 0.0
            for k in range(m):
                PN[i, j] += Ps[t, i, k] * N[k, j]
    for i in range(m):
        for j in range(i, m):
            cov = Ps[t, i, j]
            for k in range(m):
                cov -= PN[i, k] * Ps[t, k, j]
            if j < r:
                V[t, i, j] = V[t, j, i] = cov
            cov += mean[i] * mean[j]
            if t < T - 1:
                S00[i, j] += cov
                S00[j, i] = S00[i, j]
            if t > 0 and i < r <= j:
                S10[i, j - r] += cov
    for k in range(r):
        f[t, k] = mean[k]


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
