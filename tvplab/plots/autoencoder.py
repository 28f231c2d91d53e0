"""Pictures of a grouped sparse autoencoder: which group loads on which factor, the factors, how training went."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, to_hex
from matplotlib.image import AxesImage

from tvplab.plots.figure import Picture
from tvplab.plots.ridge import time_axis
from tvplab.plots.style import COLOURS, use_style

SHADES = "cividis_r"
ZERO = "#767676"
"""Ink of an exact zero: it is there to be read, not to be seen first."""


def group_factor_map(results, truth: pd.DataFrame | None = None, columns: int = 1) -> Picture:
    """Draw the size of the group weights |β| as a map, exact zeros white, and the factors' paths beside it.

    Parameters
    ----------
    results : AutoencoderResults.
    truth : (T, K) frame of true factors of simulated data, drawn dashed where it has a factor's name; both are put to
        mean 0 and variance 1, and the truth takes the factor's sign.
    columns : panels of paths side by side.
    """
    weights, K = results.group_weights, results.factors.shape[1]
    rows = -(-K // columns)
    empty = int((weights.to_numpy() == 0.0).sum())
    alt = f"Weights of {len(weights)} groups on {K} factors, {empty} of {weights.size} exactly zero; factors' paths."
    with use_style():
        picture = Picture(alt=alt, figsize=(10, max(3.2, 0.32 * len(weights) + 1.2, 1.05 * rows)))
        left, right = picture.subfigures(1, 2, width_ratios=(2, 3))
        ax = left.subplots()
        draw_weights(ax, weights)
        ax.set_title("group weights |β|")
        grid = right.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for panel, name in zip(grid.ravel(), results.factors, strict=False):
            draw_factor(panel, results.factors[name], None if truth is None or name not in truth else truth[name])
        for panel in grid.ravel()[K:]:
            panel.set_axis_off()
        if truth is not None:
            right.suptitle("synthetic data; dashed: the truth", fontsize=11, x=0.01, ha="left", color="#555555")
    return picture


def draw_weights(ax: Axes, weights: pd.DataFrame, largest: float | None = None) -> AxesImage:
    """Draw |β| (G, K) as a map with its numbers; a white cell with a grey 0 is exactly zero, and no other is."""
    size = np.abs(weights.to_numpy(dtype=float))
    top = max(size.max(), 1e-9) if largest is None else largest
    image = ax.imshow(np.where(size > 0.0, size, np.nan), cmap=SHADES, vmin=0.0, vmax=top, aspect="auto")
    for (g, k), value in np.ndenumerate(size):
        ax.text(k, g, shown_weight(value), ha="center", va="center", color=colour_of(value, top)[1])
    ax.set_xticks(range(weights.shape[1]), [str(name) for name in weights.columns])
    ax.set_yticks(range(weights.shape[0]), [str(name) for name in weights.index])
    ax.grid(False)
    ax.tick_params(length=0)
    return image


def shown_weight(size: float) -> str:
    """A weight's size as text: 0 for an exact zero only, "<.05" for what one digit would round to it."""
    if size == 0.0:
        return "0"
    digit = f"{size:.1f}" if size > 0.0 else ""
    return "<.05" if digit == "0.0" else digit


def colour_of(size: float, largest: float = 1.0) -> tuple[str, str]:
    """Colours of a cell and of the number in it; an exact zero is grey on white."""
    if not size > 0.0:
        return "white", ZERO
    shade = _shades()(min(size / largest, 1.0))
    return to_hex(shade), "white" if size > 0.6 * largest else "black"


@functools.cache
def _shades() -> Colormap:
    """Look the colours up once: the register hands out a new copy each time."""
    return colormaps[SHADES]


def draw_factor(ax: Axes, factor: pd.Series, truth: pd.Series | None = None) -> None:
    """Draw one factor's path, and the truth behind it with the factor's sign, which the data do not tell."""
    if truth is not None:
        standard = (truth - truth.mean()) / truth.std(ddof=0)
        standard *= np.where(factor.corr(truth, method="spearman") < 0, -1.0, 1.0)
        ax.plot(time_axis(truth.index), standard, color=COLOURS["black"], ls="--", lw=1.0)
    ax.plot(time_axis(factor.index), factor, color=COLOURS["blue"], lw=1.2)
    ax.set_ylabel(str(factor.name), rotation=0, ha="right", va="center")


def inclusion_maps(fits: Mapping[str, object]) -> Picture:
    """Draw the group weights of several fits side by side, on one scale: name → AutoencoderResults."""
    largest = max(float(np.abs(fit.group_weights.to_numpy()).max()) for fit in fits.values())
    alt = "Group weights of " + ", ".join(
        f"{name} ({int((fit.group_weights.to_numpy() == 0.0).sum())} zeros)" for name, fit in fits.items()
    )
    with use_style():
        picture = Picture(alt=alt + ".", figsize=(2.0 + 2.9 * len(fits), 4.0))
        grid = picture.subplots(1, len(fits), squeeze=False).ravel()
        for number, (ax, (name, fit)) in enumerate(zip(grid, fits.items(), strict=True)):
            draw_weights(ax, fit.group_weights, largest)
            ax.set_title(str(name))
            if number and list(fit.group_weights.index) == list(next(iter(fits.values())).group_weights.index):
                ax.set_yticklabels([])
    return picture


def training_path(results) -> Picture:
    """Draw the mean squared error and the number of weights that are not zero by epoch, λ₀'s climb shaded."""
    path = results.loss_path
    climbing = path.index[path["lam0"].notna() & (path["lam0"] < path["lam0"].max())]
    alt = f"Mean squared error falls to {path['mse'].iloc[-1]:.2f}; {path['active'].iloc[-1]} weights stay."
    with use_style():
        picture = Picture(alt=alt, figsize=(9, 3.2))
        left, right = picture.subplots(1, 2, sharex=True)
        left.plot(path.index, path["mse"], color=COLOURS["blue"])
        left.set(title="mean squared error", xlabel="epoch", ylim=(0.0, None))
        right.plot(path.index, path["active"], color=COLOURS["vermillion"])
        right.set(title="group weights that are not zero", xlabel="epoch", ylim=(0.0, 1.08 * path["active"].max()))
        for ax in (left, right):
            if len(climbing):
                ax.axvspan(climbing[0], climbing[-1], color=COLOURS["grey"], alpha=0.15, lw=0)
        if len(climbing):
            left.annotate("λ₀ climbs", (climbing[0], 0.02), xycoords=("data", "axes fraction"), color="#555555")
    return picture
