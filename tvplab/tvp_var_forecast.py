"""Density forecasts of a TVP-VAR: one simulated future a posterior draw, coefficients and log variances moving on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tvplab import density_scores
from tvplab.tvp_var_equations import system
from tvplab.validation import as_frame, check_number


@dataclass(frozen=True)
class Forecast:
    """Predictive densities of n variables, 1 to H periods ahead.

    Attributes
    ----------
    draws : (R, H, n) simulated futures, in the data's units.
    means, variances : (R, H, n) moments of each period given the simulated past of its draw: at every horizon the
        density is the mixture of those normals.
    names : the variables.
    """

    draws: np.ndarray = field(repr=False)
    means: np.ndarray = field(repr=False)
    variances: np.ndarray = field(repr=False)
    names: list

    @property
    def mean(self) -> pd.DataFrame:
        """Point forecasts (H, n), rows the horizons 1 to H."""
        return self._frame(self.means.mean(axis=0))

    def quantile(self, q: float) -> pd.DataFrame:
        """Quantile q of the draws (H, n)."""
        if not 0.0 <= check_number(q, "q", or_equal=True) <= 1.0:
            raise ValueError(f"q: must lie between 0 and 1, got {q!r}")
        return self._frame(np.quantile(self.draws, q, axis=0))

    def log_score(self, actual) -> pd.DataFrame:
        """Log density of what happened (h, n), h up to H; more is better."""
        Y = self._actual(actual)
        return self._frame(density_scores.log_score(Y, self.means[:, : len(Y)], self.variances[:, : len(Y)]))

    def crps(self, actual) -> pd.DataFrame:
        """Continuous ranked probability score (h, n), in the data's units; less is better."""
        Y = self._actual(actual)
        return self._frame(density_scores.crps(Y, self.draws[:, : len(Y)]))

    def pit(self, actual) -> pd.DataFrame:
        """Probability integral transforms (h, n)."""
        Y = self._actual(actual)
        return self._frame(density_scores.pit(Y, self.means[:, : len(Y)], self.variances[:, : len(Y)]))

    def _actual(self, actual) -> np.ndarray:
        """Check what happened: up to H rows."""
        Y = check_actual(actual, self.names)
        if len(Y) > self.draws.shape[1]:
            raise ValueError(f"actual: expected up to {self.draws.shape[1:]} (periods, variables), got {Y.shape}")
        return Y

    def _frame(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, pd.RangeIndex(1, len(values) + 1, name="horizon"), self.names)


def check_actual(actual, names: list) -> np.ndarray:
    """Return what happened (h, n), the variables in the model's order, or say what is wrong with it."""
    frame = as_frame(actual, "actual", least=1)
    if isinstance(actual, pd.DataFrame) and list(frame.columns) != names:
        raise ValueError(f"actual: columns {list(frame.columns)} differ from the variables {names}")
    if frame.shape[1] != len(names):
        raise ValueError(f"actual: expected {len(names)} variables in columns, got shape {frame.shape}")
    return frame.to_numpy()


def simulate_futures(theta, q, h, s, ahead, recent: np.ndarray, horizon: int, rng) -> tuple[np.ndarray, ...]:
    """Draws, means and variances (R, H, n) of y_{T+1}..y_{T+H}.

    Parameters
    ----------
    theta, q : a list of the n equations' last coefficients (R, k_i), and of their drift variances (R, k_i).
    h, s : log variances of the last period and variances of their changes (R, n).
    ahead : a list of n functions (h, s, rng) → h of the next period.
    recent : the last p observations (p, n), oldest first.
    """
    theta, h, (R, n) = [one.astype(float) for one in theta], h.astype(float), h.shape
    past = np.tile(recent[::-1].ravel(), (R, 1))
    draws, means, variances = (np.empty((R, horizon, n)) for _ in range(3))
    for j in range(horizon):
        theta = [one + np.sqrt(v) * rng.standard_normal(one.shape) for one, v in zip(theta, q, strict=True)]
        h = np.column_stack([move(h[:, i], s[:, i], rng) for i, move in enumerate(ahead)])
        B0, B = system(theta, n)
        impact = np.linalg.inv(B0) * np.exp(h / 2.0)[:, None, :]
        means[:, j] = np.linalg.solve(B0, (B[:, :, 0] + np.einsum("rij,rj->ri", B[:, :, 1:], past))[..., None])[..., 0]
        variances[:, j] = np.sum(impact**2, axis=2)
        draws[:, j] = means[:, j] + np.einsum("rij,rj->ri", impact, rng.standard_normal((R, n)))
        past = np.column_stack([draws[:, j], past[:, :-n]])
    return draws, means, variances
