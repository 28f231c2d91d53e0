"""How good forecasts are: root mean squared errors, and the test of Diebold and Mariano that one beats another.

Sources: Diebold and Mariano (1995), *Comparing Predictive Accuracy*; Harvey, Leybourne and Newbold (1997), *Testing the
Equality of Prediction Mean Squared Errors*.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from tvplab.validation import as_matrix

LEVELS = (0.10, 0.05, 0.01)
"""A p-value below each of these earns a star."""


class DieboldMariano(NamedTuple):
    """The corrected `statistic`, negative where the first forecasts are better, and its two-sided `pvalue`."""

    statistic: float
    pvalue: float


def rmspe(errors) -> float:
    """Root mean squared prediction error of forecast errors (n,), in their units (section 4 of the ridge paper)."""
    return float(np.sqrt(np.mean(_errors(errors, "errors") ** 2)))


def diebold_mariano(errors, benchmark, horizon: int = 1) -> DieboldMariano:
    """Test that two sequences of `horizon`-step forecast errors (n,) have the same mean square.

    The loss differential d_t = e_t² − b_t² of h-step forecasts is correlated up to lag h − 1: its long-run variance is
    γ₀ + 2Σ_{k<h} γ_k.  Where that sum is not positive, the lags are weighted down as Bartlett's kernel does, which
    always is.  The statistic carries the correction for small samples of Harvey, Leybourne and Newbold and is held
    against Student's t with n − 1 degrees of freedom.  Two equal sequences give 0 and a p-value of 1.

    Raises
    ------
    ValueError
        Sequences of unequal length or with gaps, a horizon below 1 or not below n, or a differential that never varies.
    """
    d = _errors(errors, "errors") ** 2 - _paired(benchmark, errors) ** 2
    n = len(d)
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or not 1 <= horizon < n:
        raise ValueError(f"horizon: must be a whole number from 1 to {n - 1}, got {horizon!r}")
    if not d.any():
        return DieboldMariano(0.0, 1.0)
    if np.ptp(d) == 0.0:
        raise ValueError("errors: their squares differ from the benchmark's by a constant; the test needs variation")
    correction = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    statistic = d.mean() / np.sqrt(long_run_variance(d, horizon - 1) / n) * np.sqrt(correction)
    return DieboldMariano(float(statistic), float(2.0 * stats.t.sf(abs(statistic), n - 1)))


def long_run_variance(d: np.ndarray, lags: int) -> float:
    """γ₀ + 2Σ γ_k over `lags` autocovariances of d (n,); with Bartlett's weights where that is not positive."""
    centred = d - d.mean()
    gamma = np.array([centred[k:] @ centred[: len(d) - k] for k in range(lags + 1)]) / len(d)
    flat = gamma[0] + 2.0 * gamma[1:].sum()
    if flat > 0:
        return float(flat)
    weights = 1.0 - np.arange(1, lags + 1) / (lags + 1)
    return float(gamma[0] + 2.0 * weights @ gamma[1:])


def stars(pvalue: float) -> str:
    """`*`, `**`, `***` for p-values below 10 %, 5 % and 1 %."""
    return "*" * sum(pvalue < level for level in LEVELS)


def _errors(values, name: str) -> np.ndarray:
    """Return forecast errors as a vector (n,) without gaps, n ≥ 2."""
    vector = as_matrix(values, name).astype(float)
    if vector.shape[1] != 1 or len(vector) < 2:
        raise ValueError(f"{name}: expected a vector of at least 2 forecast errors, got shape {np.shape(values)}")
    if not np.all(np.isfinite(vector)):
        raise ValueError(f"{name}: has NaN or infinite values; none is allowed")
    return vector[:, 0]


def _paired(benchmark, errors) -> np.ndarray:
    """Return the benchmark's errors, as many as there are others."""
    vector = _errors(benchmark, "benchmark")
    if len(vector) != len(errors):
        raise ValueError(f"benchmark: has {len(vector)} errors where the other forecasts have {len(errors)}")
    return vector
