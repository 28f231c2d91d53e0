"""Tables 5-6 and Figures 5-7 of the deep factor paper: nowcasting US growth in real time (section 6)."""

from __future__ import annotations

import pandas as pd

from tvplab.nowcast_backtest import relative_rmsfe
from tvplab.plots.figure import Picture
from tvplab.plots.nowcasts import error_paths, nowcasts_and_truth
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.nowcasting import AR, CHOSEN, DEEP, MODELS, MONTHLY_WEEKS, TASK, WEEKS, cells
from tvplab.replicate.nowcasting_scores import (
    forecasts_and_truth,
    indicator_path,
    monthly_ratios,
    nowcasts_at,
    paper,
    ratios_by_week,
    rounded,
)
from tvplab.replicate.study import Study

PAPER = "Andreini, Izzo and Ricco, *Deep Dynamic Factor Models*"


def table_5(rows: list[dict]) -> str:
    """Ours beside Table 5: RMSFE of GDP growth over the AR(1)'s, by weeks to release; then by window."""
    table, actual = forecasts_and_truth(rows)
    parts = [_note(table), _ratios(relative_rmsfe(table, actual, AR)), *_by_seed(table, actual), _choices(rows)]
    for first, part in table.groupby("window"):
        if len(set(table["window"])) > 1:
            last = part["quarter"].max()
            parts.append(f"**{first} to {last} alone**\n\n{_ratios(relative_rmsfe(part, actual, AR), beside=False)}")
    return "\n\n".join(parts)


def _note(table: pd.DataFrame) -> str:
    """Say what the numbers are and what differs."""
    early = table.groupby("model")["early"].mean()
    stopped = ", ".join(f"{model} {share:.0%}" for model, share in early.items() if share > 0) or "none"
    return (
        f"RMSFE of GDP growth (quarterly, 100 Δ log, first release) over that of the AR(1), the paper's in brackets; "
        f"{table['quarter'].nunique()} quarters. The paper scores 2006-2020Q1, a vintage for every release and two "
        f"purchasing managers' indices more; here the vintages are FRED-MD's, one a month, with the appendix' "
        f"publication lags within the month, evaluated every second week. D2FM has three factors and three layers; "
        f"D2FM, chosen takes both each year by its one-step forecasts of the year before, as the paper's does, from a "
        f"smaller grid. Starts of the deep models, whose squared errors are averaged: {table['seed'].nunique()}. The "
        f"DFM's EM takes the idiosyncratic part as white; its state space does not. Forecasts from a fit that stopped "
        f"early: {stopped}."
    )


def _ratios(ratio: pd.DataFrame, beside: bool = True) -> str:
    """Models down, weeks across, "ours (paper's)"."""
    theirs = paper(5)
    weeks = [week for week in WEEKS if week in ratio.index]
    rows = []
    for model in (name for name in MODELS if name in ratio and name != AR):
        cells = [f"{ratio.loc[week, model]:.2f}" for week in weeks]
        if beside:
            printed = DEEP if model == CHOSEN else model
            cells = [f"{cell} ({theirs[week, printed]:.2f})" for cell, week in zip(cells, weeks, strict=True)]
        rows.append([model, *cells])
    return markdown_table(["weeks to release", *map(str, weeks)], rows)


def _by_seed(table: pd.DataFrame, actual: pd.Series) -> list[str]:
    """Lowest and highest ratio over the starts of the deep models, if there are several."""
    seeds = sorted(set(table["seed"]))
    if len(seeds) == 1:
        return []
    rest = table[~table["model"].isin([DEEP, CHOSEN])]
    ratios = [relative_rmsfe(pd.concat([rest, table[table["seed"].eq(s) & table["model"].isin([DEEP, CHOSEN])]]),
                             actual, AR) for s in seeds]  # fmt: skip
    low, high = (pd.concat(ratios).groupby(level=0).agg(how) for how in ("min", "max"))
    weeks = [week for week in WEEKS if week in low.index]
    rows = [
        [name, *(f"{low.loc[w, name]:.2f} to {high.loc[w, name]:.2f}" for w in weeks)]
        for name in (DEEP, CHOSEN)
        if name in low
    ]
    return [f"By start, lowest to highest:\n\n{markdown_table(['weeks to release', *map(str, weeks)], rows)}"]


