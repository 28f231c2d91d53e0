"""The linear dynamic factor model for nowcasting: the rival of the deep one, and its equal in form.

    y_t = Λ w(L) f_t + e_t,   f_t a VAR(p),   e_it = φ_i e_i,t-1 + innovation;   a quarterly one is summed by w(L), too

Equations 9-11 of Andreini, Izzo and Ricco, *Deep Dynamic Factor Models*.  Loadings by EM (`nowcast_factors_em`); the
state space, with autocorrelated e, is then cast as the deep model's is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tvplab.convergence import warn_unconverged
from tvplab.data.standardizer import Standardizer
from tvplab.deep_dfm_states import LinearForm, linear_form, month_weights
from tvplab.nowcast_factors_em import estimate
from tvplab.nowcast_news import News, news
from tvplab.nowcast_periods import found_quarterly, quarterly_columns
from tvplab.nowcasting import forecasts, nowcast
from tvplab.validation import check_factors, check_number, check_panel, check_varying, check_whole


@dataclass(frozen=True)
class MixedFrequencyFactors:
    """A linear dynamic factor model of monthly and quarterly series.

    Parameters
    ----------
    n_factors : r ≥ 1.
    factor_lags : p ≥ 1, order of the factors' autoregression; 2 as in Bańbura and Modugno (2014).
    quarterly : names of the quarterly columns, whose values stand in the last month of the quarter; None takes those
        whose values stand nowhere else, where rows are months.
    max_iter, tol : of EM: most iterations, and the relative change of the log-likelihood at which it stops.
    """

    n_factors: int = 2
    factor_lags: int = 2
    quarterly: Sequence | None = None
    max_iter: int = 200
    tol: float = 1e-5

    def fit(self, Y) -> MixedFrequencyFactorsResults:
        """Estimate from Y (T×N; NaN where missing), standardised series by series.

        Raises
        ------
        ValueError, TypeError
            Names the argument that is wrong.
        """
        data = check_panel(Y, "Y")
        check_factors(self.n_factors, self.factor_lags, data, "Y")
        check_whole(self.max_iter, "max_iter", 0)
        check_number(self.tol, "tol")
        check_varying(data, "Y", "it has no scale")
        flags = found_quarterly(data) if self.quarterly is None else quarterly_columns(self.quarterly, data)
        scale = Standardizer.fit(data)
        weights = month_weights(flags, max(self.factor_lags + 1, 5 if flags.any() else 1))
        y = scale.transform(data)
        found = estimate(y, self.n_factors, self.factor_lags, weights, self.max_iter, self.tol)
        if not found[-1]:
            text = f"EM stopped at {self.max_iter} iterations before it converged"
            warn_unconverged(text)
        return MixedFrequencyFactorsResults.of(self, data, y, scale, weights, flags, *found)


@dataclass(frozen=True)
class MixedFrequencyFactorsResults:
    """An estimated linear dynamic factor model of mixed frequency.

    Attributes
    ----------
    factors : (T, r) smoothed by EM's own model.
    loadings : (N, r) of the standardised series; a quarterly one's are those on the weighted sum of five months.
    loglik_path : log-likelihood of every iterate of EM, e taken as white.
    converged, n_iter : whether the stopping rule was met, and the number of iterations.
    state_space : the linear Gaussian form that nowcasts and news work on, in standardised units.
    quarterly : names of the series that were taken as quarterly.
    model : the `MixedFrequencyFactors` that was fitted.
    """

    factors: pd.DataFrame
    loadings: pd.DataFrame
    loglik_path: np.ndarray
    converged: bool
    n_iter: int
    quarterly: list
    state_space: LinearForm = field(repr=False)
    model: MixedFrequencyFactors = field(repr=False)

    @classmethod
    def of(cls, model, data, y, scale, weights, flags, parameters, smoothed, path, converged):
        """Label what EM returned, and cast it as a state space."""
        r, names = model.n_factors, [f"F{k + 1}" for k in range(model.n_factors)]
        Z = (weights[:, :, None] * parameters.loadings[:, None, :]).reshape(len(flags), -1)
        factors = smoothed.mean[:, :r]
        form = linear_form(
            parameters.loadings, factors, y.to_numpy() - smoothed.mean @ Z.T, scale.mean.to_numpy(),
            scale.sd.to_numpy(), model.factor_lags, flags,
        )  # fmt: skip
        return cls(
            factors=pd.DataFrame(factors, data.index, names),
            loadings=pd.DataFrame(parameters.loadings, data.columns, names),
            loglik_path=path,
            converged=converged,
            n_iter=len(path) - 1,
            quarterly=list(data.columns[flags]),
            state_space=form,
            model=model,
        )

    def summary(self) -> pd.DataFrame:
        """One row a series: whether it was taken as quarterly, and its loadings."""
        names = self.loadings.index
        return pd.DataFrame({"quarterly": names.isin(self.quarterly)}, names).join(self.loadings)

    def nowcast(self, target, vintage: pd.DataFrame, period=None, level: float = 0.9, ahead: int = 1) -> pd.DataFrame:
        """Nowcast a series from a vintage: see `nowcasting.nowcast`."""
        return nowcast(self, vintage, target, period, level, ahead)

    def news(self, old: pd.DataFrame, new: pd.DataFrame, target, period) -> News:
        """Split a nowcast's change between two vintages: see `nowcast_news.news`."""
        return news(self, old, new, target, period)

    def forecasts(self, vintage: pd.DataFrame, ahead: int = 3, level: float = 0.9) -> dict[str, pd.DataFrame]:
        """Forecast every series from a vintage: see `nowcasting.forecasts`."""
        return forecasts(self, vintage, ahead, level)
