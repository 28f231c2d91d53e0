"""Back-, now- and forecasts of any series of a linear Gaussian state space, from one vintage of data."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_hashable
from scipy.special import ndtri

from tvplab.nowcast_gains import Estimate, Gain, estimate, filter_gains, smoothed_covariances, smoothed_states
from tvplab.nowcast_model import NamedStateSpace, state_space_of
from tvplab.nowcast_periods import check_vintage, row_of, rows_ahead, through
from tvplab.statespace import StateSpace
from tvplab.validation import check_share


class Conditioned(NamedTuple):
    """A state space conditioned on a standardised panel `y` (T, N) in the model's units, with its gains."""

    y: pd.DataFrame
    space: StateSpace
    gains: list[Gain]

    @classmethod
    def on(cls, model: NamedStateSpace, vintage: pd.DataFrame, last) -> Conditioned:
        """Standardise the vintage, add empty rows up to `last`, and compute the gains."""
        y = (through(vintage, last) - model.mean) / model.sd
        return cls(y, model.space, filter_gains(y.notna().to_numpy(), model.space))

    def value_of(self, target, period) -> Estimate:
        """Estimate y_is: its weights on all cells; a value that is seen is itself, with weight 1 and variance 0."""
        i, s = self.y.columns.get_loc(target), self.y.index.get_loc(period)
        if np.isfinite(self.y.iloc[s, i]):
            weights = np.zeros(self.y.shape)
            weights[s, i] = 1.0
            return Estimate(weights, float(self.space.A[i]), 0.0)
        found = estimate(self.space.Z[i], s, self.space, self.gains)
        return found._replace(
            constant=found.constant + float(self.space.A[i]), variance=found.variance + float(self.space.R[i, i])
        )

    def mean_of(self, found: Estimate) -> float:
        """The estimate's value on this panel."""
        errors = np.nan_to_num(self.y.to_numpy() - self.space.A)
        return float(np.sum(found.weights * errors)) + found.constant

    def states(self) -> np.ndarray:
        """E(x_t | y) (T, m)."""
        return smoothed_states(self.y.to_numpy(), self.space, self.gains)

    def expected(self) -> np.ndarray:
        """E(Z x_t + A | y) (T, N): every series in every period, without its measurement error."""
        return self.states() @ self.space.Z.T + self.space.A

    def in_units(self, model: NamedStateSpace) -> pd.DataFrame:
        """The panel in data units, its gaps at their expected values."""
        expected = pd.DataFrame(self.expected(), self.y.index, self.y.columns)
        return expected.mask(self.y.notna(), self.y) * model.sd + model.mean


def nowcast(model, vintage: pd.DataFrame, target, period=None, level: float = 0.9, ahead: int = 1) -> pd.DataFrame:
    """Nowcast one series from what a vintage knows.

    Parameters
    ----------
    model : results with a linear Gaussian state space (`nowcast_model.state_space_of`); its parameters stay.
    vintage : (T, N) frame in data units, the model's series as columns, NaN where not published.  A quarterly series
        among months has its value in the quarter's last month.
    target : name of the series.
    period : a row label, "2016Q3" for a quarter, or a list of them; by default all that the target still lacks, through
        `ahead` periods (quarters, of a quarterly series) beyond the last row: backcasts, nowcast and forecasts.
    level : of the interval.

    Returns
    -------
    DataFrame by period: `mean`, `se`, `lower`, `upper`, in the target's units.  The standard errors count what is not
    known of states and errors, not of parameters.  A published value is itself, with standard error 0.

    Raises
    ------
    TypeError, ValueError
        Names the argument that is wrong.
    """
    known = state_space_of(model)
    frame = check_vintage(vintage, known.mean.index, "vintage")
    check_target(target, known)
    check_share(level, "level")
    wanted = period if isinstance(period, list | tuple | pd.Index) else [period]
    if not len(wanted):
        raise ValueError("period: the list is empty; name one, or leave it out for all that the target lacks")
    periods = rows_ahead(frame[target], ahead) if period is None else [row_of(frame.index, one) for one in wanted]
    conditioned = Conditioned.on(known, frame, max(periods))
    check_inside(periods, conditioned.y.index)
    values = [conditioned.value_of(target, one) for one in periods]
    mean = [known.mean[target] + known.sd[target] * conditioned.mean_of(value) for value in values]
    se = [known.sd[target] * np.sqrt(value.variance) for value in values]
    return interval(pd.Series(mean, pd.Index(periods, name="period")), np.array(se), level)


