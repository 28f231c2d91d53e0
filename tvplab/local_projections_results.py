"""What time-varying local projections return: responses by origin date and horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from pandas.api.types import is_hashable

from tvplab.ridge_results import RidgeResults
from tvplab.tvp_one_path import BandedPath, OnePath
from tvplab.validation import check_number


@dataclass(frozen=True)
class LocalProjectionResults:
    """Responses of one target to a unit shock.

    Attributes
    ----------
    irf : (T, H) frame: response by origin date (rows) and horizon (columns), in units of the target per unit of the
        shock; NaN where the sample ends before the horizon.
    irf_ols : (H,) the constant response by OLS on the same periods (Jordà, 2005); NaN where there are fewer periods
        than regressors.
    lam : (H,) the drift penalty of each horizon.
    converged : (H,) whether the volatility model of the second step converged.
    multiplier : what the chosen drift penalties are multiplied by; 1 after `fit`.
    shock : name of the shock's column in `beta`.
    """

    irf: pd.DataFrame
    irf_ols: pd.Series
    lam: pd.Series
    converged: pd.Series
    shock: str
    multiplier: float = 1.0
    _fits: Mapping[int, RidgeResults] = field(default=None, repr=False)
    _paths: dict[int, OnePath | BandedPath] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, fits: Mapping[int, RidgeResults], irf_ols: pd.Series, shock: str) -> LocalProjectionResults:
        """Collect the regressions of one target by horizon."""
        return cls(
            irf=_surface({h: fit.beta[shock] for h, fit in fits.items()}, fits[0].beta.index),
            irf_ols=irf_ols,
            lam=_by_horizon({h: fit.lam for h, fit in fits.items()}, "lam"),
            converged=_by_horizon({h: fit.converged for h, fit in fits.items()}, "converged"),
            shock=shock,
            _fits=fits,
        )

    @property
    def difference(self) -> pd.DataFrame:
        """Return `irf` − `irf_ols` (T, H): what constant coefficients miss (Fig. 6)."""
        return self.irf - self.irf_ols

    @property
    def half_and_half(self) -> pd.DataFrame:
        """Return the mean of `irf` and `irf_ols` (T, H): the equal-weight shrinkage to constancy of section 4.1."""
        return 0.5 * self.irf.add(self.irf_ols, axis="columns")

    @property
    def beta(self) -> dict[int, pd.DataFrame]:
        """All coefficients by horizon, each frame (origins, K) in the data's units."""
        return {h: self.regression(h).beta for h in self._fits}

    def summary(self) -> pd.DataFrame:
        """One row a horizon: the constant response, and the moving one's mean, first, last, min and max; λ."""
        known = {h: path.dropna() for h, path in self.irf.items()}
        ends = pd.DataFrame({h: (path.iloc[0], path.iloc[-1]) for h, path in known.items()}, ["first", "last"]).T
        moving = self.irf.agg(["mean", "min", "max"]).T
        table = {"OLS": self.irf_ols, "mean": moving["mean"], **ends, "min": moving["min"], "max": moving["max"]}
        return pd.DataFrame({**table, "lam": self.lam}).rename_axis("horizon")

    def regression(self, h: int) -> RidgeResults:
        """Return the whole TVP regression of one horizon."""
        if not is_hashable(h) or h not in self._fits:
            raise ValueError(f"h: must be one of the horizons 0 to {len(self._fits) - 1}, got {h!r}")
        return self._fits[h] if self.multiplier == 1.0 else self._fits[h].at(float(self.lam[h]))

    def at(self, multiplier: float) -> LocalProjectionResults:
        """Return the responses when every horizon's chosen λ is multiplied: less (> 1) or more (< 1) movement.

        What does not depend on λ is computed at the first call and kept.
        """
        return self.along([multiplier])[0]

    def along(self, multipliers: Sequence[float]) -> list[LocalProjectionResults]:
        """Return `at` for several multipliers, in a fraction of the time that one after the other takes."""
        if isinstance(multipliers, str) or not np.iterable(multipliers):
            raise TypeError(f"multipliers: expected several numbers, got {multipliers!r}")
        numbers = np.array([check_number(one, "multiplier") for one in multipliers])
        found = {h: path.along(numbers * self._fits[h].lam) for h, path in self._shock_paths().items()}
        return [
            replace(
                self,
                irf=_surface({h: paths[:, i] for h, paths in found.items()}, self.irf.index),
                lam=_by_horizon({h: float(number * fit.lam) for h, fit in self._fits.items()}, "lam"),
                multiplier=float(number),
            )
            for i, number in enumerate(numbers)
        ]

    @property
    def in_the_dual(self) -> bool:
        """Whether λ only enters after all factorisations are done, so that `along` is much quicker than many `at`."""
        return all(isinstance(path, OnePath) for path in self._shock_paths().values())

    def _shock_paths(self) -> dict[int, OnePath | BandedPath]:
        """λ → the shock's path, by horizon; made at the first call."""
        if not self._paths:
            self._paths.update({h: fit.path(self.shock) for h, fit in self._fits.items()})
        return self._paths

    def std_errors(self) -> pd.DataFrame:
        """Posterior standard deviations (T, H) of `irf`, given λ and the variances (section 2.4.3)."""
        errors = {h: self.regression(h).std_errors([self.shock])[self.shock] for h in self._fits}
        return _surface(errors, self.irf.index)

    def bands(self, level: float = 0.9) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Pointwise credible bands (lower, upper) of `irf`, two (T, H) frames.

        They treat a regression's errors as unrelated over time and λ as known.  The errors of a local projection
        overlap, so that the bands are too narrow at long horizons: lesson 6 measures by how much.
        """
        bands = {h: self.regression(h).bands(level, [self.shock]) for h in self._fits}
        lower, upper = (
            _surface({h: band[side][self.shock] for h, band in bands.items()}, self.irf.index) for side in (0, 1)
        )
        return lower, upper

    def plot_surface(self, **options):
        """Draw the responses in three dimensions, Fig. 3 (`tvplab.plots.response_surface`)."""
        from tvplab import plots

        return plots.response_surface(self, **options)

    def plot_difference(self, **options):
        """Draw what OLS misses at some horizons, Fig. 6 (`tvplab.plots.response_difference`)."""
        from tvplab import plots

        return plots.response_difference(self, **options)

    def plot_heat(self, **options):
        """Draw the responses as a map (`tvplab.plots.response_heat`)."""
        from tvplab import plots

        return plots.response_heat(self, **options)

    def plot_slices(self, **options):
        """Draw responses at some dates and some horizons (`tvplab.plots.response_slices`)."""
        from tvplab import plots

        return plots.response_slices(self, **options)


@dataclass(frozen=True)
class LocalProjectionSystem:
    """Several targets with the same regressors: one `LocalProjectionResults` a target, reached by its name."""

    targets: dict[object, LocalProjectionResults]

    def __getitem__(self, target) -> LocalProjectionResults:
        """Return the results of one target; another name raises a KeyError that lists the targets."""
        if target not in self.targets:
            raise KeyError(f"no target {target!r}; there are {list(self.targets)}")
        return self.targets[target]

    @property
    def irf(self) -> dict[object, pd.DataFrame]:
        """Responses (T, H) by target."""
        return {name: one.irf for name, one in self.targets.items()}

    @property
    def irf_ols(self) -> pd.DataFrame:
        """OLS responses (H, M)."""
        return pd.DataFrame({name: one.irf_ols for name, one in self.targets.items()})

    @property
    def difference(self) -> dict[object, pd.DataFrame]:
        """`irf` − `irf_ols` by target."""
        return {name: one.difference for name, one in self.targets.items()}

    @property
    def lam(self) -> pd.DataFrame:
        """Drift penalties (H, M)."""
        return pd.DataFrame({name: one.lam for name, one in self.targets.items()})

    def summary(self) -> pd.DataFrame:
        """One row a target and horizon."""
        return pd.concat({name: one.summary() for name, one in self.targets.items()})

    def bands(self, level: float = 0.9) -> dict[object, tuple[pd.DataFrame, pd.DataFrame]]:
        """Credible bands by target."""
        return {name: one.bands(level) for name, one in self.targets.items()}

    def at(self, multiplier: float) -> LocalProjectionSystem:
        """Return all targets with every λ multiplied."""
        return LocalProjectionSystem({name: one.at(multiplier) for name, one in self.targets.items()})


def _surface(paths: Mapping[int, pd.Series | np.ndarray], index: pd.Index) -> pd.DataFrame:
    """Put paths (origins of horizon h,) side by side, NaN after a path's end."""
    values = np.full((len(index), len(paths)), np.nan)
    for h, path in paths.items():
        values[: len(path), h] = path
    return pd.DataFrame(values, index, pd.RangeIndex(len(paths), name="horizon"))


def _by_horizon(values: Mapping[int, object], name: str) -> pd.Series:
    return pd.Series(values, name=name).rename_axis("horizon")
