"""Checks at the door: every bad input raises an error that names the argument, what came and what is allowed."""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.convergence import warn_caller
from tvplab.row_labels import check_rows, check_spacing

MIN_PERIODS = 3


class Regression(NamedTuple):
    """Checked inputs of a regression: `y` is a T×M frame, `X` a T×K frame, both on one index."""

    y: pd.DataFrame
    X: pd.DataFrame
    single: bool


def check_regression(y, X) -> Regression:
    """Turn y (T, or T×M) and X (T, or T×K) into labelled float frames, or say what is wrong with them.

    Plain arrays get integer labels; a vector is one column.  When both carry an index, the two must be equal.

    Warns
    -----
    UserWarning
        As `check_spacing`.

    Raises
    ------
    TypeError
        A value that is not numeric (object, text, boolean or complex columns included).
    ValueError
        Empty, fewer than 3 periods, NaN or infinite, unequal lengths or indexes, unsorted, missing or duplicate
        dates, duplicate column names, two identical columns of X.
    """
    single = np.ndim(y) == 1
    y_frame, X_frame = as_frame(y, "y"), as_frame(X, "X")
    check_spacing(y_frame.index, "y")
    if len(y_frame) != len(X_frame):
        raise ValueError(f"X: has {len(X_frame)} periods where y has {len(y_frame)}; the two must be equally long")
    y_frame, X_frame = _on_one_index(y, y_frame, X, X_frame)
    check_distinct_columns(X_frame, "X")
    return Regression(y_frame, X_frame, single)


def as_frame(values, name: str, least: int = MIN_PERIODS) -> pd.DataFrame:
    """Return `values` as a finite float frame with unique labels and at least `least` rows, rows in time order."""
    if isinstance(values, pd.Series):
        frame = values.to_frame(values.name if values.name is not None else name)
    elif isinstance(values, pd.DataFrame):
        frame = values
    else:
        frame = pd.DataFrame(as_matrix(values, name))
    _check_numeric(frame, name)
    _check_shape(frame, name, least)
    _check_labels(frame, name)
    frame = frame.astype(float)
    _check_finite(frame, name)
    return frame


def check_panel(values, name: str) -> pd.DataFrame:
    """Return a float frame (T, N) with unique labels in time order; NaN marks what is missing, infinities are refused.

    Warns
    -----
    UserWarning
        As `check_spacing`.

    Raises
    ------
    TypeError, ValueError
        As `as_frame`; also a series or a period range without a single observation.
    """
    frame = values if isinstance(values, pd.DataFrame) else pd.DataFrame(as_matrix(values, name))
    _check_numeric(frame, name)
    _check_shape(frame, name, MIN_PERIODS)
    _check_labels(frame, name)
    check_spacing(frame.index, name)
    frame = frame.astype(float)
    missing = np.isnan(frame.to_numpy())
    _check_finite(frame, name, allowed=missing)
    if missing.all(axis=0).any():
        raise ValueError(f"{name}: column {frame.columns[missing.all(axis=0)][0]!r} has no observation")
    return frame


def check_distinct_columns(frame: pd.DataFrame, name: str) -> None:
    """Raise when two columns carry the same numbers: their coefficients could not be told apart."""
    seen: dict[bytes, object] = {}
    for label, column in zip(frame.columns, np.ascontiguousarray(frame.to_numpy().T), strict=True):
        key = column.tobytes()
        if key in seen:
            raise ValueError(f"{name}: columns {seen[key]!r} and {label!r} are identical; keep one of them")
        seen[key] = label


def check_varying(frame: pd.DataFrame, name: str, why: str) -> None:
    """Raise when a column never changes where it is seen; `why` says what that would break."""
    values = frame.to_numpy()
    flat = frame.columns[np.fmax.reduce(values, axis=0) == np.fmin.reduce(values, axis=0)]
    if len(flat):
        raise ValueError(f"{name}: column {flat[0]!r} is constant; {why}")


def check_seed(seed, name: str = "seed") -> np.random.Generator:
    """Return the generator of a seed, which is a whole number of at least 0 or a generator."""
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral) or seed < 0:
        raise ValueError(f"{name}: a whole number of at least 0 or a numpy.random.Generator is needed, got {seed!r}")
    return np.random.default_rng(int(seed))


def check_share(value, name: str) -> float:
    """Return a number that lies strictly between 0 and 1, such as a level."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name}: expected a number, got {value!r}")
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name}: must lie between 0 and 1, got {value!r}")
    return float(value)


def check_centred(frame: pd.DataFrame, name: str, what: str) -> None:
    """Warn of a column whose mean is far from zero, for models without a constant; `what` says what to do."""
    far = frame.columns[frame.mean().abs() > 5.0 * frame.std()]
    if len(far):
        text = f"{name}: column {far[0]!r} has its mean more than 5 sd from zero, and the model has no constant; {what}"
        warn_caller(text)


def check_number(value, name: str, *, above: float = 0.0, or_equal: bool = False) -> float:
    """Return `value` as a float when it is a finite number above the bound (or equal to it)."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name}: expected a number, got {value!r}")
    number = float(value)
    if not np.isfinite(number) or number < above or (number == above and not or_equal):
        sign = "≥" if or_equal else ">"
        raise ValueError(f"{name}: must be finite and {sign} {above:g}, got {value!r}")
    return number


