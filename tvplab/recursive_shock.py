"""A shock identified by ordering: what an instrument does that the series before it and the past do not explain."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.data.lags import lag_matrix
from tvplab.validation import as_frame, check_whole


def recursive_shock(frame: pd.DataFrame, instrument, before, lags: int = 6) -> pd.Series:
    """Return the instrument's recursively identified shock, mean 0 and standard deviation 1 (T − lags,).

    It is the residual of an OLS regression of the instrument on a constant, the series `before` it in the same period,
    and `lags` lags of every series of `frame`: the shock of a Cholesky-ordered VAR (Christiano, Eichenbaum and Evans,
    1999).  It is a substitute for a narrative series: it uses the whole sample, and constant coefficients.

    Parameters
    ----------
    frame : (T, N) series of the VAR, each made stationary or not as the VAR is wanted.
    instrument : the column of the policy instrument.
    before : the columns that may react to a shock only after a period, and to which the instrument reacts at once.
    lags : number of lags, at least 1.
    """
    data = as_frame(frame, "frame")
    if isinstance(before, str):
        raise TypeError(f"before: expected a list of columns, got {before!r}; put it in brackets")
    missing = [name for name in [instrument, *before] if name not in data.columns]
    if missing:
        raise ValueError(f"instrument, before: {missing} are not among the columns {list(data.columns)}")
    if instrument in before:
        raise ValueError(f"before: holds the instrument {instrument!r} itself")
    check_whole(lags, "lags", 1)
    X = pd.concat([data[list(before)], lag_matrix(data, lags)], axis=1).iloc[lags:]
    if len(X) <= X.shape[1] + 1:
        raise ValueError(f"lags: {lags} leave {len(X)} periods for {X.shape[1] + 1} coefficients")
    resid = _residual(data[instrument].iloc[lags:], X.assign(const=1.0))
    return (resid / resid.std()).rename("shock")


def _residual(y: pd.Series, X: pd.DataFrame) -> pd.Series:
    scale = np.sqrt((X**2).mean())
    return y - (X / scale) @ np.linalg.lstsq(X / scale, y, rcond=None)[0]
