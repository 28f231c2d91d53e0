"""What a TVP ridge fit returns: labelled pandas objects in the data's units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import ndtri

from tvplab.tvp_banded import BandedSolver
from tvplab.tvp_kernel import DualSolver
from tvplab.validation import check_number


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
    loglik : log marginal likelihood of y given the variances above; with `lam0 = 0`, the diffuse one.
    df : effective number of parameters, the trace of the hat matrix.
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
    first_step: RidgeResults | None = None
    _solver: DualSolver | BandedSolver = field(default=None, repr=False)
    _scale: np.ndarray = field(default=None, repr=False)
    _refit: Callable[[float], RidgeResults] = field(default=None, repr=False)

    def at(self, lam: float) -> RidgeResults:
        """Return the fit at another λ with the same weights and the same factorisation: what a slider asks for."""
        return self._refit(check_number(lam, "lam"))

    def std_errors(self) -> pd.DataFrame:
        """Posterior standard deviations (T, K) of `beta`, given λ and the variances (section 2.4.3)."""
        variances = np.clip(self._solver.variances(self.lam), 0.0, None)
        return self._frame(np.sqrt(variances) * self._scale)

    def bands(self, level: float = 0.9) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Pointwise credible bands (lower, upper), two (T, K) frames in the data's units.

        They take λ, the variances and their weights as known, as the paper's do: where λ was chosen by
        cross-validation they leave out the doubt about it.
        """
        if not 0.0 < check_number(level, "level") < 1.0:
            raise ValueError(f"level: must lie between 0 and 1, got {level!r}")
        half = ndtri(0.5 + level / 2.0) * self.std_errors()
        return self.beta - half, self.beta + half

    def predict(self, x_next) -> float | pd.Series:
        """Forecast y for regressors after the sample, with the last period's coefficients (a random walk's forecast).

        Parameters
        ----------
        x_next : the K regressors without the constant; or a frame or array with one row a period.
        """
        last = self.beta.iloc[-1]
        names = [name for name in last.index if name != "const"] if self._has_constant else list(last.index)
        X = _next_regressors(x_next, names)
        forecast = X @ last[names].to_numpy() + (last["const"] if self._has_constant else 0.0)
        return float(forecast[0]) if np.ndim(x_next) == 1 else pd.Series(forecast, getattr(x_next, "index", None))

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

    @property
    def _has_constant(self) -> bool:
        return self.beta.columns[0] == "const"

    def _frame(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, self.beta.index, self.beta.columns)


@dataclass(frozen=True)
class SystemResults:
    """Several equations with the same regressors (section 2.4.4): one `RidgeResults` a target, reached by its name.

    `lam` and `loglik` are series by target, `fitted`, `resid` and `sigma2` (T, M) frames, `beta` a dict of frames.
    """

    equations: dict[object, RidgeResults]

    def __getitem__(self, target) -> RidgeResults:
        """Return the results of one target."""
        return self.equations[target]

    @property
    def beta(self) -> dict[object, pd.DataFrame]:
        """Coefficient paths by target, each (T, K) in the data's units."""
        return {name: one.beta for name, one in self.equations.items()}

    @property
    def lam(self) -> pd.Series:
        """The drift penalty of each target."""
        return pd.Series({name: one.lam for name, one in self.equations.items()}, name="lam")

    @property
    def loglik(self) -> pd.Series:
        """The log marginal likelihood of each target."""
        return pd.Series({name: one.loglik for name, one in self.equations.items()}, name="loglik")

    @property
    def cv(self) -> dict[object, pd.DataFrame]:
        """Candidate λ and scores by target."""
        return {name: one.cv for name, one in self.equations.items()}

    @property
    def sigma_u2(self) -> pd.DataFrame:
        """Drift variances (K, M)."""
        return pd.DataFrame({name: one.sigma_u2 for name, one in self.equations.items()})

    @property
    def sigma2(self) -> pd.DataFrame:
        """Residual variances (T, M)."""
        return self._bind("sigma2")

    @property
    def fitted(self) -> pd.DataFrame:
        """Fitted values (T, M)."""
        return self._bind("fitted")

    @property
    def resid(self) -> pd.DataFrame:
        """Residuals (T, M)."""
        return self._bind("resid")

    def bands(self, level: float = 0.9) -> dict[object, tuple[pd.DataFrame, pd.DataFrame]]:
        """Credible bands by target."""
        return {name: one.bands(level) for name, one in self.equations.items()}

    def predict(self, x_next) -> pd.Series | pd.DataFrame:
        """Forecasts by target: a series for one period's regressors, a frame for several."""
        forecasts = {name: one.predict(x_next) for name, one in self.equations.items()}
        return pd.Series(forecasts) if np.ndim(x_next) == 1 else pd.DataFrame(forecasts)

    def _bind(self, attribute: str) -> pd.DataFrame:
        return pd.DataFrame({name: getattr(one, attribute) for name, one in self.equations.items()})


def _next_regressors(x_next, names: list) -> np.ndarray:
    """Return the rows (J, K) to forecast with, columns checked against the regressors' names."""
    if isinstance(x_next, pd.DataFrame | pd.Series):
        given = list(x_next.columns if isinstance(x_next, pd.DataFrame) else x_next.index)
        if given != names:
            raise ValueError(f"x_next: labels {given} differ from the regressors {names}")
    X = np.atleast_2d(np.asarray(x_next, dtype=float))
    if X.ndim != 2 or X.shape[1] != len(names):
        raise ValueError(f"x_next: expected {len(names)} regressors ({names}), got shape {np.shape(x_next)}")
    if not np.all(np.isfinite(X)):
        raise ValueError("x_next: has NaN or infinite values; none is allowed")
    return X
