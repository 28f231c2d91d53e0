"""From forecasts to the numbers of Tables 15-17: RMSPE ratios, Diebold-Mariano stars, and the paper's beside them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from tvplab.forecast_tests import diebold_mariano, rmspe, stars
from tvplab.replicate.forecasting_models import PLAIN

BENCHMARK = ("AR", PLAIN)
CELL = ["target", "horizon", "spec", "model"]


def forecast_frame(rows: list[dict]) -> pd.DataFrame:
    """Stack the rows of finished cells: one forecast a line, with its spec, quarter, target, horizon and model."""
    shared = ("spec", "quarter", "early")
    tables = [pd.DataFrame(row["forecasts"]).assign(**{name: row[name] for name in shared}) for row in rows]
    return pd.concat(tables, ignore_index=True).assign(quarter=lambda x: pd.PeriodIndex(x["quarter"], freq="Q"))


def half_and_half(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Average every time-varying forecast with the constant one of its specification (Table 16)."""
    keys = ["target", "horizon", "spec", "quarter"]
    plain = forecasts[forecasts["model"] == PLAIN].set_index(keys)["forecast"].rename("plain")
    both = forecasts.join(plain, on=keys)
    return forecasts.assign(forecast=(both["forecast"] + both["plain"]) / 2.0)


def scores(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Compare each model with the constant AR(2), target by target and horizon by horizon.

    Returns a frame by target, horizon, spec and model: `ratio` of RMSPEs, `pvalue` and `stars` of the Diebold-Mariano
    test, and `quarters` compared: those in which both have a forecast.
    """
    errors = forecasts.assign(error=forecasts["actual"] - forecasts["forecast"])
    wide = errors.pivot(index="quarter", columns=CELL, values="error").sort_index()
    table = {cell: _score(wide[cell], wide.get((*cell[:2], *BENCHMARK)), cell[1]) for cell in wide}
    found = pd.DataFrame.from_dict(table, orient="index", columns=["ratio", "pvalue", "quarters"]).dropna()
    found.index = pd.MultiIndex.from_tuples(found.index, names=CELL)
    return found.assign(stars=found["pvalue"].map(stars))


def _score(errors: pd.Series, benchmark: pd.Series | None, horizon: int) -> tuple[float, float, float]:
    """Return ratio, p-value and number of quarters; NaN where fewer than 2 quarters can be compared."""
    pairs = pd.DataFrame({"e": errors, "b": errors * np.nan if benchmark is None else benchmark}).dropna()
    if len(pairs) < 2:
        return np.nan, np.nan, len(pairs)
    apart = int(np.diff(pairs.index.astype("int64")).min())
    overlap = 1 + (horizon - 1) // apart  # forecasts of quarters that are far apart have nothing in common
    test = diebold_mariano(pairs["e"], pairs["b"], min(overlap, len(pairs) - 1))
    return rmspe(pairs["e"]) / rmspe(pairs["b"]), test.pvalue, len(pairs)


def heaviest_quarter(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Find the quarter with each model's largest error: `quarter`, and its `share` of the sum of squared errors."""
    squares = (forecasts["actual"] - forecasts["forecast"]) ** 2
    wide = forecasts.assign(square=squares).pivot(index="quarter", columns=CELL, values="square")
    return pd.DataFrame({"quarter": wide.idxmax(), "share": wide.max() / wide.sum()})


@cache
def paper(number: int) -> pd.DataFrame:
    """Return Table 15, 16 or 17 of the paper by target, horizon, spec and model: `ratio` and `stars`."""
    path = files("tvplab.replicate") / "paper" / f"table-{number}.csv"
    with path.open("rb") as file:
        return pd.read_csv(file, keep_default_na=False).set_index(CELL)


def agreement(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Count by target what the two say of the models that could differ from the benchmark.

    `cells` compared, `median` distance of the ratios, `same side` of 1 (ties at two digits count as the same),
    significant gains and losses (10 %) in the paper, here, and in both.
    """
    both = ours.join(theirs.add_suffix(" paper"), how="inner")
    both = both[[key[2:] != BENCHMARK for key in both.index]]
    side, side_paper = np.sign(both["ratio"].round(2) - 1.0), np.sign(both["ratio paper"] - 1.0)
    here, there = side * (both["stars"] != ""), side_paper * (both["stars paper"] != "")
    counts = {"cells": side.notna(), "same side": side * side_paper >= 0}
    for name, sign in (("gains", -1.0), ("losses", 1.0)):
        counts[f"{name}, paper"], counts[f"{name}, here"] = there == sign, here == sign
        counts[f"{name}, both"] = (there == sign) & (here == sign)
    table = pd.DataFrame(counts).groupby("target", sort=False).sum()
    distance = (both["ratio"] - both["ratio paper"]).abs().groupby("target", sort=False).median()
    table.insert(1, "median distance", distance)
    return table
