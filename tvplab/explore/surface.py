"""A surface that bends and turns quickly: a box of three dimensions drawn by hand on flat axes.

Matplotlib's own 3-D axes take some 50 ms for a turn, most of it for walls, ticks and sorting.  Here the tiles of a
surface over a plane are drawn from the far corner of their mesh to the near one, which is the painter's order without a
sort, and all labels are one collection of outlines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D, IdentityTransform

from tvplab.explore.box import SHAPE, View

MESH = 24
"""Lines of the mesh in each direction, at most."""
TICK, LABEL, NAME, BESIDE = 0.025, 0.06, 0.19, 0.15
"""How far outside the box a tick ends, its label stands, its axis' name; how much farther beside labels."""
SHORTEST = 0.3
"""An axis that looks shorter is left without ticks: they would lie on each other."""
POINTS = 11
"""Size of the letters."""


class Mesh(NamedTuple):
    """Heights z (n, m) over places x (n,) and y (m,)."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray

    def from_behind(self, view: View) -> Mesh:
        """Turn rows and columns so that the tiles come in the order in which a painter puts them down.

        A line of sight crosses the rows and the columns one way only: far before near covers what is hidden, no more.
        """
        rows, columns = (slice(None, None, 1 if end else -1) for end in view.near)
        return Mesh(self.x[rows], self.y[columns], self.z[rows, columns])

    @property
    def points(self) -> np.ndarray:
        """Corners (n, m, 3) of the tiles."""
        return np.stack([*np.meshgrid(self.x, self.y, indexing="ij"), self.z], axis=-1)

    @property
    def means(self) -> np.ndarray:
        """Mean height of each tile's corners (n − 1, m − 1)."""
        z = self.z
        return 0.25 * (z[1:, 1:] + z[1:, :-1] + z[:-1, 1:] + z[:-1, :-1])


class Tiles(Artist):
    """Quadrilaterals between places (n, m, 2) of the picture, coloured by height (n − 1, m − 1), later ones on top.

    They have no edges, which would cost more than they do: where two meet, smoothing leaves a light line.
    """

    def __init__(self, axes: Axes, limits: tuple[float, float]):
        super().__init__()
        self.axes, self.limits, self.zorder = axes, limits, 2
        self.set_figure(axes.figure)
        self.places, self.heights = np.zeros((2, 2, 2)), np.zeros((1, 1))

    def draw(self, renderer) -> None:
        """Draw."""
        low, high = self.limits
        colours = colormaps["viridis"]((self.heights.ravel() - low) / (high - low))
        gc, (n, m) = renderer.new_gc(), self.heights.shape
        renderer.draw_quad_mesh(
            gc, self.axes.transData.frozen(), m, n, self.places, np.zeros((1, 2)), IdentityTransform(),
            colours, True, np.zeros((0, 4)),
        )  # fmt: skip
        gc.restore()


class Scale(NamedTuple):
    """One axis: its ticks, and outlines of their labels and, last where there is one, of its name."""

    ticks: np.ndarray
    words: list[Path]

    @classmethod
    def of(cls, low: float, high: float, name: str = "") -> Scale:
        """A few round numbers from `low` to `high`."""
        ticks = MaxNLocator(3).tick_values(low, high)
        ticks = ticks[(ticks >= low) & (ticks <= high)]
        return cls(ticks, [outline(word) for word in [*(f"{tick:g}" for tick in ticks), name] if word])


class Space:
    """A box on flat axes, and its artists: walls, ticks, labels, the tiles of a surface, two lines on it.

    Parameters
    ----------
    axes : where to draw; they lose their own frame.
    edges : (low, high) of x, y and z.
    names : of the axes x and y.
    """

    def __init__(self, axes: Axes, edges: tuple[tuple[float, float], ...], names: tuple[str, str]):
        self.low, self.high = np.array(edges, dtype=float).T
        self.view: View | None = None
        axes.set(xlim=(-1.2, 1.1), ylim=(-1.06, 0.9))
        axes.set_aspect("equal")
        axes.set_axis_off()
        self.scales = [Scale.of(*ends, name) for ends, name in zip(edges, (*names, ""), strict=True)]
        self.walls = axes.add_collection(PolyCollection([], facecolor="#f2f2f2", edgecolor="#bbbbbb", lw=0.8), False)
        self.marks = axes.add_collection(LineCollection([], color="#555555", lw=0.8), False)
        self.labels = axes.add_collection(
            PathCollection([], color="black", lw=0, offsets=[], offset_transform=axes.transData), False
        )
        self.labels.set_transform(Affine2D().scale(axes.figure.dpi / 72.0))
        self.tiles = axes.add_artist(Tiles(axes, edges[2]))
        self.lines = [axes.plot([], [], zorder=3)[0] for _ in range(2)]
        for artist in self:
            artist.set_clip_on(False)

    def __iter__(self) -> Iterator[Artist]:
        """All that moves."""
        return iter([self.walls, self.marks, self.labels, self.tiles, *self.lines])

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 3) in the data's units as points of the box."""
        return ((points - self.low) / (self.high - self.low) - 0.5) * SHAPE

    def show(self, mesh: Mesh, lines: list[np.ndarray], view: View) -> None:
        """Move the surface, and the two lines (points, 3) on it; turn the box where the view is another one."""
        if self.view != view:
            self.view = view
            self._turn(view)
        ordered = mesh.from_behind(view)
        self.tiles.places, self.tiles.heights = view.flat(self.inside(ordered.points)), ordered.means
        for line, points in zip(self.lines, lines, strict=True):
            line.set_data(*view.flat(self.inside(points)).T)

    def _turn(self, view: View) -> None:
        """Move walls, ticks and labels to where they are seen from a view."""
        marks, words, places = [], [], []
        for k, scale in enumerate(self.scales):
            if view.length(k) > SHORTEST:
                outward, n = view.outward(k), len(scale.ticks)
                shares = (scale.ticks - self.low[k]) / (self.high[k] - self.low[k])
                stands = view.flat(view.scale(k, np.append(shares, 0.5)))[: len(scale.words)]
                distance = np.append(np.full(n, LABEL), NAME + BESIDE * abs(outward[0]))[: len(stands)]
                marks += [(place, place + TICK * outward) for place in stands[:n]]
                words += [_beside(word, outward) for word in scale.words]
                places.append(stands + distance[:, None] * outward)
        self.walls.set_verts(view.flat(view.far_walls()))
        self.marks.set_segments(marks)
        self.labels.set_paths(words)
        self.labels.set_offsets(np.concatenate(places))


def outline(word: str) -> Path:
    """Outline of a word with its middle at (0, 0), in points."""
    path = TextPath((0, 0), word.replace("-", "\N{MINUS SIGN}"), size=POINTS)
    return Path(path.vertices - path.get_extents().get_points().mean(axis=0), path.codes)


def _beside(word: Path, outward: np.ndarray) -> Path:
    """Move a word's outline so that it begins where it otherwise has its middle, where it leads away sideways."""
    half = np.abs(word.vertices[:, 0]).max()
    side = 1.0 if outward[0] > 0.5 else -1.0 if outward[0] < -0.5 else 0.0
    return Path(word.vertices + [side * half, 0.0], word.codes)
