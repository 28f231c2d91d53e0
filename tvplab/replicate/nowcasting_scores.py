"""The numbers behind Tables 5-6 and Figures 5-7 of the deep factor paper, and the paper's own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from tvplab.nowcast_backtest import relative_rmsfe, round_weeks
from tvplab.replicate.nowcasting import AR, DEEP, MODELS
from tvplab.replicate.nowcasting_data import first_releases


def forecast_table(rows: list[dict]) -> pd.DataFrame:
    """Stack the GDP forecasts of finished cells."""
    tables = [
        pd.DataFrame(row["forecasts"]).assign(model=row["model"], window=row["first"], seed=row.get("seed", 0))
        for row in rows
    ]
    table = pd.concat(tables, ignore_index=True)
    return table.assign(quarter=pd.PeriodIndex(table["quarter"], freq="Q"), date=pd.to_datetime(table["date"]))


@cache
def paper(number: int) -> pd.Series:
    """Return the paper's ratios of Table 5 or 6 by weeks and model."""
    text = files("tvplab.replicate").joinpath(f"paper/d2fm-table-{number}.csv").open(encoding="utf-8")
    with text:
        return pd.read_csv(text).set_index(["weeks", "model"])["ratio"]


def in_windows(table: pd.DataFrame, rows: list[dict]) -> pd.DataFrame:
    """Keep the quarters of the windows asked for."""
    spans = {(row["first"], row["last"]) for row in rows}
    kept = [table["quarter"].between(pd.Period(a), pd.Period(b)) & (table["window"] == a) for a, b in spans]
    return table[np.logical_or.reduce(kept)]


def forecasts_and_truth(rows: list[dict]) -> tuple[pd.DataFrame, pd.Series]:
    """GDP forecasts of the windows asked for, and the first releases by quarter."""
    table = in_windows(forecast_table(rows), rows)
    return table, first_releases(str(table["quarter"].min()), str(table["quarter"].max()))


def rounded(rows: list[dict]) -> tuple[pd.DataFrame, pd.Series]:
    """The same with weeks rounded to even numbers."""
    table, actual = forecasts_and_truth(rows)
    return table.assign(weeks=round_weeks(table["weeks"])), actual


def ratios_by_week(rows: list[dict]) -> pd.DataFrame:
    """RMSFE ratios by weeks to release, 30 first, and model."""
    table, actual = rounded(rows)
    ratio = relative_rmsfe(table, actual, AR).loc[2:30].iloc[::-1]
    return ratio[[model for model in MODELS if model in ratio and model != AR]]


def nowcasts_at(table: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Forecasts by quarter (rows) and model, some weeks before the release."""
    chosen = table[table["weeks"] == weeks].pivot_table(index="quarter", columns="model", values="forecast")
    return chosen[[model for model in MODELS if model in chosen]]


def monthly_ratios(rows: list[dict]) -> pd.DataFrame:
    """RMSFE of the deep model over the AR(1)'s by series (rows) and weeks to release."""
    totals = {}
    for row in rows:
        for weeks, series in row.get("monthly", {}).items():
            for name, (squares, count) in series.items():
                key = row["model"], int(weeks), name
                before = totals.get(key, (0.0, 0))
                totals[key] = before[0] + squares, before[1] + count
    mean = pd.Series({key: squares / count for key, (squares, count) in totals.items()})
    return np.sqrt(mean[DEEP] / mean[AR]).unstack(level=0)


def indicator_path(rows: list[dict]) -> tuple[pd.Series, pd.Series]:
    """The indicator's last value in each quarter, and the first release of that quarter's growth."""
    values = pd.concat([pd.Series(row["indicator"]) for row in rows if "indicator" in row and not row.get("seed")])
    values.index = pd.to_datetime(values.index)
    last = values.sort_index().groupby(values.sort_index().index.to_period("Q")).last()
    return last, first_releases(str(last.index[0]), str(last.index[-1])).reindex(last.index)
