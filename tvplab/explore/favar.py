"""Lesson 5's third slider: a shock's size and sign, and how a bent decoder carries it to one series of the panel."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from tvplab.convergence import ignore_unconverged
from tvplab.data import load
from tvplab.explore.controls import choice, float_slider, int_slider, stops_slider
from tvplab.explore.explorer import Explorer
from tvplab.explore.favar_responses import (
    HORIZON,
    LARGEST,
    SIZES,
    STEP,
    TINY,
    BentResponse,
    band,
    reach_of,
    size_curve,
    thinned,
    three_responses,
    unit_moves,
)
from tvplab.explore.tvp_var import us_macro
from tvplab.favar import FAVAR, FAVARResults
from tvplab.plots.style import COLOURS
from tvplab.tvp_var import TVPVAR

SCALES = ("relative to the straight line's peak", "units of the series")
FLAT = 1e-3
"""Straight lines below this share of the axis count as flat."""
ALT = (
    "Left: response of one series by horizon through the nonlinear decoder, median and 68 % band; dashed, a tiny "
    "shock's response scaled up; dotted, the opposite shock's response upside down. Right: the response at one horizon "
    "against the size of the shock, a line that bends, and the straight line of the tiny shock; a dot marks the size."
)
CAPTION = (
    "Where blue leaves the dashed line, twice the shock is not twice the response; where it leaves the dotted "
    "one, up and down are no mirror images."
)


def us_panel() -> tuple[pd.DataFrame, dict[str, str], Mapping[str, str]]:
    """Return a small US panel (98, 13), its groups and titles, bundled.

    What the New York Fed's nowcasting panel of 2016-06-29 has since 1985 without a gap, as it enters there, quarterly
    means to 2009Q3; series alone in their group go to "Other".
    """
    nyfed = load("nyfed", "2016-06-29")
    monthly = [name for name in nyfed.frame if nyfed.frequencies[name] == "m"]
    panel = nyfed.transformed()[monthly].loc["1985-04":"2009-09"].dropna(axis=1)
    sizes = pd.Series({name: nyfed.groups[name] for name in panel}).value_counts()
    groups = {name: group if sizes[group := nyfed.groups[name]] > 1 else "Other" for name in panel}
    return panel.groupby(panel.index.to_period("Q")).mean(), groups, nyfed.titles


def favar(
    results: FAVARResults | None = None, shock=None, titles: Mapping | None = None, note: str = "", draws: int = 200
) -> Explorer:
    """Explore the response of one series of the panel to a shock of any size and sign, from stored draws.

    Parameters
    ----------
    results : a fit; at most 100 of its draws are used, evenly spaced.  None fits a small autoencoder and a VAR to the
        bundled US panel with that many draws, some seconds (needs torch).
    shock : the variable whose equation is hit; default the last.
    titles : series → its name in the menu.
    note : a few words on where the numbers come from: say here that data are synthetic.

    Returns
    -------
    Explorer
        Its controls are `size`, `date`, `series`, `horizon` and `scale`; its result is a `BentResponse`.
    """
    if results is None:
        results, titles = _us_fit(draws)
        note = note or "US, thirteen series and three factors, 1985 to 2009 (bundled data)"
    if not isinstance(results, FAVARResults):
        raise TypeError(f"results: expected FAVARResults, got {type(results).__name__}")
    few = replace(results, var=thinned(results.var))
    shock = few.var.names[-1] if shock is None else shock
    names = list(few.encoder.decode(few.factors.iloc[:1]))
    return Explorer(
        _controls(few, names, titles or {}, shock),
        _responses(few, names, titles or {}, shock, note),
        _build,
        _update,
        readout=_readout,
        redraw_on={"series", "scale"},
        alt=ALT + (f" {note}." if note else ""),
        caption=CAPTION,
        figsize=(9, 3.8),
    )


def _responses(results: FAVARResults, names: list, titles: Mapping, shock, note: str) -> Callable[..., BentResponse]:
    """Return the controls' values → what the picture shows; draws, dates and sizes seen before are kept."""
    moves = functools.lru_cache(maxsize=512)(functools.partial(unit_moves, results, shock))
    panel = functools.lru_cache(maxsize=64)(functools.partial(three_responses, results, moves))
    curve = functools.lru_cache(maxsize=64)(functools.partial(size_curve, results, moves))
    reach = reach_of(results, moves)

    def compute(size, date, series, horizon, scale):
        j, relative = names.index(series), scale == SCALES[0]
        this, opposite, tiny = panel(date, size)[:, :, :, j]
        bent, straight = curve(date, horizon)[:, :, j], np.median(tiny, axis=0) / TINY
        return BentResponse(
            name=str(titles.get(series, series)),
            date=str(date),
            size=size,
            at=horizon,
            edges=band(this),
            mirror=-np.median(opposite, axis=0),
            straight=straight * size,
            curve=band(bent[:, :-1]),
            line=np.median(bent[:, -1]) * SIZES / TINY,
            explosive=moves(date)[1],
            unit=max(np.abs(straight).max(), FLAT * reach[j]) if relative else 1.0,
            reach=1.6 * LARGEST if relative else reach[j],
            scale=scale,
            note=note,
        )

    return compute


