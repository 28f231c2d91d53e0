"""Labels of rows: every row has one, none twice, in the order of time, and no month is left out unnoticed."""

from __future__ import annotations

import numbers
import re

import numpy as np
import pandas as pd
from pandas.api.types import is_hashable

from tvplab.convergence import warn_caller

PART = r"(\d{1,2}|[A-Za-z]{3,9})"
YEAR_LAST = re.compile(rf"{PART}[/. -]({PART}[/. -]+\d{{2}}|\d{{4}})")
"""Text dates with the year last, such as 3/31/1990, 31-Mar-90 or Mar 1990: their order as text is not that of time."""
UNEVEN = 1.2
"""A month, quarter or year may be this much longer than another, in days; a left-out one makes a step longer."""


def check_rows(index: pd.Index, name: str) -> None:
    """Raise for a row without a label, for labels that repeat or go back, and for text dates with the year last."""
    if index.hasnans:
        row = int(np.flatnonzero(index.isna())[0])
        raise ValueError(f"{name}: row {row} has no period, its label is missing")
    if isinstance(index[0], str) and YEAR_LAST.match(index[0]):
        text = (
            f"periods are text ({index[0]!r}), whose order is not that of time; turn them into dates (pd.to_datetime)"
        )
        raise ValueError(f"{name}: {text}")
    if index.has_duplicates:
        raise ValueError(f"{name}: duplicate period {index[index.duplicated()][0]!s} in the index")
    if not index.is_monotonic_increasing:
        raise ValueError(f"{name}: periods are not in ascending order; sort the index first")


def place_of(label, index: pd.Index) -> int | None:
    """Position of a label in an index; None if it is no label there, or that of several rows.

    "2000-01" is the one row of that month, where rows are months with a day.
    """
    place = index.get_loc(label) if is_hashable(label) and label in index else None
    if isinstance(place, slice) and place.stop - place.start == 1:
        place = place.start
    return int(place) if isinstance(place, numbers.Integral) else None


def check_spacing(index: pd.Index, name: str) -> None:
    """Warn when months, quarters or years are left out between rows in order, which models take as consecutive."""
    if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex) or len(index) < 3:
        return
    steps = np.diff(index.asi8)
    if steps.max() <= UNEVEN * steps.min():
        return
    steps = np.diff(_months(index))
    if steps.size and steps.max() > steps.min():
        before = index[int(np.argmax(steps > steps.min()))]
        text = f"{name}: periods are left out after {before!s}; rows are taken as consecutive (reindex to mark gaps)"
        warn_caller(text)


def _months(index: pd.DatetimeIndex | pd.PeriodIndex) -> np.ndarray:
    """Numbers (T,) of the months, or of longer periods; empty where rows are days or weeks, which may be left out."""
    if isinstance(index, pd.PeriodIndex):
        return index.asi8 if index.freqstr.startswith(("M", "Q", "Y")) else np.zeros(0)
    days = index.tz_localize(None).to_numpy().astype("datetime64[D]")
    dated = days if (days == days.astype("datetime64[M]")).all() else days + 1  # month ends become first days
    months = dated.astype("datetime64[M]")
    return months.astype(int) if np.ptp((dated - months).astype(int)) == 0 else np.zeros(0)
