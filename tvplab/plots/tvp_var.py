"""Pictures of a TVP-VAR and a FAVAR: responses at dates side by side, moving volatilities, a whole panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tvplab.plots.figure import Picture
from tvplab.plots.local_projections import LINES
from tvplab.plots.ridge import time_axis
from tvplab.plots.style import COLOURS, use_style

MOST_COLUMNS = 3


def impulse_responses(
    responses: Mapping[str, object],
    variables: Sequence | None = None,
    note: str = "",
    titles: Mapping | None = None,
    unit: str = "",
) -> Picture:
    """Draw responses to one shock, a panel a variable, a line with its band for each of up to five responses.

    Parameters
    ----------
    responses : label → `ImpulseResponse`, such as {"1981": results.irf("rate", "1981Q2", size=0.25), …}.
    variables : which to draw, in this order; default all of the first response.
    note : a sentence above: say here that data are synthetic.
    titles : variable → title of its panel.
    unit : of the responses, written beside the first panel of each row.
    """
    if not 1 <= len(responses) <= len(LINES):
        raise ValueError(f"responses: 1 to {len(LINES)} lines can be told apart, got {len(responses)}")
    first = next(iter(responses.values())).median
    names = list(first.columns if variables is None else variables)
    missing = [name for name in names if name not in first.columns]
    if missing:
        raise ValueError(f"variables: no response of {missing[0]!r}; there are {list(first.columns)[:8]}")
    columns = min(len(names), MOST_COLUMNS)
    rows = -(-len(names) // columns)
    alt = f"Responses of {', '.join(map(str, names))} by horizon: {', '.join(responses)}, with bands."
    with use_style():
        picture = Picture(alt=alt, figsize=(3.4 * columns + 0.6, 2.7 * rows))
        axes = picture.subplots(rows, columns, squeeze=False).ravel()
        for ax, name in zip(axes, names, strict=False):
            for (label, response), (colour, dashes) in zip(responses.items(), LINES, strict=False):
                draw_response(ax, response, name, COLOURS[colour], dashes, label)
            ax.axhline(0.0, color=COLOURS["grey"], lw=0.8)
            ax.set(xlim=(first.index[0], first.index[-1]), xlabel="horizon")
            ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            ax.set_title((titles or {}).get(name, str(name)))
        for ax in axes[len(names) :]:
            ax.set_axis_off()
        for ax in axes[::columns]:
            ax.set_ylabel(unit)
        if len(responses) > 1:
            picture.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(responses))
        if note:
            picture.suptitle(note, fontsize=11, x=0.01, ha="left", color="#555555")
    return picture


def draw_response(ax: Axes, response, name, colour: str, dashes, label: str = ""):
    """Draw one variable's median response with its band; return line and band."""
    horizons = response.median.index
    (line,) = ax.plot(horizons, response.median[name], color=colour, ls=dashes, label=label)
    band = ax.fill_between(horizons, response.lower[name], response.upper[name], color=colour, alpha=0.18, lw=0)
    return line, band


def shock_volatility(results, variables: Sequence | None = None, level: float = 0.68, marks: Sequence = ()) -> Picture:
    """Draw the standard deviation of structural shocks over time, posterior median and band; dashed lines at `marks`.

    Parameters
    ----------
    results : TVPVARResults.
    variables : whose shocks; default all.
    marks : dates.
    """
    draws = results.volatility
    names = list(draws if variables is None else variables)
    alt = f"Standard deviation over time of the shocks to {', '.join(map(str, names))}, with bands."
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 1.2 + 1.5 * len(names)))
        panels = picture.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
        for ax, name in zip(panels, names, strict=True):
            low, middle, high = np.quantile(draws[name], [0.5 - level / 2, 0.5, 0.5 + level / 2], axis=1)
            time = time_axis(draws[name].index)
            ax.fill_between(time, low, high, color=COLOURS["blue"], alpha=0.2, lw=0)
            ax.plot(time, middle, color=COLOURS["blue"])
            for mark in marks:
                ax.axvline(time[results.index.get_loc(mark)], color=COLOURS["black"], ls="--", lw=1)
            ax.set(ylim=(0.0, None))
            ax.set_title(f"sd of the shock to {name}")
        for mark in marks:
            place = (time[results.index.get_loc(mark)], 0.96)
            panels[0].annotate(f" {mark}", place, xycoords=("data", "axes fraction"), va="top")
    return picture


