"""Tables 15-17 and Figure 2 of the ridge paper: US forecasts with FRED-QD (section 4)."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import pandas as pd

from tvplab.convergence import collect_unconverged
from tvplab.data import load
from tvplab.replicate.forecasting_data import HORIZONS, SPECS, TARGETS, VINTAGE, Macro
from tvplab.replicate.forecasting_models import MODELS, PLAIN, forecast_quarter
from tvplab.replicate.forecasting_scores import (
    agreement,
    forecast_frame,
    half_and_half,
    heaviest_quarter,
    paper,
    scores,
)
from tvplab.replicate.markdown import markdown_frame
from tvplab.replicate.study import Study, Task

if TYPE_CHECKING:
    from tvplab.plots import Picture

PAPER = "Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*"
QUARTERS = pd.period_range("2003Q1", "2014Q4", freq="Q")
FIRST_GROUP, SECOND_GROUP = ["INF", "IR"], ["GDP", "UR", "SPREAD"]
"""Targets that a cell takes together; inflation and the interest rate are what the paper's discussion turns on."""


def cells_of(cv: str, mode: str, sims: int | None = None) -> list[dict]:
    """List the cells of one kind of cross-validation: a specification, a quarter, a horizon and a group of targets.

    Quick mode forecasts inflation and the interest rate one quarter ahead, in every quarter.
    """
    full = mode == "full"
    return [
        {"cv": cv, "spec": spec, "quarter": str(quarter), "horizon": horizon, "targets": targets}
        for quarter in QUARTERS
        for spec in SPECS
        for horizon in (HORIZONS if full else HORIZONS[:1])
        for targets in ([FIRST_GROUP, SECOND_GROUP] if full else [FIRST_GROUP])
    ]


def run(cell: dict) -> dict:
    """Forecast one quarter by all models of one specification; `early` counts fits that stopped early."""
    quarter = pd.Period(cell["quarter"])
    with collect_unconverged() as early:
        table = forecast_quarter(macro(), cell["spec"], quarter, cell["horizon"], cell["targets"], cell["cv"])
    return {"forecasts": table.to_dict("list"), "early": len(early)}


@cache
def macro() -> Macro:
    """Return the transformed data, read once a process."""
    return Macro.of(load("fred-qd", VINTAGE))


TASK = Task("forecasts", run, version="9")


def table_15(rows: list[dict]) -> str:
    """Ours beside Table 15."""
    return page(forecast_frame(rows), paper(15))


def table_16(rows: list[dict]) -> str:
    """Ours beside Table 16: the forecasts of Table 15, averaged."""
    return page(half_and_half(forecast_frame(rows)), paper(16))


def table_17(rows: list[dict]) -> str:
    """Ours beside Table 17, with what the paper's own two tables say of models that have no folds."""
    theirs, before = paper(17), paper(15)
    plain = [key for key in theirs.index if key[3] == PLAIN and key[2] in ("ARDI", "VAR5")]
    differ = int((theirs.loc[plain, "ratio"] != before.loc[plain, "ratio"]).sum())
    note = (
        f"The paper's constant ARDI and VAR5, which use no folds, differ between its Tables 15 and 17 in {differ} of "
        f"{len(plain)} cells: more than the folds changed between them. Here they are the same."
    )
    return f"{page(forecast_frame(rows), theirs)}\n\n{note}"


def page(forecasts: pd.DataFrame, theirs: pd.DataFrame) -> str:
    """One table a specification, the agreement by target, and what single quarters do."""
    ours, parts = scores(forecasts), [_heading(forecasts)]
    for spec in SPECS:
        parts.append(f"**{spec}**\n\n{_spec_table(ours, theirs, spec)}")
    counts = agreement(ours, theirs)
    parts.append(
        f"**Agreement by target** (gains and losses: significant at 10 %)\n\n{markdown_frame(counts.reset_index())}"
    )
    return "\n\n".join([*parts, single_quarters(forecasts)])


def single_quarters(forecasts: pd.DataFrame) -> str:
    """Say for inflation and the interest rate one quarter ahead how much of a ratio is one quarter's doing."""
    heaviest = heaviest_quarter(forecasts)
    named = heaviest["quarter"].astype(str) + heaviest["share"].map(" ({:.0%})".format)
    lines = [
        {"": f"{target}, {spec}"} | {model: named.get((target, 1, spec, model), "–") for model in (PLAIN, *MODELS)}
        for target in ("INF", "IR")
        for spec in SPECS
    ]
    head = "**One quarter's share** of the sum of squared errors, the largest, h = 1"
    return f"{head}\n\n{markdown_frame(pd.DataFrame(lines))}"


