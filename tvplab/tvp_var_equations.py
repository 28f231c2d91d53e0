"""A VAR in recursive structural form, one equation at a time: regressors, priors, and the way back to a system.

    y_it = c_it + Σ_l b_il,t' y_{t−l} − Σ_{j<i} a_ij,t y_jt + exp(h_it/2) ε_it                       (spec C.1)

The equations' errors and priors are independent, so that each is a regression of its own, exactly.  With B_0 unit lower
triangular in the a's, B_0t y_t = c_t + Σ B_lt y_{t−l} + e_t.  The form depends on the order of the variables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.gibbs_chain import Prior
from tvplab.gibbs_drift import HalfCauchy, InverseGamma, NoDrift
from tvplab.gibbs_noise import ConstantVariance, StochasticVolatility
from tvplab.gibbs_priors import SHAPE, least_squares
from tvplab.stochastic_volatility import OFFSET
from tvplab.validation import as_frame, check_distinct_columns, check_varying, check_whole

SQUARINGS = 10
"""A root within a few thousandths of 1 is then still undecided."""


@dataclass(frozen=True)
class Tightness:
    """Standard deviations of the prior, in units of ŝ_i/ŝ_j (spec C.1; the kit's choices).

    `own`, `cross` : of a first own lag and of another variable's; lag l divides them by l.
    `intercept`, `contemporaneous` : of a constant, and of a contemporaneous coefficient.
    `kappa`, `kappa_intercept` : typical drift of a period, of a slope and of a constant.
    `kappa_h` : typical change of a log variance in a period.
    """

    own: float = 0.3
    cross: float = 0.15
    intercept: float = 10.0
    contemporaneous: float = 1.0
    kappa: float = 0.01
    kappa_intercept: float = 0.05
    kappa_h: float = 0.05


def check_series(Y, lags: int) -> pd.DataFrame:
    """Return the series of a VAR as a frame (T, n), or say what is wrong with them."""
    check_whole(lags, "lags", 1)
    frame = as_frame(Y, "Y")
    if frame.shape[1] < 2:
        raise ValueError(f"Y: a VAR needs at least 2 variables, got {frame.shape[1]}")
    check_distinct_columns(frame, "Y")
    check_varying(frame, "Y", "there is nothing to explain")
    if len(frame) < 2 * lags + 3:
        raise ValueError(f"Y: {lags} lags need at least {2 * lags + 3} periods, got {len(frame)}")
    return frame


def lagged(Y: np.ndarray, lags: int) -> np.ndarray:
    """Return rows (1, y_{t−1}', …, y_{t−p}') (T − p, 1 + np) for t = p+1..T."""
    T = len(Y)
    parts = [Y[lags - lag : T - lag] for lag in range(1, lags + 1)]
    return np.column_stack([np.ones(T - lags), *parts])


def equation(Y: np.ndarray, lags: int, i: int) -> tuple[np.ndarray, np.ndarray]:
    """y_i (T − p,) and its regressors z_i (T − p, 1 + np + i), the i variables before it with a minus sign."""
    return Y[lags:, i].copy(), np.ascontiguousarray(np.column_stack([lagged(Y, lags), -Y[lags:, :i]]))


def residual_sd(Y: np.ndarray, lags: int) -> np.ndarray:
    """ŝ_i (n,): residual standard deviations of autoregressions with `lags` lags and a constant."""
    return np.sqrt([least_squares(y[lags:, 0], lagged(y, lags))[2] for y in np.split(Y, Y.shape[1], axis=1)])


def equation_prior(
    i: int, lags: int, sd: np.ndarray, own_mean: float, tight: Tightness, drift: str, volatility: str, interweave=True
) -> Prior:
    """Prior of equation i given all residual standard deviations (n,): a `Prior` for its 1 + np + i coefficients."""
    n = len(sd)
    ratio = sd[i] / sd
    slopes = [np.where(np.arange(n) == i, tight.own, tight.cross) / lag * ratio for lag in range(1, lags + 1)]
    spread = np.concatenate([[tight.intercept * sd[i]], *slopes, tight.contemporaneous * ratio[:i]])
    mean = np.zeros(len(spread))
    mean[1 + i] = own_mean
    drifts = np.concatenate(
        [[tight.kappa_intercept * sd[i]], tight.kappa * np.tile(ratio, lags), tight.kappa * ratio[:i]]
    )
    noise = _noise_prior(volatility, sd[i], tight.kappa_h, interweave)
    return Prior(mean, spread**2, _drift_prior(drift, drifts), noise, interweave)


def _drift_prior(kind: str, typical: np.ndarray):
    """IG(5, 4·typical²), whose mean is typical²; or a half-Cauchy with that scale; or none."""
    if kind == "none":
        return NoDrift(len(typical))
    if kind == "half-cauchy":
        return HalfCauchy(typical)
    return InverseGamma(SHAPE, (SHAPE - 1.0) * typical**2)


def _noise_prior(kind: str, sd: float, kappa_h: float, interweave: bool):
    """h_1 ~ N(2 log ŝ, 4), s ~ IG(5, 4κ_h²); or a constant σ² ~ IG(2, ŝ²)."""
    if kind == "constant":
        return ConstantVariance(2.0, sd**2)
    law = SHAPE, (SHAPE - 1.0) * kappa_h**2
    return StochasticVolatility(2.0 * np.log(sd), 4.0, *law, OFFSET * sd**2, interweave=interweave)


def system(coefficients: list[np.ndarray], n: int) -> tuple[np.ndarray, np.ndarray]:
    """B_0 (R, n, n) and B = (c, B_1, …, B_p) (R, n, 1 + np) from each equation's coefficients (R, k_i)."""
    width = coefficients[0].shape[1]
    B0 = np.tile(np.eye(n), (len(coefficients[0]), 1, 1))
    for i, theta in enumerate(coefficients):
        B0[:, i, :i] = theta[:, width:]
    return B0, np.stack([theta[:, :width] for theta in coefficients], axis=1).astype(float)


def impulse_responses(B0: np.ndarray, B: np.ndarray, scale: np.ndarray, shock: int, horizon: int) -> np.ndarray:
    """Ψ_0..Ψ_H (R, H + 1, n) to one structural shock of size `scale` (R,): Ψ_h = Σ_l B_0⁻¹B_l Ψ_{h−l} (spec C.4)."""
    R, n = B0.shape[:2]
    A, lags = np.linalg.solve(B0, B[:, :, 1:]), (B.shape[2] - 1) // n
    out = np.zeros((R, lags + horizon, n))  # newest first, zeros before the shock
    out[:, horizon] = np.linalg.inv(B0)[:, :, shock] * scale[:, None]
    for h in range(horizon - 1, -1, -1):
        out[:, h] = (A @ out[:, h + 1 : h + 1 + lags].reshape(R, -1, 1))[:, :, 0]
    return out[:, horizon::-1]


def companion(B0: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Companion matrices (R, np, np) of B_0⁻¹B_1, …, B_0⁻¹B_p."""
    R, n = B0.shape[:2]
    width = B.shape[2] - 1
    out = np.zeros((R, width, width))
    out[:, :n] = np.linalg.solve(B0, B[:, :, 1:])
    out[:, range(n, width), range(width - n)] = 1.0
    return out


def companion_roots(B0: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Largest modulus (R,) of the companion matrix's eigenvalues: above 1 the draw explodes."""
    return np.abs(np.linalg.eigvals(companion(B0, B))).max(axis=1)


def explodes(B0: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Whether the largest companion root of a draw (R,) exceeds 1, in a fraction of the time that roots take.

    Companion matrices C are squared again and again: where C^m has a norm below 1, all roots lie inside, and where its
    trace is larger than its size np, one lies outside.  What ten squarings leave open is for the eigenvalues.
    """
    power = companion(B0, B)
    out, open_ = np.zeros(len(power), dtype=bool), np.arange(len(power))
    for _ in range(SQUARINGS):
        power = power @ power
        outside = np.abs(np.trace(power, axis1=1, axis2=2)) > power.shape[1]
        inside = np.abs(power).sum(axis=2).max(axis=1) < 1.0
        out[open_[outside]] = True
        left = ~(inside | outside)
        open_, power = open_[left], power[left]
    out[open_] = companion_roots(B0[open_], B[open_]) > 1.0
    return out
