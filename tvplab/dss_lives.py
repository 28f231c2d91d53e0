"""When a factor is alive: its loadings may die, or return, all together.

A zero of the spike is absorbing site by site, and a path in the slab leaves it only slowly: the mode of the paper's
posterior trails a factor that has died by fifteen periods and more.  What the data say of a period is plain, though.
With loadings held, the posterior density of ω_kt = 0 over its prior density is the Bayes factor of a factor that is
dead in t (Savage and Dickey); for a stretch of periods they multiply, each given that ω_k,t−1 = 0 where that is part
of it:

    first:  log BF(alive : dead) = ½ log V_t + ½ m_t²/V_t
    later:  ½ log[V_t|t−1/(1 − φ̃²)] + ½ (m_t − ρ_t m_{t−1})²/V_t|t−1,   ρ_t = cov(ω_t, ω_{t−1})/V_{t−1},

m and V the factor's moments given all data, V_t|t−1 = V_t − ρ_t² V_{t−1}.  A chain of two states, alive and dead, that
switches with probability 1/lifetime then has a most likely path.  With one factor the product is exact; with more, it
leaves out what the other factors' last values say.
"""

from __future__ import annotations

import numba
import numpy as np

from tvplab.dss_moments import FactorMoments


def log_bayes_factors(moments: FactorMoments, phi) -> tuple[np.ndarray, np.ndarray]:
    """How much likelier the data make a factor that is alive, (T, r): in a stretch's first period, in a later one."""
    mean, V = moments.mean, np.diagonal(moments.cov, axis1=1, axis2=2)
    cross = np.diagonal(moments.lag_cov, axis1=1, axis2=2)[1:]
    rho = cross / V[:-1]
    left, error = V[1:] - rho * cross, mean[1:] - rho * mean[:-1]
    first = 0.5 * np.log(V) + 0.5 * mean**2 / V
    later = 0.5 * np.log(left / (1.0 - phi**2)) + 0.5 * error**2 / left
    return first, np.concatenate([first[:1], later])


def likely_lives(first: np.ndarray, later: np.ndarray, lifetime: float) -> np.ndarray:
    """The most likely path of alive (T, r booleans) given both (T, r): Viterbi's algorithm, factor by factor."""
    path = np.empty(first.shape, dtype=bool)
    for k in range(first.shape[1]):
        path[:, k] = _likely_life(
            np.ascontiguousarray(first[:, k]),
            np.ascontiguousarray(later[:, k]),
            np.log1p(-1.0 / lifetime),
            -np.log(lifetime),
        )
    return path


@numba.njit(cache=True)
def _likely_life(first, later, stay, switch):
    """One factor's path (T,) from log odds (T,) and the log probabilities of staying and of switching; compiled."""
    T = len(first)
    dead, alive, was_alive = -first[0], 0.0, np.empty((2, T), dtype=np.bool_)
    for t in range(1, T):
        dying, dormant = alive + switch - first[t], dead + stay - later[t]
        living, waking = alive + stay, dead + switch
        was_alive[0, t], was_alive[1, t] = dying > dormant, living >= waking
        dead, alive = max(dying, dormant), max(living, waking)
    path = np.empty(T, dtype=np.bool_)
    path[T - 1] = alive > dead
    for t in range(T - 1, 0, -1):
        path[t - 1] = was_alive[1, t] if path[t] else was_alive[0, t]
    return path


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
