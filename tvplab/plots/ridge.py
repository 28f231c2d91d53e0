"""Pictures of TVP ridge fits: coefficient paths, the cross-validation curve, volatility."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tvplab.plots.figure import Picture
from tvplab.plots.style import COLOURS, use_style

BAND_ALPHA = 0.2


def coefficient_paths(
    results,
    truth: pd.DataFrame | None = None,
    columns: Sequence | None = None,
    level: float = 0.9,
    share_y: bool = False,
) -> Picture:
    """Draw each coefficient's path with its band, one panel a coefficient.

    Parameters
    ----------
    results : RidgeResults.
    truth : (T, K) frame of true paths when the data are simulated; drawn dashed, and the picture says "synthetic".
    columns : the coefficients to draw; default all.
    level : level of the bands.
    share_y : one scale for all panels, so that the eye can compare how far they move.
    """
    columns = list(results.beta.columns) if columns is None else list(columns)
    lower, upper = results.bands(level)
    n_columns = 2 if len(columns) == 4 else min(len(columns), 3)
    n_rows = -(-len(columns) // n_columns)
    alt = f"Paths of the coefficients {', '.join(map(str, columns))} over time with {level:.0%} bands."
    with use_style():
        picture = Picture(alt=alt, figsize=(10, 2.8 * n_rows))
        grid = picture.subplots(n_rows, n_columns, squeeze=False, sharey=share_y).ravel()
        for ax, name in zip(grid, columns, strict=False):
            draw_path(ax, results.beta[name], lower[name], upper[name], COLOURS["blue"])
            if truth is not None and name in truth:
                draw_truth(ax, truth[name])
            ax.set_title(str(name))
        for ax in grid[len(columns) :]:
            ax.set_axis_off()
        for ax in grid[: len(columns)][-n_columns:]:
            name_periods(ax, results.beta.index)
        _say_synthetic(picture, truth)
    return picture


def compare_paths(
    fits: Mapping[str, object], column, truth: pd.DataFrame | None = None, level: float | None = None
) -> Picture:
    """Draw one coefficient under up to five fits (label → RidgeResults), told apart by colour and dashes."""
    if not 1 <= len(fits) <= 5:
        raise ValueError(f"fits: one picture holds 1 to 5 fits, got {len(fits)}")
    alt = f"Path of the coefficient {column} under: {', '.join(map(str, fits))}."
    looks = zip(("blue", "vermillion", "green", "purple", "orange"), ("-", "-.", ":", (0, (6, 2)), "-"), strict=True)
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 3.6))
        ax = picture.subplots()
        if truth is not None:
            draw_truth(ax, truth[column])
        for (label, fit), (colour, dashes) in zip(fits.items(), looks, strict=False):
            bands = [None, None] if level is None else [band[column] for band in fit.bands(level)]
            draw_path(ax, fit.beta[column], *bands, COLOURS[colour], label, dashes)
        ax.set_title(f"coefficient on {column}")
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        name_periods(ax, fit.beta.index)
        _say_synthetic(picture, truth)
    return picture


def cv_curve(fits: Mapping[str, object] | object) -> Picture:
    """Draw the score of every candidate λ against the best, and mark the choice; one line a fit.

    Held-out errors are drawn relative to the best; for fits with `cv="ml"`, −2 log-likelihood above the best.

    Raises
    ------
    ValueError
        When a fit was given its λ, so that there is no curve, or when the two kinds of score are mixed.
    """
    fits = fits if isinstance(fits, Mapping) else {"": fits}
    by_likelihood = _one_kind(fits)
    alt = "Score of each candidate λ against the best; " + ", ".join(
        f"{label or 'the fit'} is best at λ = {_best(fit).lam:.3g}" for label, fit in fits.items()
    )
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 3.4))
        ax = picture.subplots()
        for label, fit in fits.items():
            best = _best(fit)
            curve = fit.cv.score - best.score if by_likelihood else fit.cv.score / best.score
            floor = 0.0 if by_likelihood else 1.0
            (line,) = ax.plot(fit.cv.lam, curve, label=str(label) or None)
            ax.plot(best.lam, floor, "o", ms=9, color=line.get_color())
            ax.annotate(f"λ = {best.lam:.3g}", (best.lam, floor), (0, -16), textcoords="offset points", ha="center")
        ylabel = "−2 log-likelihood above the best" if by_likelihood else "held-out error / best"
        ax.set(xscale="log", xlabel="drift penalty λ", ylabel=ylabel)
        ax.margins(y=0.2)
        if len(fits) > 1:
            ax.legend()
    return picture


def _best(fit) -> pd.Series:
    """Row of the candidate with the smallest score."""
    return fit.cv.loc[fit.cv.score.idxmin()]


def _one_kind(fits: Mapping[str, object]) -> bool:
    """Whether the fits were chosen by likelihood; raise unless all or none were, each from several candidates."""
    kinds = {fit.criterion for fit in fits.values()}
    if "given" in kinds:
        raise ValueError("fits: one of them was given its λ, so it has no curve")
    if "ml" in kinds and len(kinds) > 1:
        raise ValueError("fits: likelihoods and held-out errors do not fit into one picture")
    return "ml" in kinds


def residual_volatility(results, truth: pd.Series | None = None) -> Picture:
    """Draw the residuals' size and the standard deviation that the second step gives them, in units of y."""
    with use_style():
        picture = Picture(alt="Absolute residuals and their estimated standard deviation over time.", figsize=(8, 3.2))
        ax = picture.subplots()
        index = time_axis(results.resid.index)
        ax.plot(index, results.resid.abs(), color=COLOURS["grey"], lw=0.8, label="|residual|")
        ax.plot(index, np.sqrt(results.sigma2), color=COLOURS["vermillion"], label="estimated sd")
        if truth is not None:
            draw_truth(ax, truth, "true sd (synthetic)")
        ax.legend()
        name_periods(ax, results.resid.index)
    return picture


def draw_path(ax: Axes, path: pd.Series, lower, upper, colour: str, label: str | None = None, dashes="-") -> None:
    """Draw a line and, unless `lower` is None, its band in the same colour."""
    index = time_axis(path.index)
    ax.plot(index, path, color=colour, ls=dashes, label=label)
    if lower is not None:
        ax.fill_between(index, lower, upper, color=colour, alpha=BAND_ALPHA, lw=0)


def draw_truth(
    ax: Axes, path: pd.Series, label: str | None = "truth (synthetic)", colour: str = COLOURS["black"]
) -> None:
    """Draw a true path thin, dashed and black: the same sign everywhere in the kit.

    Where a picture has several truths, each has the `colour` of its estimate.
    """
    ax.plot(time_axis(path.index), path, color=colour, ls="--", lw=1.3, label=label)


def name_periods(ax: Axes, index: pd.Index) -> None:
    """Name the axis of time, unless its ticks are dates, which speak for themselves."""
    if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex):
        ax.set_xlabel(index.name or "period")


def time_axis(index: pd.Index):
    """Return what matplotlib can place on an axis: periods become their start dates."""
    return index.to_timestamp() if isinstance(index, pd.PeriodIndex) else index


def time_name(index: pd.Index) -> str:
    """Name of the axis of time."""
    return "date" if isinstance(index, pd.PeriodIndex | pd.DatetimeIndex) else "period"


def _say_synthetic(picture: Picture, truth) -> None:
    if truth is not None:
        picture.suptitle("synthetic data; dashed: the truth", fontsize=11, x=0.01, ha="left", color="#555555")
