"""E-step for the factors: Y_t = B_t ω_t + ε_t, ω_t = φ̃ ω_{t−1} + e_t, each factor with variance one in the long run.

Source: DSS-EM, section 3 and Table 3.  The table's recursions are those of a random walk: they lack φ̃ in the
transition, in the smoother's gain and in the lag-one covariances, although eq. 2 has it.  Here `statespace_fast` does
the work, from what the series say of the factors, G_t = B_t'Σ_t⁻¹B_t and g_t = B_t'Σ_t⁻¹Y_t.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tvplab.statespace import LOG_2PI, StateSpace
from tvplab.statespace_fast import Collapsed, smooth_collapsed

LARGEST = 0.98
"""Largest φ̃."""


class FactorMoments(NamedTuple):
    """Moments of ω_t given all data: `mean` (T, r), `cov` (T, r, r), `lag_cov` (T, r, r) = cov(ω_t, ω_{t−1}).

    `loglik` is that of the loadings, variances and φ̃ that made them.
    """

    mean: np.ndarray
    cov: np.ndarray
    lag_cov: np.ndarray
    loglik: float

    @property
    def second(self) -> np.ndarray:
        """S_t = E ω_t ω_t', (T, r, r)."""
        return self.mean[:, :, None] * self.mean[:, None, :] + self.cov

    @property
    def cross(self) -> np.ndarray:
        """E ω_t ω_{t−1}', (T, r, r); zero at the first period."""
        out = self.lag_cov.copy()
        out[1:] += self.mean[1:, :, None] * self.mean[:-1, None, :]
        return out


def precisions(y: np.ndarray, sigma2: np.ndarray) -> np.ndarray:
    """1/σ²_jt (T, N), zero where y is missing."""
    return np.isfinite(y) / sigma2


def collapse_series(y: np.ndarray, B: np.ndarray, precision: np.ndarray) -> Collapsed:
    """G_t (T, r, r), g_t (T, r) and the rest of the log density, from B (T, N, r) and precisions (T, N)."""
    left, seen = np.nan_to_num(y), precision > 0
    weighted = B * precision[:, :, None]
    transposed = np.swapaxes(weighted, 1, 2)
    logs = np.log(precision, out=np.zeros_like(precision), where=seen).sum(axis=1)
    constant = 0.5 * (logs - LOG_2PI * seen.sum(axis=1) - (left**2 * precision).sum(axis=1))
    return Collapsed(transposed @ B, (transposed @ left[:, :, None])[:, :, 0], constant)


def factor_moments(y: np.ndarray, B: np.ndarray, precision: np.ndarray, phi: float | np.ndarray) -> FactorMoments:
    """Smooth the factors given y (T, N), B (T, N, r), precisions (T, N) and their φ̃, one for all or one each (r,).

    The E-step of Table 3, with φ̃ put in.  Factors without a loading keep their prior moments and cost nothing.
    """
    T, r = len(y), B.shape[2]
    phi = np.broadcast_to(phi, r)
    live = np.flatnonzero(B.any(axis=(0, 1)))
    mean, cov = np.zeros((T, r)), np.tile(np.eye(r), (T, 1, 1))
    lag_cov = np.tile(np.diag(phi), (T, 1, 1))
    lag_cov[0] = 0.0
    collapsed = collapse_series(y, np.ascontiguousarray(B[:, :, live]), precision)
    if len(live) == 0:
        return FactorMoments(mean, cov, lag_cov, float(collapsed.constant.sum()))
    smoothed = smooth_collapsed(collapsed, factor_law(phi[live]))
    mean[:, live] = smoothed.mean
    block = np.ix_(np.arange(T), live, live)
    cov[block], lag_cov[block] = smoothed.cov, smoothed.lag_cov
    return FactorMoments(mean, cov, lag_cov, smoothed.loglik)


def factor_law(phi: np.ndarray) -> StateSpace:
    """The factors' autoregressions φ̃ (r,) of eq. 2 with innovation variances 1 − φ̃², from their law N(0, I)."""
    r, none = len(phi), np.zeros(len(phi))
    innovations = np.diag(1.0 - phi**2)
    return StateSpace(np.zeros((0, r)), np.zeros(0), np.zeros((0, 0)), np.diag(phi), none, innovations, none, np.eye(r))


def persistence(moments: FactorMoments, live: np.ndarray, each: bool = False) -> np.ndarray:
    """φ̃ (r,) = Σ E ω_t ω_{t−1} / Σ E ω²_{t−1}, kept within 0 and .98; zero for columns that are not live (r,).

    The sums are over periods and live columns, which then have the same φ̃, or, with `each`, over periods.
    """
    squares = np.diagonal(moments.second, axis1=1, axis2=2)[:-1].sum(axis=0) * live
    products = np.diagonal(moments.cross, axis1=1, axis2=2)[1:].sum(axis=0) * live
    if not each:
        squares, products = squares.sum() * live, products.sum() * live
    return np.clip(np.divide(products, squares, out=np.zeros(len(live)), where=squares > 0.0), 0.0, LARGEST)
