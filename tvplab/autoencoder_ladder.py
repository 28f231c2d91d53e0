"""How penalty and learning rate go through the epochs of the autoencoder's training (spec B.2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

UNPENALISED, RAMP = 0.15, 0.5
"""Shares of the epochs without penalty, and with λ₀ on its way up."""
LAST_RATE = 0.05


class Plan(NamedTuple):
    """One entry an epoch: λ₀ (NaN: no penalty) and Adam's learning rate; `batches` an epoch."""

    lam0: np.ndarray
    rate: np.ndarray
    batches: int


def ladder(
    epochs: int, lam0: float, lam1: float, sparse: bool, rate: float, batches: int, since: float | None = None
) -> Plan:
    """No penalty at first, then λ₀ linearly from λ₁ up, then λ₀; the learning rate falls by a cosine to 5 %.

    A warm start climbs at once, from the λ₀ where the fit before it ended (`since`; NaN: from λ₁).  One that is not
    `sparse` never has a penalty.  A λ₀ that is large from the start takes every weight for the slab's and shrinks none.
    """
    at, quiet = np.arange(epochs) / max(epochs - 1, 1), UNPENALISED if since is None else 0.0
    first = lam1 if since is None or not np.isfinite(since) else since
    path = first + (lam0 - first) * np.clip((at - quiet) / RAMP, 0.0, 1.0)
    path[at < quiet] = np.nan
    if not sparse:
        path[:] = np.nan
    cosine = LAST_RATE + (1.0 - LAST_RATE) * 0.5 * (1.0 + np.cos(np.pi * at))
    return Plan(path, rate * cosine, batches)
