"""Compare loadings whose factors have no names: order their columns, match them to a truth, count those alive.

Loadings are arrays (N, r) of one date or (T, N, r) of all.  Factors are known up to their order and sign only, so a
distance to the truth means nothing before both are settled.  McAlinn, Rockova and Saha (2018) order the columns by
where their entries stand (section 4); one stray entry in an early row then moves a whole column.  Matching does not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

NEGLIGIBLE = 0.1
"""Loadings below it in size count as zero (the paper's Figure 7)."""
LEAST = 2
"""Loadings that make a factor active: one alone cannot be told from the series' own noise (section 5)."""


class Match(NamedTuple):
    """Column `order[k]` of the estimate, times `signs[k]`, stands for column k of the truth; both (r,)."""

    order: np.ndarray
    signs: np.ndarray

    def apply(self, loadings: np.ndarray) -> np.ndarray:
        """Return loadings (…, r) in the truth's order and signs."""
        return loadings[..., self.order] * self.signs


def match_factors(truth, loadings) -> Match:
    """Find the one order and the signs under which the loadings come closest to the truth, over all dates at once.

    The sum of squared distances is smallest over all permutations (an assignment problem) and signs.  Both arrays are
    (N, r) or (T, N, r); pad the narrower one with columns of zeros (`widened`).
    """
    truth, loadings = _pair(truth, loadings)
    together = np.einsum("tnk,tnl->kl", truth, loadings)
    order = linear_sum_assignment(-np.abs(together))[1]
    return Match(order, np.where(together[np.arange(len(order)), order] < 0, -1.0, 1.0))


def matched(truth, loadings) -> np.ndarray:
    """Return loadings (T, N, r) under the one match that is best over all dates."""
    return match_factors(truth, loadings).apply(_as_path(loadings, "loadings"))


def matched_each(truth, loadings) -> np.ndarray:
    """Return loadings (T, N, r) matched anew at each date: a method whose factors swap names is not punished."""
    truth, loadings = _pair(truth, loadings)
    return np.stack([match_factors(*one).apply(one[1]) for one in zip(truth, loadings, strict=True)])


def left_order(loadings, negligible: float = NEGLIGIBLE) -> np.ndarray:
    """Order of the columns (r,) of (N, r) loadings by their support, read as a binary number, largest first.

    The first series is the most significant digit.  Columns with equal support stay in their order.
    """
    support = np.abs(np.asarray(loadings)) >= negligible
    return np.lexsort(~support[::-1])


def left_ordered(loadings, negligible: float = NEGLIGIBLE) -> np.ndarray:
    """Left-order loadings (T, N, r) at each date: negligible entries become zero, column sums positive."""
    return np.stack([_left_ordered_once(one, negligible) for one in _as_path(loadings, "loadings")])


def _left_ordered_once(loadings: np.ndarray, negligible: float) -> np.ndarray:
    kept = np.where(np.abs(loadings) >= negligible, loadings, 0.0)
    kept = kept[:, left_order(kept, negligible)]
    return kept * np.where(kept.sum(axis=0) < 0, -1.0, 1.0)


def rmse_path(truth, loadings) -> np.ndarray:
    """Root mean squared error of the loadings at each date, (T,) (eq. 9), as the columns stand."""
    truth, loadings = _pair(truth, loadings)
    return np.sqrt(((truth - loadings) ** 2).mean(axis=(1, 2)))


def active_factors(loadings, negligible: float = NEGLIGIBLE, least: int = LEAST) -> np.ndarray:
    """Which factors are active at each date, (T, r) booleans: those with `least` loadings that are not negligible."""
    alive = np.abs(_as_path(loadings, "loadings")) >= negligible
    return alive.sum(axis=1) >= least


def n_active(loadings, negligible: float = NEGLIGIBLE, least: int = LEAST) -> np.ndarray:
    """Count the active factors at each date (T,)."""
    return active_factors(loadings, negligible, least).sum(axis=1)


def active_per_series(loadings, negligible: float = NEGLIGIBLE) -> np.ndarray:
    """Average number of factors that a series loads on, at each date (T,) (Figure 7)."""
    return (np.abs(_as_path(loadings, "loadings")) >= negligible).sum(axis=2).mean(axis=1)


def widened(loadings, n_factors: int) -> np.ndarray:
    """Append columns of zeros to loadings (…, r) until there are `n_factors`."""
    loadings = np.asarray(loadings, dtype=float)
    missing = n_factors - loadings.shape[-1]
    if missing < 0:
        raise ValueError(f"n_factors: must be at least {loadings.shape[-1]}, the columns there are, got {n_factors}")
    return np.concatenate([loadings, np.zeros((*loadings.shape[:-1], missing))], axis=-1)


def _pair(truth, loadings) -> tuple[np.ndarray, np.ndarray]:
    """Both as (T, N, r) of one shape."""
    truth, loadings = _as_path(truth, "truth"), _as_path(loadings, "loadings")
    if truth.shape != loadings.shape:
        raise ValueError(f"loadings: has shape {loadings.shape} where truth has {truth.shape}; see `widened`")
    return truth, loadings


def _as_path(loadings, name: str) -> np.ndarray:
    loadings = np.asarray(loadings, dtype=float)
    if loadings.ndim not in (2, 3):
        raise ValueError(f"{name}: expected (N, r) or (T, N, r), got shape {loadings.shape}")
    return loadings[None] if loadings.ndim == 2 else loadings
