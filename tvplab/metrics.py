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


def trace_r2(truth, estimate, centred: bool = False) -> float:
    """Share of the true factors F (T, k) that estimated ones F̂ (T, r) span: tr(F'P F)/tr(F'F), P onto F̂.

    Raw it is eq. 28 of Andreini, Izzo and Ricco: not centred, so that an estimate with a mean that is not zero gains
    where the truth has one.  `centred` takes the means out of both first.
    """
    F, G = (np.asarray(a, dtype=float).reshape(len(a), -1) for a in (truth, estimate))
    if len(F) != len(G):
        raise ValueError(f"estimate: has {len(G)} periods where truth has {len(F)}")
    if centred:
        F, G = F - F.mean(axis=0), G - G.mean(axis=0)
    projected = G @ np.linalg.lstsq(G, F, rcond=None)[0]
    return float((F * projected).sum() / (F**2).sum())