def forecasts(model, vintage: pd.DataFrame, ahead: int = 3, level: float = 0.9) -> dict[str, pd.DataFrame]:
    """Forecast every series: frames `mean`, `se`, `lower`, `upper` of the vintage's last rows and `ahead` more.

    Rows start in the month in which the first tenth of the series ends (a series that ended long ago does not count).
    Published values stay as they are, with standard error 0.  Quarterly series among months have a value in every row:
    growth over the three months that end there.
    """
    known = state_space_of(model)
    frame = check_vintage(vintage, known.mean.index, "vintage")
    check_share(level, "level")
    ends = [frame[name].last_valid_index() for name in frame if frame[name].notna().any()]
    first = frame.index.get_loc(sorted(ends)[len(ends) // 10])
    conditioned = _conditioned(known, frame, ahead)
    mean = conditioned.in_units(known)[first:]
    V = smoothed_covariances(first, conditioned.space, conditioned.gains)
    Z, seen = conditioned.space.Z, conditioned.y[first:].notna()
    variances = np.einsum("nm,tmk,nk->tn", Z, V, Z) + np.diagonal(conditioned.space.R)
    se = np.sqrt(np.where(seen, 0.0, np.clip(variances, 0.0, None))) * known.sd.to_numpy()
    half = ndtri(0.5 + level / 2.0) * se
    return {"mean": mean, "se": mean * 0.0 + se, "lower": mean - half, "upper": mean + half}


def expected_panel(model, vintage: pd.DataFrame, ahead: int = 3) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the vintage with every gap at its expected value, `ahead` rows longer, and the smoothed states (T, m).

    The frame has what `forecasts` calls `mean`, for all rows.
    """
    known = state_space_of(model)
    conditioned = _conditioned(known, check_vintage(vintage, known.mean.index, "vintage"), ahead)
    return conditioned.in_units(known), conditioned.states()


def _conditioned(known: NamedStateSpace, frame: pd.DataFrame, ahead: int) -> Conditioned:
    """Condition on a vintage with `ahead` more rows."""
    return Conditioned.on(known, frame, rows_ahead(pd.Series(np.nan, frame.index), ahead)[-1])


def nowcast_path(model, vintages: dict, target, period, level: float = 0.9) -> pd.DataFrame:
    """Nowcast one period from each of several vintages (date → frame): the nowcast's way through the quarter.

    Returns a frame by date: `mean`, `se`, `lower`, `upper`.
    """
    rows = {date: nowcast(model, frame, target, period, level).iloc[0] for date, frame in vintages.items()}
    return pd.DataFrame(rows).T.rename_axis("date")


def interval(mean: pd.Series, se: np.ndarray, level: float) -> pd.DataFrame:
    """Return `mean`, `se` and the normal interval."""
    half = ndtri(0.5 + level / 2.0) * se
    return pd.DataFrame({"mean": mean, "se": se, "lower": mean - half, "upper": mean + half})


def check_target(target, model: NamedStateSpace) -> None:
    """Raise unless the target is a series of the model."""
    if not is_hashable(target) or target not in model.mean.index:
        raise ValueError(f"target: {target!r} is not in the model; known are {list(model.mean.index)[:6]}…")


def check_inside(periods: list, index: pd.Index) -> None:
    """Raise when a period lies before the vintage or between its rows."""
    outside = [one for one in periods if one not in index]
    if outside:
        raise ValueError(f"period: {outside[0]} is no row of the vintage, which starts in {index[0]}")
