"""What lesson 6's slider shows: the fit and its truth, one position of the controls, the cuts through the surface."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.explore.surface import MESH, Mesh
from tvplab.local_projections_results import LocalProjectionResults
from tvplab.metrics import mean_absolute_error
from tvplab.plots.local_projections import years_of


@dataclass(frozen=True)
class Scene:
    """What the controls do not move: the fit at λ's own choice, the truth if there is one, words and limits."""

    fit: LocalProjectionResults
    truth: pd.DataFrame | None
    unit: str
    note: str
    break_date: object
    limits: tuple[float, float]

    @functools.cached_property
    def dates(self) -> pd.Index:
        """Origins that every horizon has, the first ones (S,)."""
        return self.fit.irf.dropna().index

    @functools.cached_property
    def years(self) -> np.ndarray:
        """The same as numbers (S,)."""
        return years_of(self.dates)

    @functools.cached_property
    def horizons(self) -> np.ndarray:
        """0..H − 1 as numbers (H,)."""
        return self.fit.irf.columns.to_numpy(dtype=float)

    @functools.cached_property
    def true(self) -> np.ndarray:
        """True responses (T, H) of the origins and horizons that were fitted."""
        return self.truth.loc[self.fit.irf.index, self.fit.irf.columns].to_numpy()

    @functools.cached_property
    def error_of_ols(self) -> float:
        """Mean absolute distance from the truth to the constant responses."""
        true = self.true[: len(self.dates)]
        return mean_absolute_error(true, np.broadcast_to(self.fit.irf_ols, true.shape))


@dataclass(frozen=True)
class ResponseMove:
    """What one position of the controls shows."""

    scene: Scene
    results: LocalProjectionResults
    horizon: int
    date: object
    azimuth: int
    elevation: int

    @property
    def surface(self) -> np.ndarray:
        """Responses (T, H) by origin and horizon."""
        return self.results.irf.to_numpy()

    @property
    def row(self) -> int:
        """Which origin is the date."""
        return self.scene.fit.irf.index.get_loc(self.date)

    @property
    def heights(self) -> np.ndarray:
        """The surface of the dates that all horizons have (S, H), cut off at the picture's limits."""
        return self.surface[: len(self.scene.dates)].clip(*self.scene.limits)

    @property
    def mesh(self) -> Mesh:
        """Some of its rows and columns, evenly spread."""
        heights = self.heights
        rows, columns = (np.unique(np.linspace(0, n - 1, MESH).round().astype(int)) for n in heights.shape)
        return Mesh(self.scene.years[rows], self.scene.horizons[columns], heights[np.ix_(rows, columns)])

    @property
    def cuts(self) -> list[np.ndarray]:
        """The two lines on the surface: over time at the horizon (S, 3), over horizons at the date (H, 3)."""
        years, horizons, heights = self.scene.years, self.scene.horizons, self.heights
        along_time = np.column_stack([years, np.full(len(years), self.horizon), heights[:, self.horizon]])
        along_horizons = np.column_stack([np.full(len(horizons), years[self.row]), horizons, heights[self.row]])
        return [along_time, along_horizons]


def limits_of(results: LocalProjectionResults, truth: pd.DataFrame | None) -> tuple[float, float]:
    """Fixed limits: room for a fit three times looser than CV's, and for OLS and the truth."""
    loose = results.at(1.0 / 3.0).irf.to_numpy()
    everything = [loose.ravel(), results.irf_ols.to_numpy(), [0.0] if truth is None else truth.to_numpy().ravel()]
    low, high = np.nanmin(np.concatenate(everything)), np.nanmax(np.concatenate(everything))
    room = 0.05 * (high - low)
    return float(min(low, 0.0) - room), float(max(high, 0.0) + room)
