"""The rival of drifting coefficients: OLS local projections that break once, at a known date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.local_projections import LocalProjections
from tvplab.local_projections_data import check_projection_data, ols_response


def split_responses(
    model: LocalProjections, y, shock, controls=None, *, date, only_shock: bool = False
) -> dict[object, pd.DataFrame]:
    """Return responses (T, H) by target that are constant before `date` and constant from it on.

    Parameters
    ----------
    model : the specification; its estimator only says whether there is a constant.
    y, shock, controls : as in `LocalProjections.fit`.
    date : first origin of the second regime.
    only_shock : let only the shock's coefficient and the constant break; else every coefficient does, which is two
        regressions.  NaN where a regime has fewer origins than coefficients.
    """
    data = check_projection_data(y, shock, controls)
    index = data.shock.index
    if not index[0] < date <= index[-1]:
        raise ValueError(f"date: {date} is not between the first period, {index[0]}, and the last, {index[-1]}")
    regressions = list(model.regressions(data))
    origins = regressions[0][0].index
    surfaces = {target: np.full((len(origins), len(regressions)), np.nan) for target in data.y.columns}
    split = _shock_in_two if only_shock else _two_regressions
    for h, (X, ahead) in enumerate(regressions):
        late = np.asarray(X.index >= date)
        for target, (before, after) in split(X, ahead, late, model.estimator.constant).items():
            surfaces[target][: len(X), h] = np.where(late, after, before)
    horizons = pd.RangeIndex(len(regressions), name="horizon")
    return {target: pd.DataFrame(surface, origins, horizons) for target, surface in surfaces.items()}


def _two_regressions(X: pd.DataFrame, ahead: pd.DataFrame, late: np.ndarray, constant: bool) -> pd.DataFrame:
    """Estimate each regime on its own: responses (2, M)."""
    return pd.DataFrame([ols_response(X[part], ahead[part], constant) for part in (~late, late)])


def _shock_in_two(X: pd.DataFrame, ahead: pd.DataFrame, late: np.ndarray, constant: bool) -> pd.DataFrame:
    """Estimate one regression with two coefficients of the shock and two constants: responses (2, M)."""
    first, rest = X.iloc[:, 0], X.iloc[:, 1:]
    level = pd.DataFrame({"late": late.astype(float)}, X.index) if constant else pd.DataFrame(index=X.index)
    pieces = [first.where(~late, 0.0).rename("before"), first.where(late, 0.0).rename("after")]
    rows = [
        ols_response(pd.concat([one, other, rest, level], axis=1), ahead, constant)
        for one, other in (pieces, pieces[::-1])
    ]
    return pd.DataFrame(rows)
