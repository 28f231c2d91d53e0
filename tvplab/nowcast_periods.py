"""Rows of a vintage: which period is meant, which months hold a quarterly series, rows for what is still to come."""

from __future__ import annotations

import pandas as pd

from tvplab.validation import check_panel

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
        if isinstance(period, str) and "Q" in period.upper():
            period = pd.Period(period, "Q")
        if isinstance(period, pd.Period) and period.freqstr.startswith("Q") and is_monthly(index):
            period = period.asfreq("M", "end")
        if isinstance(index, pd.PeriodIndex):
            return pd.Period(period, index.freq)
        if isinstance(index, pd.DatetimeIndex):
            return period.to_timestamp() if isinstance(period, pd.Period) else pd.Timestamp(period)
        return index.dtype.type(period)
    except (ValueError, TypeError) as error:
        raise ValueError(f"period: {period!r} names no period of the vintage ({error})") from None


def is_monthly(index: pd.Index) -> bool:
    """Whether rows are consecutive months."""
    if isinstance(index, pd.PeriodIndex):
        return index.freqstr == "M"
    return isinstance(index, pd.DatetimeIndex) and index.equals(pd.date_range(index[0], periods=len(index), freq="MS"))


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
        freq = index.freq or pd.infer_freq(index)
        if freq is None:
            raise ValueError("vintage: its dates have no regular spacing to go on with")
        return pd.date_range(index[0], last, periods, freq=freq)
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(index[0], last, periods, freq=index.freq)
    return pd.RangeIndex(index[0], index[0] + periods if last is None else last + 1, name=index.name)


def is_quarterly(series: pd.Series) -> bool:
    """Whether all values of a series with monthly rows stand in the last months of quarters."""
    seen = series.dropna().index
    return is_monthly(series.index) and len(seen) > 1 and bool((seen.month % QUARTER == 0).all())


def rows_ahead(series: pd.Series, ahead: int) -> list:
    """Return the labels of a series' periods without a value from its last one on.

    They reach `ahead` periods beyond the one that holds the vintage's last row; for a quarterly series among months a
    period is a quarter, labelled by its last month.
    """
    index, quarterly = series.index, is_quarterly(series)
    steps = -index[-1].month % QUARTER + QUARTER * ahead if quarterly else ahead
    longer, last = _spaced(index, periods=len(index) + steps), series.last_valid_index()
    return [label for label in longer if (last is None or label > last) and not (quarterly and label.month % QUARTER)]
