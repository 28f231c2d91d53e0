"""Pictures of time-varying responses: the surface of Fig. 3, a map, slices, and what OLS misses (Fig. 6).

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from tvplab.plots.figure import Picture
from tvplab.plots.ridge import draw_path, draw_truth, time_axis
from tvplab.plots.style import COLOURS, use_style

LINES = (("blue", "-"), ("vermillion", "-."), ("green", ":"), ("purple", (0, (6, 2))), ("orange", (0, (3, 1, 1, 1))))
"""Colour and dashes of up to five lines, so that none is told apart by colour alone."""


def response_heat(results, unit: str = "", note: str = "", difference: bool = False, break_date=None) -> Picture:
    """Draw the responses, or their distance from OLS, as a map of origin date and horizon; white is zero."""
    surface = results.difference if difference else results.irf
    what = "difference from OLS" if difference else "response"
    reach = float(np.nanmax(np.abs(surface.to_numpy()))) or 1.0
    alt = f"Map of the {what} by origin date and horizon: {in_words(results)}"
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 4.0))
        ax = picture.subplots()
        mesh = ax.pcolormesh(
            time_axis(surface.index),
            surface.columns,
            surface.T,
            cmap="PuOr",
            vmin=-reach,
            vmax=reach,
            shading="nearest",
        )
        ax.set(xlabel="date of the shock", ylabel="horizon", facecolor="#dddddd")
        ax.grid(False)
        _mark(ax, break_date)
        picture.colorbar(mesh, label=f"{what} ({unit})" if unit else what)
        say_above(picture, note)
    return picture


def response_slices(
    results,
    horizons: Sequence[int] | None = None,
    dates: Sequence | None = None,
    unit: str = "",
    note: str = "",
    level: float | None = 0.9,
    truth: pd.DataFrame | None = None,
    break_date=None,
) -> Picture:
    """Draw responses over time at some horizons (left) and over horizons at some dates (right).

    Parameters
    ----------
    horizons, dates : up to five of each; default four spread over the surface, and the first, middle and last date.
    level : level of the bands; None draws none.
    truth : (T, H) true responses when the data are simulated; each cut dashed in the colour of its estimate.
    """
    horizons, dates = _chosen(results, horizons, dates)
    truth = None if truth is None else truth.loc[results.irf.index]
    frames = (results.irf, *((None, None) if level is None else results.bands(level)), truth)
    over_time = {f"h = {h}": [one if one is None else one[h] for one in frames] for h in horizons}
    over_horizons = {_said(date): [one if one is None else one.loc[date] for one in frames] for date in dates}
    alt = f"Responses over time at horizons {horizons} and over horizons at {len(dates)} dates: {in_words(results)}"
    with use_style():
        picture = Picture(alt=alt, figsize=(11, 4.2))
        left, right = picture.subplots(1, 2, sharey=True)
        _draw_cuts(left, over_time)
        _draw_cuts(right, over_horizons)
        right.plot(results.irf_ols, color=COLOURS["grey"], lw=1.0, label="OLS")
        left.set(xlabel="date of the shock", ylabel=f"response ({unit})" if unit else "response")
        right.set(xlabel="horizon")
        _mark(left, break_date)
        for ax in (left, right):
            ax.axhline(0.0, color=COLOURS["grey"], lw=0.6)
            ax.legend()
        say_above(picture, note, "" if truth is None else "Thin and dashed: the truth, in the colour of its estimate")
    return picture


def _draw_cuts(ax: Axes, cuts: Mapping[str, Sequence]) -> None:
    """Draw label → (estimate, lower, upper, truth), each in its colour; the last three may be None."""
    for (label, (estimate, lower, upper, truth)), (colour, dashes) in zip(cuts.items(), LINES, strict=False):
        draw_path(ax, estimate, lower, upper, COLOURS[colour], label, dashes)
        if truth is not None:
            draw_truth(ax, truth, None, COLOURS[colour])


def response_difference(
    results, horizons: Sequence[int] | None = None, unit: str = "", note: str = "", break_date=None
) -> Picture:
    """Draw the response less the constant one by OLS over time, at up to five horizons (Fig. 6)."""
    horizons, _ = _chosen(results, horizons, ())
    alt = f"Response less OLS over time at horizons {horizons}: {in_words(results)}"
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 3.8))
        ax = picture.subplots()
        for h, (colour, dashes) in zip(horizons, LINES, strict=False):
            draw_path(ax, results.difference[h], None, None, COLOURS[colour], f"h = {h}", dashes)
        ax.axhline(0.0, color=COLOURS["grey"], lw=0.6)
        ax.set(xlabel="date of the shock", ylabel=f"TVP − OLS ({unit})" if unit else "TVP − OLS")
        _mark(ax, break_date)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        say_above(picture, note)
    return picture


def compare_responses(
    surfaces: Mapping[str, pd.DataFrame],
    horizon: int,
    truth: pd.DataFrame | None = None,
    unit: str = "",
    note: str = "",
    break_date=None,
) -> Picture:
    """Draw the response at one horizon over time under up to five estimates (label → (T, H) frame), truth dashed."""
    if not 1 <= len(surfaces) <= len(LINES):
        raise ValueError(f"surfaces: one picture holds 1 to {len(LINES)} lines, got {len(surfaces)}")
    alt = f"Response at horizon {horizon} over time by: {', '.join(surfaces)}."
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 3.6))
        ax = picture.subplots()
        for (label, surface), (colour, dashes) in zip(surfaces.items(), LINES, strict=False):
            draw_path(ax, surface[horizon], None, None, COLOURS[colour], label, dashes)
        if truth is not None:
            draw_truth(ax, truth.loc[next(iter(surfaces.values())).index, horizon], None)
        ax.axhline(0.0, color=COLOURS["grey"], lw=0.6)
        ax.set(xlabel="date of the shock", ylabel=f"response at h = {horizon}" + (f" ({unit})" if unit else ""))
        _mark(ax, break_date)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        say_above(picture, note, "" if truth is None else "Dashed black: the truth")
    return picture


def years_of(index: pd.Index) -> np.ndarray:
    """Return an index as numbers for an axis: dates as decimal years."""
    dates = time_axis(index)
    return 1970.0 + date2num(dates) / 365.2425 if isinstance(dates, pd.DatetimeIndex) else index.to_numpy(dtype=float)


def in_words(results) -> str:
    """Say the longest horizon's response at the first and the last date that has one."""
    last = results.irf.iloc[:, -1].dropna()
    return (
        f"at horizon {last.name} it goes from {last.iloc[0]:.2f} in {_said(last.index[0])} "
        f"to {last.iloc[-1]:.2f} in {_said(last.index[-1])}."
    )


