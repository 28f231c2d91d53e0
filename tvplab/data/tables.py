"""Strict reading of CSV text: every cell is a number or empty, every row is whole, periods do not skip."""

from __future__ import annotations

import csv
import functools
import io
from datetime import datetime

import numpy as np
import pandas as pd

DATE_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y")
FIRST_YEAR = 1959
ROW_FREQUENCY = {"m": "MS", "q": "QS"}


def read_rows(raw: bytes) -> list[list[str]]:
    """Return the rows of a CSV file without surrounding spaces; empty rows at its end are left out.

    Raises
    ------
    ValueError
        Not a table, or a row with another number of cells than the header (a truncated file).
    """
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(_decode(raw))) if row]
    except csv.Error as error:
        raise ValueError(f"not a table: {error}") from error
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ValueError("not a table: expected a header with a date and at least one series, then rows")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ValueError(f"row {number} has {len(row)} cells where the header has {len(rows[0])}")
    return rows


def dated_frame(header: list[str], rows: list[list[str]], frequency: str) -> pd.DataFrame:
    """Turn rows of text into a T × N frame of floats on an index of first days (`MS` or `QS`).

    Raises
    ------
    ValueError
        Duplicate series, a cell that is neither empty nor a finite number, periods that repeat, skip or go
        back.
    """
    frame = frame_of_days(header, rows)
    return frame.set_axis(_periods(frame.index, [row[0] for row in rows], frequency))


def frame_of_days(header: list[str], rows: list[list[str]]) -> pd.DataFrame:
    """Turn rows of text into a frame of floats on the days of the first column, whatever their spacing."""
    names = header[1:]
    if len(set(names)) < len(names) or "" in names:
        raise ValueError("the header has an empty or a duplicate series name")
    values = _numbers(names, rows)
    return pd.DataFrame(values, pd.DatetimeIndex([_day(row[0]) for row in rows]), names)


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def _numbers(names: list[str], rows: list[list[str]]) -> np.ndarray:
    try:
        values = np.array([[float(cell or "nan") for cell in row[1:]] for row in rows])
    except ValueError:
        values = np.array([[_number(cell) for cell in row[1:]] for row in rows])
    for row, column in np.argwhere(~np.isfinite(values)):
        day, cell = rows[row][0], rows[row][column + 1]
        if cell:
            raise ValueError(f"{names[column]} at {day}: {cell!r} is not a number")
    return values


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _periods(days: pd.DatetimeIndex, texts: list[str], frequency: str) -> pd.DatetimeIndex:
    starts = days.to_period(frequency.upper()).to_timestamp()
    expected = pd.date_range(starts[0], periods=len(starts), freq=ROW_FREQUENCY[frequency])
    wrong = np.flatnonzero(starts != expected)
    if len(wrong):
        raise ValueError(f"dates repeat, skip or go back at {texts[wrong[0]]!r}; expected {expected[wrong[0]].date()}")
    return expected


@functools.lru_cache(4096)  # the vintages of one database have the same days
def _day(text: str) -> datetime:
    for form in DATE_FORMS:
        try:
            day = datetime.strptime(text, form)
        except ValueError:
            continue
        early_century = form == "%m/%d/%y" and day.year - 100 >= FIRST_YEAR
        return day.replace(year=day.year - 100) if early_century else day
    raise ValueError(f"{text!r} is not a date; expected {', '.join(DATE_FORMS)}")
