"""Tables with one row a meeting of a central bank, as monthly series."""

from __future__ import annotations

import numpy as np

from tvplab.data.dataset import Dataset
from tvplab.data.sources import Source
from tvplab.data.tables import frame_of_days, read_rows


def parse_meetings(raw: bytes, source: Source, vintage: str | None, series: bytes | None) -> Dataset:
    """Sum the values of each month's meetings; a month without a meeting is 0, one whose value is missing is NaN.

    The series start in the month of the first value of any column and end in that of the last.

    Raises
    ------
    ValueError
        The file is not a whole table, or its days are not in ascending order.
    """
    header, *rows = read_rows(raw)
    meetings = frame_of_days(header, rows)
    if not meetings.index.is_monotonic_increasing or meetings.index.has_duplicates:
        raise ValueError("the days of the meetings are not ascending and distinct")
    known = meetings.loc[meetings.notna().any(axis=1)]
    meetings = meetings.loc[known.index[0] : known.index[-1]]
    monthly = meetings.resample("MS").agg(lambda month: month.sum(skipna=False))
    for name in monthly:
        inside = meetings[name].dropna().index
        monthly.loc[(monthly.index < inside[0].replace(day=1)) | (monthly.index > inside[-1]), name] = np.nan
    return Dataset(
        source.name, monthly.rename_axis(None), source.source, source.licence, source.citation, vintage,
        source.synthetic, units=dict.fromkeys(monthly, "Percentage points of the federal funds rate"),
        frequencies=dict.fromkeys(monthly, source.frequency),
    )  # fmt: skip
