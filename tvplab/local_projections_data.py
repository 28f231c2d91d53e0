"""What a local projection regresses on what: outcomes h months ahead, and the regressors known when the shock hits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.data.lags import lag_matrix
from tvplab.validation import as_frame


def outcome_ahead(y: pd.DataFrame, h: int, cumulative: bool) -> pd.DataFrame:
    """Return y_{t+h}, or y_t + … + y_{t+h} when `cumulative`, by origin date t (T − h, M), in units of y.

    With y a change per period, the sum is the level h periods after the shock less the level before it.
    """
    values = y.to_numpy()
    ahead = np.lib.stride_tricks.sliding_window_view(values, h + 1, axis=0).sum(axis=2) if cumulative else values[h:]
    return pd.DataFrame(ahead, y.index[: len(y) - h], y.columns)


def projection_regressors(shock: pd.Series, controls: pd.DataFrame | None, lags: int, shock_lags: int) -> pd.DataFrame:
    """Put the shock s_t, its past s_{t−1} … s_{t−shock_lags+1} and lags 1 … `lags` of the controls side by side.

    Row t holds only what is known when the shock of t hits.  The first max(lags, shock_lags − 1) periods, whose past
    is not there, are left out.
    """
    past = [lag_matrix(shock, shock_lags - 1)] if shock_lags > 1 else []
    known = [lag_matrix(controls, lags)] if controls is not None else []
    first = max(shock_lags - 1, lags if known else 0)
    return pd.concat([shock.to_frame(), *past, *known], axis=1).iloc[first:]


def with_leads(X: pd.DataFrame, shock: pd.Series, h: int) -> pd.DataFrame:
    """Add the shocks s_{t+1} … s_{t+h} that hit between the origin and the outcome (T_h, K + h)."""
    leads = [shock.shift(-j).rename(f"{shock.name}.f{j}") for j in range(1, h + 1)]
    return pd.concat([X, *leads], axis=1, join="inner").iloc[: len(X) - h]


def ols_response(X: pd.DataFrame, ahead: pd.DataFrame, constant: bool) -> pd.Series:
    """Return Jordà's response (M,): the first OLS coefficient of each outcome (T_h, M) on the regressors (T_h, K).

    NaN where the regressors are collinear or too many.
    """
    design = np.column_stack([X, np.ones(len(X))]) if constant else X.to_numpy()
    scale = np.sqrt(np.mean(design**2, axis=0))
    coefficients, _, rank, _ = np.linalg.lstsq(design / scale, ahead.to_numpy(), rcond=None)
    first = coefficients[0] / scale[0] if rank == design.shape[1] else np.full(ahead.shape[1], np.nan)
    return pd.Series(first, ahead.columns)


class ProjectionData(NamedTuple):
    """Checked data on one index."""

    y: pd.DataFrame
    shock: pd.Series
    controls: pd.DataFrame | None
    single: bool


def check_projection_data(y, shock, controls=None) -> ProjectionData:
    """Label and check what came; all parts must be on one index, and the shock must not be among the controls.

    Raises
    ------
    TypeError, ValueError
        As `validation.as_frame`; unequal lengths or indexes; a shock that is no single series.
    """
    if np.ndim(shock) != 1:
        raise ValueError(f"shock: expected one series, got shape {np.shape(shock)}")
    y_frame = as_frame(y, "y")
    shock_frame = _on_the_periods_of(y_frame, shock, "shock")
    series = shock_frame.iloc[:, 0].rename(str(shock_frame.columns[0]) if hasattr(shock, "iloc") else "shock")
    if controls is None:
        return ProjectionData(y_frame, series, None, np.ndim(y) == 1)
    known = _on_the_periods_of(y_frame, controls, "controls").rename(columns=str)
    if series.name in known.columns:
        raise ValueError(f"controls: the name {series.name!r} is the shock's; leave the shock out or rename it")
    return ProjectionData(y_frame, series, known, np.ndim(y) == 1)


def _on_the_periods_of(y_frame: pd.DataFrame, values, name: str) -> pd.DataFrame:
    """Return `values` as a frame on y's index; labels must be equal, and an unlabelled array only equally long."""
    frame = as_frame(values, name)
    if len(frame) != len(y_frame):
        raise ValueError(f"{name}: has {len(frame)} periods where y has {len(y_frame)}")
    if hasattr(values, "iloc") and not frame.index.equals(y_frame.index):
        raise ValueError(f"{name}: its index differs from y's; align the two on the same periods first")
    return frame.set_axis(y_frame.index)
