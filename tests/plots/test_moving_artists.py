"""Artists of the sliders: they show the numbers they are given, as the usual ones would."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tvplab.plots.moving import MovingBand, StoredText, move_bars, moving_bars, text_picture


@pytest.fixture
def ax():
    figure = Figure(figsize=(4, 3), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set(xlim=(0, 10), ylim=(5, 0))
    axes.set_axis_off()
    return axes


def pixels(figure):
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[:, :, :3].astype(int)


def test_a_band_is_filled_between_its_edges_and_ends_with_them(ax):
    time = np.arange(11.0)
    lower, upper = np.sin(time) + 1.0, np.sin(time) + 3.0
    band = MovingBand(ax, time, "blue")
    band.set_edges(lower, upper)
    ours = pixels(ax.figure)
    band.set_visible(False)
    usual = ax.fill_between(time, lower, upper, color="blue", alpha=band.get_alpha(), lw=0)
    apart = np.abs(ours - pixels(ax.figure))
    assert apart.max() < 64  # blue on white is 255 apart: a shade on the edges, where a patch is rounded to pixels
    assert apart.any(axis=2).mean() < 0.02
    usual.set_visible(False)
    band.set_visible(True)
    band.set_edges(np.where(time < 4, lower, np.nan), upper)
    assert band.get_xy()[:, 0].max() == 3.0
    band.set_edges(np.full(11, np.nan), upper)
    assert (pixels(ax.figure) == 255).all()


def test_a_band_takes_dates(ax):
    days = pd.date_range("2020-01-01", periods=4)
    band = MovingBand(ax.figure.add_subplot(), days, "blue")
    assert np.diff(band.time) == pytest.approx([1.0, 1.0, 1.0])


def test_bars_are_as_long_as_they_should(ax):
    lengths = np.array([3.0, 0.0, 7.5, 1.0])
    bars = moving_bars(ax, 4, "red", height=0.5)
    move_bars(bars, lengths)
    ours = pixels(ax.figure)
    bars.set_visible(False)
    ax.barh(np.arange(4), lengths, height=0.5, color="red", lw=0)
    assert (ours != pixels(ax.figure)).any(axis=2).mean() < 0.002  # edges may fall half a pixel apart


def test_stored_text_is_the_text_in_its_place_and_colour(ax):
    text_picture.cache_clear()
    usual = ax.text(1.0, 2.0, "Payrolls (May) +0.12", fontsize=9, va="center", color="red")
    expected = pixels(ax.figure)
    usual.set_visible(False)
    stored = ax.add_artist(StoredText(1.0, 2.0, "Payrolls (May) +0.12", fontsize=9, color="red"))
    ours = pixels(ax.figure)
    assert (ours[:, :, 0] == 255).all()  # red on white: the red channel is full
    for axis in (0, 1):
        edges, usual_edges = (np.flatnonzero((one[:, :, 1] < 200).any(axis=axis))[[0, -1]] for one in (ours, expected))
        np.testing.assert_allclose(edges, usual_edges, atol=2)
    ink, usual_ink = ((255 - one[:, :, 1]).sum() for one in (ours, expected))
    assert ink == pytest.approx(usual_ink, rel=0.15)
    pixels(ax.figure)
    assert text_picture.cache_info().hits >= 1
    stored.set_text("")
    assert (pixels(ax.figure) == 255).all()
