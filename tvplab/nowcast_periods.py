"""Rows of a vintage: which period is meant, which months hold a quarterly series, rows for what is still to come."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tvplab.convergence import warn_caller
from tvplab.validation import check_names, check_panel, check_whole

QUARTER = 3


def check_vintage(vintage, names: pd.Index, argument: str) -> pd.DataFrame:
    """Return a vintage as a float frame with the model's series in the model's order; NaN where nothing is known.

    Raises
    ------
    TypeError, ValueError
        As `check_panel`, except that a series may be empty; also for series that are missing or that the model lacks.
    """
    if not isinstance(vintage, pd.DataFrame):
        raise TypeError(f"{argument}: expected a DataFrame (periods × series), got {type(vintage).__name__}")
    missing, strange = names.difference(vintage.columns), vintage.columns.difference(names)
    if len(missing) or len(strange):
        what = f"{missing[0]!r} is not in it" if len(missing) else f"{strange[0]!r} is not in the model"
        raise ValueError(f"{argument}: its series must be those of the model; {what}")
    empty = vintage.columns[vintage.isna().all()]
    checked = check_panel(vintage.drop(columns=empty), argument)
    return checked.reindex(columns=names).astype(float)


def row_of(index: pd.Index, period) -> object:
    """Return the label of a period: a quarter such as "2016Q3" is its last month where rows are months.

    Raises
    ------
    ValueError
        What came does not name one period of this index' kind.
    """
    try:
        if period is None or period != period:
            raise ValueError("it is missing")
        if isinstance(period, str) and "Q" in period.upper():
            period = pd.Period(period, "Q")
        if isinstance(period, pd.Period) and period.freqstr.startswith("Q") and is_monthly(index):
            period = period.asfreq("M", "end")
        if isinstance(period, int) and isinstance(index, pd.PeriodIndex | pd.DatetimeIndex):
            raise ValueError("a number is no date")
        if isinstance(index, pd.PeriodIndex):
            return pd.Period(period, index.freq)
        if isinstance(index, pd.DatetimeIndex):
            return _stamp(period, dated_by_last_days(index))
        return index.dtype.type(period)
    except (ValueError, TypeError) as error:
        raise ValueError(f"period: {period!r} names no period of the vintage ({error})") from None


def _stamp(period, last_day: bool) -> pd.Timestamp:
    """Return the date of a period: its first day, or its last one where the rows are dated by these."""
    if last_day and not isinstance(period, pd.Period):
        period = pd.Period(period, "M")
    if not isinstance(period, pd.Period):
        return pd.Timestamp(period)
    return period.to_timestamp(how="end").normalize() if last_day else period.to_timestamp()


def dated_by_last_days(index: pd.Index) -> bool:
    """Whether rows are months, quarters or years that are dated by their last days."""
    return isinstance(index, pd.DatetimeIndex) and bool(index.is_month_end.all())


def is_monthly(index: pd.Index) -> bool:
    """Whether rows are consecutive months, dated by their first days, or all by their last ones."""
    if isinstance(index, pd.PeriodIndex):
        return index.freqstr == "M"
    freq = "ME" if dated_by_last_days(index) else "MS"
    return isinstance(index, pd.DatetimeIndex) and index.equals(pd.date_range(index[0], periods=len(index), freq=freq))


def through(panel: pd.DataFrame, last) -> pd.DataFrame:
    """Return the panel with empty rows added up to the label `last`; it never gets shorter."""
    if last <= panel.index[-1]:
        return panel
    longer = _spaced(panel.index, last=last)
    if longer[-1] != last:
        raise ValueError(f"period: {last} does not follow the vintage's last one, {panel.index[-1]}, at its spacing")
    return panel.reindex(longer)


def _spaced(index: pd.Index, last=None, periods: int | None = None) -> pd.Index:
    """Return a longer index of the same spacing: up to the label `last`, or of a number of `periods`."""
    if isinstance(index, pd.DatetimeIndex):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas announces another type of the answer
            freq = index.freq or pd.infer_freq(index)
        if freq is None:
            raise ValueError("vintage: its dates have no regular spacing to go on with")
        return pd.date_range(index[0], last, periods, freq=freq)
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(index[0], last, periods, freq=index.freq)
    if isinstance(index[0], str):
        raise ValueError(f"vintage: its periods are text ({index[0]!r}); turn them into dates first (pd.to_datetime)")
    return pd.RangeIndex(index[0], index[0] + periods if last is None else last + 1, name=index.name)


def is_quarterly(series: pd.Series) -> bool:
    """Whether all values of a series with monthly rows stand in the last months of quarters."""
    seen = series.dropna().index
    return is_monthly(series.index) and len(seen) > 1 and bool((seen.month % QUARTER == 0).all())


def quarterly_columns(names: Sequence | None, panel: pd.DataFrame) -> np.ndarray:
    """Flags (N,) of the quarterly columns named; a warning where rows are months and values not in quarters' last ones.

    Raises
    ------
    TypeError, ValueError
        Names `quarterly`: a bare name, or one that is no column.
    """
    chosen = [] if names is None else check_names(names, "quarterly")
    for name in chosen:
        if name not in panel:
            raise ValueError(f"quarterly: {name!r} is no column of Y; there are {list(panel.columns)[:6]}…")
        seen = panel[name].dropna().index
        if is_monthly(panel.index) and (seen.month % QUARTER != 0).any():
            warn_of_place(name, seen[seen.month % QUARTER != 0][0])
    return panel.columns.isin(chosen)


def warn_unnamed(panel: pd.DataFrame) -> None:
    """Warn of a column that `is_quarterly`, for a model that takes none so by itself and was told of none."""
    found = panel.columns[found_quarterly(panel)]
    if len(found):
        text = (
            f"Y: {found[0]!r} has values in quarters' last months only, and is taken as monthly; name it in quarterly"
        )
        warn_caller(f"{text}, or pass quarterly=[]")


def found_quarterly(panel: pd.DataFrame) -> np.ndarray:
    """Flags (N,) of the columns that `is_quarterly`; a warning where one has its values in quarters' other months."""
    if is_monthly(panel.index):
        for name in panel:
            seen = panel[name].dropna().index
            if len(seen) > 1 and seen[0].month % QUARTER and len(set(seen.month % QUARTER)) == 1:
                warn_of_place(name, seen[0])
    return np.array([is_quarterly(panel[name]) for name in panel])


def warn_of_place(name, period) -> None:
    """Say that a quarterly series stands in the wrong months."""
    text = f"Y: {name!r} has a value in {period:%Y-%m}; a quarterly series belongs in its quarters' last months"
    warn_caller(text)


def rows_ahead(series: pd.Series, ahead: int) -> list:
    """Return the labels of a series' periods without a value from its last one on.

    They reach `ahead` periods beyond the one that holds the vintage's last row; for a quarterly series among months a
    period is a quarter, labelled by its last month.
    """
    check_whole(ahead, "ahead", 0)
    index, quarterly = series.index, is_quarterly(series)
    steps = -index[-1].month % QUARTER + QUARTER * ahead if quarterly else ahead
    longer, last = _spaced(index, periods=len(index) + steps), series.last_valid_index()
    return [label for label in longer if (last is None or label > last) and not (quarterly and label.month % QUARTER)]