def _us_fit(draws: int) -> tuple[FAVARResults, Mapping]:
    """Fit the bundled data quickly; it need not have settled."""
    from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

    panel, groups, titles = us_panel()
    anchors = {"Prices": "F1", "Manufacturing": "F2", "Housing and construction": "F3"}
    small = {"hidden": (12, 8), "learning_rate": 1e-2, "lam0": 5.0, "lam1": 0.5, "starts": 1, "epochs": 200}
    with ignore_unconverged():
        encoder = GroupedSparseAutoencoder(groups, 3, anchors=anchors, **small).fit(panel)
        var = TVPVAR(own_mean={"rate": 0.9})
        return FAVAR(encoder, var).fit(us_macro(), draws=draws, burn=draws // 2), titles


def _controls(results: FAVARResults, names: list, titles: Mapping, shock) -> dict:
    """Return the controls; the date starts in the middle, the series at the first."""
    index = results.var.index
    return {
        "size": float_slider(f"size and sign of the shock to {shock}", -LARGEST, LARGEST, 1.0, step=STEP),
        "date": stops_slider("date of the shock t", [(str(date), date) for date in index], index[len(index) // 2]),
        "series": choice("series", [(str(titles.get(name, name)), name) for name in names], names[0]),
        "horizon": int_slider("horizon of the right picture", 1, HORIZON, 4),
        "scale": choice("response in", SCALES, SCALES[0]),
    }


def _build(figure: Figure, move: BentResponse) -> dict:
    """Draw what stands still; return the artists that move."""
    left, right = figure.subplots(1, 2, width_ratios=[1.4, 1])
    figure.suptitle(move.note, fontsize=11, x=0.01, ha="left", color="#555555")
    horizons = np.arange(len(move.mirror))
    for ax, ends in ((left, (0, horizons[-1])), (right, (-LARGEST, LARGEST))):
        ax.axhline(0.0, color=COLOURS["grey"], lw=0.8)
        ax.set(xlim=ends, ylim=(-move.reach, move.reach))
    left.set(xlabel="horizon", ylabel=move.scale, title=f"response of: {move.name}")
    right.set(xlabel="size of the shock")
    right.axvline(0.0, color=COLOURS["grey"], lw=0.8)
    artists = {"straight": left.plot(horizons, 0 * horizons, color=COLOURS["black"], ls="--", lw=1.2)[0]}
    artists["mirror"] = left.plot(horizons, 0 * horizons, color=COLOURS["orange"], ls=":", lw=2.0)[0]
    artists["line"] = right.plot(SIZES, 0 * SIZES, color=COLOURS["black"], ls="--", lw=1.2)[0]
    for part, ax, x in (("", left, horizons), ("curve", right, SIZES)):
        artists[f"band{part}"] = ax.fill_between(x, 0 * x, 0 * x, color=COLOURS["blue"], alpha=0.2, lw=0)
        artists[f"median{part}"] = ax.plot(x, 0 * x, color=COLOURS["blue"])[0]
    artists["title"] = right.set_title(_after(move))
    artists["dot"] = right.plot([0.0], [0.0], "o", color=COLOURS["blue"], ms=8, zorder=4)[0]
    names = ("this shock", "tiny shock, scaled", "opposite shock, turned over")
    left.legend([artists[key] for key in ("median", "straight", "mirror")], names, loc="upper right", fontsize=9)
    return artists


def _after(move: BentResponse) -> str:
    """Return the right picture's title."""
    return f"response after {move.at} quarters"


def _update(artists: dict, move: BentResponse) -> None:
    """Move the artists."""
    u = move.unit
    for part, x, edges in (("", np.arange(len(move.mirror)), move.edges), ("curve", SIZES, move.curve)):
        artists[f"median{part}"].set_ydata(edges[0] / u)
        artists[f"band{part}"].set_data(x, edges[1] / u, edges[2] / u)
    artists["straight"].set_ydata(move.straight / u)
    artists["mirror"].set_ydata(move.mirror / u)
    artists["line"].set_ydata(move.line / u)
    artists["title"].set_text(_after(move))
    artists["dot"].set_data([move.size], [move.edges[0, move.at] / u])


def _readout(move: BentResponse) -> dict[str, str]:
    """Key numbers beside the picture."""
    here, straight, mirror = (one[move.at] for one in (move.edges[0], move.straight, move.mirror))
    return {
        "date": move.date,
        f"after {move.at} quarters": f"{here:.3g}",
        "tiny shock, scaled": f"{straight:.3g}",
        "opposite shock, turned over": f"{mirror:.3g}",
        "explosive draws left out": f"{move.explosive:.0%}",
    }
