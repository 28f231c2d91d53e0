"""Lesson 4's date slider: releases arrive one by one, and the nowcast of a quarter moves or does not."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from tvplab.data import NYFED_LAGS, load
from tvplab.explore.controls import choice, stops_slider
from tvplab.explore.explorer import Explorer
from tvplab.nowcast_backtest import published, release_date
from tvplab.nowcast_factors import MixedFrequencyFactors
from tvplab.nowcast_releases import release_by_release, release_calendar
from tvplab.plots.ridge import BAND_ALPHA
from tvplab.plots.style import COLOURS

LEVEL = 0.9
RECENT, LONGEST = 5, 23
"""Releases named beside the picture, and letters of a name: text is what takes time to draw."""
FIRST_MONTH = "2000-01"
TARGET, TARGET_LAG = "GDPC1", NYFED_LAGS["GDPC1"]
QUARTERS = ("2016Q2", "2015Q4", "2014Q1", "2012Q3", "2008Q4")
ALT = (
    "Left: the nowcast of a quarter's growth after each release so far, with its 90 % band, and what was published in "
    "the end, dashed. Right: what the last releases did to it."
)
CAPTION = (
    "Step by step to the right: most releases hardly move the blue line, the band narrows a little. "
    "Bars: the latest releases, the newest on top."
)


@dataclass(frozen=True)
class NowcastMove:
    """What one position of the slider shows.

    `story` has one row a release of the quarter, `known` of which have come; `before` is the nowcast ahead of them all,
    `actual` what was published in the end.
    """

    story: pd.DataFrame
    before: pd.Series
    known: int
    actual: float
    quarter: str

    @property
    def path(self) -> pd.DataFrame:
        """Releases so far."""
        return self.story.iloc[: self.known]

    @property
    def now(self) -> pd.Series:
        """The nowcast as it stands: mean, se, lower, upper."""
        return self.path.iloc[-1][list(self.before.index)] if self.known else self.before

    @property
    def recent(self) -> pd.DataFrame:
        """The last releases, the newest first."""
        return self.path.iloc[: -RECENT - 1 : -1]


def nowcast(model=None, frame: pd.DataFrame | None = None, lags=None, names=None, quarters=QUARTERS) -> Explorer:
    """Explore how releases move the nowcast of US growth in a quarter.

    Pseudo real time: the values are those of one vintage, each hidden until its usual day of publication.  A quarter's
    story starts on its first day and ends with the release of its growth.

    Parameters
    ----------
    model : results with a linear Gaussian state space; by default a linear factor model of mixed frequency, estimated
        from the New York Fed's panel from 2000 on.
    frame : the model's monthly panel, transformed; by default that panel, in the vintage of 29 July 2016.
    lags : series → days from the end of a month to its publication; by default those of the New York Fed's series.
    names : series → what to call it in the picture; by default the titles of the New York Fed's panel.
    quarters : quarters to choose from, the first one shown at the start.

    Returns
    -------
    Explorer
        Its controls are `release` (how many have come) and `quarter`; its result is a `NowcastMove`.
    """
    if model is None and frame is None:
        model, frame = default_model()
    if model is None or frame is None:
        raise ValueError("model, frame: give both, or neither")
    lags = NYFED_LAGS if lags is None else lags
    names = load("nyfed").titles if names is None else names
    story = functools.cache(functools.partial(_story, model, frame, dict(lags), dict(names)))
    most = max(len(story(quarter)[0]) for quarter in quarters)

    def compute(release, quarter):
        table, before, actual = story(quarter)
        return NowcastMove(table, before, min(release, len(table)), actual, quarter)

    stops = [(f"{n} of {most}", n) for n in range(most + 1)]
    controls = {
        "release": stops_slider("releases so far", stops, most // 2),
        "quarter": choice("quarter", list(quarters), quarters[0]),
    }
    return Explorer(
        controls, compute, _build, _update, readout=_readout, redraw_on={"quarter"}, alt=ALT, caption=CAPTION,
        figsize=(9.5, 4.2),
    )  # fmt: skip


@functools.cache
def default_model() -> tuple:
    """Return the linear model of the New York Fed's panel, and the panel."""
    data = load("nyfed", "2016-07-29")
    frame = data.transformed().loc[FIRST_MONTH:]
    quarterly = [name for name, frequency in data.frequencies.items() if frequency == "q"]
    return MixedFrequencyFactors(n_factors=2, quarterly=quarterly, tol=1e-4).fit(frame), frame


