"""Ways of holding observations out: random folds, contiguous blocks, any splitter, and what needs no folds at all."""

from __future__ import annotations

import numbers
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.validation import check_seed

CRITERIA = ("loo", "gcv", "ml")
"""Scores of λ that need no folds: leave-one-out, generalised cross-validation, marginal likelihood."""


@dataclass(frozen=True)
class RandomFolds:
    """`n` folds of nearly equal size drawn at random once (the reference software's kind); the seed fixes them."""

    n: int = 5
    seed: int = 0

    def split(self, T: int) -> list[np.ndarray]:
        """Return the held-out periods of every fold."""
        label = check_seed(self.seed).permutation(T) % self.n
        return [np.flatnonzero(label == fold) for fold in range(self.n)]


@dataclass(frozen=True)
class BlockedFolds:
    """`n` folds of consecutive periods: nothing next to a held-out period leaks into its forecast but at the seams."""

    n: int = 5

    def split(self, T: int) -> list[np.ndarray]:
        """Return the held-out periods of every fold."""
        return np.array_split(np.arange(T), self.n)


@dataclass(frozen=True)
class RandomBlocks:
    """Blocks of `length` consecutive periods dealt at random to `n` folds: blocked k-fold cross-validation.

    Every fold has spells all over the sample, and few of its periods have a neighbour outside it, so that serial
    correlation cannot pass a poor model off as a good one.  The last block may be shorter.
    """

    length: int = 8
    n: int = 5
    seed: int = 0

    def split(self, T: int) -> list[np.ndarray]:
        """Return the held-out periods of every fold."""
        blocks = -(-T // self.length)
        label = check_seed(self.seed).permutation(blocks) % self.n
        return [np.flatnonzero(label[np.arange(T) // self.length] == fold) for fold in range(self.n)]


def make_folds(cv, index: pd.Index) -> list[np.ndarray]:
    """Turn `cv` into the held-out periods (positions in `index`) of every fold.

    `cv` is a number of random folds, `RandomFolds`, `BlockedFolds`, `RandomBlocks`, a scikit-learn splitter, or one
    fold label a period (a Series must carry the data's index).

    Raises
    ------
    ValueError
        Fewer than 2 folds, more folds than periods, labels that do not match the periods, or folds that do not hold
        every period out exactly once.
    """
    T = len(index)
    if isinstance(cv, numbers.Integral) and not isinstance(cv, bool):
        cv = RandomFolds(int(cv))
    if isinstance(cv, RandomFolds | BlockedFolds):
        _check_count(cv.n, T)
        return cv.split(T)
    if isinstance(cv, RandomBlocks):
        _check_blocks(cv, T)
        return cv.split(T)
    if hasattr(cv, "split") and not isinstance(cv, str | type):
        return _folds_of_splitter(cv, T)
    if np.ndim(cv) == 1 and not isinstance(cv, str):
        return _folds_of_labels(cv, index)
    raise ValueError(f"cv: expected a number of folds, a splitter, {T} fold labels or one of {CRITERIA}, got {cv!r}")


def _check_count(n: int, T: int, what: str = "periods") -> None:
    if not isinstance(n, numbers.Integral) or not 2 <= n <= T:
        raise ValueError(f"cv: {n} folds for {T} {what}; allowed are whole numbers from 2 to {T}")


def _check_blocks(cv: RandomBlocks, T: int) -> None:
    if not isinstance(cv.length, numbers.Integral) or cv.length < 1:
        raise ValueError(f"cv: blocks must have a whole number of periods from 1, got length={cv.length!r}")
    _check_count(cv.n, -(-T // cv.length), "blocks")


def _folds_of_labels(labels, index: pd.Index) -> list[np.ndarray]:
    if len(labels) != len(index):
        raise ValueError(f"cv: {len(labels)} fold labels for {len(index)} periods")
    if isinstance(labels, pd.Series) and not labels.index.equals(index):
        raise ValueError("cv: the fold labels carry another index than the data")
    codes, names = pd.factorize(pd.Series(labels).to_numpy(), sort=False)
    if np.any(codes < 0):
        raise ValueError("cv: a fold label is missing")
    _check_count(len(names), len(index))
    return [np.flatnonzero(codes == code) for code in range(len(names))]


def _folds_of_splitter(splitter, T: int) -> list[np.ndarray]:
    try:
        folds = [np.asarray(test) for _, test in splitter.split(np.zeros((T, 1)))]
    except (TypeError, ValueError) as error:
        raise ValueError(f"cv: {splitter!r} cannot split {T} periods ({error})") from error
    _check_count(len(folds), T)
    if not np.array_equal(np.sort(np.concatenate(folds)), np.arange(T)):
        raise ValueError(f"cv: the folds must hold each of the {T} periods out exactly once")
    return folds
