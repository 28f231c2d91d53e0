"""The one look of tvplab's figures: the style sheet beside this file, and the colours by name."""

from contextlib import AbstractContextManager
from pathlib import Path

import matplotlib.style

STYLE_SHEET = Path(__file__).with_name("tvplab.mplstyle")

#: The Okabe-Ito palette, which readers with the common colour-vision deficiencies can tell apart.
COLOURS = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "black": "#000000",
    "grey": "#7F7F7F",
}


def use_style() -> AbstractContextManager[None]:
    """Use tvplab's style inside a ``with`` block and give the reader's own settings back afterwards.

    Returns
    -------
    context manager
        Axes made and lines drawn inside the block carry the style; the settings outside stay.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> with use_style():
    ...     (line,) = Figure().subplots().plot([1, 2])
    >>> line.get_linewidth()
    2.0
    """
    return matplotlib.style.context(STYLE_SHEET)
