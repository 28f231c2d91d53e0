"""Sparse factors that die and return: the design of McAlinn, Rockova and Saha (2018), section 4.

Five factors load on overlapping blocks of series, the loadings move smoothly, and whole factors switch off: the third
for good after a quarter of the sample, the fifth in the third quarter only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.validation import check_choice, check_seed, check_whole

LAWS = ("mean2", "literal")
"""Laws of the loadings: around 2, which makes the paper's table possible, or as the paper prints it, decaying to 0."""
N_TRUE, CANDIDATES = 5, 10
START, PERSISTENCE, STEP_SD = 2.0, 0.99, 0.05


@dataclass(frozen=True)
class SimulatedSparseFactors:
    """Synthetic data y (T, N) and the truth behind them.

    `training` (n, N) periods before the sample, made with the first period's loadings; `loadings` (T, N, 10), of which
    five columns are ever active; `factors` (T, 10), independent N(0, 1); `sigma2` (T, N), all 1; `n_factors` (T,) how
    many factors are active.
    """

    y: pd.DataFrame
    training: pd.DataFrame
    loadings: np.ndarray
    factors: pd.DataFrame
    sigma2: pd.DataFrame
    n_factors: pd.Series
    law: str
    synthetic: bool = True

    @property
    def common(self) -> pd.DataFrame:
        """True common component B_t ω_t, shape (T, N)."""
        values = np.einsum("tnk,tk->tn", self.loadings, self.factors.to_numpy())
        return pd.DataFrame(values, self.y.index, self.y.columns)


def simulate_sparse_factors(
    law: str = "mean2", T: int = 400, training: int = 100, n_series: int = 100, seed: int | np.random.Generator = 0
) -> SimulatedSparseFactors:
    """Simulate Y_t = B_t ω_t + ε_t with ω_t, ε_t standard normal and sparse B_t that starts at 2.

    Parameters
    ----------
    law : of the nonzero loadings.  "literal" is the paper's β_t = .99 β_{t-1} + v_t, v_t ~ N(0, .05²), whose mean is
        .27 at t = 200 and .04 at t = 400, where nobody could find the factors that the paper reports; "mean2" is
        β_t = 2 + .99 (β_{t-1} − 2) + v_t.
    T : periods, at least 8.  Factor 3 is off from T/4 + 1 on, factor 5 from T/2 + 1 to 3T/4.
    training : periods before the sample, with loadings B_1; may be 0.
    n_series : N, at least 10.  Each factor loads on 28 % of the series and shares a third of them with the next.
    seed : fixes all shocks, the same for both laws.
    """
    check_choice(law, "law", LAWS)
    for name, value, least in (("T", T, 8), ("training", training, 0), ("n_series", n_series, 10)):
        check_whole(value, name, least)
    factor_rng, noise_rng, loading_rng = check_seed(seed).spawn(3)
    paths = loading_paths(law, loading_rng.standard_normal((T, n_series, N_TRUE)))
    loadings = np.zeros((T, n_series, CANDIDATES))
    loadings[:, :, :N_TRUE] = paths * blocks(n_series) * alive(T)[:, None, :]
    B = np.concatenate([np.broadcast_to(loadings[:1], (training, n_series, CANDIDATES)), loadings])
    omega = factor_rng.standard_normal((training + T, CANDIDATES))
    y = np.einsum("tnk,tk->tn", B, omega) + noise_rng.standard_normal((training + T, n_series))
    series = [f"y{j + 1}" for j in range(n_series)]
    time = pd.RangeIndex(1, T + 1, name="period")
    before = pd.RangeIndex(1 - training, 1, name="period")
    return SimulatedSparseFactors(
        y=pd.DataFrame(y[training:], time, series),
        training=pd.DataFrame(y[:training], before, series),
        loadings=loadings,
        factors=pd.DataFrame(omega[training:], time, [f"F{k + 1}" for k in range(CANDIDATES)]),
        sigma2=pd.DataFrame(1.0, time, series),
        n_factors=pd.Series(alive(T).sum(axis=1), time, name="n_factors"),
        law=law,
    )


def loading_paths(law: str, shocks: np.ndarray) -> np.ndarray:
    """β_1 = 2, β_t = m + .99 (β_{t-1} − m) + .05 v_t for shocks v (T, ...); m is 2 or, taken literally, 0."""
    mean, paths = START if law == "mean2" else 0.0, np.empty_like(shocks)
    paths[0] = START
    for t in range(1, len(shocks)):
        paths[t] = mean + PERSISTENCE * (paths[t - 1] - mean) + STEP_SD * shocks[t]
    return paths


def blocks(n_series: int) -> np.ndarray:
    """Which series load on which factor, (N, 5) booleans: with N = 100, rows 18(k−1)+1 to 18(k−1)+28 for factor k."""
    width = round(0.28 * n_series)
    first = np.round(np.arange(N_TRUE) * (n_series - width) / (N_TRUE - 1)).astype(int)
    rows = np.arange(n_series)[:, None]
    return (rows >= first) & (rows < first + width)


def alive(T: int) -> np.ndarray:
    """Which of the five factors are active, (T, 5) booleans."""
    t, on = np.arange(T), np.ones((T, N_TRUE), dtype=bool)
    on[t >= T // 4, 2] = False
    on[(t >= T // 2) & (t < 3 * T // 4), 4] = False
    return on
