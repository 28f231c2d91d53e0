"""Rivals of dynamic sparse factors: a static method on a rolling window (McAlinn, Rockova and Saha, 2018, section 4).

Each estimator takes the data of one window (n, N) and returns loadings (N, K) on factors of variance one, so that all
of them, and the dynamic model, are in the same units.  The static spike-and-slab estimator has its own room,
`static_sparse`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from tvplab.crossval import BlockedFolds
from tvplab.factor_matching import widened
from tvplab.factors import bai_ng, principal_components
from tvplab.validation import as_frame

ALPHAS = (0.5, 1.0, 2.0, 4.0, 8.0)
RIDGE = 0.01
"""Ridge penalty of scikit-learn's projection on sparse components (its default): they need not be orthogonal."""


def rolling_loadings(
    estimate: Callable[[pd.DataFrame], np.ndarray], Y, training=None, window: int = 100, every: int = 1
) -> np.ndarray:
    """Estimate loadings on the `window` periods that end at each date, (T, N, K).

    Parameters
    ----------
    estimate : data of one window (n, N) → loadings (N, K).
    Y : (T, N) panel.
    training : (n0, N) panel of the periods before it.  Without it, or where it is short, the first windows hold what
        there is, at least `window` periods: the earliest dates then share one window that reaches into their future.
    every : periods from one estimate to the next; the last one is held in between.
    """
    frame = as_frame(Y, "Y")
    past = np.empty((0, frame.shape[1])) if training is None else as_frame(training, "training").to_numpy()
    data = np.vstack([past, frame.to_numpy()])
    if not 3 <= window <= len(data):
        raise ValueError(f"window: must be from 3 to {len(data)} periods, got {window!r}")
    if every < 1:
        raise ValueError(f"every: must be at least 1, got {every!r}")
    path = []
    for t in range(len(frame)):
        if t % every == 0:
            stop = max(len(past) + t + 1, window)
            path.append(estimate(pd.DataFrame(data[stop - window : stop], columns=frame.columns)))
        else:
            path.append(path[-1])
    return np.stack(path)


def adaptive_pca(Y, max_factors: int = 10, criterion: str = "IC_p2") -> np.ndarray:
    """Principal components, as many as Bai and Ng (2002) find; loadings (N, max_factors), zeros after the last."""
    number = int(bai_ng(Y, max_factors)[criterion].idxmin())
    if number == 0:
        return np.zeros((np.shape(Y)[1], max_factors))
    return widened(principal_components(Y, number).loadings, max_factors)


def sparse_pca(Y, n_factors: int = 10, alpha: float = 1.0, seed: int = 0) -> np.ndarray:
    """Sparse principal components (scikit-learn: dictionary learning with a lasso on loadings), (N, n_factors).

    `alpha` is the price of |loading|; see `cross_validated_alpha`.  The paper has another algorithm for the same aim
    (Witten, Tibshirani and Hastie, 2009).
    """
    centred = _centred(Y)
    model = _fit_sparse(centred, n_factors, alpha, seed)
    return model.components_.T * model.transform(centred).std(axis=0)


def cross_validated_alpha(Y, n_factors: int = 10, alphas=ALPHAS, folds: int = 2, seed: int = 0) -> float:
    """Return the `alpha` whose components rebuild held-out blocks of periods with the smallest squared error."""
    centred, errors = _centred(Y), dict.fromkeys(alphas, 0.0)
    for held in BlockedFolds(folds).split(len(centred)):
        train, test = np.delete(centred, held, axis=0), centred[held]
        for alpha in alphas:
            model = _fit_sparse(train, n_factors, alpha, seed)
            errors[alpha] += ((test - model.transform(test) @ model.components_ - model.mean_) ** 2).sum()
    return min(errors, key=errors.get)


def _centred(Y) -> np.ndarray:
    data = as_frame(Y, "Y").to_numpy()
    return data - data.mean(axis=0)


def _fit_sparse(data: np.ndarray, n_factors: int, alpha: float, seed: int):
    from sklearn.decomposition import SparsePCA
    from sklearn.exceptions import ConvergenceWarning

    model = SparsePCA(n_factors, alpha=alpha, ridge_alpha=RIDGE, method="cd", max_iter=50, tol=1e-3, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # inner lasso steps of early rounds; the rounds go on
        return model.fit(data)
