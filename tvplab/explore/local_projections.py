"""Lesson 6's slider: one drift penalty for all horizons, a surface of responses to turn, and two cuts through it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tvplab.explore.box import View
from tvplab.explore.controls import int_slider, log_slider, stops_slider
from tvplab.explore.explorer import Explorer
from tvplab.explore.responses import ResponseMove, Scene, limits_of
from tvplab.explore.surface import Space
from tvplab.local_projections_results import LocalProjectionResults
from tvplab.local_projections_settings import simulated_canada
from tvplab.metrics import mean_absolute_error
from tvplab.plots.ridge import time_axis
from tvplab.plots.style import COLOURS

MULTIPLIERS, PER_DECADE = (0.1, 1000.0), 10
ALONG_TIME, ALONG_HORIZONS = COLOURS["vermillion"], COLOURS["purple"]
ALT = (
    "Left: surface of responses over date and horizon. "
    "Right: the response over time at one horizon, and over horizons at one date."
)
CAPTION = "The two lines on the surface are the two cuts on the right; grey is the constant response by OLS."


def local_projections(
    results: LocalProjectionResults | None = None,
    truth: pd.DataFrame | None = None,
    *,
    unit: str = "",
    note: str = "",
    break_date=None,
) -> Explorer:
    """Explore a surface of responses: how much it may move, and how it looks from all sides.

    Parameters
    ----------
    results : a fit of `LocalProjections`; without one, output in simulated Canada is fitted first, which
        takes a few seconds, and `truth`, `unit`, `note` and `break_date` are that world's.
    truth : (T, H) true responses when the data are simulated; drawn dashed.
    unit : what the response is measured in.
    note : a few words on where the numbers come from: say here that data are synthetic or a substitute.
    break_date : a date to mark by a dashed line.

    Returns
    -------
    Explorer
        Its controls are `multiplier` (every horizon's λ over its own choice), `horizon`, `date`, `azimuth` and
        `elevation`; its result is a `ResponseMove`.
    """
    if results is None:
        setting = simulated_canada()
        results, truth, unit = setting.fit("gdp"), setting.truth["gdp"], setting.units["gdp"]
        note, break_date = "GDP, simulated Canada (synthetic)", setting.break_date
    if not isinstance(results, LocalProjectionResults):
        raise TypeError(f"results: expected one target's LocalProjectionResults, got {type(results).__name__}")
    scene = Scene(results, truth, unit, note, break_date, limits_of(results, truth))
    known = _at_stops(results) if results.in_the_dual else {}

    def compute(multiplier, **place):
        digits = f"{multiplier:.9g}"  # the page's arithmetic and ours may differ in the last ones
        if digits not in known:
            known[digits] = results.at(multiplier)
        return ResponseMove(scene, known[digits], **place)

    return Explorer(
        _controls(scene),
        compute,
        _build,
        _update,
        readout=_readout,
        marks=lambda _move: {"multiplier": {"CV": 1.0}},
        buttons={"show CV choice": lambda explorer: explorer.set(multiplier=1.0)},
        alt=ALT + (f" {note}." if note else ""),
        caption=CAPTION + (" The truth is dashed." if truth is not None else ""),
        figsize=(9.6, 4.4),
    )


def _at_stops(results: LocalProjectionResults) -> dict[str, LocalProjectionResults]:
    """Solve for all stops of the multiplier's slider at once."""
    decades = np.log10(MULTIPLIERS[1] / MULTIPLIERS[0])
    stops = np.geomspace(*MULTIPLIERS, 1 + round(PER_DECADE * decades))
    return {f"{stop:.9g}": one for stop, one in zip(stops, results.along(stops), strict=True)}


def _controls(scene: Scene) -> dict:
    """Return the controls; the cuts start at the longest horizon and in the middle of the dates."""
    H, dates = scene.fit.irf.shape[1], scene.dates
    named = [(_said(date), date) for date in dates]
    return {
        "multiplier": log_slider("drift penalty λ over its CV choice", *MULTIPLIERS, 1.0, per_decade=PER_DECADE),
        "horizon": int_slider("horizon h", 0, H - 1, H - 1),
        "date": stops_slider("date of the shock t", named, dates[len(dates) // 2]),
        "azimuth": int_slider("azimuth (degrees)", -180, 180, 40, step=4),
        "elevation": int_slider("elevation (degrees)", 0, 90, 25, step=3),
    }


def _build(figure: Figure, move: ResponseMove) -> dict:
    """Draw what stands still; return the artists that move: the whole space on the left, as it can be turned."""
    grid = figure.add_gridspec(2, 2, width_ratios=[1.35, 1.0])
    time, horizons = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    scene = move.scene
    title = ". ".join(part for part in (scene.note, scene.unit and f"Response in {scene.unit}") if part)
    figure.suptitle(title, fontsize=12, x=0.01, ha="left")
    edges = (scene.years[0], scene.years[-1]), (scene.horizons[0], max(scene.horizons[-1], 1.0)), scene.limits
    space = Space(figure.add_subplot(grid[:, 0]), edges, ("date", "horizon"))
    for line, colour, dashes in zip(space.lines, (ALONG_TIME, ALONG_HORIZONS), ("-", "-."), strict=True):
        line.set(color=colour, ls=dashes)
    index, columns = time_axis(scene.fit.irf.index), scene.fit.irf.columns
    sides = 0.02 * (index[-1] - index[0])
    time.set(xlim=(index[0] - sides, index[-1] + sides), ylim=scene.limits, xlabel="date of the shock")
    if isinstance(index, pd.DatetimeIndex):
        time.xaxis.set_major_locator(AutoDateLocator(maxticks=5))
    last = max(columns[-1], 1)
    horizons.set(xlim=(-0.02 * last, 1.02 * last), ylim=scene.limits, xlabel="horizon")
    if scene.break_date is not None:
        time.axvline(scene.break_date, color="black", ls=":", lw=1.0)
    for ax in (time, horizons):
        ax.axhline(0.0, color=COLOURS["grey"], lw=0.6)
        ax.yaxis.set_major_locator(MaxNLocator(5))
    horizons.plot(scene.fit.irf_ols, color=COLOURS["grey"], lw=1.2, label="OLS")
    if scene.truth is not None:
        horizons.plot([], [], color=COLOURS["black"], ls="--", lw=1.3, label="truth")
    horizons.legend(loc="lower left", fontsize=10)
    return {
        "space": space,
        "time ols": time.axhline(0.0, color=COLOURS["grey"], lw=1.2),
        "time truth": _dashed(time, index),
        "horizons truth": _dashed(horizons, columns),
        "time": time.plot(index, np.zeros(len(index)), color=ALONG_TIME)[0],
        "horizons": horizons.plot(columns, np.zeros(len(columns)), color=ALONG_HORIZONS, ls="-.")[0],
        "time here": time.plot([index[0]], [0.0], "o", color=ALONG_HORIZONS)[0],
        "horizons here": horizons.plot([columns[0]], [0.0], "o", color=ALONG_TIME)[0],
    }


def _update(artists: dict, move: ResponseMove) -> None:
    """Move the artists."""
    scene, surface, h, row = move.scene, move.surface, move.horizon, move.row
    artists["space"].show(move.mesh, move.cuts, View(move.elevation, move.azimuth))
    artists["time ols"].set_ydata([scene.fit.irf_ols[h]] * 2)
    artists["time"].set_ydata(surface[:, h])
    artists["horizons"].set_ydata(surface[row])
    artists["time here"].set_data([artists["time"].get_xdata(orig=False)[row]], [surface[row, h]])
    artists["horizons here"].set_data([h], [surface[row, h]])
    if scene.truth is not None:
        artists["time truth"].set_ydata(scene.true[:, h])
        artists["horizons truth"].set_ydata(scene.true[row])


def _readout(move: ResponseMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    scene, results, h = move.scene, move.results, move.horizon
    numbers = {
        "response here": f"{move.surface[move.row, h]:.2f} {scene.unit}".strip(),
        "constant, by OLS": f"{scene.fit.irf_ols[h]:.2f}",
        "λ at this horizon": f"{results.lam[h]:.3g}",
        "CV choice": f"{scene.fit.lam[h]:.3g}",
    }
    if scene.truth is not None:
        common = slice(len(scene.dates))
        numbers["truth here"] = f"{scene.true[move.row, h]:.2f}"
        numbers["MAE against the truth"] = f"{mean_absolute_error(scene.true[common], move.surface[common]):.3f}"
        numbers["MAE of OLS"] = f"{scene.error_of_ols:.3f}"
    return numbers


def _dashed(ax: Axes, places):
    """Return a line for the truth, still empty."""
    return ax.plot(places, np.full(len(places), np.nan), color=COLOURS["black"], ls="--", lw=1.3)[0]


def _said(date) -> str:
    return date.strftime("%Y-%m") if isinstance(date, pd.Timestamp) else str(date)
