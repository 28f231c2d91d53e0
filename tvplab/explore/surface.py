"""A surface that bends and turns quickly: few ticks, a coarse mesh, one persistent collection of tiles."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from tvplab.plots.local_projections import years_of

MESH = 24
"""Lines of the mesh in each direction, at most."""


class Frame(Artist):
    """Walls, ticks and labels of a space: drawn when the view has changed, otherwise put back as pixels.

    They cost more than the surface.  Must be the first that moves in its figure: all that is there then is kept.
    """

    def __init__(self, space: Axes3D):
        super().__init__()
        space.set_animated(True)
        self.set_figure(space.figure)
        self.space = space
        self._view = self._pixels = None

    def draw(self, renderer) -> None:
        """Draw or put back."""
        view = self.space.elev, self.space.azim
        if view == self._view:
            renderer.restore_region(self._pixels)
            return
        self.space.draw(renderer)
        self._view, self._pixels = view, renderer.copy_from_bbox(self.figure.bbox)


def furnish_space(place, dates: pd.Index, horizons: pd.Index, limits: tuple[float, float]) -> tuple[Frame, Axes3D]:
    """Return a frame and an empty surface inside it, at a place of a grid, with fixed limits and few ticks.

    Two lines that the caller adds afterwards, `space.lines`, are moved by `bend_surface`.
    """
    years, figure = years_of(dates), place.get_gridspec().figure
    edges = (years[0], years[-1]), (horizons[0], max(horizons[-1], 1)), limits
    frame, space = (figure.add_subplot(place, projection="3d") for _ in range(2))
    for one in (frame, space):
        one.set(xlim=edges[0], ylim=edges[1], zlim=edges[2], xlabel="date", ylabel="horizon")
        one.set_box_aspect((1.4, 1.0, 0.9), zoom=0.95)
    for axis, (low, high) in zip((frame.xaxis, frame.yaxis, frame.zaxis), edges, strict=True):
        axis.set_ticks([tick for tick in MaxNLocator(3).tick_values(low, high) if low <= tick <= high])
        axis.labelpad = 8
    frame.grid(False)
    space.set_axis_off()
    space.patch.set_visible(False)
    surface = Poly3DCollection(np.zeros((1, 4, 3)), cmap="viridis", edgecolor="#00000033", lw=0.3)
    surface.set_clim(*limits)
    space.add_collection3d(surface, autolim=False)
    return Frame(frame), space


def turn(frame: Frame, space: Axes3D, elevation: float, azimuth: float) -> None:
    """Look at both from the same side, in degrees."""
    for one in (frame.space, space):
        one.view_init(elevation, azimuth)


def bend_surface(space: Axes3D, heights: pd.DataFrame, horizon: int, date) -> None:
    """Carry heights (T, H) to the surface, and the cuts at one horizon and at one date to its two lines."""
    years, columns = years_of(heights.index), heights.columns.to_numpy(dtype=float)
    rows, cols = (np.unique(np.linspace(0, size - 1, MESH).round().astype(int)) for size in heights.shape)
    mesh = np.meshgrid(years[rows], columns[cols], indexing="ij")
    tiles = quadrilaterals(*mesh, heights.to_numpy()[np.ix_(rows, cols)])
    surface, (along_time, along_horizons) = space.collections[0], space.lines
    surface.set_verts(tiles)
    surface.set_array(tiles[:, :, 2].mean(axis=1))
    along_time.set_data_3d(years, np.full(len(years), horizon), heights[horizon])
    year = years[heights.index.get_loc(date)]
    along_horizons.set_data_3d(np.full(len(columns), year), columns, heights.loc[date])


def quadrilaterals(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return the tiles ((n - 1)(m - 1), 4 corners, 3 coordinates) of a surface over a mesh, each (n, m)."""
    points = np.stack([x, y, z], axis=-1)
    corners = [points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]]
    return np.stack(corners, axis=2).reshape(-1, 4, 3)