def _heading(forecasts: pd.DataFrame) -> str:
    """Say what the numbers are, from how many quarters, and what went otherwise than planned."""
    moving = forecasts[forecasts["model"] != PLAIN]
    return (
        f"RMSPE over that of the constant AR(2), the paper's in brackets; FRED-QD vintage {VINTAGE}, "
        f"{forecasts['quarter'].nunique()} of {len(QUARTERS)} quarters. Stars: Diebold-Mariano at 10, 5 and 1 %. "
        f"The outlier rule replaced {moving['replaced'].mean():.1%} of the time-varying forecasts; "
        f"{(moving['early'] > 0).mean():.1%} come from cells in which a fit stopped early."
    )


def _spec_table(ours: pd.DataFrame, theirs: pd.DataFrame, spec: str) -> str:
    """Return targets and horizons down, models across: "ours (paper's)"."""
    models = [PLAIN, *MODELS]
    lines = [
        {"": f"{target}, h = {horizon}"}
        | {model: _beside(ours, theirs, (target, horizon, spec, model)) for model in models}
        for target in TARGETS
        for horizon in HORIZONS
        if (target, horizon, spec, PLAIN) in ours.index
    ]
    return markdown_frame(pd.DataFrame(lines)) if lines else "Not computed yet."


def _beside(ours: pd.DataFrame, theirs: pd.DataFrame, key: tuple) -> str:
    """Return "0.66∗∗∗ (0.64∗∗∗)", or a dash for what is not computed yet."""
    left = _number(ours.loc[key]) if key in ours.index else "–"
    return f"{left} ({_number(theirs.loc[key])})"


def _number(cell: pd.Series) -> str:
    return f"{cell['ratio']:.2f}" + cell["stars"].replace("*", "∗")


PANELS = (("INF", 1), ("INF", 2), ("INF", 4), ("IR", 1))


def figure_2(rows: list[dict]) -> str:
    """Return the bars of Figure 2 as numbers: inflation and the interest rate, basic and half & half."""
    forecasts = forecast_frame(rows)
    pairs = _both(forecasts)
    lines = [
        {"": f"{spec} {model}"}
        | {
            f"{target}, h = {horizon}, {name}": _beside(ours, theirs, (target, horizon, spec, model))
            for target, horizon in PANELS
            if (target, horizon) in pairs["basic"][0].index.droplevel(["spec", "model"])
            for name, (ours, theirs) in pairs.items()
        }
        for spec in SPECS
        for model in (PLAIN, *MODELS)
    ]
    note = "The bars of ShrinkTVP's triple gamma prior are not computed."
    return f"{_heading(forecasts)} {note}\n\n{markdown_frame(pd.DataFrame(lines))}"


def figure_2_picture(rows: list[dict]) -> Picture:
    """Return the bars of Figure 2, the paper's as diamonds."""
    from tvplab.plots import forecast_ratios

    pairs = _both(forecast_frame(rows))
    there = pairs["basic"][0].index
    panels = [panel for panel in PANELS if panel in there.droplevel(["spec", "model"])]
    ours, theirs = ({name: pair[place] for name, pair in pairs.items()} for place in (0, 1))
    return forecast_ratios(ours, panels, theirs)


def _both(forecasts: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Return our scores and the paper's, of the forecasts as they are and averaged with the constant model's."""
    return {"basic": (scores(forecasts), paper(15)), "half": (scores(half_and_half(forecasts)), paper(16))}


STUDIES = (
    Study("table-15", "Table 15: forecasts", f"{PAPER}, section 4.1", TASK, partial(cells_of, "basic"), table_15),
    Study("table-16", "Table 16: half & half", f"{PAPER}, section 4.1", TASK, partial(cells_of, "basic"), table_16),
    Study("table-17", "Table 17: blocked folds", f"{PAPER}, section 4.1", TASK, partial(cells_of, "blocked"), table_17),
    Study(
        "figure-2",
        "Figure 2: ratios",
        f"{PAPER}, section 4.1",
        TASK,
        partial(cells_of, "basic"),
        figure_2,
        figure_2_picture,
    ),
)