def _choices(rows: list[dict]) -> str:
    """Say what each year chose."""
    chosen = sorted({(row["year"], row["chosen"]) for row in rows if "chosen" in row})
    return f"Chosen: {'; '.join(f'{year}: {name}' for year, name in chosen) or 'not computed'}."


def table_6(rows: list[dict]) -> str:
    """Ours beside Table 6: the mean over monthly series of RMSFE over the AR(1)'s."""
    ratios = monthly_ratios(rows)
    theirs = paper(6)
    means = [f"{ratios[week].mean():.2f} ({theirs[week, DEEP]:.2f})" for week in MONTHLY_WEEKS]
    shares = [f"{(ratios[week] < 1).mean():.0%}" for week in MONTHLY_WEEKS]
    header = ["weeks to release", *map(str, MONTHLY_WEEKS)]
    note = (
        f"Mean over {len(ratios)} monthly series of the D2FM's RMSFE over that of each series' AR(1), the paper's in "
        "brackets; the truth is the value two vintages after the month. The paper says that it improves on about 80 % "
        "of the series."
    )
    return f"{note}\n\n{markdown_table(header, [['mean ratio', *means], ['share of series below 1', *shares]])}"


def figure_5(rows: list[dict]) -> str:
    """The nowcasts eight weeks before each release, and what was then released."""
    table, actual = rounded(rows)
    near = nowcasts_at(table, 8)
    lines = [[str(q), f"{actual[q]:.2f}", *(f"{value:.2f}" for value in near.loc[q])] for q in near.index]
    return f"Growth, per cent a quarter.\n\n{markdown_table(['quarter', 'first release', *near.columns], lines)}"


def picture_5(rows: list[dict]) -> Picture:
    """The same as lines."""
    table, actual = rounded(rows)
    return nowcasts_and_truth(nowcasts_at(table, 8), actual, "% a quarter")


def figure_6(rows: list[dict]) -> str:
    """RMSFE over the AR(1)'s at every second week from 30 to 2."""
    ratio = ratios_by_week(rows)
    lines = [[str(week), *(f"{value:.2f}" for value in ratio.loc[week])] for week in ratio.index]
    return markdown_table(["weeks to release", *ratio.columns], lines)


def picture_6(rows: list[dict]) -> Picture:
    """The same as lines, with Table 5's numbers as diamonds."""
    return error_paths(ratios_by_week(rows), paper(5).unstack())


def figure_7(rows: list[dict]) -> str:
    """The composite indicator (eq. 29) as it stood at the end of each quarter, beside GDP growth."""
    last, actual = indicator_path(rows)
    lines = [[str(q), f"{last[q]:.2f}", f"{actual[q]:.2f}"] for q in last.index]
    note = (
        f"Each from that year's model, whose scale differs from the next one's; correlation with GDP growth "
        f"{last.corr(actual):.2f}."
    )
    return f"{note}\n\n{markdown_table(['quarter', 'composite indicator', 'GDP growth'], lines)}"


def picture_7(rows: list[dict]) -> Picture:
    """The same as a line, in the units of GDP growth: shifted and scaled to its mean and standard deviation."""
    last, actual = indicator_path(rows)
    scaled = (last - last.mean()) / last.std() * actual.std() + actual.mean()
    return nowcasts_and_truth({"composite indicator, rescaled": scaled}, actual, "% a quarter")


def _study(number: str, title: str, table, picture=None) -> Study:
    return Study(f"d2fm-{number}", title, f"{PAPER}, section 6", TASK, cells, table, picture)


STUDIES = (
    _study("table-5", "Deep factors, Table 5: nowcasts of GDP growth", table_5),
    _study("table-6", "Deep factors, Table 6: monthly series", table_6),
    _study("figure-5", "Deep factors, Figure 5: the nowcasts", figure_5, picture_5),
    _study("figure-6", "Deep factors, Figure 6: error along the quarter", figure_6, picture_6),
    _study("figure-7", "Deep factors, Figure 7: composite indicator", figure_7, picture_7),
)
