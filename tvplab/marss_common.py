"""What a MARSS fit says is common: Z_t x_t, its weighted sum over the series, the band of that, each series' part.

A fit to standardised data speaks of (y_i − μ_i)/s_i; here all is in the data's units: χ_it = μ_i + s_i Z_i x_t.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.validation import as_matrix


def common(states: np.ndarray, Z: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """χ_t = μ + s Z_t x_t (T, N) of states (T, m) and loadings Z (N, m) or (T, N, m)."""
    return mean + sd * np.einsum("...nm,...m->...n", Z, states)


def variance(loadings: np.ndarray, cov: np.ndarray) -> np.ndarray:
    """g_t'V_t g_t (T, K) of K loadings g (T, K, m) and the states' covariances V (T, m, m); never below zero."""
    return np.maximum(np.einsum("tki,tij,tkj->tk", loadings, cov, loadings), 0.0)


def corrected_aic(loglik: float, n: int, used: int) -> float:
    """Akaike's criterion with its small-sample correction, of n parameters on `used` observations; ∞ with too few."""
    return float(2.0 * n - 2.0 * loglik + 2.0 * n * (n + 1) / (used - n - 1)) if used > n + 1 else np.inf


def weights_by_period(weights: pd.Series | pd.DataFrame, index: pd.Index, columns: pd.Index) -> pd.DataFrame:
    """Weights as a (T, N) frame: a series by item is repeated.

    Raises
    ------
    TypeError, ValueError
        When items or periods are not the data's, in their order, or weights are not numbers.
    """
    if isinstance(weights, pd.DataFrame):
        if not (weights.index.equals(index) and weights.columns.equals(columns)):
            raise ValueError("weights: periods or series differ from the data's")
        return pd.DataFrame(as_matrix(weights, "weights"), index, columns)
    if not isinstance(weights, pd.Series) or not weights.index.equals(columns):
        raise ValueError("weights: the series differ from the data's")
    return pd.DataFrame(np.tile(as_matrix(weights, "weights").T, (len(index), 1)), index, columns)
