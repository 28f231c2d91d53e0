"""Ways of holding observations out: random folds, contiguous blocks, any splitter, and what needs no folds at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CRITERIA = ("loo", "gcv", "ml")
"""Scores of λ that need no folds: leave-one-out, generalised cross-validation, marginal likelihood."""


@dataclass(frozen=True)
class RandomFolds:
    """`n` folds of nearly equal size drawn at random once (the reference software's kind); the seed fixes them."""

    n: int = 5
    seed: int = 0

    def split(self, T: int) -> list[np.ndarray]:
        """Return the held-out periods of every fold."""
        label = np.random.default_rng(self.seed).permutation(T) % self.n
        return [np.flatnonzero(label == fold) for fold in range(self.n)]


@dataclass(frozen=True)
class BlockedFolds:
    """`n` folds of consecutive periods: nothing next to a held-out period leaks into its forecast but at the seams."""

    n: int = 5

    def split(self, T: int) -> list[np.ndarray]:
        """Return the held-out periods of every fold."""
        return np.array_split(np.arange(T), self.n)


def make_folds(cv, T: int) -> list[np.ndarray]:
    """Turn `cv` into the held-out periods of every fold.

    `cv` is a number of random folds, `RandomFolds`, `BlockedFolds`, a scikit-learn splitter, or T fold labels.

    Raises
    ------
    ValueError
        Fewer than 2 folds, more folds than periods, labels of another length, or folds that do not hold every
        period out exactly once.
    """
    if isinstance(cv, int | np.integer) and not isinstance(cv, bool):
        cv = RandomFolds(int(cv))
    if isinstance(cv, RandomFolds | BlockedFolds):
        _check_count(cv.n, T)
        return cv.split(T)
    if hasattr(cv, "split") and not isinstance(cv, str):
        return _check_partition([np.asarray(test) for _, test in cv.split(np.zeros((T, 1)))], T)
    if np.ndim(cv) == 1 and not isinstance(cv, str):
        return _folds_of_labels(np.asarray(cv), T)
    raise ValueError(f"cv: expected a number of folds, a splitter, {T} fold labels or one of {CRITERIA}, got {cv!r}")


def _check_count(n: int, T: int) -> None:
    if not 2 <= n <= T:
        raise ValueError(f"cv: {n} folds for {T} periods; allowed are 2 to {T}")


def _folds_of_labels(labels: np.ndarray, T: int) -> list[np.ndarray]:
    if len(labels) != T:
        raise ValueError(f"cv: {len(labels)} fold labels for {T} periods")
    names = np.unique(labels)
    _check_count(len(names), T)
    return [np.flatnonzero(labels == name) for name in names]


def _check_partition(folds: list[np.ndarray], T: int) -> list[np.ndarray]:
    _check_count(len(folds), T)
    if not np.array_equal(np.sort(np.concatenate(folds)), np.arange(T)):
        raise ValueError(f"cv: the folds must hold each of the {T} periods out exactly once")
    return folds
