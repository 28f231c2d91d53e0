"""Releases one by one: what each of them did to a nowcast when it came, in the order in which they came.

From the first period with a release on, all cells and the target are jointly normal given everything before.  Put the
known cells first, then the releases in their order, then the target: one Cholesky factor of the covariance holds every
step, since column k is what cell k says beyond all before it.  (`nowcast_news` takes all releases at once, with joint
weights; the total is the same.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.nowcast_gains import filter_gains, predicted_states
from tvplab.nowcast_model import NamedStateSpace, state_space_of
from tvplab.nowcast_periods import check_vintage, row_of, through
from tvplab.nowcasting import check_inside, check_target, interval
from tvplab.statespace import StateSpace

JITTER = 1e-11
"""Share of a cell's variance added to it, so that a cell known from others can be in the list."""


class Releases(NamedTuple):
    """The nowcast `before` any release (mean, se), and one row a release in its order.

    `table` has `series`, `period`, `forecast` (just before), `actual`, `news`, `impact` on the target, and the nowcast
    just after, `mean`, `se`, `lower`, `upper`.
    """

    before: pd.Series
    table: pd.DataFrame


def release_by_release(
    model, old: pd.DataFrame, releases: pd.DataFrame, target, period, level: float = 0.9
) -> Releases:
    """Follow a nowcast through a list of releases.

    Parameters
    ----------
    model : results with a linear Gaussian state space (`nowcast_model.state_space_of`), parameters fixed.
    old : (T, N) what is known before, revisions already made.
    releases : columns `series`, `period`, `actual`, in the order in which they come; none may be in `old`.
    target, period : what is nowcast; "2016Q3" for a quarter.
    level : of the interval.

    Raises
    ------
    TypeError, ValueError
        Names the argument that is wrong.
    """
    known = state_space_of(model)
    frame = check_vintage(old, known.mean.index, "old")
    check_target(target, known)
    period = row_of(frame.index, period)
    rows = [row_of(frame.index, one) for one in releases["period"]]
    panel = through(frame, max([period, *rows]))
    check_inside([period, *rows], panel.index)
    y = ((panel - known.mean) / known.sd).to_numpy()
    cells = [(panel.index.get_loc(t), panel.columns.get_loc(i)) for t, i in zip(rows, releases["series"], strict=True)]
    goal = panel.index.get_loc(period), panel.columns.get_loc(target)
    _check_new(y, cells, panel)
    steps = _steps(y, known, cells, _standardised(releases, known), goal)
    return _labelled(steps, releases, rows, known, target, level)


class Steps(NamedTuple):
    """In standardised units: each release's forecast (K,) and impact (K,); target's mean and variance (K + 1,)."""

    forecasts: np.ndarray
    impacts: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


def _steps(y: np.ndarray, known: NamedStateSpace, cells: list, actual: np.ndarray, goal: tuple) -> Steps:
    """Condition on the cells one after the other, by the Cholesky factor of the window's covariance."""
    first = min(t for t, _ in [*cells, goal])
    space = known.space
    gains = filter_gains(np.isfinite(y), space)
    predicted, _ = predicted_states(y, space, gains)
    old = [(t, i) for t, i in np.argwhere(np.isfinite(y)) if t >= first and (t, i) != goal]
    order = [*old, *cells]
    values = np.r_[[y[cell] for cell in old], actual]
    mean, C = window_moments(predicted[first], gains[first].P, space, [(t - first, i) for t, i in [*order, goal]])
    L = np.linalg.cholesky(C + JITTER * np.diag(np.diagonal(C)))
    z = np.zeros(len(values))
    for k in range(len(values)):
        z[k] = (values[k] - mean[k] - L[k, :k] @ z[:k]) / L[k, k]
    n, share = len(old), L[-1, :-1]
    forecasts = np.array([mean[k] + L[k, :k] @ z[:k] for k in range(n, len(values))])
    path = mean[-1] + np.r_[0.0, np.cumsum(share * z)]
    variance = C[-1, -1] - np.r_[0.0, np.cumsum(share**2)]
    return Steps(forecasts, share[n:] * z[n:], path[n:], np.maximum(variance[n:], 0.0))


