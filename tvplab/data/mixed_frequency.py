"""From monthly to quarterly growth (Mariano and Murasawa 2003, Journal of Applied Econometrics 18, eq. 4).

A quarterly flow is the mean of three months.  With the geometric mean in place of the arithmetic one,
log Y_t = (log X_t + log X_{t−1} + log X_{t−2})/3, and its change over three months is
y_t = x_t/3 + 2x_{t−1}/3 + x_{t−2} + 2x_{t−3}/3 + x_{t−4}/3 in monthly changes x = Δ log X.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MARIANO_MURASAWA = (1 / 3, 2 / 3, 1.0, 2 / 3, 1 / 3)
"""Weights of the last five monthly growth rates, the newest first."""


def aggregation_matrix(months: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the matrix that turns monthly growth into quarterly growth.

    Parameters
    ----------
    months : DatetimeIndex of T months
        Consecutive months, dated by their first day.

    Returns
    -------
    DataFrame, Q × T
        One row for each quarter whose five months all lie in `months`, dated by its first day (`QS`).
        Each row sums to 3: three months of constant growth.

    Raises
    ------
    TypeError
        `months` is not a DatetimeIndex.
    ValueError
        Months that are not consecutive, or too few for one quarter.
    """
    _check_months(months)
    span = len(MARIANO_MURASAWA)
    ends = [t for t in range(span - 1, len(months)) if months[t].month % 3 == 0]
    if not ends:
        raise ValueError(f"months: {len(months)} months hold no quarter whose {span} months are all there")
    matrix = np.zeros((len(ends), len(months)))
    for row, end in enumerate(ends):
        matrix[row, end - span + 1 : end + 1] = MARIANO_MURASAWA[::-1]
    quarters = months[ends].to_period("Q").to_timestamp()
    return pd.DataFrame(matrix, index=pd.DatetimeIndex(quarters, freq="QS"), columns=months)


def quarterly_growth(monthly: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    """Turn monthly growth (log differences, T rows) into quarterly growth (Q rows), in the same units.

    A quarter with a NaN among its five months is NaN.

    Raises
    ------
    TypeError, ValueError
        As `aggregation_matrix`.
    """
    if not isinstance(monthly, pd.DataFrame | pd.Series):
        raise TypeError(f"monthly: expected a DataFrame or Series, got {type(monthly).__name__}")
    weights = aggregation_matrix(monthly.index)
    windows = weights.to_numpy() > 0
    x = monthly.to_numpy(dtype=float).reshape(len(monthly), -1)
    growth = weights.to_numpy() @ np.nan_to_num(x)
    growth[windows.astype(float) @ np.isnan(x) > 0] = np.nan
    if isinstance(monthly, pd.Series):
        return pd.Series(growth[:, 0], index=weights.index, name=monthly.name)
    return pd.DataFrame(growth, index=weights.index, columns=monthly.columns)


def _check_months(months) -> None:
    if not isinstance(months, pd.DatetimeIndex):
        raise TypeError(f"months: expected a DatetimeIndex, got {type(months).__name__}")
    if len(months) == 0 or not months.equals(pd.date_range(months[0], periods=len(months), freq="MS")):
        raise ValueError("months: must be consecutive months, each dated by its first day")
