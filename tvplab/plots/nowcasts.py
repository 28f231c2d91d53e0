"""Pictures of nowcasts: their way through the quarter, what the news did, and how far they were off."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, date2num

from tvplab.plots.figure import Picture
from tvplab.plots.ridge import BAND_ALPHA
from tvplab.plots.style import COLOURS, use_style

LOOKS = (("vermillion", "-"), ("blue", "--"), ("green", "-."), ("purple", ":"), ("orange", (0, (6, 1, 1, 1, 1, 1))))

NEAR = np.array([0.03, 0.05])
"""Two steps closer than this, as shares of width and height, have their numbers on opposite sides."""


def nowcast_progress(path: pd.DataFrame, actual: float | None = None, title: str = "", labels: int = 5) -> Picture:
    """Draw a nowcast's way, release by release, with its band; the releases of most impact are numbered and named.

    Parameters
    ----------
    path : rows in order, columns `date`, `series`, `impact`, `mean`, `lower`, `upper`: the `table` of
        `nowcast_releases.release_by_release` with the `date` of its calendar.
    actual : what was published in the end, drawn as a line.
    labels : how many releases to name.
    """
    alt = f"{title or 'Nowcast'}: after each release, with its band, from {path['date'].iloc[0]:%d %b %Y} on."
    with use_style():
        picture = Picture(alt=alt, figsize=(9.5, 3.8))
        ax = picture.subplots()
        draw_progress(ax, path)
        if actual is not None:
            ax.axhline(actual, color=COLOURS["black"], ls="--", lw=1.2)
            ax.annotate("published", (path["date"].iloc[-1], actual), (0, 4), textcoords="offset points", ha="right")
        chosen = path.loc[path["impact"].abs().nlargest(labels).index.sort_values()]
        _number_steps(ax, chosen)
        words = [
            f"{n}  {row.date:%d %b}  {row.series} {row.impact:+.2f}"
            for n, row in enumerate(chosen.itertuples(), start=1)
        ]
        ax.text(1.02, 1.0, "\n".join(words), transform=ax.transAxes, va="top", fontsize=9, linespacing=1.6)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(ax.xaxis.get_major_locator(), show_offset=False))
        ax.set_title(title)
        ax.set_ylabel("% a year")
    return picture


def draw_progress(ax: Axes, path: pd.DataFrame) -> None:
    """Draw the steps of mean and band by date; of several releases on one day the last one counts."""
    last = path.groupby("date").last()
    ax.fill_between(
        last.index, last["lower"], last["upper"], step="post", color=COLOURS["blue"], alpha=BAND_ALPHA, lw=0
    )
    ax.step(last.index, last["mean"], where="post", color=COLOURS["blue"])


def _number_steps(ax: Axes, chosen: pd.DataFrame) -> None:
    """Number steps where the line leaves room: above, right of a fall, left of a rise; opposite where two are close."""
    left, right = ax.get_xlim()
    low, high = ax.get_ylim()
    flipped, before = False, None
    for number, row in enumerate(chosen.itertuples(), start=1):
        here = np.array([(date2num(row.date) - left) / (right - left), (row.mean - low) / (high - low)])
        close = before is not None and np.all(np.abs(here - before) < NEAR)
        flipped, before = bool(close) and not flipped, here
        side, up = (1 if row.impact < 0 else -1) * (-1 if flipped else 1), -1 if flipped else 1
        place = {"xytext": (4 * side, 6 * up), "textcoords": "offset points", "ha": "left" if side > 0 else "right"}
        ax.annotate(str(number), (row.date, row.mean), **place, va="center", fontweight="bold")


def news_bars(news, top: int = 10, names: Mapping[str, str] | None = None) -> Picture:
    """Draw the impact of the series with the largest effect as bars, and the rest and the total in the title.

    Three decimals, as effects of single series are of the order of a tenth.

    Parameters
    ----------
    news : `nowcast_news.News`.
    top : how many series to draw.
    names : series → what to call it, such as a data set's `titles`; by default its code.
    """
    table = news.by_series
    shown = table.iloc[:top].iloc[::-1].rename(index=names or {})
    rest = table["total"].iloc[top:].sum()
    alt = f"Impact of the news on {news.target}, largest first; in all {news.change:+.2f}."
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 1.4 + 0.28 * len(shown)))
        ax = picture.subplots()
        ax.barh(shown.index, shown["releases"], color=COLOURS["blue"], height=0.6)
        left = np.where(shown["releases"] * shown["revisions"] > 0, shown["releases"], 0.0)
        ax.barh(shown.index, shown["revisions"], left=left, color=COLOURS["orange"], height=0.6, hatch="//")
        ax.axvline(0.0, color=COLOURS["black"], lw=0.8)
        ax.set_xlabel("impact (blue: releases; orange, hatched: revisions)")
        ax.set_title(f"{news.before:.3f} → {news.after:.3f}: change {news.change:+.3f}, others {rest:+.3f}")
    return picture


def error_paths(ratio: pd.DataFrame, published: pd.DataFrame | None = None) -> Picture:
    """Draw RMSFE over the benchmark's against weeks to release, one line a model.

    Parameters
    ----------
    ratio : rows weeks, one column a model.
    published : the paper's, same form; drawn as diamonds.
    """
    alt = f"Forecast error over the benchmark's by weeks to release: {', '.join(map(str, ratio.columns))}."
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 3.8))
        ax = picture.subplots()
        for (colour, dashes), name in zip(LOOKS, ratio, strict=False):
            ax.plot(ratio.index, ratio[name], color=COLOURS[colour], ls=dashes, label=str(name))
            if published is not None and name in published:
                ax.plot(published.index, published[name], "D", color=COLOURS[colour], mfc="white", ms=6)
        ax.axhline(1.0, color=COLOURS["black"], lw=0.8)
        ax.invert_xaxis()
        ax.set(xlabel="weeks to the release", ylabel="RMSFE ratio")
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return picture


def nowcasts_and_truth(
    nowcasts: Mapping[str, pd.Series] | pd.DataFrame, actual: pd.Series, ylabel: str = "%", truth: str = "first release"
) -> Picture:
    """Draw nowcasts by quarter beside what was published; gaps between windows stay open.

    nowcasts : model → series by quarter; actual : by quarter; truth : what to call it.
    """
    frame = pd.DataFrame(nowcasts)
    quarters = pd.period_range(frame.index[0], frame.index[-1], freq="Q")
    frame, actual = frame.reindex(quarters), actual.reindex(quarters)
    alt = f"By quarter: {', '.join(map(str, frame.columns))}, and the {truth} as dots."
    with use_style():
        picture = Picture(alt=alt, figsize=(9, 3.6))
        ax = picture.subplots()
        time = quarters.to_timestamp()
        ax.plot(time, actual, "o", color=COLOURS["black"], ms=5, label=truth)
        for (colour, dashes), name in zip(LOOKS, frame, strict=False):
            ax.plot(time, frame[name], color=COLOURS[colour], ls=dashes, label=str(name))
        ax.axhline(0.0, color=COLOURS["grey"], lw=0.8)
        ax.set_ylabel(ylabel)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return picture
