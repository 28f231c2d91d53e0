"""One cell of the simulation study (section 3): one simulated world and the models fitted to it."""

from __future__ import annotations

import math

from tvplab.dgp import simulate_design
from tvplab.dgp.designs import NOISE
from tvplab.dgp.tvp_regression import SimulatedRegression
from tvplab.metrics import mean_absolute_error
from tvplab.replicate.study import Task

LAM0 = 1e-4
"""λ₀ of the paper's replication files (`lambda2`); the kit's own default is 0.1."""

LAMS = tuple(math.exp(power) for power in range(2, 17))
"""Candidates for λ in the same files, e² … e¹⁶."""

TRAINING = 50
"""Periods that set the BVAR's prior and are left out of every score at K = 6, in the replication files."""

RIDGES = ("2SRR", "GLRR", "GRRRR")
BVAR = "BVAR"
SHARES = (0.2, 0.5, 1.0)
QUICK_SIMS, QUICK_BVAR_SIMS, FULL_SIMS = 20, 3, 100
SWEEPS = {"quick": (500, 300, 1), "full": (1000, 5000, 10)}
"""Kept draws, burn-in and thinning of the BVAR; "full" is the paper's 15,000 sweeps."""


def build(model: str, sweeps: tuple[int, int, int] | None = None):
    """Return the estimator by the paper's name for it."""
    from tvplab.gibbs_tvp import BayesianTVPRegression
    from tvplab.reduced_rank import ReducedRankRidge
    from tvplab.ridge import TwoStepRidge
    from tvplab.sparse_tvp import GroupLassoRidge

    if model == BVAR:
        draws, burn, thin = sweeps
        return BayesianTVPRegression(draws=draws, burn=burn, thin=thin, training=TRAINING, reuse_training=False)
    return {"2SRR": TwoStepRidge, "GLRR": GroupLassoRidge, "GRRRR": ReducedRankRidge}[model](lam0=LAM0, lams=LAMS)


def world_of(cell: dict) -> SimulatedRegression:
    """Simulate the world of a cell: the same for every model."""
    return simulate_design(cell["design"], cell["T"], cell["K"], cell["share"], cell["noise"], cell["seed"])


def run(cell: dict) -> dict:
    """Fit the cell's models to its world and score the paths (eq. 19), the constants' included: model → number.

    Scored are the periods of the replication files: all but the first (at K = 6 the first 50) and the last.
    """
    from tvplab.convergence import ignore_unconverged

    world = world_of(cell)
    with ignore_unconverged():  # counted below
        fits = fit_models(cell["models"], world, cell.get("sweeps"))
    first = TRAINING if cell["K"] == 6 else 1
    truth = world.beta.iloc[first:-1]
    begin, end = truth.index[[0, -1]]
    return {
        "mae": {name: mean_absolute_error(truth, fit.beta[truth.columns].loc[begin:end]) for name, fit in fits.items()},
        "converged": {name: bool(fit.converged) for name, fit in fits.items()},
    }


def fit_models(models: list[str], world: SimulatedRegression, sweeps: tuple | None) -> dict:
    """Return name → fit; GLRR and GRRRR start from the 2SRR fit where it comes before them."""
    fits = {}
    for name in models:
        start = {"start": fits.get("2SRR")} if name in RIDGES[1:] else {}
        fits[name] = build(name, sweeps).fit(world.y, world.X, **start)
    return fits


TASK = Task("simulations", run, version="5")


def table_cells(design: str, T: int, mode: str, sims: int | None) -> list[dict]:
    """List the cells of one of Tables 3-14: quick is T ≤ 300 and K = 6 and 20."""
    sizes = {"quick": (6, 20) if T <= 300 else (), "full": (6, 20, 100)}[mode]
    number = sims or {"quick": QUICK_SIMS, "full": FULL_SIMS}[mode]
    cells = [cell for K in sizes for cell in grid(RIDGES, design, T, K, number)]
    if 6 in sizes and (mode == "full" or T == 300):
        cells += referee_cells(design, T, mode, sims)
    return cells


def referee_cells(design: str, T: int, mode: str, sims: int | None) -> list[dict]:
    """List the BVAR's cells; it takes most of the time, so that quick mode has fewer of them."""
    number = min(sims or FULL_SIMS, {"quick": QUICK_BVAR_SIMS, "full": FULL_SIMS}[mode])
    return [{**cell, "sweeps": list(SWEEPS[mode])} for cell in grid((BVAR,), design, T, 6, number)]


def grid(models: tuple[str, ...], design: str, T: int, K: int, sims: int) -> list[dict]:
    """List the cells of some models over shares, noise levels and seeds."""
    return [
        {"models": list(models), "design": design, "T": T, "K": K, "share": share, "noise": noise, "seed": seed}
        for share in SHARES
        for noise in NOISE
        for seed in range(sims)
    ]
