"""A figure that is drawn once and then only moved: the picture behind every slider."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tvplab.explore.png import encode_png
from tvplab.plots.style import use_style

CSS_PIXELS_PER_INCH = 100


class LivePanel:
    """One persistent figure, shown as PNG bytes in an image widget.

    The axes, ticks, titles and everything else that stands still are drawn once and kept as a background.
    A move restores the background, draws the moving artists over it and encodes the result; that is several
    times faster than drawing the figure again.

    Parameters
    ----------
    build : callable ``(figure, result) -> artists``
        Draws the figure: axes, labels, **fixed limits**, and one artist for each thing that moves. Returns
        the moving artists: a dict of name to artist, or to a list of artists. They may start empty:
        `update` is called right after.
    update : callable ``(artists, result) -> None``
        Moves the artists to a new result (``set_ydata``, ``set_data``, ``set_text``); it makes no new ones
        and leaves the axis limits alone.
    result : object
        The first result to show.
    figsize : (float, float)
        Width and height in inches; an inch is 100 pixels on the page.
    dpi : float
        Dots per inch of the picture; 100 is one dot per pixel.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    artists : dict
        What `build` returned.
    image : ipywidgets.Image
        The picture; its ``value`` is PNG bytes.
    """

    def __init__(
        self,
        build: Callable[[Figure, Any], Mapping[str, Any]],
        update: Callable[[Mapping[str, Any], Any], None],
        result: Any,
        *,
        figsize: tuple[float, float] = (8, 4),
        dpi: float = 100,
    ):
        self._build, self._update = build, update
        self.figure = Figure(figsize=figsize, dpi=dpi)
        FigureCanvasAgg(self.figure)
        width, height = (str(round(inches * CSS_PIXELS_PER_INCH)) for inches in figsize)
        layout = widgets.Layout(max_width="100%", height="auto")
        self.image = widgets.Image(format="png", width=width, height=height, layout=layout)
        self.redraw(result)

    def redraw(self, result: Any) -> None:
        """Draw everything anew: for other series, other limits, other titles."""
        with use_style():
            self.figure.clear()
            self.figure.set_layout_engine("constrained")
            self.artists = self._build(self.figure, result)
            self._update(self.artists, result)
            self._freeze()
        self._blit()

    def move(self, result: Any) -> None:
        """Move the artists to `result`; the axes stay as they are."""
        self._update(self.artists, result)
        if not np.array_equal(_limits(self.figure), self._fixed_limits):
            raise RuntimeError("update changed the axis limits; name the control in redraw_on instead")
        self._blit()

    def png(self) -> bytes:
        """Return the picture as it is shown, moving artists included."""
        return bytes(self.image.value)

    def _freeze(self) -> None:
        """Lay the figure out once, and keep all that stands still as the background."""
        self._moving = sorted(_flatten(self.artists.values()), key=Artist.get_zorder)
        for axes in self.figure.axes:
            axes.set_autoscale_on(False)
        self._fixed_limits = _limits(self.figure)
        for artist in self._moving:
            artist.set_animated(True)
        self.figure.canvas.draw()
        self.figure.set_layout_engine("none")
        self._background = self.figure.canvas.copy_from_bbox(self.figure.bbox)

    def _blit(self) -> None:
        """Background, then the moving artists in their order, then PNG bytes to the widget."""
        canvas = self.figure.canvas
        canvas.restore_region(self._background)
        for artist in self._moving:
            self.figure.draw_artist(artist)
        self.image.value = encode_png(np.asarray(canvas.buffer_rgba()))


def _flatten(items: Iterable[Any]) -> Iterator[Artist]:
    """Walk through artists and (containers of) lists of artists, in order."""
    for item in items:
        if isinstance(item, Artist):
            yield item
        else:
            yield from _flatten(item)


def _limits(figure: Figure) -> np.ndarray:
    """Axis limits, shape (axes, 2, 2)."""
    return np.array([[axes.get_xlim(), axes.get_ylim()] for axes in figure.axes])
