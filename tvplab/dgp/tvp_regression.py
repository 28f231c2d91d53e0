"""A regression whose coefficients move along known paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.dgp.paths import coefficient_path
from tvplab.validation import check_number, check_seed, check_whole


@dataclass(frozen=True)
class SimulatedRegression:
    """Synthetic data y (T,), X (T, K) and the truth behind them: `beta` (T, K) and `sigma`, the noise's sd (T,).

    Where the truth has a constant, `beta` has a column "const" more than X.
    """

    y: pd.Series
    X: pd.DataFrame
    beta: pd.DataFrame
    sigma: pd.Series
    synthetic: bool = True

    @property
    def r2(self) -> float:
        """Share of the variance of y that the true coefficients explain."""
        regressors, y = self.X.assign(const=1.0)[self.beta.columns].to_numpy(), self.y.to_numpy()
        return float(1.0 - np.var(y - np.sum(regressors * self.beta.to_numpy(), axis=1)) / np.var(y))

    @property
    def moving(self) -> list[str]:
        """Names of the coefficients that move."""
        return list(self.beta.columns[np.ptp(self.beta.to_numpy(), axis=0) > 0])


def simulate_tvp_regression(
    T: int = 200,
    shapes: Sequence[str] = ("cosine", "constant"),
    noise: float = 0.5,
    volatility: float = 0.0,
    seed: int | np.random.Generator = 0,
) -> SimulatedRegression:
    """Simulate y_t = x_t'β_t + ε_t with standard normal regressors and one coefficient path a name in `shapes`.

    Parameters
    ----------
    T : number of periods, at least 3.
    shapes : names of `dgp.PATHS`, one a regressor.
    noise : standard deviation of ε (its average over time, on the log scale, when volatility moves).
    volatility : amplitude of log σ_t, which then follows one slow cosine: 0 is constant, 1 lets σ_t move between
        noise/e and noise·e.
    seed : fixes regressors, shocks and random walks.  They do not depend on `noise`, `volatility` or each other,
        so that moving one knob deforms the same world instead of drawing a new one.
    """
    check_whole(T, "T", 3)
    if isinstance(shapes, str) or len(shapes) == 0:
        raise ValueError(f"shapes: give at least one name, in a list or tuple, got {shapes!r}")
    check_number(noise, "noise", or_equal=True)
    check_number(volatility, "volatility", or_equal=True)
    x_rng, shock_rng, *path_rngs = check_seed(seed).spawn(2 + len(shapes))
    names = [f"x{k + 1}" for k in range(len(shapes))]
    time = pd.RangeIndex(1, T + 1, name="period")
    X = pd.DataFrame(x_rng.standard_normal((T, len(shapes))), time, names)
    paths = [coefficient_path(s, T, rng) for s, rng in zip(shapes, path_rngs, strict=True)]
    beta = pd.DataFrame(np.column_stack(paths), time, names)
    sigma = pd.Series(noise * np.exp(volatility * np.cos(3.0 * np.pi * np.linspace(0, 1, T))), time, name="sigma")
    shocks = shock_rng.standard_normal(T)
    return SimulatedRegression((X * beta).sum(axis=1).add(sigma * shocks).rename("y"), X, beta, sigma)
