"""Lesson 5's slider: the date moves along the sample, and with it the response to a shock of that date."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from tvplab.convergence import ignore_unconverged
from tvplab.data import load
from tvplab.explore.controls import choice, float_slider, stops_slider
from tvplab.explore.explorer import Explorer
from tvplab.plots.moving import MovingBand
from tvplab.plots.ridge import time_axis
from tvplab.plots.style import COLOURS
from tvplab.tvp_var import TVPVAR
from tvplab.tvp_var_results import TVPVARResults

SCALES = ("units of the variable", "sd of the shock at that date")
HORIZON, LEVEL, LARGEST = 20, 0.68, 2.0
MOST_PANELS = 4
EXPLODES = "every draw explodes at this date: there is no response to show"
ALT = (
    "Above: responses of each variable to one shock by horizon, median and 68 % band. "
    "Below: the standard deviation of that shock over time; a line marks the date."
)
CAPTION = "The coefficients are those of the marked date, held there; grey is the response at the middle of the sample."


@dataclass(frozen=True)
class ResponseAtDate:
    """What one position of the controls shows: quantiles (3, H + 1, n) of the responses, median first.

    `time` (T − p,) are the dates as the axis of the strip has them.
    """

    results: TVPVARResults
    names: list
    shock: object
    place: int
    edges: np.ndarray
    middle: np.ndarray
    explosive: float
    sd: np.ndarray
    limits: np.ndarray
    time: np.ndarray
    title: str


def us_macro() -> pd.DataFrame:
    """Return US growth and inflation (% a year) and the bill rate (%), quarterly from 1959, bundled."""
    raw = load("us-macro").frame.loc["1959-04":]
    frame = {"growth": 400.0 * np.log(raw["realgdp"]).diff(), "inflation": raw["infl"], "rate": raw["tbilrate"]}
    return pd.DataFrame(frame).dropna().to_period("Q")


def tvp_var(results: TVPVARResults | None = None, note: str = "", draws: int = 400) -> Explorer:
    """Explore impulse responses along the dates of a fitted TVP-VAR, read from its stored draws.

    Parameters
    ----------
    results : a fit; up to four variables are shown, the last ones.  None fits US growth, inflation and the bill rate
        (bundled data) with that many draws after half as many, about a second.
    note : a few words on where the numbers come from: say here that data are synthetic.

    Returns
    -------
    Explorer
        Its controls are `date`, `shock`, `size` and `scale`; its result is a `ResponseAtDate`.
    """
    if results is None:
        results = _us_fit(draws)
        note = note or "US growth, inflation and the bill rate, 1959 to 2009 (bundled data)"
    if not isinstance(results, TVPVARResults):
        raise TypeError(f"results: expected TVPVARResults, got {type(results).__name__}")
    names = results.names[-MOST_PANELS:]
    edges = functools.lru_cache(maxsize=256)(functools.partial(_edges, results, names))
    limits = functools.lru_cache(maxsize=32)(functools.partial(_limits, results, edges))
    sd = functools.cache(lambda shock: np.median(results.volatility[shock], axis=1))
    middle, time = results.index[len(results.index) // 2], _numbers(results.index)

    def compute(date, shock, size, scale):
        quantiles, explosive = edges(date, shock, scale)
        low, high = (quantiles[1:] if size >= 0 else quantiles[:0:-1]) * size
        return ResponseAtDate(
            results,
            names,
            shock,
            results.index.get_loc(date),
            np.stack([quantiles[0] * size, low, high]),
            edges(middle, shock, scale)[0][0] * size,
            explosive,
            sd(shock),
            limits(shock, scale),
            time,
            note,
        )

    return Explorer(
        _controls(results, middle),
        compute,
        _build,
        _update,
        readout=_readout,
        redraw_on={"shock", "scale"},
        alt=ALT + (f" {note}." if note else ""),
        caption=CAPTION,
        figsize=(9, 4.2),
    )


def _us_fit(draws: int) -> TVPVARResults:
    """Fit the bundled US data with few draws, as the picture wants seconds; it need not have settled."""
    with ignore_unconverged():
        return TVPVAR(own_mean={"rate": 0.9}).fit(us_macro(), draws=draws, burn=draws // 2)


def _controls(results: TVPVARResults, middle) -> dict:
    """Return the controls; the date starts in the middle, the shock at the last variable."""
    stops = [(_said(date), date) for date in results.index]
    return {
        "date": stops_slider("date of the shock t", stops, middle),
        "shock": choice("shock to", results.names, results.names[-1]),
        "size": float_slider("size of the shock", -LARGEST, LARGEST, 1.0, step=0.25),
        "scale": choice("measured in", SCALES, SCALES[0]),
    }


def _edges(results: TVPVARResults, names: list, date, shock, scale: str) -> tuple[np.ndarray, float]:
    """Median, lower and upper response (3, H + 1, n) to a shock of size 1 in its scale, and the share that explodes.

    At a date where every draw explodes the response is NaN.
    """
    try:
        response = results.irf(shock, date, HORIZON, size=1.0 if scale == SCALES[0] else None, level=LEVEL)
    except ValueError:
        if results.explosive(date) < 1.0:
            raise
        return np.full((3, HORIZON + 1, len(names)), np.nan), 1.0
    places = [results.names.index(name) for name in names]
    edges = np.stack([frame.to_numpy() for frame in (response.median, response.lower, response.upper)])
    return edges[:, :, places], response.explosive


def _limits(results: TVPVARResults, edges, shock, scale: str) -> np.ndarray:
    """Reach (n,) of the axes: 1.2 times what the largest shock does at nine dates spread over the sample.

    Dates at which every draw explodes have no response.
    """
    dates = results.index[np.linspace(0, len(results.index) - 1, 9).astype(int)]
    reach = [
        np.abs(quantiles).max(axis=(0, 1)) for quantiles, share in (edges(d, shock, scale) for d in dates) if share < 1
    ]
    least = np.full(len(results.names[-MOST_PANELS:]), 1e-9 if reach else 1.0)
    return 1.2 * LARGEST * np.max([least, *reach], axis=0)


def _numbers(index: pd.Index) -> np.ndarray:
    """Dates as the numbers of an axis."""
    time = time_axis(index)
    return date2num(time) if isinstance(time, pd.DatetimeIndex) else time.to_numpy(dtype=float)


def _said(date) -> str:
    """Return a date as a slider shows it."""
    return f"{date:%Y-%m}" if isinstance(date, pd.Timestamp) else str(date)


def _build(figure: Figure, move: ResponseAtDate) -> dict:
    """Draw what stands still; return the artists that move."""
    n, horizons = len(move.names), np.arange(move.edges.shape[1])
    grid = figure.add_gridspec(2, n, height_ratios=[2.2, 1.0])
    figure.suptitle(move.title, fontsize=11, x=0.01, ha="left", color="#555555")
    tops = [figure.add_subplot(grid[0, i]) for i in range(n)]
    for ax, name, reach in zip(tops, move.names, move.limits, strict=True):
        ax.axhline(0.0, color=COLOURS["grey"], lw=0.8)
        ax.set(xlim=(0, horizons[-1]), ylim=(-reach, reach), xlabel="horizon")
        ax.set_title(str(name))
    strip, time = figure.add_subplot(grid[1, :]), time_axis(move.results.index)
    strip.plot(time, move.sd, color=COLOURS["vermillion"])
    strip.set(xlim=(time[0], time[-1]), ylim=(0.0, 1.05 * move.sd.max()))
    strip.set_title(f"sd of the shock to {move.shock}, by date")
    zeros = np.zeros(len(horizons))
    return {
        "middles": [ax.plot(horizons, zeros, color=COLOURS["grey"], ls="--", lw=1.2)[0] for ax in tops],
        "message": figure.text(0.5, 0.62, "", ha="center", fontsize=13),
        "bands": [MovingBand(ax, horizons, COLOURS["blue"], 0.2) for ax in tops],
        "lines": [ax.plot(horizons, zeros, color=COLOURS["blue"])[0] for ax in tops],
        "mark": strip.axvline(move.time[move.place], color=COLOURS["black"], ls="--", lw=1.2),
    }


def _update(artists: dict, move: ResponseAtDate) -> None:
    """Move the artists."""
    for i, (line, band, middle) in enumerate(zip(artists["lines"], artists["bands"], artists["middles"], strict=True)):
        line.set_ydata(move.edges[0, :, i])
        band.set_edges(move.edges[1, :, i], move.edges[2, :, i])
        middle.set_ydata(move.middle[:, i])
    artists["mark"].set_xdata([move.time[move.place]] * 2)
    artists["message"].set_text(EXPLODES if move.explosive == 1.0 else "")


def _readout(move: ResponseAtDate) -> dict[str, str]:
    """Key numbers beside the picture."""
    last = move.names[0]
    peak = int(np.argmax(np.abs(move.edges[0, :, 0])))
    largest = "none" if move.explosive == 1.0 else f"{move.edges[0, peak, 0]:.2f} (h = {peak})"
    return {
        "date": _said(move.results.index[move.place]),
        f"largest response of {last}": largest,
        "sd of the shock": f"{move.sd[move.place]:.2f}",
        "explosive draws left out": f"{move.explosive:.0%}",
    }