def _story(model, frame: pd.DataFrame, lags: dict, names: dict, quarter: str) -> tuple[pd.DataFrame, pd.Series, float]:
    """All releases of one quarter in their order, the nowcast before them, and what was published in the end."""
    period = pd.Period(quarter, "Q")
    start = period.start_time.normalize() - pd.Timedelta(days=1)
    calendar = release_calendar(frame, lags, start, release_date(period, TARGET_LAG) - pd.Timedelta(days=1))
    steps = release_by_release(model, published(frame, lags, start), calendar, TARGET, quarter, LEVEL)
    last_month = period.asfreq("M", "end").to_timestamp()
    story = steps.table.assign(date=calendar["date"], name=[names.get(one, one) for one in steps.table["series"]])
    return story, steps.before, float(frame.loc[last_month, TARGET])


def _build(figure: Figure, move: NowcastMove) -> dict:
    """Draw what stands still; return the artists that move."""
    left, right = figure.subplots(1, 2, width_ratios=[1.7, 1])
    story, empty = move.story, np.full(len(move.story) + 1, np.nan)
    whole = pd.concat([move.before.to_frame().T, story[list(move.before.index)]])
    low, high = min(whole["lower"].min(), move.actual), max(whole["upper"].max(), move.actual)
    room = 0.05 * (high - low)
    left.set(xlim=(0, len(story)), ylim=(low - room, high + room), ylabel="growth, % a year")
    left.set_title(f"nowcast of GDP growth, {move.quarter}")
    left.axhline(move.actual, color=COLOURS["black"], ls="--", lw=1.2)
    months = story["date"].dt.to_period("M")
    ticks = [int(np.flatnonzero(months == month)[0]) for month in months.unique()]
    left.set_xticks(ticks, [f"{month:%b}" for month in months.unique()], ha="left")
    wide = 1.1 * max(story["impact"].abs().max(), 0.05)
    right.set(xlim=(-wide, wide), ylim=(RECENT - 0.5, -0.75))
    right.set_title("what the last ones did")
    right.set_yticks([])
    place = np.arange(RECENT)
    right.vlines(np.zeros(RECENT), place - 0.28, place + 0.28, color=COLOURS["grey"], lw=0.8)
    return {
        "band": left.fill_between(np.arange(len(empty)), 0.0, 0.0, color=COLOURS["blue"], alpha=BAND_ALPHA, lw=0),
        "path": left.plot(np.arange(len(empty)), empty, color=COLOURS["blue"])[0],
        "dot": left.plot([0], [np.nan], "o", color=COLOURS["blue"], ms=6)[0],
        "bars": right.barh(place, np.zeros(RECENT), color=COLOURS["vermillion"], height=0.55).patches,
        "names": [right.text(-0.97 * wide, k - 0.42, "", fontsize=8, va="center") for k in place],
    }


def _update(artists: dict, move: NowcastMove) -> None:
    """Move the artists."""
    n = len(move.story) + 1
    seen = np.arange(n) <= move.known
    artists["path"].set_ydata(np.where(seen, np.r_[move.before["mean"], move.story["mean"]], np.nan))
    lower, upper = (np.r_[move.before[side], move.story[side]] for side in ("lower", "upper"))
    artists["band"].set_data(np.arange(n)[seen], lower[seen], upper[seen])
    artists["dot"].set_data([move.known], [move.now["mean"]])
    recent = move.recent
    for k, (bar, text) in enumerate(zip(artists["bars"], artists["names"], strict=True)):
        there = k < len(recent)
        bar.set_width(recent["impact"].iloc[k] if there else 0.0)
        text.set_text(_label(recent.iloc[k]) if there else "")


def _label(row: pd.Series) -> str:
    return f"{row['date']:%d %b}  {row['name'][:LONGEST]} ({row['period']:%b}) {row['impact']:+.2f}"


def _readout(move: NowcastMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    day = f"{move.path['date'].iloc[-1]:%d %b %Y}" if move.known else "–"
    return {
        "date": day,
        "nowcast": f"{move.now['mean']:.2f}",
        "standard error": f"{move.now['se']:.2f}",
        "first came": f"{move.before['mean']:.2f}",
        "published": f"{move.actual:.2f}",
    }
