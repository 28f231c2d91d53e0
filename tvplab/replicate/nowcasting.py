"""Cells of the nowcasting study (section 6 of the deep factor paper): one model over one year, in real time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_validation import ValidatedDeepFactors
from tvplab.nowcast_backtest import backtest, round_weeks
from tvplab.nowcast_benchmark import Autoregression, ar1_forecasts
from tvplab.nowcast_factors import MixedFrequencyFactors
from tvplab.nowcasting import expected_panel
from tvplab.replicate.nowcasting_data import GDP, GDP_LAG, lag_of, real_time
from tvplab.replicate.study import Task

AR, DEEP, CHOSEN = "AR(1)", "D2FM", "D2FM, chosen"
FIXED = DeepDynamicFactors(n_factors=3, link="tanh", factor_lags=2, draws=100, quarterly=[GDP], seed=0)
"""Three layers of 6r, 4r, 2r neurons and r = 3; the paper chooses both by validation every year."""
CANDIDATES = {
    f"{r} factors, {words}": replace(FIXED, n_factors=r, hidden=hidden)
    for r in (2, 3, 5)
    for words, hidden in (("three layers", None), ("one layer", (4 * r,)))
}
"""Numbers of factors and layers, from which each year takes the one with the smallest loss over the year before."""
MODELS = {
    AR: Autoregression(),
    "DFM-EM 2 factors": MixedFrequencyFactors(n_factors=2, factor_lags=2, quarterly=[GDP], tol=1e-4),
    "DFM-EM 3 factors": MixedFrequencyFactors(n_factors=3, factor_lags=2, quarterly=[GDP], tol=1e-4),
    DEEP: FIXED,
    CHOSEN: ValidatedDeepFactors(CANDIDATES),
}
SEEDS = {"quick": 1, "full": 5}
"""Starts of the deep models by mode."""
WINDOWS = {"quick": (("2007Q1", "2009Q4"), ("2015Q1", "2016Q4")), "full": (("2006Q1", "2020Q1"),)}
GRID = pd.date_range("2006-01-07", "2020-05-30", freq="14D")
"""Days of evaluation; weeks to a release are rounded to even numbers."""
WEEKS = (30, 26, 20, 14, 8, 2)
MONTHLY_WEEKS = (6, 4, 2)
MONTHS_AHEAD = 9
"""Months after the panel for which values are expected: two quarters after the current one."""


def cells(mode: str, sims: int | None = None) -> list[dict]:
    """List one cell a year, model and seed, with the dates that the quarters of the window need."""
    found = []
    for first, last in WINDOWS[mode]:
        for year in sorted(set(dates_of(first, last).year)):
            for model in MODELS:
                cell = {"model": model, "year": int(year), "first": first, "last": last}
                seeds = range(1, sims or SEEDS[mode]) if model in (DEEP, CHOSEN) else ()
                found += [cell, *(cell | {"seed": seed} for seed in seeds)]
    return found


def dates_of(first: str, last: str) -> pd.DatetimeIndex:
    """Days of the grid from 31 weeks before the first quarter's release to the last one's."""
    start, end = (pd.Period(q, "Q").end_time.normalize() + pd.Timedelta(days=GDP_LAG) for q in (first, last))
    return GRID[(start - GRID < pd.Timedelta(weeks=31)) & (end > GRID)]


def run(cell: dict) -> dict:
    """Backtest one model over one year: GDP forecasts, and sums of squared errors of the monthly series."""
    days = dates_of(cell["first"], cell["last"])
    days = days[days.year == cell["year"]]
    past = real_time(cell["year"])
    panels = {day: past.known(day) for day in days}
    model = seeded(cell["model"], cell.get("seed", 0))
    watched = model if cell["model"] == AR else Watched(model)
    table = backtest({cell["model"]: watched}, panels.__getitem__, GDP, days, GDP_LAG)
    result = {"forecasts": _listed(table)}
    if cell["model"] == AR:
        result["monthly"] = monthly_errors({day: monthly_ar1(panel) for day, panel in panels.items()}, past)
    if cell["model"] == DEEP:
        result["monthly"] = monthly_errors(dict(zip(days, watched.means, strict=True)), past)
        result["indicator"] = dict(zip(days.strftime("%Y-%m-%d"), watched.indicators, strict=True))
    if cell["model"] == CHOSEN:
        result["chosen"] = next(n for n, one in model.candidates.items() if one == watched.latest.model)
    return result


def seeded(name: str, seed: int):
    """Return a model, the deep ones with this start."""
    model = MODELS[name]
    if name == CHOSEN:
        return replace(model, candidates={n: replace(one, seed=seed) for n, one in model.candidates.items()})
    return replace(model, seed=seed) if name == DEEP else model


class Watched:
    """A factor model in the backtest that keeps what it expects of all series, and the composite indicator."""

    def __init__(self, model):
        self.model, self.means, self.indicators = model, [], []

    def fit(self, panel: pd.DataFrame) -> Watched:
        """Fit, and stand for the results."""
        self.latest = self.model.fit(panel)
        return self

    def nowcast(self, target, panel: pd.DataFrame, quarters: list) -> pd.DataFrame:
        """Expected values of the target in the last months of quarters."""
        means, states = expected_panel(self.latest, panel, MONTHS_AHEAD)
        self.means.append(means.loc[panel.index[-1] - pd.DateOffset(months=3) :])
        self.indicators.append(indicator(self.latest, states, panel[target]))
        return means.loc[[quarter.asfreq("M").to_timestamp() for quarter in quarters], [target]].set_axis(
            ["mean"], axis=1
        )


def _listed(table: pd.DataFrame) -> dict:
    columns = table.assign(date=table["date"].dt.strftime("%Y-%m-%d"), quarter=table["quarter"].astype(str))
    return columns.drop(columns="model").to_dict("list")


def monthly_errors(means: dict, past) -> dict:
    """Sum of squared errors and count by weeks to release and series; `means`: day → expected values by month."""
    sums: dict[str, dict[str, list[float]]] = {str(weeks): {} for weeks in MONTHLY_WEEKS}
    for day, frame in means.items():
        ends = frame.index + pd.offsets.MonthEnd(0)
        for name in frame.columns.drop(GDP):
            weeks = (ends + pd.Timedelta(days=lag_of(name)) - day).days / 7.0
            for month, even in zip(frame.index, round_weeks(weeks), strict=True):
                error = past.actual(name, month) - frame.loc[month, name] if even in MONTHLY_WEEKS else np.nan
                if np.isfinite(error):
                    squares, count = sums[str(even)].get(name, (0.0, 0))
                    sums[str(even)][name] = [squares + float(error) ** 2, count + 1]
    return sums


def monthly_ar1(panel: pd.DataFrame) -> pd.DataFrame:
    """AR(1) forecasts of every series after its last value, to `MONTHS_AHEAD` months beyond the panel; else NaN."""
    months = pd.date_range(panel.index[-1] - pd.DateOffset(months=3), periods=4 + MONTHS_AHEAD, freq="MS")
    ends, parts = panel.drop(columns=GDP).apply(pd.Series.last_valid_index), []
    for end, names in ends.groupby(ends).groups.items():
        after = pd.date_range(end, months[-1], freq="MS")[1:]
        y = panel.loc[:end, names].to_numpy()
        parts.append(pd.DataFrame(ar1_forecasts(y, len(after)), after, names))
    return pd.concat(parts, axis=1).reindex(index=months, columns=panel.columns)


def indicator(fit, states: np.ndarray, target: pd.Series) -> float:
    """Composite indicator (eq. 29) of the month in which the target's panel ends, of the sign of the target."""
    weights = (fit.loadings**2).sum().to_numpy() / (fit.loadings.to_numpy() ** 2).sum()
    path = pd.Series(states[: len(target), : len(weights)] @ weights, target.index)
    return float(path.iloc[-1] * np.sign(path.corr(target)))


TASK = Task("nowcasts", run, version="3")
