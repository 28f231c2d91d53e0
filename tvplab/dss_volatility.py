"""Idiosyncratic variances with a discount: 1/σ²_t moves by beta shocks, its law stays a Gamma (DSS-EM, Table 4).

    σ²_t = δ σ²_{t−1} / v_t,   v_t ~ Beta(δη_{t−1}/2, (1−δ)η_{t−1}/2),   η_t = δ η_{t−1} + 1

Forward filtering, backward smoothing (West and Harrison, ch. 10.8), every series at once.  The squares are those of the
M-step, given all data; Table 4 has one-step errors instead, divided by the last iteration's variances, and compounds.
"""

from __future__ import annotations

import numba
import numpy as np

FLOOR = 1e-3
"""Smallest variance."""


def expected_squares(y: np.ndarray, B: np.ndarray, mean: np.ndarray, cov: np.ndarray) -> np.ndarray:
    """r_jt = E(y_jt − β_jt'ω_t)² (T, N) given y, B (T, N, r), mean (T, r) and cov (T, r, r); NaN where y is missing."""
    error = y - (B @ mean[:, :, None])[:, :, 0]
    return error**2 + ((B @ cov) * B).sum(axis=2)


def filter_scale(squares: np.ndarray, discount: float, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of freedom η (T, N) and scales S_t = D_t/η_t (T, N), with D_t = δ D_{t−1} + r_t.

    `start` (N,) is S_0, and η_0 = 1/(1−δ).  A missing r_t adds nothing to either.
    """
    seen, left = np.isfinite(squares).astype(float), np.nan_to_num(squares)
    n = np.full(left.shape[1], 1.0 / (1.0 - discount))
    eta = discounted_sums(seen, discount, n)
    return eta, discounted_sums(left, discount, n * start) / eta


def smooth_scale(scale: np.ndarray, discount: float) -> np.ndarray:
    """Smoothed scales (T, N): their inverses are (1−δ)/S_t + δ/S_{t+1|T}, backwards from S_T."""
    backwards = 1.0 / np.maximum(scale[::-1], FLOOR)
    backwards[1:] = discounted_sums((1.0 - discount) * backwards[1:], discount, backwards[0])
    return 1.0 / backwards[::-1]


@numba.njit(cache=True)
def discounted_sums(x: np.ndarray, discount: float, start: np.ndarray) -> np.ndarray:
    """a_t = δ a_{t−1} + x_t (T, N) for x (T, N), from a_0 = `start` (N,); compiled."""
    out, last = np.empty_like(x), start.copy()
    for t in range(len(x)):
        for j in range(len(last)):
            last[j] = discount * last[j] + x[t, j]
            out[t, j] = last[j]
    return out


def discount_variances(squares: np.ndarray, discount: float, start: np.ndarray) -> np.ndarray:
    """σ̂²_jt (T, N), at least 10⁻³: the M-step under the discount approximation (Table 4)."""
    return np.maximum(smooth_scale(filter_scale(squares, discount, start)[1], discount), FLOOR)
