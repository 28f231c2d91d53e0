"""Forecasts of one quarter by all models of the forecasting study, and the rule for outliers."""

from __future__ import annotations

import pandas as pd

from tvplab.constant_ridge import least_squares, ridge
from tvplab.crossval import RandomBlocks, RandomFolds, make_folds
from tvplab.reduced_rank import ReducedRankRidge
from tvplab.replicate.forecasting_data import Macro, Sample, over_horizon, sample, systems
from tvplab.ridge import TwoStepRidge
from tvplab.sparse_tvp import GroupLassoRidge

FOLDS = {"basic": RandomFolds(5), "blocked": RandomBlocks(length=8, n=5)}
"""Cross-validation of Tables 15 and 16, and of Table 17."""

PLAIN = "Plain"
MODELS = ("2SRR", "GLRR", "GRRRR")


def forecast_quarter(
    macro: Macro, spec: str, quarter: pd.Period, horizon: int, targets: list[str], cv: str
) -> pd.DataFrame:
    """Forecast targets `horizon` quarters ahead by every model of a specification.

    Returns a frame with columns target, horizon, model, actual, forecast, and `replaced`: whether the outlier rule
    put the constant-parameter forecast in its place.
    """
    samples = [sample(macro, spec, names, quarter, horizon) for names in systems(spec, targets)]
    table = pd.concat([forecast_sample(data, spec, FOLDS[cv]) for data in samples], ignore_index=True)
    actual = over_horizon(macro.targets, horizon).loc[quarter]
    return table.assign(horizon=horizon, actual=table["target"].map(actual))


def forecast_sample(data: Sample, spec: str, cv) -> pd.DataFrame:
    """Forecast the targets of one regression: columns target, model, forecast, replaced."""
    plain = constant_forecast(data, spec, cv)
    low, high = plausible(data.Y)
    tables = [pd.DataFrame({"model": PLAIN, "forecast": plain, "replaced": False})]
    for name, raw in time_varying_forecasts(data, cv).items():
        kept = raw.between(low, high)
        tables.append(pd.DataFrame({"model": name, "forecast": raw.where(kept, plain), "replaced": ~kept}))
    return pd.concat(tables).rename_axis("target").reset_index()


def constant_forecast(data: Sample, spec: str, cv) -> pd.Series:
    """Forecast with constant parameters (M,): least squares, and a cross-validated ridge for the large VAR."""
    Y, X = data.Y.to_numpy(), data.X.to_numpy()
    fit = ridge(Y, X, make_folds(cv, data.Y.index)) if spec == "VAR20" else least_squares(Y, X)
    return pd.Series(fit.predict(data.x_next.to_numpy()[None, :])[0], data.Y.columns)


def time_varying_forecasts(data: Sample, cv) -> pd.DataFrame:
    """Forecast with every time-varying model (M, 3), all with the kit's defaults; the others start from 2SRR."""
    two_step = TwoStepRidge(cv=cv).fit(data.Y, data.X)
    sparse = GroupLassoRidge(cv=cv).fit(data.Y, data.X, start=two_step)
    reduced = ReducedRankRidge(cv=cv).fit(data.Y, data.X, start=two_step)
    forecasts = [fit.predict(data.x_next) for fit in (two_step, sparse, reduced)]
    return pd.concat(forecasts, axis=1, keys=MODELS)


def plausible(Y: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Range outside which a forecast counts as an outlier: ȳ + 2·min(y − ȳ) to ȳ + 2·max(y − ȳ) of the sample."""
    mean = Y.mean()
    return mean + 2.0 * (Y.min() - mean), mean + 2.0 * (Y.max() - mean)
