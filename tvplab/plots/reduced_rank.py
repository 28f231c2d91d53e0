"""Pictures of drifts with a factor structure: the few paths that coefficients share, and who loads on them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tvplab.plots.figure import Picture
from tvplab.plots.ridge import draw_truth, time_axis
from tvplab.plots.style import COLOURS, use_style

MOST_FACTORS = 5


def drift_factors(results, truth: pd.DataFrame | None = None, scaled: bool = True) -> Picture:
    """Draw each factor's path g_t, and beside it the coefficients' loadings on it; one row a factor.

    Parameters
    ----------
    results : ReducedRankResults with 1 to 5 factors.
    truth : (T, r) frame of true factors when the data are simulated, drawn dashed where a column has a factor's name.
        A factor is known only up to its level, sign and scale, so the truth is laid upon it by least squares.
    scaled : divide all loadings by the largest absolute one; False shows coefficient units per unit of the factor.

    Raises
    ------
    ValueError
        No factor (no coefficient moves), or more than five.
    """
    if not 1 <= results.rank <= MOST_FACTORS:
        raise ValueError(f"results: one picture holds 1 to {MOST_FACTORS} factors, this fit has {results.rank}")
    still = results.constant
    number = "one factor" if results.rank == 1 else f"{results.rank} factors"
    alt = f"Paths of {number} of the drifts and the loadings of {len(results.beta.columns)} coefficients"
    alt += f"; constant: {', '.join(map(str, still))}." if still else "; all coefficients move."
    shown = results.loadings / np.abs(results.loadings.to_numpy()).max() if scaled else results.loadings
    with use_style():
        picture = Picture(alt=alt, figsize=(10, 2.8 * results.rank))
        grid = picture.subplots(results.rank, 2, squeeze=False, width_ratios=(3, 2), sharey="col" if scaled else False)
        for (left, right), name in zip(grid, results.factors, strict=True):
            left.plot(time_axis(results.factors.index), results.factors[name], color=COLOURS["blue"])
            left.set_title(f"path of {name}")
            if truth is not None and name in truth:
                draw_truth(left, laid_upon(truth[name], results.factors[name]))
            draw_loadings(right, shown[name])
            right.set_title(f"loadings on {name}" + (", largest of all = 1" if scaled else ""))
        if truth is not None:
            picture.suptitle("synthetic data; dashed: the truth", fontsize=11, x=0.01, ha="left", color="#555555")
    return picture


def draw_loadings(ax: Axes, loadings: pd.Series) -> None:
    """Draw one bar a coefficient; a coefficient that the factor does not move is marked with a small circle."""
    place, moves = np.arange(len(loadings)), loadings.to_numpy() != 0.0
    ax.bar(place[moves], loadings[moves], color=COLOURS["vermillion"], width=0.7)
    ax.plot(place[~moves], np.zeros(np.sum(~moves)), "o", mfc="white", color=COLOURS["grey"], ms=5)
    ax.axhline(0.0, color=COLOURS["grey"], lw=0.8)
    step = -(-len(loadings) // 12)
    ax.set_xticks(place[::step], [str(name) for name in loadings.index[::step]], rotation=45, ha="right")


def laid_upon(truth: pd.Series, path: pd.Series) -> pd.Series:
    """Shift and scale `truth` (T,) so that it comes closest to `path`."""
    slope, level = np.polyfit(truth.to_numpy(dtype=float), path.to_numpy(), 1)
    return level + slope * truth.set_axis(path.index)
