"""Smoothed moments of a factor VAR seen through collapsed observations, compiled.

The recursions are those of `statespace_fast` (Durbin and Koopman, section 4.4), in blocks of r and written out in loops
without slices, which cost more than the arithmetic at this size.  Missing series are gone with the collapse.
"""

from __future__ import annotations

import numba
import numpy as np

from tvplab.small_matrices import solve


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
