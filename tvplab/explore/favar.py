"""Lesson 5's third slider: a shock's size and sign, and how a bent decoder carries it to one series of the panel."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from tvplab.data import load
from tvplab.explore.controls import choice, float_slider, int_slider, stops_slider
from tvplab.explore.explorer import Explorer
from tvplab.explore.tvp_var import us_macro
from tvplab.favar import FAVAR, FAVARResults, panel_responses
from tvplab.gibbs_chain import Draws
from tvplab.plots.style import COLOURS
from tvplab.tvp_var import TVPVAR
from tvplab.volatility import ConvergenceWarning

HORIZON, LEVEL, LARGEST, STEP = 16, 0.68, 2.0, 0.25
SCALES = ("the straight line's largest, a unit shock, = 1", "units of the series, one axis for all dates")
SIZES = np.arange(-LARGEST, LARGEST + STEP / 2, STEP)
MOST_DRAWS = 100
TINY = 1e-4
"""Size of the shock whose response, scaled up, is the straight line."""
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


@dataclass(frozen=True)
class BentResponse:
    """What one position of the controls shows, of one series.

    `edges` (3, H + 1) median, lower and upper response to the shock; `mirror` (H + 1,) minus the median response to
    the opposite shock; `straight` (H + 1,) a tiny shock's median, scaled up; `curve` (3, S) response at horizon `at`
    to shocks of `SIZES`, and its straight `line` (S,).  All in units of the series; `unit` is what counts as 1 in the
    picture, whose axes end at ±`reach`.
    """

    name: str
    date: str
    size: float
    at: int
    edges: np.ndarray
    mirror: np.ndarray
    straight: np.ndarray
    curve: np.ndarray
    line: np.ndarray
    explosive: float
    unit: float
    reach: float
    note: str


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
    few = replace(results, var=_thinned(results.var))
    shock = few.var.names[-1] if shock is None else shock
    names = list(few.encoder.decode(few.factors.iloc[:1]))
    moves = functools.lru_cache(maxsize=512)(functools.partial(_moves, few, shock))
    panel = functools.lru_cache(maxsize=64)(functools.partial(_panel, few, moves))
    curve = functools.lru_cache(maxsize=64)(functools.partial(_curve, few, moves))
    reach = _reach(few, moves)

    def compute(size, date, series, horizon, scale):
        j, relative = names.index(series), scale == SCALES[0]
        this, opposite, tiny = panel(date, size)[:, :, :, j]
        bent, straight = curve(date, horizon)[:, :, j], np.median(tiny, axis=0) / TINY
        return BentResponse(
            name=str((titles or {}).get(series, series)),
            date=str(date),
            size=size,
            at=horizon,
            edges=_edges(this),
            mirror=-np.median(opposite, axis=0),
            straight=straight * size,
            curve=_edges(bent[:, :-1]),
            line=np.median(bent[:, -1]) * SIZES / TINY,
            explosive=moves(date)[1],
            unit=max(np.abs(straight).max(), FLAT * reach[j]) if relative else 1.0,
            reach=1.6 * LARGEST if relative else reach[j],
            note=note,
        )

    return Explorer(
        _controls(few, names, titles or {}, shock),
        compute,
        _build,
        _update,
        readout=_readout,
        redraw_on={"series", "scale"},
        alt=ALT + (f" {note}." if note else ""),
        caption=CAPTION,
        figsize=(9, 3.8),
    )


def _us_fit(draws: int) -> tuple[FAVARResults, Mapping]:
    """Fit the bundled data quickly; it need not have settled."""
    from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

    panel, groups, titles = us_panel()
    anchors = {"Prices": "F1", "Manufacturing": "F2", "Housing and construction": "F3"}
    small = {"hidden": (12, 8), "learning_rate": 1e-2, "lam0": 5.0, "lam1": 0.5, "starts": 1, "epochs": 200}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        encoder = GroupedSparseAutoencoder(groups, 3, anchors=anchors, **small).fit(panel)
        var = TVPVAR(own_mean={"rate": 0.9})
        return FAVAR(encoder, var).fit(us_macro(), draws=draws, burn=draws // 2), titles


def _thinned(var):
    """Keep at most `MOST_DRAWS` draws, evenly spaced over the chains."""
    chains, count = var.draws[0].s.shape
    every = max(1, -(-chains * count // MOST_DRAWS))
    return replace(var, draws=[Draws(*(part[:, ::every] for part in one)) for one in var.draws])


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


def _moves(results: FAVARResults, shock, date) -> tuple[np.ndarray, float]:
    """Moves of the factors (R, H + 1, K) after a shock of one unit, and the share of draws that explode."""
    found = results.irf(shock, date, HORIZON, size=1.0)
    return found.draws[:, :, : results.factors.shape[1]], found.explosive


def _panel(results: FAVARResults, moves, date, size: float) -> np.ndarray:
    """Responses (3, R, H + 1, N) of every series to the shock, to the opposite one, and to a tiny one."""
    unit = moves(date)[0]
    all_three = np.concatenate([size * unit, -size * unit, TINY * unit])
    found = panel_responses(results.encoder, results.state(date), all_three)
    return found.reshape(3, *unit.shape[:2], -1)


def _curve(results: FAVARResults, moves, date, horizon: int) -> np.ndarray:
    """Responses (R, S + 1, N) at one horizon to shocks of all sizes, and to a tiny one."""
    sizes = np.r_[SIZES, TINY][:, None]
    return panel_responses(results.encoder, results.state(date), sizes * moves(date)[0][:, [horizon]])


def _edges(draws: np.ndarray) -> np.ndarray:
    """Median, lower and upper quantile over draws."""
    return np.quantile(draws, [0.5, 0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)


def _reach(results: FAVARResults, moves) -> np.ndarray:
    """Reach (N,) of the axes: 1.6 times the largest median response to the largest shocks at nine dates of the sample.

    Dates at which every draw explodes have no response; there the widget says so.
    """
    dates = results.var.index[np.linspace(0, len(results.var.index) - 1, 9).astype(int)]
    whole = [date for date in dates if results.var.explosive(date) < 1.0]
    found = [np.median(_panel(results, moves, date, LARGEST)[:2], axis=1) for date in whole]
    return 1.6 * np.maximum(np.abs(found).max(axis=(0, 1, 2)), 1e-9)


def _build(figure: Figure, move: BentResponse) -> dict:
    """Draw what stands still; return the artists that move."""
    left, right = figure.subplots(1, 2, width_ratios=[1.4, 1])
    figure.suptitle(move.note, fontsize=11, x=0.01, ha="left", color="#555555")
    horizons = np.arange(len(move.mirror))
    for ax, ends in ((left, (0, horizons[-1])), (right, (-LARGEST, LARGEST))):
        ax.axhline(0.0, color=COLOURS["grey"], lw=0.8)
        ax.set(xlim=ends, ylim=(-move.reach, move.reach))
    left.set(xlabel="horizon", title=f"response of: {move.name}")
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
    left.legend([artists[key] for key in ("median", "straight", "mirror")], names, loc="best", fontsize=9)
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
