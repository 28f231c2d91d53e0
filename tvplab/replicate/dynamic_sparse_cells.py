"""One cell of the simulated design of dynamic sparse factors (section 4): one world, one method, its scores."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tvplab.baselines import adaptive_pca, cross_validated_alpha, rolling_loadings, sparse_pca
from tvplab.dgp.sparse_factors import SimulatedSparseFactors, simulate_sparse_factors
from tvplab.factor_matching import (
    left_ordered,
    match_factors,
    matched_each,
    n_active,
    rmse_path,
    widened,
)
from tvplab.replicate.study import Task

OURS, ALONE = "DSS-EM", "DSS-EM, each loading alone"
PRINTED, UNROTATED = "DSS-EM as printed", "the same, unrotated"
ADAPTIVE, SPARSE, STATIC, ZERO = "adaptive PCA", "sparse PCA", "static spike-and-slab", "all zero"
RIVALS = (ADAPTIVE, SPARSE, STATIC)
METHODS = (*RIVALS, OURS, ALONE, PRINTED, UNROTATED, ZERO)
VARIANTS = {
    OURS: {},
    ALONE: {"lifetime": None},
    PRINTED: {"variant": "paper"},
    UNROTATED: {"variant": "paper, unrotated"},
}
"""The dynamic methods; "each loading alone" leaves out the look at when a factor as a whole is alive."""
CANDIDATES, WINDOW = 10, 100
SEGMENTS = {"1-100": (0, 100), "101-200": (100, 200), "201-300": (200, 300), "301-400": (300, 400)}
SNAPSHOTS = (100, 200, 300, 400)
STEP = 5
"""Periods between the points of the error paths that a cell keeps (Figure 3)."""


def estimate(method: str, world: SimulatedSparseFactors, every: int, seed: int) -> tuple[np.ndarray, dict]:
    """Loadings (T, N, K) by one method, and what it says of itself; windows move by `every` periods."""
    if method in VARIANTS:
        return _dynamic(world, VARIANTS[method], seed)
    if method == ZERO:
        return np.zeros_like(world.loadings), {}
    if method == STATIC:
        return _static(world, every, seed), {"every": every}
    if method == ADAPTIVE:
        return rolling_loadings(adaptive_pca, world.y, world.training, WINDOW, every), {"every": every}
    alpha = cross_validated_alpha(world.training, CANDIDATES)
    path = rolling_loadings(lambda Y: sparse_pca(Y, CANDIDATES, alpha), world.y, world.training, WINDOW, every)
    return path, {"every": every, "alpha": alpha}


def _dynamic(world: SimulatedSparseFactors, options: dict, seed: int) -> tuple[np.ndarray, dict]:
    from tvplab.convergence import ignore_unconverged
    from tvplab.dynamic_sparse import DynamicSparseFactors

    with ignore_unconverged():  # kept below
        fit = DynamicSparseFactors(CANDIDATES, seed=seed, **options).fit(world.y)
    said = {"converged": bool(fit.converged), "n_iter": int(fit.n_iter), "persistence": float(fit.persistence)}
    return fit.loadings, said | {"least_sigma2": float(fit.sigma2.to_numpy().min())}


def _static(world: SimulatedSparseFactors, every: int, seed: int) -> np.ndarray:
    from tvplab.static_sparse import rolling_static

    return rolling_static(world.y, world.training, CANDIDATES, WINDOW, every, seed=seed)


def run(cell: dict) -> dict:
    """Simulate the cell's world, estimate its loadings and score them."""
    world = simulate_sparse_factors(cell["law"], seed=cell["seed"])
    loadings, said = estimate(cell["method"], world, cell["every"], cell["seed"])
    loadings = widened(loadings, CANDIDATES)
    kept = {"maps": maps(world, loadings)} if cell["seed"] == 0 and cell["law"] == "mean2" else {}
    return scores(world, loadings) | kept | {"said": said}


def maps(world: SimulatedSparseFactors, loadings: np.ndarray) -> list[list[list[float]]]:
    """Matched loadings at the paper's four dates, two digits, to be drawn."""
    match = match_factors(world.loadings, loadings)
    return [np.round(match.apply(loadings[t - 1]), 2).tolist() for t in SNAPSHOTS]


def scores(world: SimulatedSparseFactors, loadings: np.ndarray) -> dict:
    """Distances to the truth under three ways of naming the factors, counts, support, and the lags of breaks."""
    match = match_factors(world.loadings, loadings)
    paths = {
        "matched": rmse_path(world.loadings, match.apply(loadings)),
        "each": rmse_path(world.loadings, matched_each(world.loadings, loadings)),
        "left": rmse_path(left_ordered(world.loadings), left_ordered(loadings)),
        "two": n_active(loadings).astype(float),
        "one": n_active(loadings, least=1).astype(float),
    }
    return {
        "segments": {name: [float(path[a:b].mean()) for a, b in SEGMENTS.values()] for name, path in paths.items()},
        "paths": {name: [round(float(x), 4) for x in paths[name][STEP - 1 :: STEP]] for name in ("matched", "two")},
        "support": [support_rates(world.loadings[t - 1], match.apply(loadings)[t - 1]) for t in SNAPSHOTS],
        "lags": lags(world.n_factors.to_numpy(), paths["two"]),
    }


def support_rates(truth: np.ndarray, loadings: np.ndarray, negligible: float = 0.1) -> list[float]:
    """Share of true loadings that are found, and of zeros that are taken for loadings."""
    found, true = np.abs(loadings) >= negligible, truth != 0
    return [float(found[true].mean()), float(found[~true].mean())]


def lags(truth: np.ndarray, count: np.ndarray) -> list[int]:
    """Periods from each change of the true number until the count first agrees; −1 if it does not before the next."""
    breaks = [*(np.flatnonzero(np.diff(truth)) + 1), len(truth)]
    agrees = [np.flatnonzero(count[a:b] == truth[a]) for a, b in pairwise(breaks)]
    return [int(where[0]) if len(where) else -1 for where in agrees]


TASK = Task("sparse-factors", run, version="1")
