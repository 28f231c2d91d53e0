"""One cell of the deep factor model's Monte Carlo (section 4): one simulated panel, the models fitted to it, scores.

Panels are the authors' own, by their seeds, and the deep model is trained as theirs was (`deep_dfm_recipe`).
"""

from __future__ import annotations

import time
import warnings
from importlib.resources import files

import numpy as np
import pandas as pd

from tvplab.dgp import SimulatedDeepFactors, simulate_deep_factors
from tvplab.factors import principal_components
from tvplab.metrics import trace_r2
from tvplab.replicate.study import Task

SETUP = ["r", "T", "n", "missing", "rho", "alpha"]
FULL_SIMS, QUICK_SIMS, TIME_SIMS = 100, {1: 20, 2: 10}, 20
PAPER_TRAINING = {"variant": "paper", "draws": 100, "pretrain": 100}
"""Settings of the deep model in the code behind the tables; its other ones are the defaults."""
QUICK_LINEAR = [
    (r, T, n, missing, rho, 0.5)
    for r in (1, 3)
    for T in (50, 200)
    for n in (10, 100)
    for missing, rho in ((0.0, 0.5), (0.3, 0.9))
    if (r, T, n) != (3, 200, 100)
]
QUICK_NONLINEAR = [
    (1, 50, 10, 0.0, 0.5, 0.0),
    (1, 50, 10, 0.3, 0.9, 0.0),
    (1, 50, 100, 0.0, 0.5, 0.0),
    (1, 50, 100, 0.0, 0.9, 0.0),
    (1, 200, 10, 0.0, 0.5, 0.0),
    (1, 200, 100, 0.0, 0.9, 0.0),
    (3, 50, 10, 0.0, 0.9, 0.0),
    (3, 50, 100, 0.0, 0.9, 0.0),
]
QUICK_SETUPS = {1: QUICK_LINEAR, 2: QUICK_NONLINEAR}
"""Setups of quick mode by table, of 64 each: those that take a second."""


