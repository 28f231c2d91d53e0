"""Pictures of factor models: the common component, what is common in each item, EM's way up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy.special import ndtri

from tvplab.plots.figure import Picture
from tvplab.plots.ridge import draw_path, draw_truth, name_periods, time_axis
from tvplab.plots.style import COLOURS, use_style

LOOKS = (("blue", "-"), ("vermillion", "-."), ("green", ":"), ("purple", (0, (6, 2))))
"""Colour and dashes of the first lines of a picture, so that colour is never alone."""


def common_component(
    commons: Mapping[str, pd.Series] | pd.Series,
    headline: pd.Series | None = None,
    se: pd.Series | None = None,
    truth: pd.Series | None = None,
    level: float = 0.9,
    unit: str = "",
) -> Picture:
    """Draw one to four common components over the headline that they are part of.

    Parameters
    ----------
    commons : label → (T,) series, or one series, which is labelled "common".
    headline : (T,) what everybody sees; drawn grey.
    se : (T,) standard errors of the first common component; its band is drawn at `level`.
    truth : (T,) true common component of simulated data, dashed; the picture then says "synthetic".
    unit : what the vertical axis counts, such as "% over 12 months".

    Raises
    ------
    ValueError
        For none or more than four lines.
    """
    commons = {"common": commons} if isinstance(commons, pd.Series) else dict(commons)
    if not 1 <= len(commons) <= len(LOOKS):
        raise ValueError(f"commons: one picture holds 1 to {len(LOOKS)} lines, got {len(commons)}")
    with use_style():
        picture = Picture(alt=_alt(commons, headline, truth), figsize=(9, 3.8))
        ax = picture.subplots()
        if headline is not None:
            draw_path(ax, headline, None, None, COLOURS["grey"], "headline")
        for number, ((label, line), (colour, dashes)) in enumerate(zip(commons.items(), LOOKS, strict=False)):
            half = None if se is None or number else ndtri(0.5 + level / 2.0) * se
            band = (None, None) if half is None else (line - half, line + half)
            draw_path(ax, line, *band, COLOURS[colour], str(label), dashes)
        if truth is not None:
            draw_truth(ax, truth)
        ax.set(ylabel=unit)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        name_periods(ax, next(iter(commons.values())).index)
    return picture


def item_bars(
    values: pd.Series | Mapping[str, pd.Series], truth: pd.Series | None = None, title: str = "", xlabel: str = ""
) -> Picture:
    """Draw a horizontal bar for each item, largest at the top: shares that are common, loadings, contributions.

    Parameters
    ----------
    values : (n,) numbers by item; or panel title → numbers by item, for panels side by side.
    truth : (n,) true numbers of simulated data, drawn as diamonds in every panel.
    """
    panels = {title: values} if isinstance(values, pd.Series) else dict(values)
    largest = max(len(panel) for panel in panels.values())
    alt = "; ".join(
        f"{name}: from {_named(panel, 'idxmin')} to {_named(panel, 'idxmax')}" for name, panel in panels.items()
    )
    with use_style():
        picture = Picture(alt=f"Bars by item. {alt}.", figsize=(5 + 3 * len(panels), 1.2 + 0.27 * largest))
        grid = picture.subplots(1, len(panels), squeeze=False).ravel()
        for ax, (name, panel) in zip(grid, panels.items(), strict=True):
            draw_bars(ax, panel.sort_values(), truth)
            ax.set_title(name)
        picture.supxlabel(xlabel, fontsize=11)
    return picture


def draw_bars(ax: Axes, values: pd.Series, truth: pd.Series | None = None) -> None:
    """Draw bars from zero in the given order; negative ones in another colour."""
    places = np.arange(len(values))
    ax.barh(places, values, color=np.where(values < 0, COLOURS["vermillion"], COLOURS["blue"]), height=0.7)
    if truth is not None:
        ax.plot(truth[values.index], places, "D", ms=6, color=COLOURS["black"], label="truth (synthetic)")
        ax.legend(loc="lower right")
    ax.axvline(0.0, color=COLOURS["grey"], lw=0.8)
    ax.set_yticks(places, [str(name) for name in values.index])
    ax.margins(y=0.02)


def loglik_paths(
    paths: Mapping[str, np.ndarray] | np.ndarray, best: float | None = None, what: str = "log-likelihood"
) -> Picture:
    """Draw how far each EM iterate's log-likelihood lies below `best` (default: the highest of all), on a log scale.

    A line that goes straight down converges at a steady rate; one that levels off creeps.  `what` names a height that
    is not a log-likelihood, such as a log posterior.
    """
    paths = {"EM": paths} if isinstance(paths, np.ndarray) else dict(paths)
    best = max(np.max(path) for path in paths.values()) if best is None else best
    last = ", ".join(f"{label} after {len(path) - 1} iterations" for label, path in paths.items())
    with use_style():
        picture = Picture(alt=f"{what.capitalize()} below the best, by EM iteration: {last}.", figsize=(8, 3.4))
        ax = picture.subplots()
        for (label, path), (colour, dashes) in zip(paths.items(), LOOKS, strict=False):
            gap = best - np.asarray(path)
            shown = np.where(gap > 0, gap, np.nan)
            ax.plot(np.arange(len(path)), shown, color=COLOURS[colour], ls=dashes, label=str(label))
            stop = int(np.flatnonzero(np.isfinite(shown))[-1])
            ax.plot(stop, shown[stop], "o", color=COLOURS[colour])
        ax.set(yscale="log", xlabel="EM iteration", ylabel=f"{what} below the best")
        if len(paths) > 1:
            ax.legend()
    return picture


def _named(values: pd.Series, which: str) -> str:
    """Item and value of the largest or the smallest."""
    name = getattr(values, which)()
    return f"{name} ({values[name]:.2f})"


def _alt(commons, headline, truth) -> str:
    """Words for those who cannot see the picture."""
    first = next(iter(commons.values()))
    first_date, last_date = (str(label).split(" 00:00:00")[0] for label in time_axis(first.index)[[0, -1]])
    over = " over the headline" if headline is not None else ""
    close = f"; correlation of the first with the headline {first.corr(headline):.2f}" if headline is not None else ""
    real = " and the truth of the simulated world" if truth is not None else ""
    return f"Common component ({', '.join(map(str, commons))}){over}{real}, from {first_date} to {last_date}{close}."