def check_whole(value, name: str, least: int) -> int:
    """Return a whole number of at least `least`; raise a ValueError that names the argument."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ValueError(f"{name}: a whole number of at least {least} is needed, got {value!r}")
    return int(value)


def check_factors(n_factors, factor_lags, panel: pd.DataFrame, name: str) -> None:
    """Raise unless there are r ≥ 1 factors, fewer than the panel (T, N) has series, and p ≥ 1 lags, fewer than T."""
    T, N = panel.shape
    if N < 2:
        raise ValueError(f"{name}: a factor model needs at least 2 series, got {N}")
    if check_whole(n_factors, "n_factors", 1) >= N:
        raise ValueError(f"n_factors: must be from 1 to {N - 1}, got {n_factors}")
    if check_whole(factor_lags, "factor_lags", 1) >= T:
        raise ValueError(f"factor_lags: must be from 1 to {T - 1}, got {factor_lags}")


def check_widths(values, name: str) -> tuple[int, ...]:
    """Return the widths of layers: a tuple or list, which may be empty, of whole numbers of at least 1."""
    if not isinstance(values, tuple | list):
        raise TypeError(f"{name}: expected a tuple of whole numbers, got {values!r}")
    return tuple(check_whole(one, name, 1) for one in values)


def check_names(values, name: str) -> list:
    """Return a list of column names; a bare name is refused, which would be taken letter by letter."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        what = "the bare name " if isinstance(values, str) else ""
        raise TypeError(f"{name}: expected a list of column names, got {what}{values!r}")
    return list(values)


def check_weights(values, size: int, name: str, labels=None) -> np.ndarray:
    """Return `size` finite positive weights (ones when `values` is None); a Series is matched by its labels."""
    if values is None:
        return np.ones(size)
    if isinstance(values, pd.Series) and labels is not None and not values.index.equals(pd.Index(labels)):
        raise ValueError(f"{name}: index must be {list(labels)[:4]}…, got {list(values.index)[:4]}…")
    weights = as_matrix(values, name)
    if weights.shape != (size, 1):
        raise ValueError(f"{name}: expected {size} values, got shape {np.shape(values)}")
    weights = weights[:, 0].astype(float)
    if not np.all(np.isfinite(weights)) or np.any(weights <= 0):
        raise ValueError(f"{name}: every value must be finite and > 0, got {weights[~(weights > 0)][:1]}")
    return weights


def check_choice(value, name: str, allowed: tuple) -> None:
    """Raise unless `value` is one of `allowed`."""
    if not any(value is one or (isinstance(value, str) and value == one) for one in allowed):
        raise ValueError(f"{name}: must be one of {allowed}, got {value!r}")


def as_matrix(values, name: str) -> np.ndarray:
    """Return `values` as a matrix of numbers, a vector as one column; nothing is converted from text or objects."""
    if np.ma.is_masked(values):
        raise ValueError(f"{name}: has masked values; none is allowed")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name}: is no table of numbers ({error})") from None
    if array.ndim == 0:
        raise TypeError(f"{name}: expected a table of numbers (a DataFrame or an array), got {type(values).__name__}")
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise ValueError(f"{name}: expected one or two dimensions, got shape {np.shape(values)}")
    if array.dtype.kind not in "fiu" and array.size:
        raise TypeError(f"{name}: expected numbers, got dtype {array.dtype}")
    return array


def next_regressors(x_next, names: list) -> np.ndarray:
    """Return the rows (J, K) to forecast with, their labels checked against the regressors' names, in that order."""
    if isinstance(x_next, pd.DataFrame | pd.Series):
        given = list(x_next.columns if isinstance(x_next, pd.DataFrame) else x_next.index)
        if given != names:
            raise ValueError(f"x_next: labels {given} differ from the regressors {names}")
    X = as_matrix(x_next, "x_next").astype(float)
    X = X.T if np.ndim(x_next) == 1 else X
    if X.shape[1] != len(names):
        raise ValueError(f"x_next: expected {len(names)} regressors ({names}), got shape {np.shape(x_next)}")
    if not np.all(np.isfinite(X)):
        raise ValueError("x_next: has NaN or infinite values; none is allowed")
    return X


def _check_numeric(frame: pd.DataFrame, name: str) -> None:
    if frame.size and frame.to_numpy().dtype.kind in "fiu":  # a frame with any other column comes as objects
        return
    for label, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if dtype.kind not in "fiu":
            raise TypeError(f"{name}: column {label!r} has dtype {dtype}; expected numbers")


def _check_shape(frame: pd.DataFrame, name: str, least: int) -> None:
    if frame.size == 0:
        raise ValueError(f"{name}: is empty (shape {frame.shape})")
    if len(frame) < least:
        raise ValueError(f"{name}: has {len(frame)} periods; at least {least} are needed")


def _check_labels(frame: pd.DataFrame, name: str) -> None:
    if frame.columns.has_duplicates:
        raise ValueError(f"{name}: duplicate column name {frame.columns[frame.columns.duplicated()][0]!r}")
    check_rows(frame.index, name)


def _check_finite(frame: pd.DataFrame, name: str, allowed: np.ndarray | bool = False) -> None:
    bad = ~(np.isfinite(frame.to_numpy()) | allowed)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        where = f"column {frame.columns[column]!r}, period {frame.index[row]!s}"
        raise ValueError(f"{name}: {frame.iloc[row, column]} at {where} ({bad.sum()} such values); none is allowed")


def _on_one_index(y, y_frame, X, X_frame):
    y_labelled, X_labelled = (
        hasattr(y, "index") and hasattr(y, "iloc"),
        hasattr(X, "index") and hasattr(X, "iloc"),
    )
    if y_labelled and X_labelled and not y_frame.index.equals(X_frame.index):
        raise ValueError("X: its index differs from y's; align the two on the same periods first")
    index = y_frame.index if y_labelled else X_frame.index
    return y_frame.set_axis(index), X_frame.set_axis(index)
