"""Transformation codes: from published levels to series that do not drift.

Integers are the codes of FRED-MD and FRED-QD (McCracken and Ng 2016); words are those of the New York Fed's
nowcasting specification (`load_data.m`), which work in percent.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping

import numpy as np
import pandas as pd

from tvplab.row_labels import check_rows

MONTHS_PER_YEAR = 12


def _difference(x: pd.Series, step: int) -> pd.Series:
    return x - x.shift(step)


def _growth(x: pd.Series, step: int) -> pd.Series:
    return x / x.shift(step) - 1


TRANSFORMS = {
    1: lambda x, step: x,
    2: lambda x, step: _difference(x, step),
    3: lambda x, step: _difference(_difference(x, step), step),
    4: lambda x, step: np.log(x),
    5: lambda x, step: _difference(np.log(x), step),
    6: lambda x, step: _difference(_difference(np.log(x), step), step),
    7: lambda x, step: _difference(_growth(x, step), step),
    "lin": lambda x, step: x,
    "chg": lambda x, step: _difference(x, step),
    "pch": lambda x, step: 100 * _growth(x, step),
    "pca": lambda x, step: 100 * ((x / x.shift(step)) ** (MONTHS_PER_YEAR / step) - 1),
}
LOGARITHMIC = (4, 5, 6)


def apply_tcode(series: pd.Series, tcode: int | str, step: int = 1) -> pd.Series:
    """Transform one series.

    Parameters
    ----------
    series : Series of T values
        NaN stays NaN.
    tcode : int or str
        1 level, 2 Δx, 3 Δ²x, 4 log x, 5 Δ log x, 6 Δ² log x, 7 Δ(x_t/x_{t−1} − 1);
        "lin" level, "chg" Δx, "pch" 100·(x_t/x_{t−1} − 1), "pca" the same at an annual rate (rows are
        months).
    step : int
        Rows from one observation to the next: 3 for a quarterly series among months.

    Returns
    -------
    Series of T values; the first rows that a difference needs are NaN.

    Raises
    ------
    TypeError
        Not a Series of numbers.
    ValueError
        Unknown code, `step` below 1, rows out of order, or the logarithm of a value that is not positive.
    """
    if not isinstance(series, pd.Series) or series.dtype.kind not in "fiu":
        what = f"one of {series.dtype}" if isinstance(series, pd.Series) else type(series).__name__
        raise TypeError(f"series: expected a Series of numbers, got {what}")
    if not isinstance(tcode, str | numbers.Real) or isinstance(tcode, bool) or tcode not in TRANSFORMS:
        raise ValueError(f"tcode: must be one of {', '.join(map(str, TRANSFORMS))}, got {tcode!r}")
    if not isinstance(step, numbers.Integral) or step < 1:
        raise ValueError(f"step: must be a whole number of at least 1, got {step!r}")
    if len(series):
        check_rows(series.index, "series")
    if tcode in LOGARITHMIC:
        _check_positive(series)
    return TRANSFORMS[tcode](series, step)


def apply_tcodes(
    frame: pd.DataFrame, tcodes: Mapping[str, int | str], steps: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """Transform every column of a T × N frame by its code; `steps` names the columns whose step is not 1.

    Raises
    ------
    ValueError
        A column without a code, and whatever `apply_tcode` raises.
    """
    if not isinstance(frame, pd.DataFrame) or not isinstance(tcodes, Mapping):
        got = f"{type(frame).__name__} and {type(tcodes).__name__}"
        raise TypeError(f"frame, tcodes: expected a DataFrame and a dict of column → code, got {got}")
    missing = [name for name in frame.columns if name not in tcodes]
    if missing:
        raise ValueError(f"tcodes: no code for column {missing[0]!r} ({len(missing)} such columns)")
    steps = steps or {}
    columns = {name: apply_tcode(x, tcodes[name], steps.get(name, 1)) for name, x in frame.items()}
    return pd.DataFrame(columns, index=frame.index)


def _check_positive(series: pd.Series) -> None:
    bad = series.index[series <= 0]
    if len(bad):
        first = f"{series[bad[0]]:g} at {bad[0]}"
        raise ValueError(f"{series.name}: a logarithm needs values above 0, got {first} ({len(bad)} such values)")
