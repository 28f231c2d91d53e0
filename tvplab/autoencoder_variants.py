"""The grouped sparse autoencoder beside its simpler relatives, and how well each finds factors that are known.

Nonlinear factors are known up to their order and a monotone map each (Moran et al., 2022), so factors are compared by
rank correlation after matching.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from tvplab.convergence import ignore_unconverged
from tvplab.factor_matching import match_factors, widened
from tvplab.factors import principal_components
from tvplab.sparse_autoencoder import GroupedSparseAutoencoder
from tvplab.validation import check_choice

VARIANTS = ("grouped sparse", "linear decoder", "no sparsity", "plain autoencoder", "PCA")


class Recovery(NamedTuple):
    """Rank correlations (K,) by true factor, which estimate stands for it (K,), and F1 of the pattern (or NaN)."""

    correlation: pd.Series
    estimate: pd.Series
    f1: float


def recovery(truth: pd.DataFrame, factors: pd.DataFrame, pattern=None, group_weights=None) -> Recovery:
    """Match estimated factors (T, K') to true ones (T, K) and compare them, and the zeros of their group weights.

    `pattern` (G, K) says which group loads on which true factor; a superfluous estimate counts as found wrongly where a
    group loads on it.  With fewer estimates than true factors the rest have correlation 0.
    """
    spearman = rank_correlation(truth, factors)
    wide = max(spearman.shape)
    square = np.zeros((wide, wide))
    square[: spearman.shape[0], : spearman.shape[1]] = spearman
    order = match_factors(np.eye(wide), square).order
    names = [*factors.columns, *[None] * (wide - factors.shape[1])]
    K = truth.shape[1]
    f1 = np.nan
    if pattern is not None:
        found = widened(np.asarray(group_weights, dtype=float), wide)[:, order] != 0.0
        f1 = pattern_f1(widened(np.asarray(pattern, dtype=float), wide) != 0.0, found)
    return Recovery(
        pd.Series(np.abs(square[np.arange(K), order[:K]]), truth.columns, name="|Spearman|"),
        pd.Series([names[k] for k in order[:K]], truth.columns, dtype=object, name="estimate"),
        f1,
    )


def rank_correlation(truth: pd.DataFrame, factors: pd.DataFrame) -> np.ndarray:
    """Spearman's correlations (K, K') of two sets of factors over the same periods; 0 where one stands still."""
    ranks = [rankdata(frame.to_numpy(), axis=0) for frame in (truth, factors)]
    centred = [one - one.mean(axis=0) for one in ranks]
    sizes = [np.sqrt(np.sum(one**2, axis=0)) for one in centred]
    return centred[0].T @ centred[1] / np.maximum(np.outer(*sizes), 1e-12)


def pattern_f1(truth: np.ndarray, found: np.ndarray) -> float:
    """F1 = 2 hits / (2 hits + misses + false alarms) of two patterns of one shape; 1 where both are empty."""
    wrong = np.sum(truth != found)
    hits = np.sum(truth & found)
    return float(2 * hits / (2 * hits + wrong)) if hits + wrong else 1.0


def fit_variant(name: str, model: GroupedSparseAutoencoder, X: pd.DataFrame):
    """Fit one of `VARIANTS`: AutoencoderResults, or PrincipalComponents of the standardised series.

    "linear decoder" keeps everything else; "no sparsity" leaves the group weights free of penalty; the "plain
    autoencoder" has one group for all series, so that group weights have nothing to choose.
    """
    check_choice(name, "name", VARIANTS)
    if name == "PCA":
        return principal_components(standard(X), model.n_factors)
    changes = {
        VARIANTS[0]: {},
        VARIANTS[1]: {"decoder": "linear"},
        VARIANTS[2]: {"sparsity": False},
        VARIANTS[3]: {"sparsity": False, "anchors": None, "groups": ["all"] * X.shape[1]},
    }
    with ignore_unconverged():  # the results say it too
        return replace(model, **changes[name]).fit(X)


def standard(X: pd.DataFrame) -> pd.DataFrame:
    """Series put to mean 0 and variance 1."""
    return (X - X.mean()) / X.std(ddof=0)


def compare_variants(
    model: GroupedSparseAutoencoder,
    X: pd.DataFrame,
    truth: pd.DataFrame | None = None,
    pattern: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Tabulate the variants: `mse` of the standardised series, `active` group weights, whether the fit `converged`.

    With the true factors (T, K) also the `smallest` and the `mean` rank correlation and, with the true pattern (G, K),
    its `f1`, for the variants that have group weights.
    """
    rows = {name: summary(fit_variant(name, model, X), X, truth, pattern) for name in VARIANTS}
    return pd.DataFrame(rows).T.infer_objects()


def summary(fit, X: pd.DataFrame, truth: pd.DataFrame | None = None, pattern: pd.DataFrame | None = None) -> dict:
    """One variant's line of `compare_variants`."""
    weights = getattr(fit, "group_weights", None)
    if weights is None:  # principal components
        left = standard(X) - fit.factors.to_numpy() @ fit.loadings.to_numpy().T
        row = {"mse": float(np.mean(left.to_numpy() ** 2)), "active": np.nan, "converged": True}
    else:
        row = {"mse": fit.mse, "active": int(np.sum(weights.to_numpy() != 0.0)), "converged": fit.converged}
    if truth is None:
        return row
    grouped = pattern is not None and weights is not None and set(weights.index) == set(pattern.index)
    found = recovery(truth, fit.factors, *((pattern, weights.loc[pattern.index]) if grouped else ()))
    return row | {"smallest": found.correlation.min(), "mean": found.correlation.mean(), "f1": found.f1}
