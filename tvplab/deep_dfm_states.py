"""Step 2 of the deep dynamic factor model: factors and idiosyncratic components as a linear Gaussian state space.

    z_t = Λ f_t + ε_t;   f_t = B_1 f_{t-1} + … + B_p f_{t-p} + u_t;   ε_it = φ_i ε_i,t-1 + ϵ_it

Equations 14-16 of Andreini, Izzo and Ricco, *Deep Dynamic Factor Models*, section 3.2.  A quarterly series is seen in
the last month of its quarter, as the weighted sum of five months of its common **and** its idiosyncratic component.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_discrete_lyapunov, toeplitz

from tvplab.data.mixed_frequency import MARIANO_MURASAWA
from tvplab.statespace import StateSpace

NOISE = 1e-5
"""Variance R of the observations, in standardised units: small, so that all noise is in the state (the authors')."""
MAX_ROOT = 0.99
"""Largest autoregressive root: estimates beyond are shrunk to it, so that the state has a stationary start."""


class LinearForm(NamedTuple):
    """y_t = mean + sd · (Z x_t + v_t), v_t ~ N(0, R);  x_t = B x_{t-1} + w_t, w_t ~ N(0, Q);  x_1 ~ N(a0, P0).

    The state x (m,) holds `lags` periods of the r factors less their means, newest first, then each series'
    idiosyncratic component: one period, five for a quarterly series.  `mean` and `sd` (N,) are in the data's units;
    `centre` (r,) the factors' means.
    """

    Z: np.ndarray
    B: np.ndarray
    Q: np.ndarray
    R: np.ndarray
    a0: np.ndarray
    P0: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    centre: np.ndarray
    lags: int

    @property
    def model(self) -> StateSpace:
        """The state space of the standardised series (y − mean)/sd."""
        N, m = self.Z.shape
        return StateSpace(self.Z, np.zeros(N), self.R, self.B, np.zeros(m), self.Q, self.a0, self.P0)


def fit_transition(F: np.ndarray, p: int) -> tuple[np.ndarray, np.ndarray]:
    """OLS of eq. 15 on centred factors F (T, r): coefficients (B_1 … B_p) (r, rp), innovation covariance U (r, r)."""
    T = len(F)
    past = np.hstack([F[p - lag : T - lag] for lag in range(1, p + 1)])
    coefficients = stationary(np.linalg.lstsq(past, F[p:], rcond=None)[0].T)
    u = F[p:] - past @ coefficients.T
    return coefficients, u.T @ u / len(u)


def stationary(coefficients: np.ndarray, limit: float = MAX_ROOT) -> np.ndarray:
    """Shrink (B_1 … B_p) so that no root is above `limit`: B_k c^k has the roots of B_k times c."""
    r, width = coefficients.shape
    root = np.max(np.abs(np.linalg.eigvals(companion(coefficients, width // r))))
    shrink = min(1.0, limit / root) if root > 0 else 1.0
    return coefficients * np.repeat(shrink ** np.arange(1, width // r + 1), r)


def companion(coefficients: np.ndarray, lags: int) -> np.ndarray:
    """Transition (r·lags, r·lags) of (f_t, …, f_{t-lags+1}); `lags` may exceed the order p of the autoregression."""
    r, width = coefficients.shape
    B = np.eye(r * lags, k=-r)
    B[:r] = 0.0
    B[:r, :width] = coefficients
    return B


def idiosyncratic_law(E: np.ndarray, quarterly: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Eq. 16 for residuals E (T, N), NaN where missing: φ (N,) and the unconditional sd (N,) of ε, by month.

    φ is the correlation of pairs seen in adjacent periods, clipped to ±0.99; the sd leaves missing cells out.  A
    quarterly series' residuals are sums over five months: its law is that whose sums move as they do.
    """
    phi, sd = adjacent_correlation(E, 1), np.nan_to_num(_spread(E))
    for i in () if quarterly is None else np.flatnonzero(quarterly):
        phi[i] = monthly_phi(adjacent_correlation(E[:, [i]], 3)[0])
        sd[i] = sd[i] / np.sqrt(aggregated(phi[i], 0))
    return phi, sd


def mean_seen(E: np.ndarray) -> np.ndarray:
    """Mean of each column's observed cells, zero where there are none."""
    seen = np.isfinite(E)
    return np.where(seen, E, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)


def _spread(E: np.ndarray) -> np.ndarray:
    """Standard deviation of each column's observed cells."""
    seen = np.isfinite(E)
    n = np.maximum(seen.sum(axis=0), 1)
    centred = np.where(seen, E - np.where(seen, E, 0.0).sum(axis=0) / n, 0.0)
    return np.sqrt((centred**2).sum(axis=0) / n)


def adjacent_correlation(E: np.ndarray, lag: int) -> np.ndarray:
    """Correlation (N,) of cells `lag` periods apart, both seen, clipped to ±0.99; zero where fewer than three pairs."""
    now, before = E[lag:], E[:-lag]
    both = np.isfinite(now) & np.isfinite(before)
    n = np.maximum(both.sum(axis=0), 1)
    x, y = (np.where(both, part, 0.0) for part in (now, before))
    x, y = (np.where(both, part - part.sum(axis=0) / n, 0.0) for part in (x, y))
    scale = np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0))
    usable = (scale > 0) & (both.sum(axis=0) >= 3)
    phi = np.where(usable, (x * y).sum(axis=0) / np.where(usable, scale, 1.0), 0.0)
    return np.clip(phi, -MAX_ROOT, MAX_ROOT)


def aggregated(phi: float, months: int) -> float:
    """Autocovariance at a distance of `months` of the five-month sums of an AR(1) with coefficient φ and variance 1."""
    w = np.array(MARIANO_MURASAWA)
    apart = np.abs(months + np.arange(5)[None, :] - np.arange(5)[:, None])
    return float(w @ phi**apart @ w)


def monthly_phi(correlation: float) -> float:
    """Return φ ≥ 0 of the monthly AR(1) whose five-month sums have this correlation from quarter to quarter.

    White noise already gives 4/19, because two quarters share two months; below that φ is 0.
    """
    grid = np.linspace(0.0, MAX_ROOT, 397)
    implied = np.array([aggregated(phi, 3) / aggregated(phi, 0) for phi in grid])
    return float(grid[np.argmin(np.abs(implied - correlation))])


def interpolate(z: np.ndarray) -> np.ndarray:
    """Fill gaps of each series linearly, and flat at its ends."""
    t = np.arange(len(z))
    columns = [np.interp(t, t[seen], column[seen]) for column, seen in zip(z.T, np.isfinite(z).T, strict=True)]
    return np.column_stack(columns)


def linear_form(loadings, factors, E, mean, sd, p: int, quarterly: np.ndarray, linear: bool = True) -> LinearForm:
    """Cast a fitted model as a state space; all but `mean` and `sd` in standardised units.

    Λ (N, r), factors (T, r), E (T, N) residuals with NaN where missing, `quarterly` (N,) flags.  What the means of
    factors and residuals contribute goes into `mean`, where the decoder is `linear`: it has no intercept, so that a
    series' residuals need not have mean zero, as the ε of the state space do.
    """
    N, lags = len(loadings), max(p, 5 if quarterly.any() else 1)
    centre = factors.mean(axis=0)
    coefficients, U = fit_transition(factors - centre, p)
    phi, spread = idiosyncratic_law(E, quarterly)
    blocks = [idiosyncratic_block(phi[i], spread[i], quarterly[i]) for i in range(N)]
    B, Q, P0 = _with_factors(coefficients, U, lags, blocks)
    Z = observation(np.repeat(loadings[:, None, :], lags, axis=1), quarterly)
    if linear:
        level = month_weights(quarterly, lags).sum(axis=1) * (loadings @ centre)
        mean = mean + sd * (level + mean_seen(E))
    return LinearForm(Z, B, Q, NOISE * np.eye(N), np.zeros(len(B)), P0, mean, sd, centre, lags)


def idiosyncratic_block(phi: float, sd: float, quarterly: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Transition, innovation covariance and stationary covariance of one ε, with four lags if quarterly."""
    lags = 5 if quarterly else 1
    Q = np.zeros((lags, lags))
    Q[0, 0] = (1.0 - phi**2) * sd**2
    return companion(np.array([[phi]]), lags), Q, sd**2 * toeplitz(phi ** np.arange(lags))


def _with_factors(coefficients, U, lags: int, blocks: list) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """B, Q and P0 of the whole state: the factors' block and one block a series, on the diagonal."""
    r, B = len(U), companion(coefficients, lags)
    Q = np.zeros_like(B)
    Q[:r, :r] = U
    P0 = solve_discrete_lyapunov(B, Q)
    parts = [(B, Q, 0.5 * (P0 + P0.T)), *blocks]
    return tuple(_diagonal([part[i] for part in parts]) for i in range(3))


def _diagonal(blocks: list[np.ndarray]) -> np.ndarray:
    """One matrix with these blocks on its diagonal."""
    ends = np.cumsum([len(block) for block in blocks])
    out = np.zeros((ends[-1], ends[-1]))
    for end, block in zip(ends, blocks, strict=True):
        out[end - len(block) : end, end - len(block) : end] = block
    return out


def observation(slopes: np.ndarray, quarterly: np.ndarray) -> np.ndarray:
    """Z (…, N, m) from the slopes of each series on the factors of each lag (…, N, lags, r).

    A monthly series sees this month alone; a quarterly one sees five months of factors and of its own ε.
    """
    *lead, N, lags, r = slopes.shape
    Z = np.zeros((*lead, N, lags * r + N + 4 * int(quarterly.sum())))
    Z[..., : lags * r] = (month_weights(quarterly, lags)[:, :, None] * slopes).reshape(*lead, N, lags * r)
    place = lags * r
    for i in range(N):
        weights = MARIANO_MURASAWA if quarterly[i] else (1.0,)
        Z[..., i, place : place + len(weights)] = weights
        place += len(weights)
    return Z


def month_weights(quarterly: np.ndarray, lags: int) -> np.ndarray:
    """Weights (N, lags) of this month and those before it in each series: 1, 0, … or (1, 2, 3, 2, 1)/3, 0, …."""
    weights = np.zeros((len(quarterly), lags))
    weights[:, 0] = 1.0
    weights[quarterly, :5] = MARIANO_MURASAWA if quarterly.any() else 0.0
    return weights
