"""The common look, and figures that show themselves."""

import base64
import io
import itertools

import matplotlib as mpl
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from tvplab.plots.figure import Picture
from tvplab.plots.style import COLOURS, use_style

# Projections of linear RGB onto what protanopes and deuteranopes see (Vienot, Brettel and Mollon 1999).
BLINDNESS = {
    "none": np.eye(3),
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def test_letters_and_lines_can_be_read_at_seven_inches():
    with use_style():
        names = ["font.size", "axes.labelsize", "axes.titlesize", "xtick.labelsize", "ytick.labelsize"]
        assert min(float(mpl.rcParams[name]) for name in [*names, "legend.fontsize"]) >= 11
        assert mpl.rcParams["lines.linewidth"] == 2


def test_style_ends_with_its_block():
    names = set(mpl.rcParams) - {"backend"}  # the backend is found at the first look, with or without a style
    before = {name: mpl.rcParams[name] for name in names}
    with use_style():
        assert mpl.rcParams["lines.linewidth"] != before["lines.linewidth"]
    assert {name: mpl.rcParams[name] for name in names} == before


def test_cycle_is_the_palette():
    with use_style():
        cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert {to_hex(colour).upper() for colour in cycle} == {c.upper() for c in COLOURS.values()} - {"#7F7F7F"}


@pytest.mark.parametrize("kind", BLINDNESS)
def test_first_five_colours_differ_for_every_eye(kind):
    """Any two of the first five lines stay apart by 0.12 in sRGB (of 1.7), seen by either kind of eye."""
    with use_style():
        colours = [to_rgb(colour) for colour in mpl.rcParams["axes.prop_cycle"].by_key()["color"][:5]]
    linear = np.array(colours) ** 2.2
    seen = np.clip(linear @ np.transpose(BLINDNESS[kind]), 0, 1) ** (1 / 2.2)
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 0.12


def test_picture_shows_itself_without_pyplot():
    figure = Picture(alt="A line that rises.", figsize=(4, 2))
    figure.subplots().plot([1, 2])
    data, metadata = DisplayFormatter().format(figure)
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A line that rises."
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    assert pixels.shape[:2] == (200, 400)
    assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 2
