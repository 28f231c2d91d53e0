"""What a TVP ridge fit returns: labelled pandas objects in the data's units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from tvplab.tvp_banded import BandedSolver
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_laws import Law
from tvplab.validation import check_names, check_number, check_share, next_regressors


@dataclass(frozen=True)
class RidgeResults:
    """Time-varying coefficients of one equation.

    Attributes
    ----------
    beta : (T, K) frame of coefficients in the data's units; the first column is `const` when there is one.
    lam : the drift penalty λ used, a ratio of variances (standardised units unless `scale=None`).
    cv : frame of the candidates tried, columns `lam` and `score` (squared units of y; for "ml", −2 log-likelihood);
        empty when λ was given.
    sigma2 : (T,) residual variance of each period, squared units of y.
    sigma_u2 : (K,) variance of one period's drift of each coefficient, squared units of the coefficient.
    fitted, resid : (T,) in units of y.
    loglik : log marginal likelihood of y given the variances above; with `lam0 = 0` the diffuse one, for regressors
        in standardised units.
    df : effective number of parameters, the trace of the hat matrix.
    criterion : how λ was chosen: "folds", "loo", "gcv", "ml", or "given".
    law : the law of motion of the coefficients, with the φ chosen.
    intercept : whether the first coefficient belongs to a constant that the model added.
    converged : False when the volatility model of the second step fell back on a simpler one.
    first_step : the homogeneous-variance fit that `TwoStepRidge` starts from, else None.
    """

    beta: pd.DataFrame
    lam: float
    cv: pd.DataFrame
    sigma2: pd.Series
    sigma_u2: pd.Series
    fitted: pd.Series
    resid: pd.Series
    loglik: float
    df: float
    criterion: str
    intercept: bool
    law: Law
    converged: bool = True
    first_step: RidgeResults | None = None
    _start: np.ndarray = field(default=None, repr=False)
    _solver: DualSolver | BandedSolver = field(default=None, repr=False)
    _se_units: np.ndarray = field(default=None, repr=False)
    _refit: Callable[[float], RidgeResults] = field(default=None, repr=False)
    _path: Callable[[int], Callable[[float], np.ndarray]] = field(default=None, repr=False)
    _origin: object = field(default=None, repr=False)

    def at(self, lam: float) -> RidgeResults:
        """Return the fit at another λ with the same weights and the same factorisation: what a slider asks for."""
        moved = self._refit(check_number(lam, "lam"))
        return replace(moved, first_step=self.first_step, converged=self.converged)

    def path(self, name) -> Callable[[float], np.ndarray]:
        """Return λ → the path (T,) of one coefficient in the data's units: `at` for those who need no more."""
        return self._path(int(self._positions([name])[0]))

    def std_errors(self, columns: Sequence | None = None) -> pd.DataFrame:
        """Posterior standard deviations (T, K) of `beta`, or of some columns, given λ and the variances (2.4.3)."""
        chosen = self._positions(self.beta.columns if columns is None else columns)
        variances = np.clip(self._solver.variances(self.lam, chosen), 0.0, None)
        return pd.DataFrame(np.sqrt(variances) * self._se_units[chosen], self.beta.index, self.beta.columns[chosen])

    def bands(self, level: float = 0.9, columns: Sequence | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Pointwise credible bands (lower, upper), two (T, K) frames in the data's units, or of some columns.

        They take λ, the variances and their weights as known, as the paper's do: where λ was chosen by
        cross-validation they leave out the doubt about it.
        """
        check_share(level, "level")
        half = ndtri(0.5 + level / 2.0) * self.std_errors(columns)
        center = self.beta[half.columns]
        return center - half, center + half

    def _positions(self, names) -> np.ndarray:
        """Return where coefficients stand among the columns of `beta`."""
        names = check_names(names, "columns")
        positions = self.beta.columns.get_indexer(pd.Index(names))
        if np.any(positions < 0):
            unknown = [name for name, place in zip(names, positions, strict=True) if place < 0]
            raise ValueError(f"columns: no coefficient {unknown[0]!r}; there are {list(self.beta.columns)}")
        return positions

    def predict(self, x_next) -> float | pd.Series:
        """Forecast y for the periods after the sample, with the coefficients that the law of motion expects there.

        A random walk keeps the last period's, a trend goes on, an autoregression returns to its start.

        Parameters
        ----------
        x_next : the K regressors of the next period, without the constant; or a frame or array whose rows are the
            next periods.
        """
        X = next_regressors(x_next, list(self.beta.columns[self.intercept :]))
        coefficients = self.law.forecast(self.beta.to_numpy(), self._start, len(X))
        level = coefficients[:, 0] if self.intercept else 0.0
        forecast = level + np.sum(X * coefficients[:, self.intercept :], axis=1)
        if np.ndim(x_next) == 1:
            return float(forecast[0])
        return pd.Series(forecast, x_next.index if isinstance(x_next, pd.DataFrame) else None)

    def summary(self) -> pd.DataFrame:
        """One row a coefficient: first and last value, range, mean, and the standard deviation of a period's drift."""
        table = {
            "first": self.beta.iloc[0],
            "last": self.beta.iloc[-1],
            "min": self.beta.min(),
            "max": self.beta.max(),
            "mean": self.beta.mean(),
            "drift sd": np.sqrt(self.sigma_u2),
        }
        return pd.DataFrame(table)

    def plot(self, **options):
        """Draw the paths with their bands (`tvplab.plots.coefficient_paths`)."""
        from tvplab import plots

        return plots.coefficient_paths(self, **options)
