"""What each observation is worth: a Kalman filter whose covariances are computed once for a pattern of releases.

The gains depend on which cells are seen, not on what they say.  From them follow, in matrix-vector products alone, the
smoothed states of any data with that pattern, and the weight of every cell in any one estimate: E(c'x_s | y) is linear
in y, and its weights are the adjoint of the filter and smoother (Koopman and Harvey, 2003, give the same numbers by
another recursion).  R may be singular, unlike in `statespace_fast`.

Symbols as in `statespace`; with F_t the variance of the innovations v_t, G_t = F_t⁻¹Z_t and K_t = P_tG_t'.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import linalg, sparse

from tvplab.statespace import StateSpace

STEADY = 1e-11
"""Relative change of P below which a period of the same pattern counts as the same."""
CYCLE = 3
"""Periods whose patterns must agree, too: quarterly series come back every third month."""

SINGULAR = 1e-10
"""Share of a series' variance, left by the series before it, below which it counts as known from them."""


class Gain(NamedTuple):
    """One period: `seen` (n,) positions, `Z` (n, m) their loadings, `G` (n, m) = F⁻¹Z, `P` (m, m) before the period."""

    seen: np.ndarray
    Z: np.ndarray
    G: np.ndarray
    P: np.ndarray


class Estimate(NamedTuple):
    """E(c'x_s | y) = constant + Σ weights (y − A), with its variance; weights (T, N), zero where nothing is seen."""

    weights: np.ndarray
    constant: float
    variance: float


def filter_gains(seen: np.ndarray, space: StateSpace) -> list[Gain]:
    """Return the gains of every period for the pattern seen (T, N).

    Periods whose pattern and covariance both repeat share one gain, so that a long balanced history costs little.
    """
    B, P, gains, known = sparse.csr_array(space.B), np.array(space.P1, float), [], {}
    for t, row in enumerate(seen):
        key = seen[max(t - CYCLE + 1, 0) : t + 1].tobytes()
        before = known.get(key)
        if before is None or np.abs(P - before[0].P).max() > STEADY * np.abs(P).max():
            gain = _gain(np.flatnonzero(row), P, space)
            filtered = P - (P @ gain.Z.T) @ (gain.G @ P)
            following = B @ (B @ filtered).T + space.Q
            before = known[key] = gain, 0.5 * (following + following.T)
        gains.append(before[0])
        P = before[1]
    return gains


def _gain(seen: np.ndarray, P: np.ndarray, space: StateSpace) -> Gain:
    """F = ZPZ' + R of the series seen, and G = F⁻¹Z; where F is singular, what was known before says nothing anew."""
    Z = space.Z[seen]
    F = Z @ P @ Z.T + space.R[np.ix_(seen, seen)]
    try:
        factor = linalg.cho_factor(F)
        regular = np.all(np.diagonal(factor[0]) ** 2 > SINGULAR * np.diagonal(F))
    except linalg.LinAlgError:
        regular = False
    return Gain(seen, Z, linalg.cho_solve(factor, Z) if regular else linalg.pinvh(F, rtol=SINGULAR) @ Z, P)


def predicted_states(y: np.ndarray, space: StateSpace, gains: list[Gain]) -> tuple[list, list]:
    """E(x_t | y_1..y_{t-1}) and the innovations v_t of what is seen, period by period: predict and correct."""
    x, predicted, errors = np.array(space.x1, float), [], []
    for t, (gain, row) in enumerate(zip(gains, y, strict=True)):
        if t > 0:
            x = space.B @ x + space.U
        predicted.append(x)
        errors.append(row[gain.seen] - space.A[gain.seen] - gain.Z @ x)
        x = x + gain.P @ (gain.G.T @ errors[-1])
    return predicted, errors


def smoothed_states(y: np.ndarray, space: StateSpace, gains: list[Gain]) -> np.ndarray:
    """E(x_t | y) (T, m) for y (T, N) with the gains' pattern: carry later innovations back to the predictions."""
    predicted, errors = predicted_states(y, space, gains)
    r, smoothed = np.zeros(len(space.x1)), np.empty((len(gains), len(space.x1)))
    for t in range(len(gains) - 1, -1, -1):
        gain, back = gains[t], space.B.T @ r
        r = back + gain.G.T @ errors[t] - gain.Z.T @ (gain.G @ (gain.P @ back))
        smoothed[t] = predicted[t] + gain.P @ r
    return smoothed


def smoothed_covariances(first: int, space: StateSpace, gains: list[Gain]) -> np.ndarray:
    """Return cov(x_t | y) (T − first, m, m) of the periods from `first` on."""
    N, covariances = np.zeros_like(gains[0].P), []
    for gain in reversed(gains[first:]):
        L = np.eye(len(N)) - gain.P @ gain.G.T @ gain.Z
        N = gain.Z.T @ gain.G + L.T @ N @ L
        covariances.append(gain.P - gain.P @ N @ gain.P)
        N = space.B.T @ N @ space.B
    return np.array(covariances[::-1])


def estimate(c: np.ndarray, s: int, space: StateSpace, gains: list[Gain]) -> Estimate:
    """Weights, constant and variance of E(c'x_s | y), c (m,), s counted from 0.

    Forwards from s: ρ_t = cov(x_t, c'x_s | y_1..y_{t-1}) and the part h_t = G_tρ_t that the smoother takes of v_t.
    Backwards from the end: μ_t, the derivative of the estimate with respect to the predicted state.
    """
    T, m, N = len(gains), len(space.x1), len(space.A)
    direct, variance, rho = {}, float(c @ gains[s].P @ c), gains[s].P @ c
    for t in range(s, T):
        gain = gains[t]
        direct[t] = gain.G @ rho
        variance -= float(rho @ (gain.Z.T @ direct[t]))
        rho = space.B @ (rho - gain.P @ (gain.Z.T @ direct[t]))
    weights, mu, constant = np.zeros((T, N)), np.zeros(m), 0.0
    for t in range(T - 1, -1, -1):
        gain, back = gains[t], space.B.T @ mu
        constant += float(space.U @ mu)
        through = direct.get(t, 0.0) + gain.G @ (gain.P @ back)
        weights[t, gain.seen] = through
        mu = back - gain.Z.T @ through + (c if t == s else 0.0)
    return Estimate(weights, constant + float(mu @ space.x1), max(variance, 0.0))
