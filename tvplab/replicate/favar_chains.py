"""Which prior of the drift can be sampled?  Chains of three seeds on US data and on a simulated world."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.study import Study, Task

SOURCE = "The kit's own check of the prior of lesson 5's TVP-VAR (spec C.1)"
DATA = {"us": "US growth, inflation and rate, two lags", "simulated": "simulated: two variables, one lag"}
PRIORS = {
    "inverse gamma": {"drift": "inverse gamma"},
    "inverse gamma, κ = .03": {"drift": "inverse gamma", "kappa": 0.03},
    "half-cauchy": {"drift": "half-cauchy"},
}
"""The default, a looser one of its kind, and one with much mass at zero and a long tail."""
BLOCKS = ("theta", "h", "q", "s")
SEEDS = {"quick": 3, "full": 10}
EVERY = 4
"""Explosive draws are counted in every fourth period."""
EFFORT = {"quick": {"draws": 1000, "burn": 1000, "thin": 2}, "full": {"draws": 1000, "burn": 5000, "thin": 20}}


def cells(mode: str, sims: int | None = None) -> list[dict]:
    """List the cells: data, a prior and a chain."""
    return [
        {"data": data, "prior": prior, "seed": seed, **EFFORT[mode]}
        for data in DATA
        for prior in PRIORS
        for seed in range(sims or SEEDS[mode])
    ]


def run(cell: dict) -> dict:
    """Sample one chain: worst R̂, smallest effective number of draws by block, largest share of explosive draws."""
    from tvplab.convergence import ignore_unconverged
    from tvplab.tvp_var import TVPVAR
    from tvplab.tvp_var_equations import Tightness

    prior, (Y, options) = PRIORS[cell["prior"]], _world(cell["data"])
    tight = Tightness(kappa=prior.get("kappa", Tightness().kappa))
    model = TVPVAR(drift=prior["drift"], tightness=tight, seed=cell["seed"], **options)
    with ignore_unconverged():
        fit = model.fit(Y, **{name: cell[name] for name in ("draws", "burn", "thin")})
    least = fit.diagnostics()["ess"].groupby("block").min()
    return {
        "r_hat": fit.worst_r_hat,
        "ess": {block: float(least[block]) for block in BLOCKS},
        "explosive": max(fit.explosive(period) for period in fit.index[::EVERY]),
    }


def _world(name: str) -> tuple[pd.DataFrame, dict]:
    """Return series and the model's other options."""
    if name == "simulated":
        from tvplab.dgp import simulate_moving_var

        return simulate_moving_var(T=250, seed=3).Y, {"lags": 1}
    from tvplab.explore.tvp_var import us_macro

    return us_macro(), {"lags": 2, "own_mean": {"rate": 0.9}}


def page(rows: list[dict]) -> str:
    """Return a line a data set and a prior: over chains, the median and the worst."""
    lines = [
        [f"{what}: {prior}", *_entries(mine)]
        for data, what in DATA.items()
        for prior in PRIORS
        if (mine := [row for row in rows if (row["data"], row["prior"]) == (data, prior)])
    ]
    header = ["data: prior of the drift", "R̂ of coefficients and log variances"]
    header += [*(f"effective draws, {block}" for block in BLOCKS), "explosive"]
    cell = rows[0]
    note = (
        f"{cell['draws']} draws, one in {cell['thin']} sweeps after {cell['burn']}; "
        f"{len({row['seed'] for row in rows})} chains each, every one judged alone: the median chain, in brackets the "
        "worst. The worst element of a block counts: `theta` the coefficients, `h` the log variances, `q` and `s` "
        "their drifts' variances. Explosive: share of draws with a root above 1, the largest of every fourth period."
    )
    return f"{note}\n\n{markdown_table(header, lines)}"


def _entries(rows: list[dict]) -> list[str]:
    r_hat, explosive = ([row[name] for row in rows] for name in ("r_hat", "explosive"))
    sizes = pd.DataFrame([row["ess"] for row in rows])[list(BLOCKS)]
    return [
        f"{np.median(r_hat):.2f} ({max(r_hat):.2f})",
        *(f"{sizes[block].median():.0f} ({sizes[block].min():.0f})" for block in BLOCKS),
        f"{np.median(explosive):.2f} ({max(explosive):.2f})",
    ]


CHAINS = Task("tvp-var-chains", run, version="2")
STUDIES = (Study("tvp-var-chains", "TVP-VAR: which prior can be sampled?", SOURCE, CHAINS, cells, page),)
