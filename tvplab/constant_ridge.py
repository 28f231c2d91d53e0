"""Regressions whose coefficients stay put: what a time-varying model has to beat, and is shrunk towards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

PENALTIES = np.logspace(-3.0, 5.0, 25)
"""Candidates for the ridge penalty, for regressors of variance 1: thirds of decades from 10⁻³ to 10⁵."""


class Coefficients(NamedTuple):
    """Constant coefficients of M targets: `level` (M,), `slopes` (K, M), and the penalty chosen for each (M,)."""

    level: np.ndarray
    slopes: np.ndarray
    penalty: np.ndarray

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Forecasts (J, M) for regressors X (J, K)."""
        return self.level + X @ self.slopes


def least_squares(Y: np.ndarray, X: np.ndarray) -> Coefficients:
    """Ordinary least squares of Y (T, M) on a constant and X (T, K); the shortest solution where X is collinear."""
    slopes = np.linalg.lstsq(X - X.mean(axis=0), Y - Y.mean(axis=0), rcond=None)[0]
    return Coefficients(Y.mean(axis=0) - X.mean(axis=0) @ slopes, slopes, np.zeros(Y.shape[1]))


def ridge(Y: np.ndarray, X: np.ndarray, folds: Sequence[np.ndarray], penalties: np.ndarray = PENALTIES) -> Coefficients:
    """Ridge regression with a free constant, the penalty of each target chosen by cross-validation over `folds`.

    Each sample, a training sample too, is centred and its regressors put to standard deviation 1 (ddof 0), so that the
    objective is Σ(y − ŷ)² + penalty·Σ(slope·sd)².
    """
    errors = np.empty((len(penalties), *Y.shape))
    for F in folds:
        kept = np.setdiff1d(np.arange(len(Y)), F)
        level, slopes = ridge_path(Y[kept], X[kept], penalties)
        errors[:, F] = Y[F] - (level[:, None] + X[F] @ slopes)
    best = np.argmin(np.mean(errors**2, axis=1), axis=0)
    level, slopes = ridge_path(Y, X, penalties)
    each = np.arange(Y.shape[1])
    return Coefficients(level[best, each], slopes[best, :, each].T, penalties[best])


def ridge_path(Y: np.ndarray, X: np.ndarray, penalties: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Constants (L, M) and slopes (L, K, M) at every penalty, from one singular value decomposition of X (T, K).

    A regressor that does not vary in the sample gets a slope of 0.
    """
    sd = X.std(axis=0)
    sd = np.where(sd > 0, sd, np.inf)
    left, s, right = np.linalg.svd((X - X.mean(axis=0)) / sd, full_matrices=False)
    shrunk = (s / (s**2 + penalties[:, None]))[:, :, None] * (left.T @ (Y - Y.mean(axis=0)))
    slopes = (right.T / sd[:, None]) @ shrunk
    return Y.mean(axis=0) - X.mean(axis=0) @ slopes, slopes
