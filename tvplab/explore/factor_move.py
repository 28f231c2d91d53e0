"""What one position of lesson 1's controls shows: the estimate weighed into averages, and the truth beside it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.dgp import simulate_factor_model
from tvplab.explore.factor_fit import FactorFit
from tvplab.marss_results import MARSSResults


class World(NamedTuple):
    """A panel y (T, N) with nothing hidden; of a simulated one the common parts (T, N), and their true shares (N,)."""

    y: np.ndarray
    common: np.ndarray | None = None
    true_shares: pd.Series | None = None

    @classmethod
    def simulated(cls, noise: float = 1.0, **settings) -> World:
        """Simulate a world with so much noise."""
        world = simulate_factor_model(noise=noise, **settings)
        return cls(world.y.to_numpy(), world.common.to_numpy(), world.common_share)


@dataclass(frozen=True)
class FactorMove:
    """What one position of the controls shows.

    `estimate` on the items kept, standardised; (T,) series in the data's units: `headline` of all items, `average` of
    those kept and seen, `common` with its standard errors `se`; `shares` (N,) of each item's variance that is common,
    NaN for a dropped one; and of a simulated world `truth` (T,) and `true_shares` (N,).
    """

    estimate: FactorFit
    headline: pd.Series
    average: pd.Series
    common: pd.Series
    se: pd.Series
    shares: pd.Series
    truth: pd.Series | None
    true_shares: pd.Series | None

    @functools.cached_property
    def fit(self) -> MARSSResults:
        """The library's results at the estimate; labelled when first asked for."""
        return self.estimate.labelled()


def move_of(
    estimate: FactorFit, rows: np.ndarray, full: World, weights: np.ndarray, panel: pd.DataFrame, order: np.ndarray
) -> FactorMove:
    """Weigh the items kept, those in `rows`, into averages, and set the truth beside them where there is one."""
    kept = weights[:, rows] / weights[:, rows].sum(axis=1, keepdims=True)
    shares = np.full(panel.shape[1], np.nan)
    shares[rows] = estimate.common_shares
    label, simulated = functools.partial(pd.Series, index=panel.index), full.common is not None
    common, se = estimate.weighted(kept)
    return FactorMove(
        estimate=estimate,
        headline=label(weighted_mean(full.y, weights)),
        average=label(weighted_mean(estimate.panel.y.to_numpy(), kept)),
        common=label(common),
        se=label(se),
        shares=pd.Series(shares[order], panel.columns[order]),
        truth=label(weighted_mean(full.common[:, rows], kept)) if simulated else None,
        true_shares=full.true_shares.iloc[order] if simulated else None,
    )


def weighted_mean(y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over the items seen in each period (T,), y and weights (T, N); NaN where none is seen."""
    seen = np.where(np.isnan(y), 0.0, weights)
    total = seen.sum(axis=1)
    return (np.nan_to_num(y) * seen).sum(axis=1) / np.where(total > 0, total, np.nan)
