"""From forecasts of the FAVAR study to scores: ratios, gains, and tests whether one model beats another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.forecast_tests import diebold_mariano, stars

BASE = ("PCA", "constant")
"""What the others are measured against: linear factors, nothing moves."""


def frame_of(rows: list[dict]) -> pd.DataFrame:
    """Stack finished cells: one forecast of one target a line."""
    return pd.concat([pd.DataFrame(row["lines"]).assign(encoder=row["encoder"]) for row in rows], ignore_index=True)


def scores(lines: pd.DataFrame, base: tuple[str, str] = BASE) -> pd.DataFrame:
    """Score every model, target and horizon over the origins that all models of a target have.

    Columns: `ratio` of the RMSE to the base's; `gain`, the mean log score less the base's; `crps` over the base's; each
    with the stars of its own Diebold-Mariano test (`stars`, `gain_stars`, `crps_stars`); `origins`.
    """
    wide = lines.set_index(["target", "horizon", "encoder", "dynamics", "origin"])
    table = {}
    for (target, horizon), part in wide.groupby(level=[0, 1], sort=False):
        models = {key: one.droplevel([0, 1, 2, 3]) for key, one in part.groupby(level=[2, 3])}
        if base not in models:
            continue
        shared = sorted(set.intersection(*(set(one.index) for one in models.values())))
        for key, one in models.items():
            table[target, horizon, *key] = _score(one.loc[shared], models[base].loc[shared], horizon)
    index = pd.MultiIndex.from_tuples(table, names=["target", "horizon", "encoder", "dynamics"])
    return pd.DataFrame(list(table.values()), index)


def _score(one: pd.DataFrame, base: pd.DataFrame, horizon: int) -> dict:
    """One model against the base over the same origins."""
    errors, others = one["actual"] - one["mean"], base["actual"] - base["mean"]
    overlap = _overlap(one.index, horizon)
    return {
        "ratio": float(np.sqrt((errors**2).mean() / (others**2).mean())),
        "stars": _stars(errors**2, others**2, overlap),
        "gain": float(one["log_score"].mean() - base["log_score"].mean()),
        "gain_stars": _stars(-one["log_score"], -base["log_score"], overlap),
        "crps": float(one["crps"].mean() / base["crps"].mean()),
        "crps_stars": _stars(one["crps"], base["crps"], overlap),
        "origins": len(one),
    }


def _overlap(origins: pd.Index, horizon: int) -> int:
    """How many periods forecasts from neighbouring origins share, plus one: 1 where origins lie a horizon apart."""
    periods = pd.PeriodIndex(origins, freq="Q" if "Q" in origins[0] else "M")
    apart = int(np.diff(periods.astype("int64")).min()) if len(periods) > 1 else 1
    return min(1 + (horizon - 1) // apart, max(len(origins) - 1, 1))


def _stars(losses: pd.Series, others: pd.Series, overlap: int) -> str:
    """Stars of the Diebold-Mariano test of two sequences of losses; none for fewer than three origins."""
    if len(losses) < 3:
        return ""
    least = min(losses.min(), others.min())
    roots = np.sqrt(losses - least), np.sqrt(others - least)  # the test squares, and takes differences
    return stars(diebold_mariano(*roots, overlap).pvalue)


def duel(lines: pd.DataFrame, one: tuple[str, str], other: tuple[str, str]) -> str:
    """Say in how many targets and horizons one model beats another, and how often either does so by the test (10 %)."""
    found = scores(lines, other).xs(one, level=["encoder", "dynamics"])
    parts = []
    for name, better, marks in (
        ("RMSE", found["ratio"] < 1.0, found["stars"]),
        ("log score", found["gain"] > 0.0, found["gain_stars"]),
        ("CRPS", found["crps"] < 1.0, found["crps_stars"]),
    ):
        proved, disproved = (int(((marks != "") & side).sum()) for side in (better, ~better))
        parts.append(f"{name} {int(better.sum())} of {len(better)} ({proved} by the test, {disproved} worse by it)")
    return ", ".join(parts)
