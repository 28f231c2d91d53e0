"""Pictures of a contest: how far a model's errors are from a rival's or the benchmark's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from tvplab.plots.figure import Picture
from tvplab.plots.style import COLOURS, use_style

WIDEST = 2.0
"""Bars end here, so that one failure does not flatten the rest; the number says how far it went."""


def forecast_ratios(
    scores: Mapping[str, pd.DataFrame],
    panels: Sequence[tuple[str, int]],
    published: Mapping[str, pd.DataFrame] | None = None,
) -> Picture:
    """Draw RMSPE ratios to a benchmark as bars from 1: one row of panels a set of scores, one column a target.

    Parameters
    ----------
    scores : label → frame by target, horizon, spec and model, with columns `ratio` and `stars`.
    panels : targets and horizons to draw.
    published : label → frame of the same form: the paper's ratios, drawn as diamonds.

    Bars that a Diebold-Mariano test tells from the benchmark at 10 % are green and carry their stars, others orange.
    """
    published = published or {}
    named = ", ".join(f"{target} at horizon {horizon}" for target, horizon in panels)
    alt = f"Forecast errors relative to the benchmark's for {named}; {', '.join(scores)}."
    with use_style():
        picture = Picture(alt=alt, figsize=(3.2 * len(panels) + 1.0, 4.4 * len(scores)))
        grid = picture.subplots(len(scores), len(panels), squeeze=False, sharex=True, sharey="row")
        for axes, (label, table) in zip(grid, scores.items(), strict=True):
            for ax, panel in zip(axes, panels, strict=True):
                ours = _panel(table, panel)
                draw_ratios(ax, ours)
                ax.set_title(f"{panel[0]}, h = {panel[1]}, {label}")
                if label in published:
                    draw_published(ax, ours.index, _panel(published[label], panel))
        for ax in grid[-1]:
            ax.set_xlabel("RMSPE ratio")
    return picture


def _panel(table: pd.DataFrame, panel: tuple[str, int]) -> pd.DataFrame:
    """Return one target and horizon by spec and model."""
    return table.xs(panel[0], level="target").xs(panel[1], level="horizon")


def draw_ratios(ax: Axes, table: pd.DataFrame) -> None:
    """Draw one bar a model from 1 to its ratio; the numbers and stars stand in a column on the right."""
    names = [" ".join(key) for key in table.index]
    for row, (ratio, stars) in enumerate(zip(table["ratio"], table["stars"], strict=True)):
        colour = COLOURS["green" if stars else "orange"]
        ax.barh(row, min(ratio, WIDEST) - 1.0, left=1.0, color=colour, hatch="//" if stars else None)
        ax.text(WIDEST + 0.08, row, f"{ratio:.2f}{stars}", va="center", fontsize=9)
    ax.axvline(1.0, color=COLOURS["black"], linewidth=1.0)
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0.3, WIDEST + 0.75)
    ax.set_xticks([0.5, 1.0, 1.5, WIDEST])


def draw_published(ax: Axes, index: pd.Index, table: pd.DataFrame) -> None:
    """Draw the paper's ratios of the same models as diamonds."""
    ratios = table["ratio"].reindex(index).clip(upper=WIDEST)
    ax.plot(ratios, range(len(index)), "D", color=COLOURS["black"], markerfacecolor="white", markersize=4)


def ratio_boxes(groups: Mapping[str, pd.Series], title: str, label: str) -> Picture:
    """Draw one box of error ratios a group, with its median as a number; left of 1 the first model is nearer.

    Whiskers end at the last ratio within 1.5 quartile distances; ratios outside are dots.
    """
    alt = f"{label}: " + ", ".join(f"{name}, median {ratios.median():.2f}" for name, ratios in groups.items()) + "."
    with use_style():
        picture = Picture(alt=alt, figsize=(7.5, 0.42 * len(groups) + 1.2))
        ax = picture.subplots()
        ax.boxplot(
            [ratios.to_numpy() for ratios in groups.values()],
            orientation="horizontal",
            tick_labels=list(groups),
            medianprops={"color": COLOURS["orange"], "linewidth": 2.0},
            flierprops={"marker": ".", "markersize": 4},
        )
        ax.axvline(1.0, color=COLOURS["black"], linewidth=1.0, linestyle="--")
        for row, ratios in enumerate(groups.values(), start=1):
            ax.annotate(f"{ratios.median():.2f}", (1.01, row), xycoords=("axes fraction", "data"), va="center")
        ax.invert_yaxis()
        ax.set(title=title, xlabel=label)
    return picture
