"""Tables 1-14 and Figure 1 of the ridge paper: simulations with a known truth (section 3)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from tvplab.dgp.designs import NOISE
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.simulation_cells import (
    BVAR,
    RIDGES,
    SHARES,
    TASK,
    grid,
    referee_cells,
    table_cells,
)
from tvplab.replicate.simulation_scores import by_model, compare, paper, tally
from tvplab.replicate.simulation_times import TIMES, table_1, time_cells
from tvplab.replicate.study import Study

if TYPE_CHECKING:
    from tvplab.plots import Picture

PAPER = "Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*"
DESIGNS = {"S1": "cosine", "S2": "break", "S3": "trend and cosine", "S4": "mixture"}
MODELS = (*RIDGES, BVAR)
NUMBERS = {(design, T): 3 + 4 * i + j for i, T in enumerate((300, 150, 600)) for j, design in enumerate(DESIGNS)}
"""(design, T) → number of its table."""

PAPER_SIMS, TABLE_2_SIMS = 50, 20
"""Simulations a setup: eq. 19 and the replication files say 50 (the text also says 100); Table 2's note says 20."""


def design_table(number: int, rows: list[dict]) -> str:
    """Ours beside one of Tables 3-14: setups down, sizes and models across."""
    table = compare(by_model(rows, MODELS), number, PAPER_SIMS)
    return f"{tally(table)}\n\n{_legend(table)}\n\n{_laid_out(table)}"


def table_2_cells(mode: str, sims: int | None) -> list[dict]:
    """List worlds of the mixture: at K = 20 Table 6's, in full mode also K = 50, for 2SRR alone."""
    sizes = {"quick": {20: RIDGES}, "full": {20: RIDGES, 50: ("2SRR",)}}[mode]
    return [cell for K, models in sizes.items() for cell in grid(models, "S4", 300, K, sims or TABLE_2_SIMS)]


def table_2(rows: list[dict]) -> str:
    """Ours beside Table 2, with the paper's two samplers for comparison."""
    table = compare(by_model(rows, ("2SRR",)), 2, TABLE_2_SIMS)
    samplers = paper(2).query("model != '2SRR'")["mae"]
    sizes = sorted({key[0] for key in table.index})
    lines = [
        [f"{share:g}, {noise}"]
        + [
            text
            for K in sizes
            for text in (
                _cell(table, (K, share, noise, "2SRR")),
                *(f"{samplers[(K, share, noise, name)]:.3f}" for name in ("ShTVP-R", "ShTVP-3G")),
            )
        ]
        for share in SHARES
        for noise in NOISE
    ]
    header = ["K*/K, noise", *(f"K = {K}: {name}" for K in sizes for name in ("2SRR", "ShTVP-R", "ShTVP-3G"))]
    return (
        f"{tally(table)} The two samplers are the paper's alone.\n\n{_legend(table)}\n\n{markdown_table(header, lines)}"
    )


def figure_1_cells(mode: str, sims: int | None) -> list[dict]:
    """List the worlds of Figure 1, K = 6 and T = 300: those of the BVAR in Tables 3-6, for it and for the ridges."""
    referee = [cell for design in DESIGNS for cell in referee_cells(design, 300, mode, sims)]
    ridges = [{**{k: v for k, v in cell.items() if k != "sweeps"}, "models": list(RIDGES)} for cell in referee]
    return referee + ridges


def figure_1(rows: list[dict]) -> str:
    """Return the boxes of Figure 1 as numbers: MAE of 2SRR over that of the BVAR, world by world."""
    ratio = error_ratios(rows)
    settled = pd.DataFrame(by_model(rows, (BVAR,)))["converged"].mean()
    lines = [_box(f"noise {noise}", ratio.xs(noise, level="noise"), _paper_ratio(noise=noise)) for noise in NOISE]
    lines += [_box(f"{d} ({name})", ratio.xs(d, level="design"), _paper_ratio(design=d)) for d, name in DESIGNS.items()]
    lines.append(_box("all", ratio, _paper_ratio()))
    header = ["worlds", "number", "lower quartile", "median", "upper quartile", "paper, median of its tables"]
    note = (
        f"MAE of 2SRR over that of the Bayesian regression, K = 6 and T = 300; below 1 the ridge is nearer the truth. "
        f"{100 * settled:.0f} % of the chains had an R̂ of at most 1.1. The paper's column takes the ratios of the mean "
        f"errors in its Tables 3-6, as its figure gives no numbers. The paper's BVAR is one equation of a VAR of all "
        f"six variables, whose prior for the drift covariance (42 × 42) differs from the one equation's here (7 × 7)."
    )
    return f"{note}\n\n{markdown_table(header, lines)}"


