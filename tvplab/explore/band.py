"""A band between two lines that moves quickly: Matplotlib's own works its masks and limits out at every move."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon


class Band(Polygon):
    """The area from `low` to `high` over places x (n,) of an axes whose limits are fixed, flat at first."""

    def __init__(self, axes: Axes, x, colour: str, alpha: float):
        places = np.asarray(axes.convert_xunits(x), dtype=float)
        self._places = np.concatenate([places, places[::-1]])
        super().__init__(np.column_stack([self._places, 0.0 * self._places]), facecolor=colour, alpha=alpha, lw=0)
        self.set_zorder(1)
        axes.add_artist(self)

    def move(self, low: np.ndarray, high: np.ndarray) -> None:
        """Set both lines (n,)."""
        self.set_xy(np.column_stack([self._places, np.concatenate([low, high[::-1]])]))
