"""A small VAR whose coefficients and shock sizes move along known paths: what a TVP-VAR should find again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.dgp.paths import coefficient_path
from tvplab.validation import check_number, check_seed, check_whole

NAMES = ["output", "rate"]
BURN_IN = 50


@dataclass(frozen=True)
class SimulatedVAR:
    """Synthetic Y (T, 2) and the truth: B_0t y_t = c_t + B_1t y_{t−1} + exp(h_t/2) ε_t, B_0t unit lower triangular.

    `B0` (T, 2, 2), `B` = (c, B_1) (T, 2, 3), `h` (T, 2) log variances.
    """

    Y: pd.DataFrame
    B0: np.ndarray
    B: np.ndarray
    h: pd.DataFrame
    synthetic: bool = True

    @property
    def theta(self) -> pd.DataFrame:
        """Coefficients (T, 7) in the order of a sampler's equations: constant, lags, minus the same period's before."""
        names = ("const", *(f"L1.{name}" for name in self.Y))
        lags = {(one, name): self.B[:, i, k] for i, one in enumerate(self.Y) for k, name in enumerate(names)}
        return pd.DataFrame(lags | {("rate", "-output"): self.B0[:, 1, 0]}, self.Y.index)

    @property
    def moving(self) -> list:
        """Names of the coefficients that move."""
        return list(self.theta.columns[np.ptp(self.theta.to_numpy(), axis=0) > 0])


def simulate_moving_var(
    T: int = 250, shape: str = "cosine", swing: float = 1.0, seed: int | np.random.Generator = 0
) -> SimulatedVAR:
    """Simulate output and a rate: output's own lag, the rate's reaction to output and both log variances move.

    y_1t = a_t y_1,t−1 − .3 y_2,t−1 + e^{h_1t/2} ε_1t,  a_t = .45 + .3 swing·path,  h_1t = −.8 swing·path;
    y_2t = .1 y_1,t−1 + .7 y_2,t−1 + g_t y_1t + e^{h_2t/2} ε_2t,  g_t = .2 − .2 swing·path,  h_2t = −1 + .8 swing·path.

    Parameters
    ----------
    T : periods, at least 20.
    shape : of all four paths, a name of `dgp.PATHS`.  A random walk is drawn for each.
    swing : how far all four move, from 0 (nothing does) to 1.
    seed : fixes shocks and random walks; `swing` deforms the same world.
    """
    check_whole(T, "T", 20)
    if check_number(swing, "swing", or_equal=True) > 1.0:
        raise ValueError(f"swing: must lie from 0 to 1, got {swing!r}")
    shock_rng, *path_rngs = check_seed(seed).spawn(5)
    a, g, h1, h2 = (swing * coefficient_path(shape, T, rng) for rng in path_rngs)
    B0, B = np.tile(np.eye(2), (T, 1, 1)), np.zeros((T, 2, 3))
    B0[:, 1, 0] = 0.2 * g - 0.2
    B[:, 0, 1], B[:, 0, 2] = 0.45 + 0.3 * a, -0.3
    B[:, 1, 1], B[:, 1, 2] = 0.1, 0.7
    h = np.column_stack([-0.8 * h1, -1.0 + 0.8 * h2])
    Y = recursive_path(B0, B, h, shock_rng.standard_normal((BURN_IN + T, 2)))
    time = pd.period_range("1960Q1", periods=T, freq="Q")
    return SimulatedVAR(pd.DataFrame(Y, time, NAMES), B0, B, pd.DataFrame(h, time, NAMES))


def recursive_path(B0: np.ndarray, B: np.ndarray, h: np.ndarray, shocks: np.ndarray) -> np.ndarray:
    """y_1..y_T (T, n) from standard normal shocks (burn-in + T, n); before the first period nothing moves."""
    before = len(shocks) - len(B)
    y = np.zeros((len(shocks) + 1, B.shape[1]))
    for i, shock in enumerate(shocks):
        t = max(i - before, 0)
        y[i + 1] = np.linalg.solve(B0[t], B[t] @ np.r_[1.0, y[i]] + np.exp(h[t] / 2.0) * shock)
    return y[before + 1 :]
