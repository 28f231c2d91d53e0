"""What DSS-EM returns: labelled loadings, factors and variances by period."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tvplab.dss_em import Estimate, State, by_period
from tvplab.factor_matching import active_factors, n_active
from tvplab.row_labels import place_of


@dataclass(frozen=True)
class DynamicSparseResults:
    """Estimated dynamic sparse factors, all in the units of the data of the fit.

    Attributes
    ----------
    loadings : (T, N, r) array B_t; exact zeros where a series does not load.  Each factor's loadings have a sum ≥ 0.
    factors, factors_se : (T, r) smoothed factors ω_t|T and their standard deviations, the loadings taken as known.
    inclusion : (T, N, r) array ⟨γ_t⟩, the probability of the slab given the loading's path.
    sigma2 : (T, N) idiosyncratic variances.
    intercept : (T, N), or None without one.
    n_active : (T,) how many factors have at least two loadings of .1 or more.
    objective_path : log posterior of every iterate, and of the estimate last; without the prior of the variances.
    persistence : φ̃ of the factors' autoregression; (r,) where each has its own.
    converged, n_iter : whether the loadings settled, and the number of iterations.
    model : the `DynamicSparseFactors` that was fitted.
    """

    loadings: np.ndarray = field(repr=False)
    factors: pd.DataFrame
    factors_se: pd.DataFrame = field(repr=False)
    inclusion: np.ndarray = field(repr=False)
    sigma2: pd.DataFrame = field(repr=False)
    intercept: pd.DataFrame | None = field(repr=False)
    n_active: pd.Series = field(repr=False)
    objective_path: np.ndarray = field(repr=False)
    persistence: float | pd.Series
    converged: bool
    n_iter: int
    model: object
    _data: pd.DataFrame = field(repr=False)
    _state: State = field(repr=False)
    _start_scale: np.ndarray = field(repr=False)

    @classmethod
    def of(cls, model, data: pd.DataFrame, estimate: Estimate, start_scale: np.ndarray):
        """Turn every factor so that its loadings have a sum ≥ 0, and label everything."""
        state, moments = estimate.state, estimate.expected.moments
        sign = np.where(state.beta[:, :, 1:].sum(axis=(0, 2)) < 0.0, -1.0, 1.0)
        state = state._replace(beta=state.beta * sign[:, None])
        B, names = by_period(state.beta), [f"F{k + 1}" for k in range(len(sign))]
        variances = np.diagonal(moments.cov, axis1=1, axis2=2)
        return cls(
            loadings=B,
            factors=pd.DataFrame(moments.mean * sign, data.index, names),
            factors_se=pd.DataFrame(np.sqrt(np.maximum(variances, 0.0)), data.index, names),
            inclusion=by_period(estimate.expected.gamma),
            sigma2=pd.DataFrame(state.sigma2, data.index, data.columns),
            intercept=pd.DataFrame(state.intercept, data.index, data.columns) if model.intercept else None,
            n_active=pd.Series(n_active(B), data.index, name="n_active"),
            objective_path=estimate.path,
            persistence=pd.Series(state.phi, names) if model.persistence == "each" else float(state.phi.max()),
            converged=estimate.converged,
            n_iter=estimate.n_iter,
            model=model,
            _data=data,
            _state=state,
            _start_scale=start_scale,
        )

    def summary(self) -> pd.DataFrame:
        """One row a factor: share of the periods in which it is active, series that load then, size of a loading."""
        loads, active = self.loadings != 0.0, self.active.to_numpy()
        alive = loads & active[:, None]
        count, size = alive.sum(axis=(0, 1)), np.where(alive, np.abs(self.loadings), 0.0).sum(axis=(0, 1))
        table = {
            "active": active.mean(axis=0),
            "series": count / np.maximum(active.sum(axis=0), 1),
            "mean size": size / np.maximum(count, 1),
            "persistence": self.persistence,
        }
        return pd.DataFrame(table, self.factors.columns)

    @property
    def active(self) -> pd.DataFrame:
        """Which factors are active in which period, (T, r) booleans."""
        return pd.DataFrame(active_factors(self.loadings), self.factors.index, self.factors.columns)

    @property
    def common(self) -> pd.DataFrame:
        """Common component B_t ω_t|T, (T, N)."""
        values = (self.loadings @ self.factors.to_numpy()[:, :, None])[:, :, 0]
        return pd.DataFrame(values, self.sigma2.index, self.sigma2.columns)

    @property
    def fitted(self) -> pd.DataFrame:
        """Common component and, where there is one, intercept, (T, N)."""
        return self.common if self.intercept is None else self.common + self.intercept

    @property
    def resid(self) -> pd.DataFrame:
        """Data minus fitted, (T, N); NaN where the data are missing."""
        return self._data - self.fitted

    def loading(self, series=None, factor=None) -> pd.Series | pd.DataFrame:
        """Loadings over time: of one series on one factor (T,), on all factors (T, r), or of all series (T, N)."""
        if series is None and factor is None:
            raise ValueError("series, factor: name at least one of them")
        index, columns, names = self.sigma2.index, self.sigma2.columns, self.factors.columns
        j = None if series is None else _place(series, columns, "series")
        k = None if factor is None else _place(factor, names, "factor")
        if j is None:
            return pd.DataFrame(self.loadings[:, :, k], index, columns)
        if k is None:
            return pd.DataFrame(self.loadings[:, j], index, names)
        return pd.Series(self.loadings[:, j, k], index, name=(series, factor))

    def at(self, date) -> pd.DataFrame:
        """Loadings (N, r) of one period."""
        t = _place(date, self.sigma2.index, "date")
        return pd.DataFrame(self.loadings[t], self.sigma2.columns, self.factors.columns)

    def plot_loadings(self, dates, groups=None, note: str = ""):
        """Draw the loadings of some periods as maps; `groups` is series → group, in the order of the columns."""
        from tvplab.plots import loading_maps

        maps = {str(date).split(" 00:00:00")[0]: self.at(date) for date in dates}
        return loading_maps(maps, groups=groups, note=note)


def _place(label, index: pd.Index, name: str) -> int:
    """Position of a label, or say which there are."""
    place = place_of(label, index)
    if place is None:
        raise ValueError(f"{name}: {label!r} is not among {index[0]!s}, …, {index[-1]!s}")
    return place
