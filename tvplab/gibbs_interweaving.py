"""Interweaving: a second draw of drift variances, with the path in units of its drifts (ancillarity and sufficiency).

    β_tj = β_1j + w_j β̃_tj,  w_j = √q_j;     q_j | β is one draw of the sweep, w_j | β̃, y the other.

Given the path, T steps fix q_j to within √(2/T) of itself, far less than prior and data leave open: the plain sweep
creeps.  Given β̃ only the data speak, and the whole path is stretched with w_j.  Source: Yu and Meng (2011);
Kastner and Frühwirth-Schnatter (2014) for stochastic volatility, whose h is a path like any other.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from tvplab.stochastic_volatility import MEANS, VARIANCES

SCALES = 2.0 ** np.arange(1, -5, -1)
"""Standard deviations of the proposals for log w, tried one after the other: whatever the law's width, one fits."""


class Stretches(NamedTuple):
    """Variates of one draw: proposals' standard normals (K, S), and standard exponentials (K, S) for their tests."""

    normals: np.ndarray
    exponentials: np.ndarray


def draw_stretches(K: int, rng: np.random.Generator) -> Stretches:
    """Draw what `stretch_in_place` needs."""
    return Stretches(rng.standard_normal((K, len(SCALES))), rng.standard_exponential((K, len(SCALES))))


def log_density(kappa: float, A: float, B: float, shape: float, rate: float) -> float:
    """Log density of κ = log(w'/w), up to a constant: the path stretched by ρ = e^κ around its start.

    With u_t = x_t(β_t − β_1) and errors r_t the likelihood is B(ρ − 1) − A(ρ − 1)²/2, A = Σu²/σ², B = Σur/σ²; the
    prior q ~ IG(a, b) gives −2aκ − (b/q)/ρ², `rate` b/q.
    """
    more = np.exp(kappa) - 1.0
    return B * more - 0.5 * A * more**2 - 2.0 * shape * kappa - rate * np.exp(-2.0 * kappa)


_log_density = numba.njit(cache=True, error_model="numpy")(log_density)


@numba.njit(cache=True, fastmath=True, error_model="numpy")
def stretch_in_place(path, resid, X, sigma2, Q, shape, scale, normals, exponentials):
    """Draw w_j | β̃, y for one coefficient after the other, by Metropolis steps; path, errors and Q move along.

    Parameters
    ----------
    path, X : β and regressors (T, K).
    resid, sigma2 : errors y_t − x_t'β_t and their variances (T,).
    Q : drift variances (K,), q_j ~ IG(shape, scale_j) given what else the prior may hold.
    normals, exponentials : `Stretches`; a proposal is taken where its density falls by less than the exponential.
    """
    (T, K), precision, start = path.shape, 1.0 / sigma2, path[0].copy()
    signals, stretch = np.empty((K, T)), np.empty(K)
    for t in range(T):
        for j in range(K):
            signals[j, t] = X[t, j] * (path[t, j] - start[j])
    for j in range(K):
        u, A, B = signals[j], 0.0, 0.0
        for t in range(T):
            weighted = u[t] * precision[t]
            A += u[t] * weighted
            B += resid[t] * weighted
        kappa, rate = 0.0, scale[j] / Q[j]
        now = _log_density(kappa, A, B, shape, rate)
        for i in range(len(SCALES)):
            proposal = kappa + SCALES[i] * normals[j, i]
            there = _log_density(proposal, A, B, shape, rate)
            if now - there < exponentials[j, i]:
                kappa, now = proposal, there
        stretch[j] = np.exp(kappa)
        Q[j] *= stretch[j] ** 2
        for t in range(T):
            resid[t] -= (stretch[j] - 1.0) * u[t]
    for t in range(1, T):
        for j in range(K):
            path[t, j] = start[j] + stretch[j] * (path[t, j] - start[j])


@numba.njit(cache=True, fastmath=True, error_model="numpy")
def stretch_log_volatility(h, s, log_square, components, mean, phi, shape, scale, normals, exponentials):
    """Draw s given y†, its components and h in units of its changes; h (T,) moves along, in place.

    Around what its start alone gives, μ + φ^{t−1}(h_1 − μ), h is a path whose regressor is 1 and whose errors are the
    mixture's.  Arguments as in `stochastic_volatility.draw_log_volatility` and in `stretch_in_place`.
    """
    T, gap = len(h), h[0] - mean
    base, path = np.empty(T), np.empty((T, 1))
    resid, sigma2 = np.empty(T), np.empty(T)
    for t in range(T):
        base[t] = mean + gap
        path[t, 0] = h[t] - base[t]
        resid[t] = log_square[t] - MEANS[components[t]] - h[t]
        sigma2[t] = VARIANCES[components[t]]
        gap *= phi
    Q = np.full(1, s)
    stretch_in_place(path, resid, np.ones((T, 1)), sigma2, Q, shape, np.full(1, scale), normals, exponentials)
    for t in range(1, T):
        h[t] = base[t] + path[t, 0]
    return Q[0]
