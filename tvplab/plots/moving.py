"""Artists that a slider moves often: one path each, set without units, labels or collections, which cost more."""

from __future__ import annotations

import functools

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import get_hinting_flag
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Polygon, StepPatch
from matplotlib.text import Text

from tvplab.plots.ridge import BAND_ALPHA


class MovingBand(Polygon):
    """A band between two paths over the periods (or horizons) `time` (T,) of an axis; it starts empty."""

    def __init__(self, ax: Axes, time, colour: str, alpha: float = BAND_ALPHA):
        ax.xaxis.update_units(time)
        self.time = np.asarray(ax.convert_xunits(time), dtype=float)
        super().__init__(np.empty((0, 2)), facecolor=colour, alpha=alpha, lw=0)
        ax.add_patch(self)

    def set_edges(self, lower: np.ndarray, upper: np.ndarray) -> None:
        """Set the edges, (T,) each; the band leaves out the periods in which they are NaN."""
        seen = np.isfinite(lower) & np.isfinite(upper)
        there, back = np.c_[self.time, lower][seen], np.c_[self.time, upper][seen]
        self.set_xy(np.vstack([there, back[::-1]]))


def moving_bars(ax: Axes, n: int, colour: str, height: float = 0.7) -> StepPatch:
    """Return n horizontal bars of length zero at 0, 1, …, as one outline; `move_bars` gives them their lengths."""
    edges = (np.arange(n)[:, None] + 0.5 * height * np.array([-1.0, 1.0])).ravel()
    return ax.stairs(np.zeros(2 * n - 1), edges, orientation="horizontal", fill=True, color=colour, lw=0)


def move_bars(bars: StepPatch, lengths: np.ndarray) -> None:
    """Set the bars' lengths (n,)."""
    values = np.zeros(2 * len(lengths) - 1)
    values[::2] = lengths
    bars.set_data(values)


class StoredText(Text):
    """A line of text drawn from a stored picture: letters are slow to draw, and the lines of a list come again.

    It stands upright on its place, left or centred (`ha`), at half its height; colour, size and place are those of the
    text.
    """

    def draw(self, renderer) -> None:
        """Lay the picture of the text over what is there."""
        if not self.get_visible() or not self.get_text():
            return
        picture = text_picture(self.get_text(), self.get_fontproperties(), self.get_color(), renderer.dpi)
        x, y = self.get_transform().transform(self.get_position())
        x -= {"left": 0.0, "center": 0.5}[self.get_horizontalalignment()] * picture.shape[1]
        gc = renderer.new_gc()
        renderer.draw_image(gc, round(x), round(y - len(picture) / 2), picture)
        gc.restore()


@functools.lru_cache(maxsize=512)
def text_picture(text: str, font: FontProperties, colour: str, dpi: float) -> np.ndarray:
    """Pixels (height, width, 4) of a line of text, the lowest row first as `draw_image` takes them.

    The font draws the whole line at once, which takes a sixth of the time of letter by letter.
    """
    size = font.get_size_in_points()
    face, letter = get_font(findfont(font)), size * dpi / 72.0
    face.set_size(size, dpi)
    face.set_text(text, 0.0, flags=get_hinting_flag())
    face.draw_glyphs_to_bitmap(antialiased=True)
    shade, below = np.asarray(face.get_image())[::-1], round(face.get_descent() / 64.0)
    base = max(round(0.65 * letter), below)
    picture = np.zeros((max(2 * round(letter), base - below + len(shade)), shade.shape[1], 4), np.uint8)
    picture[:, :, :3] = np.round(255.0 * np.array(to_rgb(colour)))
    picture[base - below : base - below + len(shade), :, 3] = shade
    return picture
