"""How many factors GRRRR starts from, and what it is worth: the variance share against cross-validation.

The paper's Algorithm 3 leaves the criterion open.  In S1 all coefficients that move follow one cosine: the truth is one
factor.  S4 mixes three paths.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tvplab.metrics import mean_absolute_error
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.simulation_cells import build, world_of
from tvplab.replicate.simulation_tables import PAPER
from tvplab.replicate.study import Study, Task

RULES = {"variance share": None, "cross-validation": "cv", "one factor, given": 1}
WORLDS = (
    ("S1", 6, "low"),
    ("S1", 6, "medium"),
    ("S1", 6, "high"),
    ("S1", 20, "low"),
    ("S1", 20, "medium"),
    ("S4", 6, "low"),
)
QUICK_SIMS, FULL_SIMS = 10, 50


def cells(mode: str, sims: int | None) -> list[dict]:
    """List the worlds, T = 150 (full: 300, too), all coefficients moving."""
    number = sims or {"quick": QUICK_SIMS, "full": FULL_SIMS}[mode]
    return [
        {"design": design, "T": T, "K": K, "share": 1.0, "noise": noise, "seed": seed}
        for T in {"quick": (150,), "full": (150, 300)}[mode]
        for design, K, noise in WORLDS
        for seed in range(number)
    ]


def run(cell: dict) -> dict:
    """Fit GRRRR by each rule from one 2SRR fit: the numbers of factors at the start and at the end, and the MAE."""
    from tvplab.convergence import ignore_unconverged
    from tvplab.reduced_rank import increments_of
    from tvplab.ridge_problem import Problem
    from tvplab.tvp_loadings import principal_loadings
    from tvplab.tvp_rank import best_rank

    world, model = world_of(cell), build("GRRRR")
    with ignore_unconverged():
        start = build("2SRR").fit(world.y, world.X)
        fits = {name: replace(model, rank=rank).fit(world.y, world.X, start=start) for name, rank in RULES.items()}
    U = increments_of(Problem.of(world.y, world.X, model), 0, start)
    share = principal_loadings(U, None, model.max_rank, model.variance_share).shape[1]
    began = {"variance share": share, "cross-validation": best_rank(fits["cross-validation"].rank_path)}
    return {
        "start": {name: int(began.get(name, 1)) for name in RULES},
        "end": {name: fit.rank for name, fit in fits.items()},
        "mae": {name: mean_absolute_error(world.beta, fit.beta) for name, fit in fits.items()},
    }


def table(rows: list[dict]) -> str:
    """Return a line a world and rule: how often it starts from and ends with one factor, the mean numbers, the MAE."""
    lines = []
    for key, group in pd.DataFrame(rows).groupby(["T", "design", "K", "noise"], sort=False):
        for rule in list(RULES)[:2]:
            start, end, mae, given = (
                np.array([one[name] for one in group[column]])
                for column, name in (("start", rule), ("end", rule), ("mae", rule), ("mae", list(RULES)[2]))
            )
            T, design, K, noise = key
            lines.append(
                [
                    f"{design}, T = {T}, K = {K}, noise {noise}: {rule}",
                    *(f"{np.sum(one == 1)} of {len(one)} ({one.mean():.1f})" for one in (start, end)),
                    f"{mae.mean():.3f} ({given.mean():.3f})",
                ]
            )
    header = ["world: rule", "starts from one factor (mean)", "ends with one (mean)", "MAE (one factor given)"]
    note = (
        "All coefficients move: in S1 with one path, in S4 with mixtures of three. Both rules start from the same fit "
        "of 2SRR; what the loadings' penalty then leaves is the end."
    )
    return f"{note}\n\n{markdown_table(header, lines)}"


STUDIES = (
    Study(
        "grrrr-rank", "GRRRR's number of factors", f"{PAPER}, Algorithm 3",
        Task("simulation-ranks", run, version="3"), cells, table,
    ),
)  # fmt: skip
