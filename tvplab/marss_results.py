"""What a MARSS fit returns: labelled pandas objects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from tvplab.marss_common import common, corrected_aic, variance, weights_by_period
from tvplab.marss_em import Forms, Inputs, Parameters, matrices, smooth, state_space
from tvplab.marss_forecast import forecast
from tvplab.marss_inference import bootstrap, innovations, intervals, labels
from tvplab.marss_moving import times
from tvplab.marss_score import pack
from tvplab.statespace_draws import simulate
from tvplab.validation import check_seed, check_share, check_whole


@dataclass(frozen=True)
class MARSSResults:
    """An estimated MARSS model.

    Parameters, states and log-likelihood are those of the data that EM saw; where these were standardised, `fitted`,
    common components, residuals, forecasts and simulated data are brought back to the data's units.

    Attributes
    ----------
    params : dict of every matrix at its estimate, as frames labelled by series and states; rows (period, label) where
        it moves in time.
    parameters : dict of the free parameters by matrix, series labelled by their names.
    loglik, loglik_path : log-likelihood of the estimate, and of every iterate from the starting values on.
    states, states_se, states_cov : (T, m) smoothed states and their standard deviations, (T, m, m) covariances.
    fitted : (T, N) Z x_t + A at the smoothed states.
    mean, sd : (N,) what was taken out of each series, and what it was divided by, before EM; zeros and ones if nothing.
    aic, aicc : information criteria; the small-sample one counts the observations that are not missing.
    converged, n_iter : whether the stopping rule was met, and the number of M-steps.
    model : the `MARSS` model that was fitted.
    """

    params: dict[str, pd.DataFrame]
    parameters: dict[str, pd.Series]
    loglik: float
    loglik_path: np.ndarray
    states: pd.DataFrame
    states_se: pd.DataFrame
    states_cov: np.ndarray
    fitted: pd.DataFrame
    aic: float
    aicc: float
    converged: bool
    n_iter: int
    mean: pd.Series = field(default=None, repr=False)
    sd: pd.Series = field(default=None, repr=False)
    model: object = field(default=None, repr=False)
    _data: pd.DataFrame = field(default=None, repr=False)
    _forms: Forms = field(default=None, repr=False)
    _inputs: Inputs = field(default=None, repr=False)

    @classmethod
    def of(cls, model, data: pd.DataFrame, forms: Forms, parameters: Parameters, path, converged: bool, inputs: Inputs):
        """Smooth at the estimate and label everything."""
        M = matrices(forms, parameters)
        s = smooth(data.to_numpy(), M, inputs)
        states = [f"X{k + 1}" for k in range(M["Z"].shape[-1])]
        n, used = sum(form.n for form in forms.values()), int(data.notna().to_numpy().sum())
        variances = np.diagonal(s.cov[1:], axis1=1, axis2=2)
        return cls(
            params=_label(M, list(data.columns), states, data.index),
            parameters={name: pd.Series(parameters[name], list(form.names)) for name, form in forms.items()},
            loglik=float(path[-1]),
            loglik_path=path,
            states=pd.DataFrame(s.mean[1:], data.index, states),
            states_se=pd.DataFrame(np.sqrt(np.clip(variances, 0.0, None)), data.index, states),
            states_cov=s.cov[1:],
            fitted=pd.DataFrame(times(M["Z"], s.mean[1:]) + times(M["A"], inputs.A), data.index, data.columns),
            aic=float(2.0 * n - 2.0 * path[-1]),
            aicc=corrected_aic(path[-1], n, used),
            converged=converged,
            n_iter=len(path) - 1,
            mean=pd.Series(0.0, data.columns),
            sd=pd.Series(1.0, data.columns),
            model=model,
            _data=data,
            _forms=forms,
            _inputs=inputs,
        )

    def in_units(self, mean: pd.Series, sd: pd.Series) -> MARSSResults:
        """Return the same results for data y = mean + sd · (the data of the fit)."""
        return replace(self, mean=mean, sd=sd, fitted=self.fitted * sd + mean)

    def summary(self) -> pd.DataFrame:
        """One row a free parameter, by matrix and name: its `estimate`; `intervals` adds standard errors."""
        return pd.DataFrame({"estimate": pack(self._free())}, labels(self._forms))

    def intervals(self, level: float = 0.95, method: str = "fisher") -> pd.DataFrame:
        """Wald intervals of the free parameters: see `marss_inference.intervals`."""
        return intervals(self._data.to_numpy(), self._forms, self._free(), level, method, self._inputs)

    def bootstrap(self, draws: int = 100, seed: int | np.random.Generator = 0, **options) -> pd.DataFrame:
        """Free parameters (draws, n) estimated anew on simulated data: see `marss_inference.bootstrap`."""
        return bootstrap(self, None, draws, seed, **options)

    def innovations(self) -> dict[str, pd.DataFrame]:
        """One-step-ahead errors y_t − E(y_t | past): frames (T, N) `resid`, `sd` and `standardized`, their quotient."""
        v, F = innovations(self._data.to_numpy(), self._matrices(), self._inputs)
        return self._residuals(v, np.diagonal(F, axis1=1, axis2=2))

    def smoothation(self) -> dict[str, pd.DataFrame]:
        """Smoothed errors E(v_t | all data): frames (T, N) `resid`, `sd`, `standardized`; R MARSS's model residuals."""
        M = self._matrices()
        fitted = (self.fitted - self.mean) / self.sd
        resid = (self._data - fitted).fillna(0.0).to_numpy()
        return self._residuals(
            resid, np.diagonal(M["R"], axis1=-2, axis2=-1) - variance(self._loadings(), self.states_cov)
        )

    def simulate(self, seed: int | np.random.Generator = 0) -> pd.DataFrame:
        """One synthetic data set (T, N) from the estimated model, gaps where the data have them."""
        rng, M = check_seed(seed), self._matrices()
        T, N = self._data.shape
        states, errors = rng.standard_normal((T + 1, len(M["x0"]))), rng.standard_normal((T + 1, N))
        y = simulate(state_space(M, self._inputs), states, errors)[1][1:] + times(M["A"], self._inputs.A)
        return pd.DataFrame(y, self._data.index, self._data.columns).where(self._data.notna()) * self.sd + self.mean

    @property
    def covariates(self) -> dict[str, np.ndarray | None]:
        """The covariates of the fit: `d` (T, p) and `c` (T, q), or None."""
        return {name: g[:, 1:] if g.shape[1] > 1 else None for name, g in zip("dc", self._inputs, strict=True)}

    def _free(self) -> Parameters:
        return {name: series.to_numpy() for name, series in self.parameters.items()}

    def _matrices(self) -> dict[str, np.ndarray]:
        return matrices(self._forms, self._free())

    def _loadings(self) -> np.ndarray:
        """Z_t of every period (T, N, m)."""
        Z = self._matrices()["Z"]
        return np.broadcast_to(Z, (len(self.states), *Z.shape[-2:]))

    def _residuals(self, resid: np.ndarray, variances: np.ndarray) -> dict[str, pd.DataFrame]:
        """Label residuals and their standard deviations, in the data's units; NaN where the data are missing."""
        seen, scale = self._data.notna().to_numpy(), self.sd.to_numpy()
        sd = np.sqrt(np.where(seen, variances, np.nan))
        tables = {"resid": resid * scale, "sd": sd * scale, "standardized": resid / sd}
        index, columns = self._data.index, self._data.columns
        return {name: pd.DataFrame(np.where(seen, table, np.nan), index, columns) for name, table in tables.items()}

    def common_component(self, weights: pd.Series | pd.DataFrame | None = None, level: float | None = None):
        """What the states say of the series: mean + sd · Z x_t (T, N), without A and covariates.

        With `weights` by series, or a frame of weights by period, their weighted sum (T,).  With `level`, its band, the
        parameters taken as known: columns `mean`, `se`, `lower`, `upper` of the weighted sum; without weights a dict of
        such frames (T, N).
        """
        chi = pd.DataFrame(
            common(self.states.to_numpy(), self._loadings(), self.mean.to_numpy(), self.sd.to_numpy()),
            self._data.index,
            self._data.columns,
        )
        if weights is None:
            scaled = self._loadings() * self.sd.to_numpy()[:, None]
            return chi if level is None else _bands(chi, variance(scaled, self.states_cov), level)
        w = weights_by_period(weights, chi.index, chi.columns)
        total = (chi * w).sum(axis=1)
        if level is None:
            return total
        g = np.einsum("tn,tnm->tm", w * self.sd, self._loadings())
        return pd.DataFrame(_bands(total, variance(g[:, None], self.states_cov)[:, 0], level))

    def contributions(self, weights: pd.Series | pd.DataFrame, own: bool = False) -> pd.DataFrame:
        """Each series' part w_it χ_it (T, N) of the weighted common component; its rows sum to it.

        `own` gives the part w_it (y_it − χ_it) that a series contributes on its own account, NaN where y is missing.
        """
        chi = self.common_component()
        w = weights_by_period(weights, chi.index, chi.columns)
        return w * (self._data * self.sd + self.mean - chi if own else chi)

    def forecast(
        self, h: int, level: float = 0.95, d=None, c=None, future: dict | None = None
    ) -> dict[str, pd.DataFrame]:
        """Forecasts of y for h periods after the sample: frames `mean`, `se`, `lower`, `upper`, rows 1..h.

        A model with covariates needs their next h rows, d (h, p) and c (h, q); one whose matrices move needs the next h
        of each of these, `future` by name, numbers (h, rows, columns).

        The standard errors count the states' and the observations' noise, not the doubt about the parameters.
        """
        check_whole(h, "h", 1)
        check_share(level, "level")
        inputs, wanted = Inputs.of(h, d, c), [g.shape[1] - 1 for g in self._inputs]
        if [g.shape for g in inputs] != [(h, 1 + n) for n in wanted]:
            raise ValueError(f"d, c: {h} rows of the {wanted[0]} and {wanted[1]} covariates are needed")
        last = self.states.iloc[-1].to_numpy(), self.states_cov[-1]
        means, variances = forecast(self._matrices(), *last, inputs, future or {})
        steps = pd.RangeIndex(1, h + 1, name="step")
        mean = pd.DataFrame(means, steps, self.fitted.columns) * self.sd + self.mean
        return _bands(mean, variances * self.sd.to_numpy() ** 2, level)


def _bands(mean, variances: np.ndarray, level: float) -> dict:
    """Frames (or series) `mean`, `se`, and the normal band at `level`, `lower` and `upper`."""
    check_share(level, "level")
    se = mean * 0.0 + np.sqrt(variances)
    half = ndtri(0.5 + level / 2.0) * se
    return {"mean": mean, "se": se, "lower": mean - half, "upper": mean + half}


def _label(M: dict[str, np.ndarray], series: list, states: list[str], periods: pd.Index) -> dict[str, pd.DataFrame]:
    """Frames with the names of series and states; the effects of covariates, if any, stand beside A and U."""
    rows = {"Z": series, "A": series, "R": series}
    columns = {"R": series, "x0": ["x0"]}
    for name, effect in (("A", "D"), ("U", "C")):
        columns[name] = [name, *(f"{effect}{k + 1}" for k in range(M[name].shape[-1] - 1))]
    frames = {}
    for name, matrix in M.items():
        index = pd.Index(rows.get(name, states))
        index = pd.MultiIndex.from_product([periods, index]) if matrix.ndim == 3 else index
        frames[name] = pd.DataFrame(matrix.reshape(len(index), -1), index, columns.get(name, states))
    return frames
