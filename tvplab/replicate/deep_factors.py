"""Tables 1-3 of the deep factor paper: simulated panels, trace R² raw and centred, seconds."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from tvplab.replicate.deep_factor_cells import (
    FULL_SIMS,
    SETUP,
    TASK,
    TIMES,
    cells_of,
    paper,
    time_cells,
)
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.study import Study

PAPER = "Andreini, Izzo and Ricco, *Deep Dynamic Factor Models*"
CLOSE = 0.05
COLUMNS = {
    "D2FM raw": "D²FM raw (paper's)",
    "D2FM centred": "D²FM centred",
    "DFM raw": "DFM raw (paper's)",
    "DFM centred": "DFM centred",
    "PCA raw": "PCA raw",
    "PCA constant": "PCA and a constant, raw",
    "PCA centred": "PCA centred",
}


def medians(rows: list[dict]) -> pd.DataFrame:
    """Median trace R² over the panels of each setup: columns "D2FM raw" and so on; `error` of the D²FM's raw one.

    That is the standard error of its distance from the paper's median over all panels, of which ours are a part; a
    median varies by 1.25 times as much as a mean.
    """
    flat = [
        {key: row[key] for key in SETUP}
        | {f"{model} {measure}": value for model, each in row["scores"].items() for measure, value in each.items()}
        for row in rows
    ]
    grouped = pd.DataFrame(flat).groupby(SETUP)
    table = grouped.median()
    table["panels"] = grouped.size()
    table["error"] = 1.25 * grouped["D2FM raw"].std() * np.sqrt((1.0 / table["panels"] - 1.0 / FULL_SIMS).clip(0.0))
    return table


def table(number: int, rows: list[dict]) -> str:
    """Ours beside Table 1 or 2: setups down, models and measures across."""
    ours, theirs = medians(rows), paper(number)
    columns = {key: name for key, name in COLUMNS.items() if key in ours or key == "DFM raw"}
    lines = [
        [f"{r}, {T}, {n}, {missing:g}, {rho:g}, {alpha:g}", *(_cell(ours, theirs, key, column) for column in columns)]
        for key in ours.index
        for r, T, n, missing, rho, alpha in [key]
    ]
    header = ["r, T, n, missing, ρ, α", *columns.values()]
    return f"{_summary(ours, theirs, rows)}\n\n{markdown_table(header, lines)}"


def _cell(ours: pd.DataFrame, theirs: pd.DataFrame, key: tuple, column: str) -> str:
    """Return "0.86 (0.88)" for the raw measures that the paper has; bold where they are further apart than 0.05."""
    value = ours.loc[key, column] if column in ours else np.nan
    left, (model, measure) = "–" if pd.isna(value) else f"{value:.2f}", column.split()
    if measure != "raw" or model == "PCA":
        return left
    printed = theirs.loc[key, model.lower()]
    far = abs(value - printed) > CLOSE
    return f"**{left} ({printed:.2f})**" if far else f"{left} ({printed:.2f})"


def _summary(ours: pd.DataFrame, theirs: pd.DataFrame, rows: list[dict]) -> str:
    """Say how many setups agree, and what the choice of the measure does to the gap between the models."""
    distance = (ours["D2FM raw"] - theirs["d2fm"].reindex(ours.index)).abs()
    near = distance <= CLOSE
    likely = near | (distance <= 2.0 * ours["error"])
    raw = (ours["D2FM raw"] - ours["PCA raw"]).mean()
    fair = (ours["D2FM raw"] - ours["PCA constant"]).mean()
    centred = (ours["D2FM centred"] - ours["PCA centred"]).mean()
    early = sum(not row["converged"]["D2FM"] for row in rows)
    return (
        f"Median trace R² over {ours['panels'].min():.0f} of the authors' {FULL_SIMS} panels a setup, the paper's in "
        f"brackets; the D²FM is trained as by the code behind the tables (`d2fm-training`: what that changes). It is, "
        f"raw, within ±{CLOSE} of the paper's in {near.sum()} of {len(ours)} setups (others bold), "
        f"within that or two standard errors in {likely.sum()}. Where the factor is persistent and T small, the raw "
        f"measure counts mostly the square of the factor's mean in the sample, which no model is told: it differs from "
        f"panel to panel, and all models move with it. "
        f"D²FM less PCA, mean over setups: raw {raw:+.3f}; once PCA has a constant beside its factors {fair:+.3f}; "
        f"centred {centred:+.3f}. {early} of {len(rows)} fits stopped at the largest number of rounds. Factors are the "
        f"encoder's means over draws; the DFM's are smoothed."
    )


def table_3(rows: list[dict]) -> str:
    """Seconds of the DFM over those of the D²FM, or what quick mode can say of them: medians over panels, ranges."""
    whole, theirs = all(row["rounds"] > 100 for row in rows), paper(3)["ratio"]
    grouped = pd.DataFrame(rows).assign(
        share=lambda t: t["d2fm"] / t["dfm_round"], ratio=lambda t: t["dfm"] / t["d2fm"]
    ).groupby(["n", "T"])  # fmt: skip
    low, middle, high = grouped.min(), grouped.median(), grouped.max()

    def cell(key, column: str, digits: int) -> str:
        ends = (f"{frame.loc[key, column]:.{digits}f}" for frame in (low, high))
        return f"{middle.loc[key, column]:.{digits}f} ({' to '.join(ends)})"

    lines = [
        [f"{n}, {T}", cell((n, T), "d2fm", 1), cell((n, T), "dfm_round", 2), cell((n, T), "share", 1),
         cell((n, T), "ratio", 2) if whole else "–", f"{theirs[(n, T)]:.2f}"]
        for n, T in middle.index
    ]  # fmt: skip
    header = ["n, T", "D²FM, seconds", "one round of the DFM's EM", "rounds in the time of a D²FM",
              "DFM over D²FM", "paper"]  # fmt: skip
    note = (
        f"Processor seconds on one core, median of {grouped.size().min()} panels and range; 3 factors, 12 functions of "
        "them, both models with 12 factors. The D²FM has the kit's training, of 150 draws a round; the DFM is "
        "statsmodels' `DynamicFactorMQ` (compiled filter). The paper's DFM is the authors' "
        "code, its D²FM TensorFlow. The paper's table says observations where its code has variables, and the reverse: "
        "here n is the number of series."
    )
    more = "" if whole else " Quick mode times single rounds of EM; a fit takes tens to hundreds of them."
    return f"{note}{more}\n\n{markdown_table(header, lines)}"


STUDIES = (
    Study("d2fm-table-1", "Deep factors, Table 1: linear worlds", f"{PAPER}, section 4", TASK, partial(cells_of, 1),
          partial(table, 1)),
    Study("d2fm-table-2", "Deep factors, Table 2: nonlinear worlds", f"{PAPER}, section 4", TASK, partial(cells_of, 2),
          partial(table, 2)),
    Study("d2fm-table-3", "Deep factors, Table 3: seconds", f"{PAPER}, section 4", TIMES, time_cells, table_3),
)  # fmt: skip
