"""The benchmark of every nowcast: each series' own first-order autoregression, estimated anew in every vintage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.nowcast_periods import QUARTER, is_quarterly, row_of


@dataclass(frozen=True)
class Autoregression:
    """An AR(1) with a constant for each series by itself; a model of the backtest like the others."""

    def fit(self, Y: pd.DataFrame) -> Autoregression:
        """Nothing is kept: the coefficients come from the vintage that is nowcast from."""
        return self

    def nowcast(self, target, vintage: pd.DataFrame, periods) -> pd.DataFrame:
        """Return forecasts of the periods (column `mean`); a published value is itself."""
        series, span = vintage[target], QUARTER if is_quarterly(vintage[target]) else 1
        labels, last = [row_of(vintage.index, period) for period in periods], series.last_valid_index()
        steps = [(_months(label) - _months(last)) // span for label in labels]
        path = ar1_forecasts(series.dropna().to_numpy()[:, None], max(*steps, 1))[:, 0]
        means = [path[n - 1] if n > 0 else series[label] for n, label in zip(steps, labels, strict=True)]
        return pd.DataFrame({"mean": means}, labels)


def ar1_forecasts(y: np.ndarray, steps: int) -> np.ndarray:
    """Iterated forecasts (steps, N) after the last rows of y (T, N), which has no gaps at its end.

    Least squares of y_t on 1 and y_{t-1}, series by series, over the pairs that are both seen.
    """
    now, before = y[1:], y[:-1]
    both = np.isfinite(now) & np.isfinite(before)
    n = both.sum(axis=0)
    x, z = (np.where(both, part, 0.0) for part in (before, now))
    x_mean, z_mean = x.sum(axis=0) / n, z.sum(axis=0) / n
    dx, dz = np.where(both, before - x_mean, 0.0), np.where(both, now - z_mean, 0.0)
    phi = (dx * dz).sum(axis=0) / (dx**2).sum(axis=0)
    path = [y[-1]]
    for _ in range(steps):
        path.append(z_mean + phi * (path[-1] - x_mean))
    return np.array(path[1:])


def _months(day: pd.Timestamp) -> int:
    return 12 * day.year + day.month
