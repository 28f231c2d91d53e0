"""What a TVP-VAR returns: coefficients, volatilities, impulse responses at any date, forecasts; from stored draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tvplab.gibbs_chain import Draws
from tvplab.gibbs_summary import mixing, path_table
from tvplab.row_labels import place_of
from tvplab.tvp_var_equations import explodes, impulse_responses, system
from tvplab.tvp_var_forecast import Forecast, check_actual, simulate_futures
from tvplab.validation import check_choice, check_number, check_seed, check_whole


@dataclass(frozen=True)
class ImpulseResponse:
    """Responses of every variable to one structural shock of a date.

    Attributes
    ----------
    median, lower, upper : (H + 1, n) pointwise quantiles over draws, in the data's units, horizons 0 to H.
    draws : (R', H + 1, n) responses of the draws used.
    explosive : share of draws left out because the coefficients of the date explode (companion root above 1).
    """

    median: pd.DataFrame
    lower: pd.DataFrame
    upper: pd.DataFrame
    draws: np.ndarray = field(repr=False)
    explosive: float


@dataclass(frozen=True)
class TVPVARResults:
    """Posterior of a TVP-VAR.

    Attributes
    ----------
    names : the n variables, in the recursive order.
    index : the T − p periods explained.
    draws : a list of n `Draws`, one an equation: β (C, D, T − p, k_i) with the columns constant, lags, minus the
        contemporaneous variables before it; h (C, D, T − p); q (C, D, k_i); s (C, D).
    n_iter : sweeps a chain, burn-in included.
    worst_r_hat : the largest split R̂ of any coefficient or log variance.
    converged : no chain was interrupted, and that R̂ is at most 1.1.
    """

    names: list
    index: pd.Index
    lags: int
    draws: list[Draws] = field(repr=False)
    n_iter: int
    worst_r_hat: float
    converged: bool
    _ahead: list[Callable] = field(repr=False)
    _recent: np.ndarray = field(repr=False)

    @property
    def volatility(self) -> dict[object, pd.DataFrame]:
        """Draws of σ_it = exp(h_it/2) of every structural shock: name → (T − p, draws) frame, in the data's units."""
        return {
            name: pd.DataFrame(np.exp(_flat(one.h) / 2.0).T, self.index)
            for name, one in zip(self.names, self.draws, strict=True)
        }

    def coefficients(self, date) -> pd.DataFrame:
        """Posterior means of the reduced-form coefficients B_0⁻¹(c, B_1, …, B_p) of a date, one row an equation."""
        B0, B = self._system(self._place(date))
        return pd.DataFrame(np.linalg.solve(B0, B).mean(axis=0), self.names, self._columns)

    def paths(self, equation, regressor) -> pd.DataFrame:
        """Draws (T − p, draws) of one coefficient of the recursive form.

        `equation` is a variable; `regressor` "const", "L1.rate" for a lag, or "-output" for minus a variable of the
        same period before it in the order.
        """
        check_choice(equation, "equation", tuple(self.names))
        i = self.names.index(equation)
        columns = self._regressors(i)
        check_choice(regressor, "regressor", tuple(columns))
        return pd.DataFrame(_flat(self.draws[i].beta)[:, :, columns.index(regressor)].T.astype(float), self.index)

    def explosive(self, date) -> float:
        """Share of draws whose coefficients at a date explode: the largest companion root exceeds 1."""
        return float(np.mean(explodes(*self._system(self._place(date)))))

    def irf(self, shock, date, horizon: int = 20, size: float | None = None, level: float = 0.68) -> ImpulseResponse:
        """Responses to a structural shock of a date, recursive identification, coefficients frozen at that date.

        Parameters
        ----------
        shock : the variable whose equation is hit.
        date : a label of `index`.
        horizon : H.
        size : response of that variable at once, in its units, e.g. 0.25 for 25 basis points: what comparisons of
            dates use; None is one standard deviation of the shock at that date.
        level : of the pointwise bands.
        """
        responses, stable = self._responses(shock, self._place(date), check_whole(horizon, "horizon", 0), size)
        return self._quantiles(responses, stable, level, f"{date!s}")

    def irf_difference(self, shock, date, other, horizon: int = 20, size: float = 1.0, level: float = 0.68):
        """Compare dates: the response at `date` minus that at `other`, draw by draw; an `ImpulseResponse`."""
        H = check_whole(horizon, "horizon", 0)
        places = self._place(date), self._place(other, "other")
        (here, stable), (there, also) = (self._responses(shock, t, H, size) for t in places)
        return self._quantiles(here - there, stable & also, level, f"{date!s} or {other!s}")

    def forecast(self, h: int = 4, seed: int | np.random.Generator = 0) -> Forecast:
        """Simulate one future of h periods a draw, coefficients and log variances moving on."""
        theta, q = ([_flat(getattr(one, name)) for one in self.draws] for name in ("beta", "Q"))
        log_variances = np.column_stack([_flat(one.h)[:, -1] for one in self.draws])
        s = np.column_stack([_flat(one.s) for one in self.draws])
        last, rng = [one[:, -1] for one in theta], check_seed(seed)
        parts = simulate_futures(last, q, log_variances, s, self._ahead, self._recent, check_whole(h, "h", 1), rng)
        return Forecast(*parts, self.names)

    def log_score(self, actual, seed: int | np.random.Generator = 0) -> pd.DataFrame:
        """Log predictive density of the periods after the sample, (h, n)."""
        return self._forecast_of(actual, seed).log_score(actual)

    def crps(self, actual, seed: int | np.random.Generator = 0) -> pd.DataFrame:
        """Continuous ranked probability score of the periods after the sample, (h, n)."""
        return self._forecast_of(actual, seed).crps(actual)

    def diagnostics(self) -> pd.DataFrame:
        """Smallest effective number of draws and largest split R̂, by equation and block (`theta`, `h`, `q`, `s`).

        NaN and 1 for what the model holds constant in all its elements.
        """
        rows = {
            (name, block): mixing(values)
            for name, one in zip(self.names, self.draws, strict=True)
            for block, values in (("theta", one.beta), ("h", one.h), ("q", one.Q), ("s", one.s))
        }
        return pd.DataFrame(list(rows.values()), pd.MultiIndex.from_tuples(rows, names=["equation", "block"]))

    def summary(self) -> pd.DataFrame:
        """One row an equation and coefficient of the recursive form, and `sigma`, the sd of the equation's shock.

        Rows are named as in `paths`.  Columns, in the data's units: posterior means of the first and the last period;
        posterior mean, sd and quantiles of the path's average over time; standard deviation of a period's drift (for
        `sigma` in logs); and of the period that mixes worst, effective draws and split R̂ (`gibbs_summary.path_table`).
        """
        parts = {
            name: path_table(one, self._regressors(i))
            for i, (name, one) in enumerate(zip(self.names, self.draws, strict=True))
        }
        return pd.concat(parts, names=["equation", "coefficient"])

    @property
    def _columns(self) -> list[str]:
        """Names of the constant and the lags, in every equation's order."""
        return ["const", *(f"L{lag}.{name}" for lag in range(1, self.lags + 1) for name in self.names)]

    def _regressors(self, i: int) -> list[str]:
        """Names of what explains variable i: the constant, the lags, minus the variables before it."""
        return [*self._columns, *(f"-{name}" for name in self.names[:i])]

    def _forecast_of(self, actual, seed) -> Forecast:
        """Forecast as many periods as have come."""
        return self.forecast(len(check_actual(actual, self.names)), seed)

    def _system(self, t: int) -> tuple[np.ndarray, np.ndarray]:
        """B_0 and B of every draw in a period."""
        return system([_flat(one.beta)[:, t] for one in self.draws], len(self.names))

    def _place(self, date, name: str = "date") -> int:
        """Position of a date among the periods."""
        place = place_of(date, self.index)
        if place is None:
            raise ValueError(f"{name}: {date!r} is not one of the periods {self.index[0]!s} to {self.index[-1]!s}")
        return place

    def _responses(self, shock, t: int, horizon: int, size: float | None) -> tuple[np.ndarray, np.ndarray]:
        """Responses of all draws (R, H + 1, n), and which of them (R,) do not explode."""
        check_choice(shock, "shock", tuple(self.names))
        i, (B0, B) = self.names.index(shock), self._system(t)
        scale = np.exp(_flat(self.draws[i].h)[:, t] / 2.0) if size is None else np.full(len(B0), check_size(size))
        return impulse_responses(B0, B, scale, i, horizon), ~explodes(B0, B)

    def _quantiles(self, responses: np.ndarray, stable: np.ndarray, level: float, dates: str) -> ImpulseResponse:
        """Quantiles of the responses (R, H + 1, n) that do not explode."""
        if not stable.any():
            raise ValueError(f"date: every draw explodes at {dates}; tighten the prior or draw more")
        return response_quantiles(responses[stable], self.names, level, float(1 - stable.mean()))


def response_quantiles(responses: np.ndarray, names: list, level: float, explosive: float) -> ImpulseResponse:
    """Pointwise quantiles of the responses (R, H + 1, n) of the draws used."""
    if not 0.0 < check_number(level, "level") < 1.0:
        raise ValueError(f"level: must lie between 0 and 1, got {level!r}")
    edges = np.quantile(responses, [0.5, 0.5 - level / 2.0, 0.5 + level / 2.0], axis=0)
    rows = pd.RangeIndex(responses.shape[1], name="horizon")
    return ImpulseResponse(*(pd.DataFrame(edge, rows, names) for edge in edges), responses, explosive)


def _flat(values: np.ndarray) -> np.ndarray:
    """Put the draws of all chains (C, D, ...) in one row (C·D, ...)."""
    return values.reshape(-1, *values.shape[2:])


def check_size(size) -> float:
    """Return the size of a shock, any finite number but zero."""
    if check_number(size, "size", above=-np.inf) == 0:
        raise ValueError("size: a shock of 0 moves nothing; give another size")
    return float(size)
