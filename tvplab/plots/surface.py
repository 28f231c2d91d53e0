"""A surface of responses over origin dates and horizons, in axes that end where it ends and fill the picture."""

from __future__ import annotations

from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from tvplab.plots.figure import Picture
from tvplab.plots.local_projections import in_words, say_above, years_of
from tvplab.plots.style import use_style

MARGIN, HEAD = 8, 32
"""Pixels left free around the axes' box with its labels, and for a note above it."""
TICK, NAME = 10.5, 32.0
"""Distance from the box to the ticks' labels and to the axes' names, in the units of Matplotlib's pads."""
ROUNDS = 4
"""Of zooming; the last changes the zoom by less than a hundredth."""


def response_surface(
    results, unit: str = "", note: str = "", elevation: float = 25.0, azimuth: float = -50.0, break_date=None
) -> Picture:
    """Draw the responses over origin dates and horizons in three dimensions (Fig. 3).

    Parameters
    ----------
    results : LocalProjectionResults; only the origins that every horizon has are drawn.
    unit : what the response is measured in.
    note : a sentence below the title: say here that data are synthetic or a substitute.
    elevation, azimuth : from where to look, in degrees.
    break_date : where to draw a dashed line across the surface.
    """
    surface = results.irf.dropna()
    years, horizons, heights = years_of(surface.index), surface.columns.to_numpy(dtype=float), surface.to_numpy()
    alt = f"Surface of responses by origin date and horizon: {in_words(results)}"
    with use_style():
        picture = Picture(alt=alt, figsize=(8, 5.0), layout="none")
        ax = picture.add_subplot(projection="3d")
        ax.set(xlabel="date of the shock", ylabel="horizon", zlabel=f"response ({unit})" if unit else "response")
        ax.view_init(elevation, azimuth)
        fit_limits(ax, years, horizons, heights)
        fill_picture(ax, HEAD if note else MARGIN)
        mesh = np.meshgrid(years, horizons, indexing="ij")
        ax.plot_surface(*mesh, heights, cmap="viridis", rcount=80, ccount=48, lw=0)
        if break_date is not None:
            row = surface.index.get_indexer([break_date], method="nearest")[0]
            ax.plot(np.full(len(horizons), years[row]), horizons, heights[row], color="black", ls="--", zorder=10)
        say_above(picture, note)
    return picture


def fit_limits(ax: Axes, *values: np.ndarray) -> None:
    """End each axis of the box at the least and the largest value along it."""
    for name, along in zip("xyz", values, strict=True):
        low, high = float(along.min()), float(along.max())
        if low < high:
            getattr(ax, f"set_{name}lim")(low, high, view_margin=0.0)
        getattr(ax, f"{name}axis").set_major_locator(MaxNLocator(5))


def fill_picture(ax: Axes, head: float, shape: tuple[float, float, float] = (1.4, 1.0, 0.8)) -> None:
    """Make the box with its labels as large as the picture lets it be, `head` pixels below the top, in the middle.

    Labels keep their size when the box grows, so the zoom takes a few rounds.
    """
    wide, high = ax.figure.bbox.size
    room = Bbox.from_extents(MARGIN, MARGIN, wide - MARGIN, high - head)
    place = Bbox.from_bounds(0.0, 0.5 - 0.5 * wide / high, 1.0, wide / high)  # a square: it cuts nothing off
    ax.set_position(place)
    zoom = 1.0
    for _ in range(ROUNDS):
        ax.set_box_aspect(shape, zoom=zoom)
        set_distances(ax, zoom)
        taken = seen_extent(ax)
        zoom *= min(room.width / taken.width, room.height / taken.height)
    shift = (np.add(room.min, room.max) - taken.min - taken.max) / 2 / (wide, high)
    ax.set_position(place.translated(*shift))


def set_distances(ax: Axes, zoom: float) -> None:
    """Set the distances of labels from the box: Matplotlib adds a constant to each and multiplies by the zoom."""
    for axis, far in ((ax.xaxis, NAME + 4.0), (ax.yaxis, NAME), (ax.zaxis, NAME)):
        axis.labelpad = far / zoom - 21.0
        axis.set_tick_params(pad=TICK / zoom - 8.0)


def seen_extent(ax: Axes) -> Bbox:
    """Extent in pixels of the box, its ticks and its labels; no part of the surface is outside the box."""
    ax.figure.draw_without_rendering()
    ends = [ax.get_xlim3d(), ax.get_ylim3d(), ax.get_zlim3d()]
    corners = np.column_stack([list(product(*ends)), np.ones(8)]) @ ax.get_proj().T
    flat = ax.transData.transform(corners[:, :2] / corners[:, 3:])
    labels = [axis.get_tightbbox(None) for axis in (ax.xaxis, ax.yaxis, ax.zaxis)]
    return Bbox.union([Bbox([flat.min(axis=0), flat.max(axis=0)]), *labels])
