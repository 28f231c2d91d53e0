"""Several TVP ridges with the same regressors, as one result: the equations of a system, or the targets of a panel.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 2.4.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.ridge_results import RidgeResults


@dataclass(frozen=True)
class SystemResults:
    """Several equations with the same regressors: one `RidgeResults` a target, reached by its name (eq. 9).

    `lam`, `loglik`, `df` and `converged` are series by target, `fitted`, `resid` and `sigma2` (T, M) frames, `beta`
    and `cv` dicts of frames; `results["name"]` has everything about one equation, plots included.
    """

    equations: dict[object, RidgeResults]

    def __getitem__(self, target) -> RidgeResults:
        """Return the results of one target; another name raises a KeyError that lists the targets."""
        if target not in self.equations:
            raise KeyError(f"no target {target!r}; there are {list(self.equations)}")
        return self.equations[target]

    @property
    def beta(self) -> dict[object, pd.DataFrame]:
        """Coefficient paths by target, each (T, K) in the data's units."""
        return {name: one.beta for name, one in self.equations.items()}

    @property
    def lam(self) -> pd.Series:
        """The drift penalty of each target."""
        return self._each("lam")

    @property
    def loglik(self) -> pd.Series:
        """The log marginal likelihood of each target."""
        return self._each("loglik")

    @property
    def df(self) -> pd.Series:
        """The effective number of parameters of each target."""
        return self._each("df")

    @property
    def converged(self) -> pd.Series:
        """Whether each target's volatility model converged."""
        return self._each("converged")

    @property
    def cv(self) -> dict[object, pd.DataFrame]:
        """Candidate λ and scores by target."""
        return {name: one.cv for name, one in self.equations.items()}

    @property
    def sigma_u2(self) -> pd.DataFrame:
        """Drift variances (K, M)."""
        return self._bind("sigma_u2")

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

    def std_errors(self) -> dict[object, pd.DataFrame]:
        """Posterior standard deviations by target."""
        return {name: one.std_errors() for name, one in self.equations.items()}

    def summary(self) -> pd.DataFrame:
        """One row a target and coefficient."""
        return pd.concat({name: one.summary() for name, one in self.equations.items()})

    def at(self, lam: float) -> SystemResults:
        """Return all fits at another λ."""
        return SystemResults({name: one.at(lam) for name, one in self.equations.items()})

    def predict(self, x_next) -> pd.Series | pd.DataFrame:
        """Forecasts by target: a series for one period's regressors, a frame for several."""
        forecasts = {name: one.predict(x_next) for name, one in self.equations.items()}
        return pd.Series(forecasts) if np.ndim(x_next) == 1 else pd.DataFrame(forecasts)

    def _each(self, attribute: str) -> pd.Series:
        return pd.Series({name: getattr(one, attribute) for name, one in self.equations.items()}, name=attribute)

    def _bind(self, attribute: str) -> pd.DataFrame:
        return pd.DataFrame({name: getattr(one, attribute) for name, one in self.equations.items()})