def window_moments(x: np.ndarray, P: np.ndarray, space: StateSpace, cells: list) -> tuple[np.ndarray, np.ndarray]:
    """Mean (K,) and covariance (K, K) of cells (periods after the start, series) when the state starts at N(x, P)."""
    H = 1 + max(t for t, _ in cells)
    m = len(x)
    means, cov = np.empty((H, m)), np.empty((H, H, m, m))
    for t in range(H):
        means[t] = x if t == 0 else space.B @ means[t - 1] + space.U
        cov[t, t] = P if t == 0 else space.B @ cov[t - 1, t - 1] @ space.B.T + space.Q
        for s in range(t):
            cov[t, s] = space.B @ cov[t - 1, s]
            cov[s, t] = cov[t, s].T
    t, i = (np.array(part) for part in zip(*cells, strict=True))
    Z = space.Z[i]
    mean = np.einsum("km,km->k", Z, means[t]) + space.A[i]
    wide = np.zeros((len(cells), H * m))
    for k, (row, z) in enumerate(zip(t, Z, strict=True)):
        wide[k, row * m : (row + 1) * m] = z
    C = wide @ cov.transpose(0, 2, 1, 3).reshape(H * m, H * m) @ wide.T
    same = (t[:, None] == t) & (i[:, None] == i)  # the target may be among the releases: it has one error
    return mean, C + same * np.diagonal(space.R)[i]


def _standardised(releases: pd.DataFrame, known: NamedStateSpace) -> np.ndarray:
    names = list(releases["series"])
    return (releases["actual"].to_numpy(dtype=float) - known.mean[names].to_numpy()) / known.sd[names].to_numpy()


def _check_new(y: np.ndarray, cells: list, panel: pd.DataFrame) -> None:
    """Raise when a release is known already, or comes twice."""
    if not cells:
        raise ValueError("releases: the list is empty")
    twice = [cell for k, cell in enumerate(cells) if cell in cells[:k] or np.isfinite(y[cell])]
    if twice:
        t, i = twice[0]
        raise ValueError(f"releases: {panel.columns[i]!r} of {panel.index[t]} is known already or comes twice")


def _labelled(steps: Steps, releases: pd.DataFrame, rows: list, known: NamedStateSpace, target, level) -> Releases:
    """Put labels and units to the steps."""
    names = list(releases["series"])
    mean, sd = known.mean[target], known.sd[target]
    path = interval(pd.Series(mean + sd * steps.mean), sd * np.sqrt(steps.variance), level)
    forecast = known.mean[names].to_numpy() + known.sd[names].to_numpy() * steps.forecasts
    actual = releases["actual"].to_numpy(dtype=float)
    table = pd.DataFrame(
        {
            "series": names,
            "period": rows,
            "forecast": forecast,
            "actual": actual,
            "news": actual - forecast,
            "impact": sd * steps.impacts,
        }
    )
    return Releases(path.iloc[0], table.join(path.iloc[1:].reset_index(drop=True)))


def release_calendar(frame: pd.DataFrame, lags, start, end) -> pd.DataFrame:
    """List what comes out after `start` and up to `end`: `date`, `series`, `period`, `actual`, in order of the dates.

    frame : (T, N) monthly values; lags : series → days from the end of a month to publication.
    """
    wide = frame.rename_axis(index="period").reset_index()
    table = wide.melt("period", var_name="series", value_name="actual").dropna()
    days = pd.to_timedelta(table["series"].map(dict(lags)), unit="D")
    table["date"] = table["period"] + pd.offsets.MonthEnd(0) + days
    inside = table["date"].gt(pd.Timestamp(start)) & table["date"].le(pd.Timestamp(end))
    return table[inside].sort_values(["date", "series", "period"], ignore_index=True)
