"""A box seen from an angle: where its points come to lie on the picture, and which of its edges are in sight.

The projection is parallel: equal steps look equal wherever they stand.  Everything is in the box's own units: its
middle is the origin, its sides are `SHAPE`.  An end of a side is 0 (the lower one) or 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SHAPE = np.array([1.4, 1.0, 0.9])
"""Sides of the box: dates, horizons, heights."""
LEAN = 0.5
"""How much what is written beside the floor leans downwards, so that it leaves a floor that is seen from its edge."""


class View(NamedTuple):
    """Where the eye stands: elevation from 0 (level with the floor) to 90 (above), azimuth from the x axis; degrees."""

    elevation: float
    azimuth: float

    @property
    def directions(self) -> np.ndarray:
        """Directions (2, 3) that point right and up on the picture."""
        e, a = np.deg2rad([self.elevation, self.azimuth])
        right = [-np.sin(a), np.cos(a), 0.0]
        up = [-np.sin(e) * np.cos(a), -np.sin(e) * np.sin(a), np.cos(e)]
        return np.array([right, up])

    @property
    def near(self) -> np.ndarray:
        """Which ends of x and y (2,) are nearer to the eye."""
        a = np.deg2rad(self.azimuth)
        return (np.array([np.cos(a), np.sin(a)]) > 0.0).astype(int)

    def flat(self, points: np.ndarray) -> np.ndarray:
        """Where points (..., 3) lie on the picture (..., 2)."""
        return points @ self.directions.T

    def far_walls(self) -> np.ndarray:
        """Corners (3, 4, 3) of the floor and of the two walls behind what stands in the box."""
        square, same, far = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]), np.zeros(4, dtype=int), 1 - self.near
        floor = np.column_stack([square, same])
        behind_x = np.column_stack([same + far[0], square])
        behind_y = np.column_stack([square[:, 0], same + far[1], square[:, 1]])
        return (np.stack([floor, behind_x, behind_y]) - 0.5) * SHAPE

    def scale(self, k: int, shares: np.ndarray) -> np.ndarray:
        """Places (n, 3) along the edge where axis k is written, at shares (n,) of its length.

        Dates and horizons are written along the near edges of the floor, heights along the picture's left rim.
        """
        ends = np.array([*self.near, 0], dtype=float)
        if k == 2:
            rims = [[self.near[0], 1.0 - self.near[1], 0.0], [1.0 - self.near[0], self.near[1], 0.0]]
            ends = min((np.array(rim) for rim in rims), key=lambda rim: self.flat((rim - 0.5) * SHAPE)[0])
        places = np.tile(ends, (len(shares), 1))
        places[:, k] = shares
        return (places - 0.5) * SHAPE

    def outward(self, k: int) -> np.ndarray:
        """Direction (2,) of length one on the picture that leads from the edge of axis k away from the box."""
        if k == 2:
            return np.array([-1.0, 0.0])
        away = np.zeros(3)
        away[1 - k] = 2.0 * self.near[1 - k] - 1.0
        direction = self.flat(away) - [0.0, LEAN]
        return direction / np.hypot(*direction)

    def length(self, k: int) -> float:
        """How long axis k looks."""
        return float(SHAPE[k] * np.hypot(*self.directions[:, k]))
