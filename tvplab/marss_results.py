"""What a MARSS fit returns: labelled pandas objects."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import ndtri

from tvplab.marss_em import Forms, Inputs, Parameters, matrices, smooth, state_space
from tvplab.marss_inference import innovations, intervals
from tvplab.statespace_draws import simulate


@dataclass(frozen=True)
class MARSSResults:
    """An estimated MARSS model.

    Attributes
    ----------
    params : dict of every matrix at its estimate, as frames labelled by series and states.
    parameters : dict of the free parameters by matrix, series labelled by their names.
    loglik, loglik_path : log-likelihood of the estimate, and of every iterate from the starting values on.
    states, states_se : (T, m) smoothed states and their standard deviations.
    fitted : (T, N) Z x_t + A at the smoothed states.
    aic, aicc : information criteria; the small-sample one counts the observations that are not missing.
    converged, n_iter : whether the stopping rule was met, and the number of M-steps.
    """

    params: dict[str, pd.DataFrame]
    parameters: dict[str, pd.Series]
    loglik: float
    loglik_path: np.ndarray
    states: pd.DataFrame
    states_se: pd.DataFrame
    fitted: pd.DataFrame
    aic: float
    aicc: float
    converged: bool
    n_iter: int
    _data: pd.DataFrame = field(default=None, repr=False)
    _forms: Forms = field(default=None, repr=False)
    _inputs: Inputs = field(default=None, repr=False)
    _last: tuple[np.ndarray, np.ndarray] = field(default=None, repr=False)

    @classmethod
    def of(cls, data: pd.DataFrame, forms: Forms, parameters: Parameters, path, converged: bool, inputs: Inputs):
        """Smooth at the estimate and label everything."""
        M = matrices(forms, parameters)
        s = smooth(data.to_numpy(), M, inputs)
        states = [f"X{k + 1}" for k in range(M["Z"].shape[1])]
        n, used = sum(form.n for form in forms.values()), int(data.notna().to_numpy().sum())
        aic = 2.0 * n - 2.0 * path[-1]
        variances = np.diagonal(s.cov[1:], axis1=1, axis2=2)
        return cls(
            params=_label(M, list(data.columns), states),
            parameters={name: pd.Series(parameters[name], list(form.names)) for name, form in forms.items()},
            loglik=float(path[-1]),
            loglik_path=path,
            states=pd.DataFrame(s.mean[1:], data.index, states),
            states_se=pd.DataFrame(np.sqrt(np.clip(variances, 0.0, None)), data.index, states),
            fitted=pd.DataFrame(s.mean[1:] @ M["Z"].T + inputs.A @ M["A"].T, data.index, data.columns),
            aic=float(aic),
            aicc=float(aic + 2.0 * n * (n + 1) / (used - n - 1)) if used > n + 1 else np.inf,
            converged=converged,
            n_iter=len(path) - 1,
            _data=data,
            _forms=forms,
            _inputs=inputs,
            _last=(s.mean[-1], s.cov[-1]),
        )

    def intervals(self, level: float = 0.95, method: str = "fisher") -> pd.DataFrame:
        """Wald intervals of the free parameters: see `marss_inference.intervals`."""
        return intervals(self._data.to_numpy(), self._forms, self._free(), level, method, self._inputs)

    def innovations(self) -> dict[str, pd.DataFrame]:
        """One-step-ahead errors y_t − E(y_t | past): frames (T, N) `resid`, `sd` and `standardized`, their quotient."""
        v, F = innovations(self._data.to_numpy(), self._matrices(), self._inputs)
        return self._residuals(v, np.diagonal(F, axis1=1, axis2=2))

    def smoothation(self) -> dict[str, pd.DataFrame]:
        """Smoothed errors E(v_t | all data): frames (T, N) `resid`, `sd`, `standardized`; R MARSS's model residuals."""
        M, y = self._matrices(), self._data.to_numpy()
        resid = np.where(np.isfinite(y), y - self.fitted.to_numpy(), 0.0)
        explained = np.einsum("nm,tmk,nk->tn", M["Z"], smooth(y, M, self._inputs).cov[1:], M["Z"])
        return self._residuals(resid, np.diag(M["R"]) - explained)

    def simulate(self, seed: int | np.random.Generator = 0) -> pd.DataFrame:
        """One synthetic data set (T, N) from the estimated model, gaps where the data have them."""
        rng, M = np.random.default_rng(seed), self._matrices()
        T, N = self._data.shape
        states, errors = rng.standard_normal((T + 1, len(M["x0"]))), rng.standard_normal((T + 1, N))
        y = simulate(state_space(M, self._inputs), states, errors)[1][1:] + self._inputs.A @ M["A"].T
        return pd.DataFrame(y, self._data.index, self._data.columns).where(self._data.notna())

    @property
    def covariates(self) -> dict[str, np.ndarray | None]:
        """The covariates of the fit: `d` (T, p) and `c` (T, q), or None."""
        return {name: g[:, 1:] if g.shape[1] > 1 else None for name, g in zip("dc", self._inputs, strict=True)}

    def _free(self) -> Parameters:
        return {name: series.to_numpy() for name, series in self.parameters.items()}

    def _matrices(self) -> dict[str, np.ndarray]:
        return matrices(self._forms, self._free())

    def _residuals(self, resid: np.ndarray, variance: np.ndarray) -> dict[str, pd.DataFrame]:
        """Label residuals and their standard deviations; NaN where the data are missing."""
        seen, sd = self._data.notna().to_numpy(), np.sqrt(variance)
        tables = {"resid": resid, "sd": sd, "standardized": resid / sd}
        index, columns = self._data.index, self._data.columns
        return {name: pd.DataFrame(np.where(seen, table, np.nan), index, columns) for name, table in tables.items()}

    def common_component(self, weights: pd.Series | None = None) -> pd.DataFrame | pd.Series:
        """Z x_t (T, N); with `weights` by series, or a frame of weights by period, their weighted sum (T,)."""
        common = self.states @ self.params["Z"].T
        if weights is None:
            return common
        if isinstance(weights, pd.DataFrame):
            if not (weights.index.equals(common.index) and weights.columns.equals(common.columns)):
                raise ValueError("weights: periods or series differ from the data's")
            return (common * weights).sum(axis=1)
        if not weights.index.equals(common.columns):
            raise ValueError("weights: the series differ from the data's")
        return common @ weights

    def forecast(self, h: int, level: float = 0.95, d=None, c=None) -> dict[str, pd.DataFrame]:
        """Forecasts of y for h periods after the sample: frames `mean`, `se`, `lower`, `upper`, rows 1..h.

        A model with covariates needs their next h rows, d (h, p) and c (h, q).

        The standard errors count the states' and the observations' noise, not the doubt about the parameters.
        """
        if h < 1 or not 0.0 < level < 1.0:
            raise ValueError(f"h: must be at least 1 and level between 0 and 1, got {h} and {level}")
        M, (x, P), means, ses = self._matrices(), self._last, [], []
        inputs, wanted = Inputs.of(h, d, c), [g.shape[1] - 1 for g in self._inputs]
        if [g.shape for g in inputs] != [(h, 1 + n) for n in wanted]:
            raise ValueError(f"d, c: {h} rows of the {wanted[0]} and {wanted[1]} covariates are needed")
        for t in range(h):
            x, P = M["B"] @ x + M["U"] @ inputs.U[t], M["B"] @ P @ M["B"].T + M["Q"]
            means.append(M["Z"] @ x + M["A"] @ inputs.A[t])
            ses.append(np.sqrt(np.diag(M["Z"] @ P @ M["Z"].T + M["R"])))
        steps = pd.RangeIndex(1, h + 1, name="step")
        mean, se = (pd.DataFrame(table, steps, self.fitted.columns) for table in (means, ses))
        half = ndtri(0.5 + level / 2.0) * se
        return {"mean": mean, "se": se, "lower": mean - half, "upper": mean + half}


def _label(M: dict[str, np.ndarray], series: list, states: list[str]) -> dict[str, pd.DataFrame]:
    """Frames with the names of series and states; the effects of covariates, if any, stand beside A and U."""
    rows = {"Z": series, "A": series, "R": series}
    columns = {"R": series, "x0": ["x0"]}
    for name, effect in (("A", "D"), ("U", "C")):
        columns[name] = [name, *(f"{effect}{k + 1}" for k in range(M[name].shape[1] - 1))]
    return {
        name: pd.DataFrame(matrix.reshape(len(matrix), -1), rows.get(name, states), columns.get(name, states))
        for name, matrix in M.items()
    }
