"""A box seen from all sides: places as Matplotlib's 3-D axes have them, near tiles over far ones, labels outside."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.path import Path
from scipy.spatial import ConvexHull

from tvplab.explore.box import SHAPE, View
from tvplab.explore.surface import SHORTEST, Mesh, Space

VIEWS = [View(25, 40), View(25, 130), View(60, -140), View(0, -50), View(88, 10), View(10, -180)]
EDGES = (1976.0, 2012.0), (0.0, 47.0), (-1.5, 0.5)
RNG = np.random.default_rng(0)


def a_space(view=VIEWS[0]):
    figure = Figure((5, 4))
    FigureCanvasAgg(figure)
    space = Space(figure.subplots(), EDGES, ("date", "horizon"))
    x, y = np.linspace(*EDGES[0], 7), np.linspace(*EDGES[1], 5)
    space.show(Mesh(x, y, RNG.uniform(*EDGES[2], (7, 5))), [np.zeros((2, 3))] * 2, view)
    return space


@pytest.mark.parametrize("view", VIEWS)
def test_places_are_those_of_matplotlibs_parallel_projection(view):
    axes = Figure().add_subplot(projection="3d", proj_type="ortho")
    axes.set(xlim=(0, 1), ylim=(0, 1), zlim=(0, 1))
    axes.set_box_aspect(SHAPE)
    axes.view_init(*view)
    shares = RNG.uniform(size=(30, 3))
    middle = axes.get_proj() @ [0.5, 0.5, 0.5, 1.0]
    theirs = (np.column_stack([shares, np.ones(30)]) @ axes.get_proj().T - middle)[:, :2]
    ours = view.flat((shares - 0.5) * SHAPE)
    np.testing.assert_allclose(np.ptp(theirs) / np.ptp(ours) * ours, theirs, atol=1e-9)


@pytest.mark.parametrize("view", VIEWS)
def test_of_tiles_over_one_place_the_nearest_is_drawn_last(view):
    mesh = Mesh(np.linspace(-0.7, 0.7, 6), np.linspace(-0.5, 0.5, 5), RNG.uniform(-1.0, 1.0, (6, 5))).from_behind(view)
    right, up = view.directions
    frame = np.stack([right, up, np.cross(right, up)])
    points = mesh.points @ frame.T  # the third coordinate: how near to the eye
    corners = [points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]]
    tiles = np.stack(corners, axis=2).reshape(-1, 4, 3)
    several = 0
    for place in RNG.uniform(-0.7, 0.7, (100, 2)):
        over = [(near, i) for i, tile in enumerate(tiles) for near in depths(tile, place)]
        several += len({i for _, i in over}) > 1
        assert not over or max(over)[1] == max(i for _, i in over)
    assert several > (20 if view.elevation < 30 else 3) or view.elevation > 80


def depths(tile, place):
    """Where a tile's two triangles are hit by the line of sight through a place, if they are."""
    for triangle in (tile[[0, 1, 2]], tile[[0, 2, 3]]):
        sides = np.column_stack([triangle[1, :2] - triangle[0, :2], triangle[2, :2] - triangle[0, :2]])
        if abs(np.linalg.det(sides)) > 1e-12:
            shares = np.linalg.solve(sides, place - triangle[0, :2])
            if shares.min() >= 0 and shares.sum() <= 1:
                yield triangle[0, 2] + shares @ (triangle[1:, 2] - triangle[0, 2])


def test_the_three_walls_are_behind_everything():
    for view in VIEWS:
        nearness = np.cross(*view.directions)
        corners = (np.stack(np.meshgrid(*[[0, 1]] * 3), -1).reshape(-1, 3) - 0.5) * SHAPE
        farthest = corners[np.argmin(corners @ nearness)]
        walls = view.far_walls()
        assert walls.shape == (3, 4, 3)
        for wall in walls:
            assert np.abs(wall - farthest).sum(axis=1).min() < 1e-12 or abs(view.elevation) in (0, 90)
            np.testing.assert_allclose(np.abs(wall), np.tile(SHAPE / 2, (4, 1)))


@pytest.mark.parametrize("view", VIEWS)
def test_labels_stand_outside_the_box_at_their_ticks(view):
    space = a_space(view)
    outline = view.flat(np.concatenate(view.far_walls()))
    low, high = outline.min(axis=0), outline.max(axis=0)
    shown = [k for k in range(3) if view.length(k) > SHORTEST]
    places = np.asarray(space.labels.get_offsets())
    assert len(places) == sum(len(space.scales[k].words) for k in shown) == len(space.labels.get_paths())
    starts = [segment[0] for segment in space.marks.get_segments()]
    assert len(starts) == sum(len(space.scales[k].ticks) for k in shown)
    for start in starts:
        assert (np.clip(start, low - 1e-9, high + 1e-9) == start).all()
    hull = Path(outline[ConvexHull(outline).vertices], closed=False)
    assert not hull.contains_points(places).any()


def test_a_tick_stands_where_its_value_is():
    space = a_space(VIEWS[0])
    first = space.scales[0].ticks[0]
    last = EDGES[1][1]  # seen from 40 degrees the last horizon is near
    expected = VIEWS[0].flat(space.inside(np.array([first, last, EDGES[2][0]])))
    np.testing.assert_allclose(space.marks.get_segments()[0][0], expected)


def test_an_axis_seen_from_its_end_has_no_labels():
    assert View(0, 0).length(0) == pytest.approx(0.0, abs=1e-12)
    words = [len(scale.words) for scale in a_space().scales]
    assert len(a_space(View(0, 0)).labels.get_paths()) == words[1] + words[2]
    assert len(a_space(View(90, 0)).labels.get_paths()) == words[0] + words[1]


def test_colours_follow_heights():
    space = a_space()
    canvas = space.tiles.figure.canvas
    pictures = []
    for height in (-1.5, 0.5):
        level = Mesh(np.array(EDGES[0]), np.array(EDGES[1]), np.full((2, 2), height))
        space.show(level, [np.zeros((2, 3))] * 2, VIEWS[0])
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba()).reshape(-1, 4)
        colours, counts = np.unique(pixels[pixels[:, :3].std(axis=1) > 20], axis=0, return_counts=True)
        pictures.append(colours[counts.argmax(), :3] / 255.0)
    np.testing.assert_allclose(pictures[0], [0.267, 0.005, 0.329], atol=0.01)  # viridis' two ends
    np.testing.assert_allclose(pictures[1], [0.993, 0.906, 0.144], atol=0.01)