def figure_1_picture(rows: list[dict]) -> Picture:
    """Return Figure 1: the ratios of `error_ratios` as boxes, by noise and by design."""
    from tvplab.plots import ratio_boxes

    ratio = error_ratios(rows)
    groups = {f"noise {noise}": ratio.xs(noise, level="noise") for noise in NOISE}
    groups |= {f"{design} ({name})": ratio.xs(design, level="design") for design, name in DESIGNS.items()}
    return ratio_boxes(
        groups | {"all": ratio},
        title="simulated worlds, K = 6, T = 300",
        label="MAE of 2SRR over that of the BVAR",
    )


def error_ratios(rows: list[dict]) -> pd.Series:
    """MAE of 2SRR over the BVAR's by design, share, noise and seed, in the worlds that have both."""
    world = ["design", "share", "noise", "seed"]
    errors = pd.DataFrame(by_model(rows, ("2SRR", BVAR))).pivot(index=world, columns="model", values="mae").dropna()
    return (errors["2SRR"] / errors[BVAR]).rename("ratio")


def _box(name: str, ratio: pd.Series, theirs: float) -> list[str]:
    quartiles = ratio.quantile([0.25, 0.5, 0.75])
    return [name, str(len(ratio)), *(f"{value:.2f}" for value in quartiles), f"{theirs:.2f}"]


def _paper_ratio(design: str | None = None, noise: str | None = None) -> float:
    """Median of 2SRR over BVAR in the paper's Tables 3-6, K = 6."""
    ratios = []
    for name in [design] if design else DESIGNS:
        errors = paper(NUMBERS[(name, 300)])["mae"].xs(6, level="K").unstack("model")
        ratios.append(errors["2SRR"] / errors[BVAR])
    together = pd.concat(ratios)
    return float((together.xs(noise, level="noise") if noise else together).median())


def _laid_out(table: pd.DataFrame) -> str:
    """Return setups down, "ours (paper's)" a size and model across."""
    columns = [(K, model) for K in sorted({key[0] for key in table.index}) for model in MODELS]
    columns = [pair for pair in columns if any((key[0], key[3]) == pair for key in table.index)]
    lines = [
        [f"{share:g}, {noise}", *(_cell(table, (K, share, noise, model)) for K, model in columns)]
        for share in SHARES
        for noise in NOISE
    ]
    return markdown_table(["K*/K, noise", *(f"K = {K}: {model}" for K, model in columns)], lines)


def _cell(table: pd.DataFrame, key: tuple) -> str:
    """Return "0.097 (0.110)", bold where ours is smaller beyond error, italic where it is larger."""
    if key not in table.index:
        return "–"
    row = table.loc[key]
    text = f"{row['mae']:.3f} ({row['theirs']:.3f})"
    return {"lower": f"**{text}**", "higher": f"*{text}*"}.get(row["verdict"], text)


def _legend(table: pd.DataFrame) -> str:
    """Say what a cell shows and how uncertain it is."""
    ridge = table[table.index.get_level_values("model") != BVAR]
    referee = table["sims"][table.index.get_level_values("model") == BVAR]
    few = f" ({referee.max()} of the BVAR)" if len(referee) else ""
    relative = 100 * (ridge["se"] / ridge["mae"]).median()
    return (
        f"MAE, the paper's in brackets; {ridge['sims'].max()} simulations a setup{few}, "
        f"standard error {relative:.1f} % of ours (median)."
    )


def _design_study(design: str, T: int) -> Study:
    number = NUMBERS[(design, T)]
    return Study(
        id=f"table-{number}",
        title=f"Table {number}: {DESIGNS[design]} ({design}), T = {T}",
        source=f"{PAPER}, appendix A.4",
        task=TASK,
        cells=partial(table_cells, design, T),
        table=partial(design_table, number),
    )


STUDIES = (
    Study("table-1", "Table 1: seconds", f"{PAPER}, section 3.1", TIMES, time_cells, table_1),
    Study("table-2", "Table 2: higher dimensions", f"{PAPER}, section 3.1", TASK, table_2_cells, table_2),
    *(_design_study(design, T) for design, T in NUMBERS),
    Study(
        "figure-1",
        "Figure 1: 2SRR against the BVAR",
        f"{PAPER}, section 3.1",
        TASK,
        figure_1_cells,
        figure_1,
        figure_1_picture,
    ),
)
