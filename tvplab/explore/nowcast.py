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
from tvplab.plots.moving import MovingBand, StoredText, move_bars, moving_bars
from tvplab.plots.style import COLOURS

LEVEL = 0.9
RECENT, LONGEST = 5, 36
"""Releases named beside the picture, and letters of a name that have room there."""
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
class Story:
    """One quarter: a `table` with a row a release in its order, the nowcast `before` them all, what was published."""

    table: pd.DataFrame
    before: pd.Series
    actual: float
    quarter: str

    @functools.cached_property
    def numbers(self) -> np.ndarray:
        """Mean, se, lower, upper before all releases and after each (K + 1, 4)."""
        return np.vstack([self.before, self.table[list(self.before.index)]])

    @functools.cached_property
    def impacts(self) -> np.ndarray:
        """What each release did (K,)."""
        return self.table["impact"].to_numpy()

    @functools.cached_property
    def labels(self) -> list[str]:
        """Each release in words (K,)."""
        rows = self.table[["date", "name", "period", "impact"]].itertuples(index=False)
        return [f"{day:%d %b}  {name[:LONGEST]} ({month:%b}) {impact:+.2f}" for day, name, month, impact in rows]


@dataclass(frozen=True)
class NowcastMove:
    """What one position of the slider shows: a quarter's releases, `known` of which have come."""

    way: Story
    known: int

    @property
    def story(self) -> pd.DataFrame:
        """All releases of the quarter."""
        return self.way.table

    @property
    def path(self) -> pd.DataFrame:
        """Releases so far."""
        return self.story.iloc[: self.known]

    @property
    def now(self) -> pd.Series:
        """The nowcast as it stands: mean, se, lower, upper."""
        return pd.Series(self.way.numbers[self.known], self.way.before.index)


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
    last = min(len(story(quarter).table) for quarter in quarters)

    def compute(release, quarter):
        way = story(quarter)
        return NowcastMove(way, round(release / last * len(way.table)))

    stops = [(f"{n / last:.0%}", n) for n in range(last + 1)]
    controls = {
        "release": stops_slider("releases so far", stops, last // 2),
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


def _story(model, frame: pd.DataFrame, lags: dict, names: dict, quarter: str) -> Story:
    """Follow the nowcast of one quarter through all its releases."""
    period = pd.Period(quarter, "Q")
    start = period.start_time.normalize() - pd.Timedelta(days=1)
    calendar = release_calendar(frame, lags, start, release_date(period, TARGET_LAG) - pd.Timedelta(days=1))
    steps = release_by_release(model, published(frame, lags, start), calendar, TARGET, quarter, LEVEL)
    last_month = period.asfreq("M", "end").to_timestamp()
    table = steps.table.assign(date=calendar["date"], name=[names.get(one, one) for one in steps.table["series"]])
    return Story(table, steps.before, float(frame.loc[last_month, TARGET]), quarter)


def _build(figure: Figure, move: NowcastMove) -> dict:
    """Draw what stands still; return the artists that move."""
    left, right = figure.subplots(1, 2, width_ratios=[1.7, 1])
    way, story, place = move.way, move.story, np.arange(RECENT)
    low, high = min(way.numbers[:, 2].min(), way.actual), max(way.numbers[:, 3].max(), way.actual)
    steps, empty = np.arange(len(story) + 1), np.full(len(story) + 1, np.nan)
    room = 0.05 * (high - low)
    left.set(
        xlim=(0, len(story)),
        ylim=(low - room, high + room),
        ylabel="growth, % a year",
        xlabel="releases in their order",
    )
    left.set_title(f"nowcast of GDP growth, {way.quarter}")
    left.axhline(way.actual, color=COLOURS["black"], ls="--", lw=1.2, label="published in the end")
    months = story["date"].dt.to_period("M")
    ticks = [int(np.flatnonzero(months == month)[0]) for month in months.unique()]
    left.set_xticks(ticks, [f"{month:%b}" for month in months.unique()], ha="left")
    wide = 1.1 * max(story["impact"].abs().max(), 0.05)
    right.set(xlim=(-wide, wide), ylim=(RECENT - 0.5, -0.75))
    right.set_title("what the last ones did")
    right.set_yticks([])
    right.vlines(np.zeros(RECENT), place - 0.28, place + 0.28, color=COLOURS["grey"], lw=0.8)
    lines = [StoredText(-0.97 * wide, k - 0.42, "", fontsize=8) for k in place]
    path = left.plot(steps, empty, color=COLOURS["blue"], label=f"nowcast, {100 * LEVEL:.0f} % band")[0]
    left.legend(loc="upper right")
    return {
        "band": MovingBand(left, steps, COLOURS["blue"]),
        "path": path,
        "dot": left.plot([0], [np.nan], "o", color=COLOURS["blue"], ms=6)[0],
        "bars": moving_bars(right, RECENT, COLOURS["vermillion"], height=0.55),
        "names": [right.add_artist(line) for line in lines],
    }


def _update(artists: dict, move: NowcastMove) -> None:
    """Move the artists."""
    mean, _, lower, upper = np.where(
        np.arange(len(move.way.numbers))[:, None] <= move.known, move.way.numbers, np.nan
    ).T
    artists["path"].set_ydata(mean)
    artists["band"].set_edges(lower, upper)
    artists["dot"].set_data([move.known], [mean[move.known]])
    newest, missing = slice(max(move.known - RECENT, 0), move.known), max(RECENT - move.known, 0)
    move_bars(artists["bars"], np.r_[move.way.impacts[newest][::-1], np.zeros(missing)])
    for text, label in zip(artists["names"], move.way.labels[newest][::-1] + [""] * missing, strict=True):
        text.set_text(label)


def _readout(move: NowcastMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    mean, se, *_ = move.way.numbers[move.known]
    return {
        "releases": f"{move.known} of {len(move.story)}",
        "date": f"{move.story['date'].iloc[move.known - 1]:%d %b %Y}" if move.known else "–",
        "nowcast": f"{mean:.2f}",
        "standard error": f"{se:.2f}",
        "first came": f"{move.way.before['mean']:.2f}",
        "published": f"{move.way.actual:.2f}",
    }
