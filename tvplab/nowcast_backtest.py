"""Pseudo-real-time backtest: on each date every model nowcasts from what was known then, and later the truth is told.

Source: Andreini, Izzo and Ricco, *Deep Dynamic Factor Models*, section 6.  Parameters are estimated again once a year;
between, each vintage only passes through the filter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from tvplab.convergence import collect_unconverged

QUARTERS_AHEAD = 2
"""Quarters after the current one that are forecast."""


def published(frame: pd.DataFrame, lags: Mapping | pd.Series, date) -> pd.DataFrame:
    """Return what is known of a monthly frame on a date: a month's value comes `lags` days after the month's end.

    Months that have no value at all then are left out.

    Raises
    ------
    ValueError
        A series without a lag.
    """
    missing = [name for name in frame if name not in lags]
    if missing:
        raise ValueError(f"lags: none for {missing[0]!r} ({len(missing)} such series)")
    ends = (frame.index + pd.offsets.MonthEnd(0)).to_numpy()
    days = np.array([lags[name] for name in frame], dtype="timedelta64[D]")
    seen = frame.where(ends[:, None] + days[None, :] <= np.datetime64(pd.Timestamp(date)))
    return seen.loc[: seen.dropna(how="all").index[-1]]


def release_date(quarter: pd.Period, lag: int = 30) -> pd.Timestamp:
    """Day on which a quarter's value is published: `lag` days after its end."""
    return quarter.end_time.normalize() + pd.Timedelta(days=lag)


def backtest(
    models: Mapping[str, object],
    known: Callable[[pd.Timestamp], pd.DataFrame],
    target,
    dates: Iterable,
    lag: int = 30,
) -> pd.DataFrame:
    """Nowcast a quarterly target on every date.

    Parameters
    ----------
    models : name → object whose `.fit(frame)` gives results with `.nowcast(target, frame, periods)`.
    known : date → the panel as known on it, monthly rows; columns may come and go between years.
    target : name of the quarterly series.
    dates : days in ascending order; on the first of each year all models are fitted to what is known then.
    lag : days from the end of a quarter to the target's release.

    Returns
    -------
    DataFrame with one row a model, date and quarter not yet released: `model`, `date`, `quarter`, `weeks` to release,
    `forecast`; `early` says that the fit behind it stopped before it converged.
    """
    rows, fits, year = [], {}, None
    for date in map(pd.Timestamp, dates):
        panel = known(date)
        if date.year != year:
            year, columns = date.year, panel.columns
            fits = {name: _fit(model, panel) for name, model in models.items()}
        panel = panel.reindex(columns=columns)
        quarters = open_quarters(date, lag)
        weeks = [(release_date(quarter, lag) - date).days / 7.0 for quarter in quarters]
        for name, (fit, early) in fits.items():
            values = fit.nowcast(target, panel, quarters)["mean"]
            rows += [(name, date, *row, early) for row in zip(quarters, weeks, values, strict=True)]
    return pd.DataFrame(rows, columns=["model", "date", "quarter", "weeks", "forecast", "early"])


def _fit(model, panel: pd.DataFrame) -> tuple[object, bool]:
    """Fit; tell whether it stopped early instead of warning."""
    with collect_unconverged() as early:
        fit = model.fit(panel)
    return fit, bool(early)


def open_quarters(date: pd.Timestamp, lag: int = 30) -> list[pd.Period]:
    """Quarters to estimate on a date: the one before it if not released, its own, and those ahead."""
    current = pd.Period(date, "Q")
    return [q for q in pd.period_range(current - 1, current + QUARTERS_AHEAD) if release_date(q, lag) > date]


def rmsfe(forecasts: pd.DataFrame, actual: pd.Series, every: int = 2) -> pd.DataFrame:
    """Root mean squared forecast error by weeks to release, rounded to multiples of `every` (rows), and model.

    actual : the truth by quarter; a quarter without one is left out.
    """
    table = forecasts.assign(
        error=forecasts["forecast"] - forecasts["quarter"].map(actual).astype(float),
        weeks=round_weeks(forecasts["weeks"], every),
    ).dropna(subset="error")
    return table.groupby(["weeks", "model"])["error"].agg(lambda e: np.sqrt(np.mean(e**2))).unstack()


def round_weeks(weeks, every: int = 2):
    """Weeks to the nearest multiple of `every`, halves up, so that days one step apart never share a number."""
    return (every * np.floor(weeks / every + 0.5)).astype(int)


def relative_rmsfe(forecasts: pd.DataFrame, actual: pd.Series, benchmark: str, every: int = 2) -> pd.DataFrame:
    """Return `rmsfe` of each model over that of the benchmark."""
    table = rmsfe(forecasts, actual, every)
    if benchmark not in table:
        raise ValueError(f"benchmark: {benchmark!r} is not among the models {list(table)}")
    return table.div(table[benchmark], axis=0)
