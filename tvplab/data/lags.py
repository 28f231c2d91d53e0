"""Lagged copies of series, side by side."""

from __future__ import annotations

import numbers
from collections.abc import Iterable

import pandas as pd

from tvplab.row_labels import check_rows, check_spacing


def lag_matrix(frame: pd.DataFrame | pd.Series, lags: int | Iterable[int], drop: bool = False) -> pd.DataFrame:
    """Put lagged columns beside each other: `infl.l1` is `infl` one row earlier.

    Parameters
    ----------
    frame : DataFrame (T × N) or named Series
        Rows in time order.
    lags : int or iterable of int
        4 means lags 1 to 4; a list is taken as it stands.
    drop : bool
        False keeps all T rows, the first ones NaN; True drops the first max(lags) rows and no other.

    Returns
    -------
    DataFrame, T × (N · number of lags), lag by lag: all series at the first lag, then at the second.

    Raises
    ------
    TypeError
        `frame` is not a DataFrame or Series.
    ValueError
        A Series without a name, lags that are not positive whole numbers or that repeat, rows out of order,
        or not enough rows.
    """
    frame = _as_frame(frame)
    lags = _check_lags(lags, len(frame))
    if not frame.index.is_monotonic_increasing or frame.index.has_duplicates:
        raise ValueError("frame: periods must be ascending and unique; sort the index first")
    check_rows(frame.index, "frame")
    check_spacing(frame.index, "frame")
    shifted = [frame.shift(lag).add_suffix(f".l{lag}") for lag in lags]
    return pd.concat(shifted, axis=1).iloc[max(lags) if drop else 0 :]


def _as_frame(frame) -> pd.DataFrame:
    if isinstance(frame, pd.Series):
        if frame.name is None:
            raise ValueError("frame: the Series needs a name, which the lagged columns take")
        return frame.to_frame()
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"frame: expected a DataFrame or Series, got {type(frame).__name__}")
    return frame


def _check_lags(lags, periods: int) -> list[int]:
    if not isinstance(lags, numbers.Integral | Iterable) or isinstance(lags, bool | str):
        raise ValueError(f"lags: must be distinct whole numbers of at least 1, got {lags!r}")
    chosen = list(range(1, lags + 1)) if isinstance(lags, numbers.Integral) else list(lags)
    whole = all(isinstance(lag, numbers.Integral) and not isinstance(lag, bool) and lag >= 1 for lag in chosen)
    if not chosen or not whole or len(set(chosen)) < len(chosen):
        raise ValueError(f"lags: must be distinct whole numbers of at least 1, got {lags!r}")
    if max(chosen) >= periods:
        raise ValueError(f"lags: {max(chosen)} needs more than {max(chosen)} rows, got {periods}")
    return chosen
