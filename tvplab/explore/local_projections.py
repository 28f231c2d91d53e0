"""Lesson 6's slider: one drift penalty for all horizons, a surface of responses to turn, and two cuts through it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tvplab.explore.controls import int_slider, log_slider, stops_slider
from tvplab.explore.explorer import Explorer
from tvplab.explore.surface import bend_surface, furnish_space, turn
from tvplab.local_projections_results import LocalProjectionResults
from tvplab.local_projections_settings import simulated_canada
from tvplab.metrics import mean_absolute_error
from tvplab.plots.ridge import time_axis
from tvplab.plots.style import COLOURS

MULTIPLIERS = 0.1, 1000.0
ALONG_TIME, ALONG_HORIZONS = COLOURS["vermillion"], COLOURS["purple"]
ALT = (
    "Left: surface of responses over date and horizon. "
    "Right: the response over time at one horizon, and over horizons at one date."
)
CAPTION = "The two lines on the surface are the two cuts on the right; grey is the constant response by OLS."


@dataclass(frozen=True)
class Scene:
    """What the controls do not move: the fit at λ's own choice, the truth if there is one, words and limits."""

    fit: LocalProjectionResults
    truth: pd.DataFrame | None
    unit: str
    note: str
    break_date: object
    limits: tuple[float, float]

    @property
    def dates(self) -> pd.Index:
        """Origins that every horizon has."""
        return self.fit.irf.dropna().index


@dataclass(frozen=True)
class ResponseMove:
    """What one position of the controls shows."""

    scene: Scene
    results: LocalProjectionResults
    horizon: int
    date: object
    azimuth: int
    elevation: int

    @property
    def over_time(self) -> pd.Series:
        """Response (T,) at the horizon, by origin date."""
        return self.results.irf[self.horizon]

    @property
    def over_horizons(self) -> pd.Series:
        """Response (H,) to the shock of the date."""
        return self.results.irf.loc[self.date]


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
    scene = Scene(results, truth, unit, note, break_date, _limits(results, truth))
    at = functools.lru_cache(maxsize=64)(results.at)

    def compute(multiplier, **place):
        return ResponseMove(scene, at(multiplier), **place)

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


def _controls(scene: Scene) -> dict:
    """Return the controls; the cuts start at the longest horizon and in the middle of the dates."""
    H, dates = scene.fit.irf.shape[1], scene.dates
    named = [(_said(date), date) for date in dates]
    return {
        "multiplier": log_slider("drift penalty λ over its CV choice", *MULTIPLIERS, 1.0, per_decade=10),
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
    frame, space = furnish_space(grid[:, 0], scene.dates, scene.fit.irf.columns, scene.limits)
    space.plot([], [], [], color=ALONG_TIME, zorder=10)
    space.plot([], [], [], color=ALONG_HORIZONS, ls="-.", zorder=10)
    index, columns = time_axis(scene.fit.irf.index), scene.fit.irf.columns
    time.set(xlim=(index[0], index[-1]), ylim=scene.limits, xlabel="date of the shock")
    if isinstance(index, pd.DatetimeIndex):
        time.xaxis.set_major_locator(AutoDateLocator(maxticks=5))
    horizons.set(xlim=(columns[0], max(columns[-1], 1)), ylim=scene.limits, xlabel="horizon")
    if scene.break_date is not None:
        time.axvline(scene.break_date, color="black", ls=":", lw=1.0)
    for ax in (time, horizons):
        ax.axhline(0.0, color=COLOURS["grey"], lw=0.6)
        ax.yaxis.set_major_locator(MaxNLocator(5))
    return {
        "frame": frame,
        "space": space,
        "time ols": time.axhline(0.0, color=COLOURS["grey"], lw=1.2),
        "horizons ols": horizons.plot(scene.fit.irf_ols, color=COLOURS["grey"], lw=1.2)[0],
        "time truth": _dashed(time, index),
        "horizons truth": _dashed(horizons, columns),
        "time": time.plot(index, np.zeros(len(index)), color=ALONG_TIME)[0],
        "horizons": horizons.plot(columns, np.zeros(len(columns)), color=ALONG_HORIZONS, ls="-.")[0],
        "time here": time.plot([index[0]], [0.0], "o", color=ALONG_HORIZONS)[0],
        "horizons here": horizons.plot([columns[0]], [0.0], "o", color=ALONG_TIME)[0],
    }


def _update(artists: dict, move: ResponseMove) -> None:
    """Move the artists."""
    scene, space = move.scene, artists["space"]
    bend_surface(space, move.results.irf.loc[scene.dates].clip(*scene.limits), move.horizon, move.date)
    turn(artists["frame"], space, move.elevation, move.azimuth)
    ols = scene.fit.irf_ols[move.horizon]
    artists["time ols"].set_ydata([ols, ols])
    artists["time"].set_ydata(move.over_time)
    artists["horizons"].set_ydata(move.over_horizons)
    artists["time here"].set_data([time_axis(pd.Index([move.date]))[0]], [move.over_horizons[move.horizon]])
    artists["horizons here"].set_data([move.horizon], [move.over_horizons[move.horizon]])
    if scene.truth is not None:
        artists["time truth"].set_ydata(scene.truth.loc[move.over_time.index, move.horizon])
        artists["horizons truth"].set_ydata(scene.truth.loc[move.date, move.over_horizons.index])


def _limits(results: LocalProjectionResults, truth: pd.DataFrame | None) -> tuple[float, float]:
    """Fixed limits: room for a fit three times looser than CV's, and for OLS and the truth."""
    loose = results.at(1.0 / 3.0).irf.to_numpy()
    everything = [loose.ravel(), results.irf_ols.to_numpy(), [0.0] if truth is None else truth.to_numpy().ravel()]
    low, high = np.nanmin(np.concatenate(everything)), np.nanmax(np.concatenate(everything))
    room = 0.05 * (high - low)
    return float(min(low, 0.0) - room), float(max(high, 0.0) + room)


def _readout(move: ResponseMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    scene, results, h = move.scene, move.results, move.horizon
    numbers = {
        "response here": f"{move.over_horizons[h]:.2f} {scene.unit}".strip(),
        "constant, by OLS": f"{scene.fit.irf_ols[h]:.2f}",
        "λ at this horizon": f"{results.lam[h]:.3g}",
        "CV choice": f"{scene.fit.lam[h]:.3g}",
    }
    if scene.truth is not None:
        months = scene.dates
        true = scene.truth.loc[months, results.irf.columns]
        numbers["truth here"] = f"{true.loc[move.date, h]:.2f}"
        error = mean_absolute_error(true, results.irf.loc[months])
        numbers["MAE against the truth"] = f"{error:.3f}"
        numbers["MAE of OLS"] = f"{mean_absolute_error(true, 0.0 * true + scene.fit.irf_ols):.3f}"
    return numbers


def _dashed(ax: Axes, places):
    """Return a line for the truth, still empty."""
    return ax.plot(places, np.full(len(places), np.nan), color=COLOURS["black"], ls="--", lw=1.3)[0]


def _said(date) -> str:
    return date.strftime("%Y-%m") if isinstance(date, pd.Timestamp) else str(date)
