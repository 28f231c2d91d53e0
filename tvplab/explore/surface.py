"""A surface that bends and turns quickly: few ticks, a coarse mesh, one persistent collection of tiles."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from tvplab.plots.local_projections import years_of

MESH = 24
"""Lines of the mesh in each direction, at most."""


def furnish_space(space: Axes3D, dates: pd.Index, horizons: pd.Index, limits: tuple[float, float]) -> None:
    """Put an empty surface into a space with fixed limits and few ticks: each tick costs a millisecond a picture.

    Two lines that the caller adds afterwards, `space.lines`, are moved by `bend_surface`.
    """
    years = years_of(dates)
    edges = (years[0], years[-1]), (horizons[0], max(horizons[-1], 1)), limits
    space.set(xlim=edges[0], ylim=edges[1], zlim=edges[2], xlabel="date", ylabel="horizon")
    for axis, (low, high) in zip((space.xaxis, space.yaxis, space.zaxis), edges, strict=True):
        axis.set_ticks([tick for tick in MaxNLocator(3).tick_values(low, high) if low <= tick <= high])
        axis.labelpad = 8
    space.grid(False)
    space.set_box_aspect((1.4, 1.0, 0.9), zoom=0.95)
    surface = Poly3DCollection(np.zeros((1, 4, 3)), cmap="viridis", edgecolor="#00000033", lw=0.3)
    surface.set_clim(*limits)
    space.add_collection3d(surface, autolim=False)


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
