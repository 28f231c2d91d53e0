"""Pictures of sparse factors that come and go: loadings at dates and over time, how many are active, whose noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tvplab.plots.factors import LOOKS
from tvplab.plots.figure import Picture
from tvplab.plots.ridge import draw_truth, time_axis
from tvplab.plots.style import COLOURS, use_style

SIGNED, SHARE = "PuOr", "cividis"


def loading_maps(
    snapshots: Mapping[str, np.ndarray],
    columns: int = 4,
    cap: float | None = None,
    groups: Mapping[str, str] | None = None,
    note: str = "",
) -> Picture:
    """Draw loadings (N, r) as maps, series down and factors across; white is zero.

    Parameters
    ----------
    snapshots : title → loadings, such as the truth and an estimate at some dates; arrays or frames (series by factor).
    columns : maps in a row.
    cap : largest |loading| that still gets a darker colour; default the largest there is.  The paper caps at 0.5.
    groups : series → group, in the order of the rows; borders between groups are drawn and named.
    """
    arrays = {title: np.asarray(one, dtype=float) for title, one in snapshots.items()}
    reach = cap or max(np.abs(one).max() for one in arrays.values()) or 1.0
    rows = -(-len(arrays) // columns)
    tall = max(1.6 if groups is None else 3.0, 0.022 * max(len(one) for one in arrays.values()))
    with use_style():
        picture = Picture(alt=_maps_alt(arrays), figsize=(10, 0.5 + rows * (0.6 + tall)))
        grid = picture.subplots(rows, min(columns, len(arrays)), sharey=True, squeeze=False)
        for ax, (title, one) in zip(grid.ravel(), arrays.items(), strict=False):
            mesh = draw_map(ax, one, reach)
            ax.set_title(title)
        for ax in grid.ravel()[len(arrays) :]:
            ax.set_visible(False)
        for row in grid:
            _mark_groups(row, groups)
        picture.colorbar(mesh, ax=grid, label="loading", extend="both" if cap else "neither", shrink=0.8)
        _say(picture, note)
    return picture


def draw_map(ax: Axes, loadings: np.ndarray, reach: float):
    """Draw one matrix (N, r), first series at the top."""
    N, r = loadings.shape
    edges = np.arange(r + 1) + 0.5, np.arange(N + 1) + 0.5
    mesh = ax.pcolormesh(*edges, loadings, cmap=SIGNED, vmin=-reach, vmax=reach)
    ax.set(xlabel="factor", xticks=column_ticks(r), ylim=(N + 0.5, 0.5))
    ax.grid(False)
    return mesh


def column_ticks(r: int) -> list[int]:
    """Name up to ten columns one by one; of more, the first and every fifth or tenth …, in round numbers."""
    if r <= 10:
        return list(range(1, r + 1))
    step = next(step for step in (5, 10, 20, 50, 100, r) if r <= 6 * step)
    return [1, *range(step, r + 1, step)]


def loading_history(
    history: pd.DataFrame,
    title: str = "loadings",
    probability: bool = False,
    groups: Mapping[str, str] | None = None,
    note: str = "",
) -> Picture:
    """Draw one factor's loadings on all series, or its inclusion probabilities, over time (Figure 6).

    Parameters
    ----------
    history : (T, N) frame, such as `results.loading(factor="F1")`; white is zero.
    probability : values are shares from 0 to 1, on a scale of their own.
    groups : series → group, in the order of the columns.
    """
    values, time = history.to_numpy().T, time_axis(history.index)
    reach = np.abs(values).max() or 1.0
    looks = (
        {"cmap": SHARE, "vmin": 0.0, "vmax": 1.0} if probability else {"cmap": SIGNED, "vmin": -reach, "vmax": reach}
    )
    with use_style():
        picture = Picture(alt=_history_alt(history, title), figsize=(10, 1.8 + 0.022 * len(values)))
        ax = picture.subplots()
        mesh = ax.pcolormesh(time, np.arange(1, len(values) + 1), values, shading="nearest", **looks)
        ax.set(ylim=(len(values) + 0.5, 0.5), title=title)
        ax.grid(False)
        _mark_groups([ax], groups)
        picture.colorbar(mesh, label="probability" if probability else "loading")
        _say(picture, note)
    return picture


def counts_over_time(
    counts: Mapping[str, pd.Series] | pd.Series, truth: pd.Series | None = None, ylabel: str = "active factors"
) -> Picture:
    """Draw up to four counts over time as steps, and the truth dashed: active factors, factors a series, ….

    `counts` is label → (T,) series, or one series.
    """
    counts = {str(counts.name or ylabel): counts} if isinstance(counts, pd.Series) else dict(counts)
    if not 1 <= len(counts) <= len(LOOKS):
        raise ValueError(f"counts: one picture holds 1 to {len(LOOKS)} lines, got {len(counts)}")
    ends = "; ".join(f"{label}: mean {line.mean():.1f}, last {line.iloc[-1]:.3g}" for label, line in counts.items())
    with use_style():
        picture = Picture(alt=f"Over time, {ylabel}. {ends}.", figsize=(9, 3.2))
        ax = picture.subplots()
        for (label, line), (colour, dashes) in zip(counts.items(), LOOKS, strict=False):
            ax.step(time_axis(line.index), line, where="mid", color=COLOURS[colour], ls=dashes, label=label)
        if truth is not None:
            draw_truth(ax, truth)
        ax.set(ylabel=ylabel, ylim=(0, None))
        if len(counts) > 1 or truth is not None:
            ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return picture


def errors_and_counts(errors: pd.DataFrame, counts: pd.DataFrame, truth: pd.Series, note: str = "") -> Picture:
    """Draw errors (left) and numbers of active factors (right, truth dashed) over time, one line a method (Figure 3).

    `errors` and `counts` are dates by method, at most four methods.
    """
    ends = "; ".join(f"{m}: error {errors[m].mean():.2f}, {counts[m].mean():.1f} factors" for m in errors)
    with use_style():
        picture = Picture(alt=f"Errors and numbers of active factors over time; means: {ends}.", figsize=(11, 3.6))
        left, right = picture.subplots(1, 2)
        for method, (colour, dashes) in zip(errors, LOOKS, strict=False):
            left.plot(errors.index, errors[method], color=COLOURS[colour], ls=dashes)
            right.plot(counts.index, counts[method], color=COLOURS[colour], ls=dashes, label=str(method))
        draw_truth(right, truth)
        left.set(title="RMSE of the loadings", ylim=(0, None))
        right.set(title="active factors", ylim=(0, None))
        right.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        _say(picture, note)
    return picture


def noise_histories(sigma2: pd.DataFrame, note: str = "") -> Picture:
    """Draw idiosyncratic variances σ²_jt over time, (T, 1 to 8) such as `results.sigma2[names]` (Figure 8)."""
    if not 1 <= sigma2.shape[1] <= 2 * len(LOOKS):
        raise ValueError(f"sigma2: one picture holds 1 to {2 * len(LOOKS)} lines, got {sigma2.shape[1]}")
    peaks = ", ".join(f"{name} at {_date(line.idxmax())}" for name, line in sigma2.items())
    looks = [(colour, dash) for dash in ("-", "--") for colour in ("blue", "vermillion", "green", "purple")]
    with use_style():
        picture = Picture(alt=f"Idiosyncratic variances over time; they peak: {peaks}.", figsize=(9, 3.4))
        ax = picture.subplots()
        for name, (colour, dashes) in zip(sigma2, looks, strict=False):
            ax.plot(time_axis(sigma2.index), sigma2[name], color=COLOURS[colour], ls=dashes, label=str(name))
        ax.set(ylabel="σ² (series' own variance = 1)", ylim=(0, None))
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        _say(picture, note)
    return picture


def _mark_groups(row: Sequence[Axes], groups: Mapping[str, str] | None) -> None:
    """Name each group at its middle, left of the row's first map, and draw a line at its end in all maps."""
    if groups is None:
        row[0].set_ylabel("series")
        return
    names = pd.Series(list(groups.values()))
    runs = [run for _, run in names.groupby((names != names.shift()).cumsum())]
    row[0].set_yticks([run.index[0] + (len(run) + 1) / 2 for run in runs], [run.iloc[0] for run in runs])
    row[0].tick_params(axis="y", length=0, labelsize=9)
    for ax in row:
        for run in runs[:-1]:
            ax.axhline(run.index[-1] + 1.5, color=COLOURS["grey"], lw=0.6)


def _say(picture: Picture, note: str) -> None:
    if note:
        picture.suptitle(note, fontsize=11, x=0.01, ha="left", color="#555555")


def _maps_alt(arrays: Mapping[str, np.ndarray]) -> str:
    counts = "; ".join(f"{title}: {np.any(one != 0, axis=0).sum()} columns in use" for title, one in arrays.items())
    return f"Maps of loadings, series by factor. {counts}."


def _history_alt(history: pd.DataFrame, title: str) -> str:
    size = history.abs().mean().sort_values(ascending=False)
    most = ", ".join(str(name) for name in size.index[:3] if size[name] > 0)
    return f"Map of {title}, series by date; largest on average: {most or 'none'}."


def _date(label) -> str:
    return str(label)[:7] if isinstance(label, pd.Timestamp | pd.Period) else str(label)
