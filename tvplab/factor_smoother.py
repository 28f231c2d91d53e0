"""Smoothed moments of a factor VAR seen through collapsed observations, compiled.

Given the observations all factors together are normal, and their precision is banded: f_t meets only f_{t-1}, ...,
f_{t-p} in its own law.  One factorisation of the band gives what filter and smoother give, in a fifth of their time
for one factor.  Missing series are gone with the collapse.  Source: Chan and Jeliazkov (2009), section 2.
"""

from __future__ import annotations

import numba
import numpy as np

from tvplab.banded_moments import covariances, factorise, solve


@numba.njit(cache=True, error_model="numpy")
def smooth(J, b, phi, Q, start_variance):
    """Smoothed moments of the states s_t = (f_t', ..., f_{t-p+1}')', t = 0..T, s_0 ~ N(0, start_variance I).

    f (T, r) and V (T, r, r), means and covariances of the factors; S11 = Σ E f_t f_t' (r, r), S10 = Σ E f_t s_{t-1}'
    (r, m) and S00 = Σ E s_{t-1} s_{t-1}' (m, m), sums over t = 1..T; the log-likelihood but for its constant.  Digits
    are lost where Q is below 1e-10 of what the factors move by.
    """
    (T, r), m = b.shape, phi.shape[1]
    K, x = precision(J, phi, Q, start_variance), np.zeros(T * r + m)
    for t in range(T):
        x[(T - 1 - t) * r : (T - t) * r] = b[t]
    loglik = -0.5 * (T * np.linalg.slogdet(Q)[1] + m * np.log(start_variance) + factorise(K))
    solve(K, x)
    C = covariances(K)
    f, V = np.zeros((T, r)), np.zeros((T, r, r))
    for t in range(T):
        for k in range(r):
            here = (T - 1 - t) * r + k
            f[t, k] = x[here]
            loglik += 0.5 * x[here] * b[t, k]
            for j in range(r):
                V[t, k, j] = C[here, m + r - 1 + j - k]
    M = _window_moments(x, C, T, r)
    return f, V, M[:r, :r].copy(), M[:r, r:].copy(), M[r:, r:].copy(), loglik


@numba.njit(cache=True, error_model="numpy")
def precision(J, phi, Q, start_variance):
    """Upper band (Tr + m, m + r) of the precision of (f_T', f_{T-1}', ..., f_{1-p}')' given the observations.

    Each period adds G'Q⁻¹G, G = (I, −Φ), to the cells of f_t and its p lags, and J_t to those of f_t.
    """
    (r, m), T = phi.shape, len(J)
    G = np.hstack((np.eye(r), -phi))
    law, K = G.T @ np.linalg.solve(Q, G), np.zeros((T * r + m, m + r))
    for t in range(T):
        first = (T - 1 - t) * r
        for i in range(m + r):
            for d in range(m + r - i):
                K[first + i, d] += law[i, i + d]
        for k in range(r):
            for j in range(k, r):
                K[first + k, j - k] += J[t, k, j]
    K[T * r :, 0] += 1.0 / start_variance
    return K


@numba.njit(cache=True, error_model="numpy")
def _window_moments(x, C, T, r):
    """Σ E (f_t', s_{t-1}')'(f_t', s_{t-1}') over t = 1..T, from means x and the band of covariances C."""
    wide = (C.shape[1] + 1) // 2
    M = np.zeros((wide, wide))
    for first in range(0, T * r, r):
        for i in range(wide):
            for j in range(i, wide):
                M[i, j] += C[first + i, wide - 1 + j - i] + x[first + i] * x[first + j]
    for i in range(wide):
        for j in range(i):
            M[i, j] = M[j, i]
    return M
