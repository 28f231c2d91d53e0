"""Figures 5-8 of the dynamic sparse factor paper: the US economy through the Great Recession (section 5)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tvplab.factor_matching import NEGLIGIBLE
from tvplab.replicate.dynamic_sparse import PAPER
from tvplab.replicate.dynamic_sparse_panel_cells import DATES, QUIET, TASK, cells, groups_of
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.study import Study

if TYPE_CHECKING:
    from tvplab.plots import Picture

NAMED = ("VXOCLSx", "EXCAUSx", "S&P 500", "BAA", "UNRATE", "PAYEMS")
"""Series of which the paper says something in its account of the crisis factor."""
CLUSTER = 8
"""Series that make a factor a cluster worth a line, as in the paper."""


def head(row: dict) -> str:
    """Say what was fitted, and whether EM was done."""
    said = row["said"]
    done = f"{said['n_iter']} iterations" + ("" if said["converged"] else ", not converged")
    phi = f"φ̃ of the factors from {min(said['persistence']):.2f} to {max(said['persistence']):.2f}"
    return f"{row['note']}; 2001/01-2015/12, {row['n_factors']} candidate factors, {done}, {phi}."


def clusters(row: dict, date: str) -> list[tuple[str, pd.Series]]:
    """Return the factors with at least `CLUSTER` series at a date: name, and how many series of each group."""
    alive = np.abs(np.array(row["maps"][date])) >= NEGLIGIBLE
    groups = pd.Series(row["groups"])
    return [
        (name, groups[column].value_counts())
        for name, column in zip(row["factors"], alive.T, strict=True)
        if column.sum() >= CLUSTER
    ]


def figure_5(rows: list[dict]) -> str:
    """List at three dates how many factors are active, and the clusters by group."""
    row = rows[0]
    lines = []
    for date in DATES:
        number = int(((np.abs(np.array(row["maps"][date])) >= NEGLIGIBLE).sum(axis=0) >= 2).sum())
        found = "; ".join(f"{name}: {_in_groups(counts)}" for name, counts in clusters(row, date))
        lines.append([date, str(number), found or "–"])
    table = markdown_table(["", "active factors", f"factors with at least {CLUSTER} series, by group"], lines)
    return f"{head(row)}\n\n{table}\n\n{housing_factor(row)}"


def _in_groups(counts: pd.Series) -> str:
    return ", ".join(f"{group} {number}" for group, number in counts.items())


def housing_factor(row: dict) -> str:
    """Say on how many housing series the factor that holds most of them loads, at the three dates."""
    group = next((g for g in row["groups"] if g.startswith("Housing")), None)
    member = np.array([g == group for g in row["groups"]])
    counts = {date: (np.abs(np.array(row["maps"][date]))[member] >= NEGLIGIBLE).sum(axis=0) for date in DATES}
    most = {date: (number.max(), row["factors"][number.argmax()]) for date, number in counts.items()}
    texts = [f"{number} of {member.sum()} in {date} ({name})" for date, (number, name) in most.items()]
    theirs = "The paper has none before the crisis, and a housing factor from then on."
    return f"Housing series on one factor, at most: {', '.join(texts)}. {theirs}"


def figure_5_picture(rows: list[dict]) -> Picture:
    """Return the maps of the three dates."""
    from tvplab.plots import loading_maps

    row = rows[0]
    maps = {date: np.array(one) for date, one in row["maps"].items()}
    return loading_maps(maps, cap=1.0, groups=groups_of(row), note=row["note"])


def history(row: dict) -> pd.DataFrame:
    """Loadings of the crisis factor, (T, N)."""
    return pd.DataFrame(row["history"], pd.to_datetime(row["dates"]), row["series"])


def figure_6(rows: list[dict]) -> str:
    """Say when the crisis factor reaches how far, and how long some series load on it around the crisis."""
    row = rows[0]
    reach = pd.Series(row["reach"][row["crisis"]], pd.to_datetime(row["dates"]))
    alive = history(row).loc["2007-01":"2010-12"].abs() >= NEGLIGIBLE
    lines = [[name, *_spell(alive[name])] for name in NAMED if name in alive]
    lines += [[name, *_spell(alive[name])] for name in _shortest(alive) if name not in NAMED]
    half = reach[reach >= 0.5 * reach.max()]
    mean = reach[slice(*QUIET)].mean()
    return (
        f"{head(row)} The factor whose reach jumps most in the crisis is {row['crisis']}: {mean:.1f} series on average "
        f"in {QUIET[0]} to {QUIET[1]}, at most {reach.max()} in {reach.idxmax():%Y-%m}; at least half of that in "
        f"{len(half)} months between {half.index[0]:%Y-%m} and {half.index[-1]:%Y-%m}.\n\n"
        f"{markdown_table(['series', 'months on it, 2007-2010', 'from', 'to'], lines)}\n\n"
        "The paper's crisis factor is alive in late 2008 and early 2009, most of its loadings for four to six months; "
        "the VIX eight months from 2008/06 on, the Canadian dollar seventeen."
    )


def _spell(alive: pd.Series) -> list[str]:
    on = alive.index[alive]
    return [str(len(on)), *((f"{on[0]:%Y-%m}", f"{on[-1]:%Y-%m}") if len(on) else ("–", "–"))]


def _shortest(alive: pd.DataFrame, most: int = 6) -> list[str]:
    """Series that load for some months of 2007-2010 only, those with the fewest months first."""
    months = alive.sum()
    return list(months[(months > 0) & (months < len(alive))].sort_values(kind="stable").index[:most])


def figure_6_picture(rows: list[dict]) -> Picture:
    """Return the map of the crisis factor over time."""
    from tvplab.plots import loading_history

    row = rows[0]
    return loading_history(history(row), f"loadings on {row['crisis']}", groups=groups_of(row), note=row["note"])


def per_series(row: dict) -> pd.Series:
    """Average number of active factors a series, (T,)."""
    return pd.Series(row["per_series"], pd.to_datetime(row["dates"]), name="active factors a series")


def figure_7(rows: list[dict]) -> str:
    """Mean by year of the average number of active factors a series, and its peak."""
    row, line = rows[0], per_series(rows[0])
    years = line.groupby(line.index.year).mean()
    table = markdown_table([str(year) for year in years.index], [[f"{value:.2f}" for value in years]])
    before, after = line["2002":"2006"].mean(), line["2011":"2015"].mean()
    return (
        f"{head(row)}\n\n{table}\n\nHighest in {line.idxmax():%Y-%m} ({line.max():.2f}). Mean of 2002-2006 "
        f"{before:.2f}, of 2011-2015 {after:.2f}. The paper: a rise from mid-2006, a peak in late 2008, and a higher "
        "level after the crisis than before."
    )


def figure_7_picture(rows: list[dict]) -> Picture:
    """Return the line of Figure 7."""
    from tvplab.plots import counts_over_time

    return counts_over_time(per_series(rows[0]), ylabel="active factors a series")


def housing(row: dict) -> pd.DataFrame:
    """Idiosyncratic variances of housing starts, (T, regions)."""
    return pd.DataFrame(row["housing"], pd.to_datetime(row["dates"]))


def figure_8(rows: list[dict]) -> str:
    """Idiosyncratic variances of housing starts: three dates, and where each peaks."""
    row, lines = rows[0], housing(rows[0])
    table = [
        [name, *(f"{line[f'{date}-01']:.2f}" for date in DATES), f"{line.max():.2f} in {line.idxmax():%Y-%m}"]
        for name, line in lines.items()
    ]
    return (
        f"{head(row)}\n\n{markdown_table(['σ²', *DATES, 'highest'], table)}\n\nThe paper: the West rises first, then "
        "the Mid-West and the South; the North-East begins higher, falls, and rises in the crisis; all come down."
    )


def figure_8_picture(rows: list[dict]) -> Picture:
    """Return the lines of Figure 8."""
    from tvplab.plots import noise_histories

    return noise_histories(housing(rows[0]), rows[0]["note"])


def offline(rows: list[dict]) -> str:
    """Figures 5 to 8 on the bundled panel, one after the other."""
    parts = {"Figure 5": figure_5, "Figure 6": figure_6, "Figure 7": figure_7, "Figure 8": figure_8}
    return "\n\n".join(f"**{name}**\n\n{part(rows)}" for name, part in parts.items())


def _study(number: int, table, picture) -> Study:
    title = f"Dynamic sparse factors, Figure {number}: the Great Recession"
    return Study(f"dss-figure-{number}", title, f"{PAPER}, section 5", TASK, partial(cells, "fred-md"), table, picture)


STUDIES = (
    _study(5, figure_5, figure_5_picture),
    _study(6, figure_6, figure_6_picture),
    _study(7, figure_7, figure_7_picture),
    _study(8, figure_8, figure_8_picture),
    Study(
        "dss-offline",
        "Dynamic sparse factors, Figures 5-8 on the bundled panel",
        f"{PAPER}, section 5",
        TASK,
        partial(cells, "nyfed"),
        offline,
        figure_7_picture,
    ),
)