def draws_and_truth(panels: Mapping[str, tuple[pd.DataFrame, pd.Series]], note: str = "", xlabel: str = "") -> Picture:
    """Draw what was found of known paths: posterior median, 68 % and 90 % bands, and the truth, dashed.

    Parameters
    ----------
    panels : title → (draws (M, D), truth (M',)), the truth's labels among them those of the draws: dates or horizons.
    note : a sentence above: say here that data are simulated.
    xlabel : under every panel.
    """
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    alt = f"Draws and truth of {', '.join(panels)}: median, 68 % and 90 % bands, the truth dashed."
    with use_style():
        picture = Picture(alt=alt, figsize=(4.6 * columns, 2.6 * rows + 0.3))
        axes = picture.subplots(rows, columns, squeeze=False).ravel()
        for ax, (title, (draws, truth)) in zip(axes, panels.items(), strict=False):
            found = np.quantile(draws, [0.05, 0.16, 0.5, 0.84, 0.95], axis=1)
            x = time_axis(draws.index)
            for low, high in ((0, 4), (1, 3)):
                ax.fill_between(x, found[low], found[high], color=COLOURS["blue"], alpha=0.18, lw=0)
            ax.plot(x, found[2], color=COLOURS["blue"], label="median, 68 % and 90 % bands")
            ax.plot(x, truth.loc[draws.index], color=COLOURS["black"], ls="--", label="truth")
            ax.set(xlim=(x[0], x[-1]), xlabel=xlabel)
            ax.set_title(title)
        for ax in axes[len(panels) :]:
            ax.set_axis_off()
        picture.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        if note:
            picture.suptitle(note, fontsize=11, x=0.01, ha="left", color="#555555")
    return picture


def panel_responses(
    response, sd: pd.Series, groups: Mapping, note: str = "", title: str = "", names: Mapping | None = None
) -> Picture:
    """Draw the median responses of a whole panel as a map: a row a series, sorted by group, a column a horizon.

    Parameters
    ----------
    response : `ImpulseResponse` of `FAVARResults.panel_irf`, or several to compare, label → response: maps side by
        side in which a colour stands for the same number, with one colour bar that says so.
    sd : (N,) standard deviations, so that all rows have one scale.
    groups : series → group.
    title : above the map; of several, above all of them, and each has its label.
    names : series → what is written beside its row; default nothing.
    """
    maps = dict(response) if isinstance(response, Mapping) else {title: response}
    order = sorted(next(iter(maps.values())).median.columns, key=lambda name: str(groups[name]))
    medians = {label: (one.median / sd)[order].T for label, one in maps.items()}
    reach = max(float(np.abs(median.to_numpy()).max()) for median in medians.values()) or 1.0
    labels = pd.Series([groups[name] for name in order])
    alt = (
        f"Map of the responses of {len(order)} series in {labels.nunique()} groups by horizon, in standard deviations"
        + (f": {', '.join(map(str, maps))}, on one scale." if len(maps) > 1 else ".")
    )
    with use_style():
        picture = Picture(alt=alt, figsize=((5.4 if names is None else 7.9) + 2.6 * len(maps), 5.2))
        axes = picture.subplots(1, len(maps), squeeze=False, sharey=True)[0]
        for ax, (label, median) in zip(axes, medians.items(), strict=True):
            mesh = _draw_panel(ax, median, reach, labels)
            ax.set_title(str(label))
        if names is not None:
            beside = axes[-1].secondary_yaxis("right")
            beside.set_yticks(range(len(order)), [str(names[name]) for name in order])
            beside.tick_params(length=0)
        said = "standard deviations" + (", one scale for all maps" if len(maps) > 1 else "")
        picture.colorbar(mesh, ax=axes, label=said, fraction=0.05, pad=0.02, aspect=30)
        above = ". ".join(part for part in (title if len(maps) > 1 else "", note) if part)
        if above:
            picture.suptitle(above, fontsize=11, x=0.01, ha="left", color="#555555")
    return picture


def _draw_panel(ax: Axes, median: pd.DataFrame, reach: float, labels: pd.Series):
    """Draw one map (N, H), white at zero and darkest at ±reach; a line after each group, its name at its middle."""
    N = len(median)
    looks = {"cmap": "PuOr", "vmin": -reach, "vmax": reach, "shading": "nearest"}
    mesh = ax.pcolormesh(median.columns, range(N), median, **looks)
    edges = np.flatnonzero(labels.ne(labels.shift()).to_numpy())
    ax.set(xlabel="horizon", ylim=(N - 0.5, -0.5))
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.set_yticks((edges + np.append(edges[1:], N)) / 2 - 0.5, labels.iloc[edges])
    for edge in edges[1:]:
        ax.axhline(edge - 0.5, color="black", lw=0.6)
    ax.grid(False)
    return mesh
