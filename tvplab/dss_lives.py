"""When a factor is alive: its loadings may die, or return, all together.

A zero of the spike is absorbing site by site, and a path in the slab leaves it only slowly: the mode of the paper's
posterior trails a factor that has died by some fifteen periods.  What the data say of period t is plain, though.  With
loadings held, P(ω_kt = 0 | Y) against its prior is the Bayes factor of a factor that is dead in t (Savage and Dickey):

    ℓ_kt = log BF(alive : dead) = ½ log V_kk + ½ m_k²/V_kk,   m and V the moments of ω_kt given all data.

A chain of two states, alive and dead, that switches with probability 1/lifetime then has a most likely path.
"""

from __future__ import annotations

import numpy as np

from tvplab.dss_moments import FactorMoments


def log_bayes_factors(moments: FactorMoments) -> np.ndarray:
    """ℓ (T, r): how much likelier the data make a factor that is alive in the period."""
    variances = np.diagonal(moments.cov, axis1=1, axis2=2)
    return 0.5 * np.log(variances) + 0.5 * moments.mean**2 / variances


def likely_lives(evidence: np.ndarray, lifetime: float) -> np.ndarray:
    """The most likely path of alive (T, r booleans) given ℓ (T, r): Viterbi's algorithm, all factors at once."""
    stay, switch = np.log1p(-1.0 / lifetime), -np.log(lifetime)
    best, came = np.stack([np.zeros(evidence.shape[1]), evidence[0]]), np.empty((*evidence.shape, 2), dtype=bool)
    for t in range(1, len(evidence)):
        kept, changed = best + stay, best[::-1] + switch
        came[t] = (kept < changed).T
        best = np.maximum(kept, changed)
        best[1] += evidence[t]
    alive = np.empty(evidence.shape, dtype=bool)
    alive[-1] = best[1] > best[0]
    for t in range(len(evidence) - 1, 0, -1):
        alive[t - 1] = alive[t] ^ np.where(alive[t], came[t, :, 1], came[t, :, 0])
    return alive


def held(beta: np.ndarray, active: np.ndarray) -> np.ndarray:
    """Paths (N, r, T+1) with the loadings of a period that is not `active` (T, r) taken from the nearest that is."""
    out, T = beta.copy(), len(active)
    for k in np.flatnonzero(active.any(axis=0)):
        when = np.flatnonzero(active[:, k])
        place = np.searchsorted(when, np.arange(T))
        before, after = when[np.maximum(place - 1, 0)], when[np.minimum(place, len(when) - 1)]
        near = np.where(np.abs(np.arange(T) - before) < np.abs(after - np.arange(T)), before, after)
        out[:, k, 1:] = beta[:, k, 1 + near]
        out[:, k, 0] = out[:, k, 1] if near[0] else beta[:, k, 0]
    return out


def kill(beta: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Paths with zeros where a factor is not alive (T, r); β_0 lives and dies with β_1."""
    return beta * np.concatenate([alive[:1], alive]).T
