"""How far an estimate is from a known truth."""

from __future__ import annotations

import numpy as np


def mean_absolute_error(truth, estimate) -> float:
    """Mean absolute distance between two arrays of one shape, e.g. paths (T, K) (eq. 19), in the data's units."""
    truth, estimate = np.asarray(truth, dtype=float), np.asarray(estimate, dtype=float)
    if truth.shape != estimate.shape:
        raise ValueError(f"estimate: has shape {estimate.shape} where truth has {truth.shape}")
    return float(np.mean(np.abs(truth - estimate)))


def coverage(truth, lower, upper) -> float:
    """Share of the cells of `truth` that lie between `lower` and `upper` (all of one shape)."""
    truth = np.asarray(truth, dtype=float)
    return float(np.mean((np.asarray(lower) <= truth) & (truth <= np.asarray(upper))))
