"""Panels in which groups of series follow a few factors nonlinearly, some groups one factor alone (anchor groups).

The design of the kit's study of the grouped sparse autoencoder (spec B.3); the paper's own design is not known.
"""

from __future__ import annotations

import numbers
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.validation import check_number, check_seed, check_whole

PERSISTENCE = 0.8
RIDGES = 4
SLOPE = 0.2
BURN_IN = 50


@dataclass(frozen=True)
class SimulatedGroups:
    """Synthetic X (T, N) and the truth behind it.

    `groups` series → group, `factors` (T, K) with variance about 1, `pattern` (G, K) which group loads on which factor,
    `signal` (T, N) X without its noise, every column with variance 1.
    """

    X: pd.DataFrame
    groups: dict[str, str]
    factors: pd.DataFrame
    pattern: pd.DataFrame
    signal: pd.DataFrame
    synthetic: bool = True

    @property
    def anchors(self) -> dict[str, str]:
        """The first group that loads on one factor alone → that factor; factors without such a group are left out."""
        alone = self.pattern[self.pattern.sum(axis=1) == 1].idxmax(axis=1)
        return dict(alone[~alone.duplicated()])


def simulate_anchored_groups(
    T: int = 700,
    N: int = 165,
    groups: int = 8,
    factors: int = 5,
    anchors: int = 5,
    noise: float = 0.6,
    correlation: float = 0.0,
    linear: bool = False,
    seed: int | np.random.Generator = 0,
) -> SimulatedGroups:
    """Simulate x_jt = s_j(B_g ⊙ f_t) + noise·e_jt, f an AR(1) with coefficient .8, s_j of variance 1.

    Parameters
    ----------
    T, N : periods and series; the series are dealt to the groups in equal shares.
    groups, factors : G and K.
    anchors : the first groups, as many as this, load on one factor each (group 1 on F1, and so on, again from F1 after
        FK); every other group mixes two or three.  0 leaves no factor alone anywhere.
    noise : standard deviation of the noise, in units of the signal's.
    correlation : between any two factors, from 0 to below 1.
    linear : s_j is linear; otherwise a sum of LeakyReLU ridges with slope .2, directions and bends at random.
    seed : fixes all shocks; noise and correlation deform the same world.
    """
    _check(T, N, groups, factors, anchors, noise, correlation)
    f_rng, pattern_rng, signal_rng, noise_rng = check_seed(seed).spawn(4)
    names = [f"F{k + 1}" for k in range(factors)]
    labels = [f"group {g + 1}" for g in range(groups)]
    series = [f"x{j + 1}" for j in range(N)]
    time = pd.RangeIndex(1, T + 1, name="period")
    of = np.arange(N) * groups // N
    pattern = _pattern(groups, factors, anchors, pattern_rng)
    f = _autoregressions(T, factors, correlation, f_rng)
    signal = np.column_stack([_signal(f[:, pattern[g]], linear, signal_rng) for g in of])
    X = signal + noise * noise_rng.standard_normal((T, N))
    return SimulatedGroups(
        X=pd.DataFrame(X, time, series),
        groups={name: labels[g] for name, g in zip(series, of, strict=True)},
        factors=pd.DataFrame(f, time, names),
        pattern=pd.DataFrame(pattern, labels, names),
        signal=pd.DataFrame(signal, time, series),
    )


def _pattern(groups: int, factors: int, anchors: int, rng: np.random.Generator) -> np.ndarray:
    """Which group loads on which factor (G, K): anchors first, then mixtures that take the factors in turn."""
    pattern = np.zeros((groups, factors), dtype=bool)
    for g in range(groups):
        size = 1 if g < anchors else min(factors, int(rng.integers(2, 4)))
        first = g % factors
        others = rng.permutation(np.delete(np.arange(factors), first))[: size - 1]
        pattern[g, [first, *others]] = True
    return pattern


def _autoregressions(T: int, K: int, correlation: float, rng: np.random.Generator) -> np.ndarray:
    """Return K autoregressions (T, K) of variance 1 whose shocks have one correlation."""
    common, own = rng.standard_normal((T + BURN_IN, 1)), rng.standard_normal((T + BURN_IN, K))
    shocks = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
    f = np.zeros((T + BURN_IN, K))
    for t in range(1, T + BURN_IN):
        f[t] = PERSISTENCE * f[t - 1] + np.sqrt(1.0 - PERSISTENCE**2) * shocks[t]
    return f[BURN_IN:]


def _signal(f: np.ndarray, linear: bool, rng: np.random.Generator) -> np.ndarray:
    """One series' signal (T,) from its group's factors (T, k): a sum of bent ridges, put to mean 0 and variance 1."""
    directions = rng.standard_normal((f.shape[1], RIDGES))
    bends, heights = rng.standard_normal(RIDGES), rng.standard_normal(RIDGES)
    ridges = f @ directions + bends
    s = (ridges if linear else np.where(ridges > 0, ridges, SLOPE * ridges)) @ heights
    return (s - s.mean()) / s.std()


def _check(T, N, groups, factors, anchors, noise, correlation) -> None:
    """Refuse a world that cannot be."""
    for name, value, least in (("T", T, 10), ("groups", groups, 1), ("factors", factors, 1), ("anchors", anchors, 0)):
        check_whole(value, name, least)
    if not isinstance(N, numbers.Integral) or 2 * groups > N:
        raise ValueError(f"N: at least two series a group are needed, {2 * groups} for {groups} groups, got {N!r}")
    if anchors > groups:
        raise ValueError(f"anchors: at most as many as groups ({groups}), got {anchors}")
    check_number(noise, "noise", or_equal=True)
    if check_number(correlation, "correlation", or_equal=True) >= 1.0:
        raise ValueError(f"correlation: must lie from 0 to below 1, got {correlation!r}")
