"""Products and a solution of small matrices, compiled: results go into arrays that exist, nothing is allocated."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True)
def times(A, X, out):
    """Set out = A X; up to 8 states by loops, where BLAS costs more and a zero of A (lags in B) costs nothing."""
    if len(A) > 8:
        np.dot(A, X, out)
        return
    out[:] = 0.0
    for i in range(A.shape[0]):
        for k in range(A.shape[1]):
            factor = A[i, k]
            if factor != 0.0:
                for j in range(X.shape[1]):
                    out[i, j] += factor * X[k, j]


@numba.njit(cache=True)
def sandwich(A, P, work, out):
    """Set out = A P A' for a symmetric P."""
    times(A, P, work)
    out[:] = work.T
    work[:] = out
    times(A, work, out)


@numba.njit(cache=True)
def apply(A, v, out):
    """Set out = A v."""
    for i in range(len(A)):
        out[i] = inner(A[i], v)


@numba.njit(cache=True)
def inner(v, w):
    """Inner product v'w."""
    total = 0.0
    for i in range(len(v)):
        total += v[i] * w[i]
    return total


@numba.njit(cache=True)
def solve(S, D, u):
    """D ← S⁻¹D and u ← S⁻¹u by Gauss-Jordan elimination with pivots from the column; log |S|.  Overwrites S."""
    m, logdet = len(S), 0.0
    for k in range(m):
        p = k
        for i in range(k + 1, m):
            p = i if abs(S[i, k]) > abs(S[p, k]) else p
        if p != k:
            for j in range(m):
                S[k, j], S[p, j], D[k, j], D[p, j] = S[p, j], S[k, j], D[p, j], D[k, j]
            u[k], u[p] = u[p], u[k]
        logdet += np.log(np.abs(S[k, k]))
        scale = 1.0 / S[k, k]
        for j in range(m):
            S[k, j], D[k, j] = scale * S[k, j], scale * D[k, j]
        u[k] *= scale
        for i in range(m):
            factor = S[i, k]
            if i != k and factor != 0.0:
                for j in range(m):
                    S[i, j] -= factor * S[k, j]
                    D[i, j] -= factor * D[k, j]
                u[i] -= factor * u[k]
    return logdet