def paper(number: int) -> pd.DataFrame:
    """Return the deep factor paper's Table `number`: Tables 1 and 2 by setup, Table 3 by n and T."""
    with (files("tvplab.replicate") / "paper" / f"d2fm-table-{number}.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    return table.set_index(SETUP if number < 3 else ["n", "T"])


def cells_of(number: int, mode: str, sims: int | None = None) -> list[dict]:
    """List the panels of Table 1 (linear) or 2 (nonlinear); quick mode fits the DFM to the smallest of Table 1.

    Full mode takes all the authors' seeds.  In quick mode each setup has its own selection of them: with the same
    factor paths everywhere, all setups would share their luck.
    """
    every = list(paper(number).index)
    panels = min(sims or {"quick": QUICK_SIMS[number], "full": FULL_SIMS}[mode], FULL_SIMS)
    return [
        dict(zip(SETUP, map(_plain, setup), strict=True))
        | {"nonlinear": number == 2, "seed": seed_of(every.index(setup), k), "models": _models(number, setup, mode)}
        for setup in (QUICK_SETUPS[number] if mode == "quick" else every)
        for k in range(panels)
    ]


def seed_of(place: int, k: int) -> int:
    """Seed 1 to 100 of panel k of the setup in this place of the table: each setup has its own order of them."""
    return 1 + (13 * place + 37 * k) % FULL_SIMS


def _plain(value) -> int | float:
    """Return a number that JSON holds, whole where it is."""
    return int(value) if float(value).is_integer() else float(value)


def _models(number: int, setup: tuple, mode: str) -> list[str]:
    cheap = number == 1 and setup[:3] == (1, 50, 10)
    return ["D2FM", "PCA", "DFM"] if mode == "full" or cheap else ["D2FM", "PCA"]


def world_of(cell: dict) -> SimulatedDeepFactors:
    """Simulate the panel of a cell, the authors' with that seed: the same for every model."""
    return simulate_deep_factors(
        T=cell["T"], N=cell["n"], r=cell["r"], nonlinear=cell["nonlinear"], rho=cell["rho"], alpha=cell["alpha"],
        missing=cell["missing"], seed=cell["seed"], draws="authors",
    )  # fmt: skip


def run(cell: dict) -> dict:
    """Fit the cell's models with r̃ factors and score them: model → trace R² raw, with a constant added, and centred."""
    world = world_of(cell)
    size, truth, estimates = world.factor_set.shape[1], world.factor_set, {}
    converged = {}
    for name in cell["models"]:
        estimates[name], converged[name] = FITS[name](world.y, size, cell)
    return {"scores": {name: scores(truth, F) for name, F in estimates.items()}, "converged": converged}


def scores(truth: pd.DataFrame, estimate) -> dict[str, float]:
    """Trace R² (eq. 28) raw; raw with a column of ones beside the estimated factors; and centred."""
    F = np.asarray(estimate)
    with_constant = np.column_stack([F, np.ones(len(F))])
    return {
        "raw": trace_r2(truth, F),
        "constant": trace_r2(truth, with_constant),
        "centred": trace_r2(truth, F, centred=True),
    }


def fit_d2fm(y: pd.DataFrame, size: int, cell: dict, **training) -> tuple[pd.DataFrame, bool]:
    """Deep model with r̃ factors: four layers in a nonlinear world, one linear layer in a linear one.

    `training` are settings of `DeepDynamicFactors` in the place of `PAPER_TRAINING`.
    """
    from tvplab.convergence import ignore_unconverged
    from tvplab.deep_dfm import DeepDynamicFactors

    with ignore_unconverged():  # counted
        hidden, settings = None if cell["nonlinear"] else (), training or PAPER_TRAINING
        fit = DeepDynamicFactors(size, hidden=hidden, seed=cell["seed"], **settings).fit(y)
    return fit.factors, fit.converged


def fit_pca(y: pd.DataFrame, size: int, cell: dict) -> tuple[pd.DataFrame, bool]:
    """Principal components of the standardised series, min(r̃, n) of them; gaps interpolated."""
    z = ((y - y.mean()) / y.std()).interpolate(limit_direction="both")
    return principal_components(z, min(size, y.shape[1])).factors, True


def fit_dfm(y: pd.DataFrame, size: int, cell: dict) -> tuple[pd.DataFrame, bool]:
    """The paper's DFM as statsmodels has it: min(r̃, n) AR(1) factors, AR(1) idiosyncratic components, EM; smoothed."""
    model = linear_dfm(y, size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # counted
        results = model.fit(disp=False, maxiter=500)
    return results.factors.smoothed, bool(results.mle_retvals.iter < 500)


def linear_dfm(y: pd.DataFrame, size: int):
    """Return statsmodels' model with separate AR(1) factors, which the authors' own DFM equals to eleven digits."""
    from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

    names = [f"f{k}" for k in range(min(size, y.shape[1]))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for dates
        return DynamicFactorMQ(
            y, factors={name: names for name in y}, factor_orders=dict.fromkeys(names, 1), idiosyncratic_ar1=True
        )


FITS = {"D2FM": fit_d2fm, "PCA": fit_pca, "DFM": fit_dfm}
TASK = Task("deep-factors", run, version="2")


def time_cells(mode: str, sims: int | None = None) -> list[dict]:
    """List the fits of Table 3 (three factors, nonlinear); quick mode: 50 and 150 series, T = 150, three panels."""
    sizes = [(50, 150), (150, 150)] if mode == "quick" else list(paper(3).index)
    panels = sims or {"quick": 3, "full": TIME_SIMS}[mode]
    rounds = {"quick": 2, "full": 500}[mode]
    return [{"n": int(n), "T": int(T), "seed": s, "rounds": rounds} for n, T in sizes for s in range(panels)]


def run_times(cell: dict) -> dict:
    """Processor seconds of a deep fit by the kit's training, and of the DFM's EM: in all, and a round."""
    y = simulate_deep_factors(T=cell["T"], N=cell["n"], r=3, seed=cell["seed"]).y
    size, kit = 12, {"variant": "recommended"}
    fit_d2fm(y.iloc[:40, :5], 1, {"nonlinear": True, "seed": 0}, **kit)  # loads what is needed
    start = time.process_time()
    fit_d2fm(y, size, {"nonlinear": True, "seed": cell["seed"]}, **kit)
    deep, model, start = time.process_time() - start, linear_dfm(y, size), time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it stops early is asked for
        results = model.fit(disp=False, maxiter=cell["rounds"])
    linear = time.process_time() - start
    return {"d2fm": deep, "dfm": linear, "dfm_round": linear / max(int(results.mle_retvals.iter), 1)}


TIMES = Task("deep-factor-times", run_times, version="1")