def _chosen(results, horizons, dates) -> tuple[list, list]:
    """Return the lines to draw, or the usual ones; raise where there are too many or one is unknown."""
    H, index = results.irf.shape[1], results.irf.dropna().index
    if horizons is None:
        horizons = sorted({round(share * (H - 1)) for share in (0.25, 0.5, 0.75, 1.0)})
    if dates is None:
        dates = list(dict.fromkeys([index[0], index[len(index) // 2], index[-1]]))
    for name, chosen, known in (("horizons", horizons, results.irf.columns), ("dates", dates, results.irf.index)):
        if len(chosen) > len(LINES):
            raise ValueError(f"{name}: one picture holds at most {len(LINES)} lines, got {len(chosen)}")
        unknown = [one for one in chosen if one not in known]
        if unknown:
            raise ValueError(f"{name}: {unknown[0]} is not there; there are {known[0]} to {known[-1]}")
    return list(horizons), list(dates)


def _said(date) -> str:
    return date.strftime("%Y-%m") if isinstance(date, pd.Timestamp) else str(date)


def _mark(ax: Axes, break_date) -> None:
    """Draw the dashed line of Figs. 3 and 6."""
    if break_date is not None:
        ax.axvline(break_date, color="black", ls="--", lw=1.0)


def say_above(picture: Picture, note: str, truth: str = "") -> None:
    """Say where the numbers come from, and what is the truth, in grey above the picture."""
    words = ". ".join(part for part in (note, truth) if part)
    if words:
        picture.suptitle(words, fontsize=11, x=0.01, ha="left", color="#555555")
