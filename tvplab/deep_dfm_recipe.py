"""How training goes where paper and code part: the kit's way, and that of the code behind the paper's tables.

Each field of a `Recipe` is one difference, found in the authors' published code of early 2024 and measured on their
own panels (`tvplab replicate d2fm-training`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tvplab.deep_dfm_layout import MOMENTUM
from tvplab.deep_dfm_states import idiosyncratic_law, interpolate, mean_seen


class Recipe(NamedTuple):
    """Differences of the authors' training from the kit's, each on or off.

    wide_noise : noise panels have the standard deviation of ε as their *variance*, and its mean; else variance and 0.
    strung_law : φ and sd of ε from all cells after an observed one, strung together over gaps; else from true pairs.
    trend_gaps : pre-training sees a cubic trend in the gaps (a spline so smooth that it is one); else straight lines.
    small_batches : 100 periods drawn at random to a batch, the learning rate falling every so many steps as a round
        has panels; else equal parts of about 250 in time order, and every round.
    cold_moments : running moments of batch normalisation start at 0 and 1, as in Keras; else at the first batch's.
    one_stream : all layers start from the same truncated normal numbers, as one Keras initialiser with a seed deals
        them; else each has its own.
    carried_adam : Adam's moments and falling rate go on after pre-training; else they begin anew.
    """

    wide_noise: bool = False
    strung_law: bool = False
    trend_gaps: bool = False
    small_batches: bool = False
    cold_moments: bool = False
    one_stream: bool = False
    carried_adam: bool = False


RECIPES = {"recommended": Recipe(), "paper": Recipe(*[True] * len(Recipe._fields))}
"""Name of a variant → recipe."""
KIT = RECIPES["recommended"]


def noise_law(E: np.ndarray, recipe: Recipe = KIT) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Line 3 of Algorithm 1 from residuals E (T, N), NaN where missing: φ of ε, mean and sd of its noise, each (N,)."""
    phi, mean, sd = strung_law(E) if recipe.strung_law else paired_law(E)
    return (phi, mean, np.sqrt(sd)) if recipe.wide_noise else (phi, 0.0 * mean, sd)


def paired_law(E: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """φ, mean and sd of ε (N,): correlation of pairs seen in adjacent periods, moments of all seen cells."""
    phi, sd = idiosyncratic_law(E)
    return phi, mean_seen(E), sd


def strung_law(E: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """φ, mean and sd of ε (N,) from the cells after an observed one, strung together whatever lies between them."""
    laws = []
    for e, seen in zip(E.T, np.isfinite(E).T, strict=True):
        kept = e[1:][seen[1:] & seen[:-1]]
        known = len(kept) > 2 and kept.var() > 0
        phi = np.cov(kept[1:], kept[:-1])[0, 1] / kept.var() if known else 0.0
        laws.append((phi, kept.mean(), kept.std()) if len(kept) else (0.0, 0.0, 0.0))
    phi, mean, sd = np.array(laws).T
    return phi, mean, sd


def without_gaps(z: np.ndarray, recipe: Recipe = KIT) -> np.ndarray:
    """Data (T, N) for pre-training, gaps filled."""
    return np.where(np.isfinite(z), z, cubic_trend(z)) if recipe.trend_gaps else interpolate(z)


def cubic_trend(z: np.ndarray) -> np.ndarray:
    """Cubic polynomial in time, by least squares, through the observed cells of each series: (T, N).

    It is what a smoothing spline gives whose allowed sum of squares is the number of cells, when the data have
    variance one: a cubic without knots already stays below.
    """
    t = np.arange(len(z))
    fits = [np.polynomial.Polynomial.fit(t[seen], x[seen], 3) for x, seen in zip(z.T, np.isfinite(z).T, strict=True)]
    return np.column_stack([fit(t) for fit in fits])


def prepare(network, recipe: Recipe = KIT) -> None:
    """Set the running moments of batch normalisation before the first step; `network` of either engine."""
    if recipe.cold_moments:
        network.momentum = MOMENTUM
        for moments in network.moments:
            if moments is not None:
                moments[0], moments[1] = 0.0, 1.0
