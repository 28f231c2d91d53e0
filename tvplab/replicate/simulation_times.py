"""Table 1: seconds of one fit, tuning included."""

from __future__ import annotations

import time

import pandas as pd

from tvplab.dgp import DESIGNS
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.simulation_cells import BVAR, RIDGES, SWEEPS, build, world_of
from tvplab.replicate.simulation_scores import paper
from tvplab.replicate.study import Task


def time_cells(mode: str, sims: int | None) -> list[dict]:
    """List one fit a model, size and design (K*/K = 1); quick mode leaves out T = 600, K = 100 and the BVAR."""
    full = mode == "full"
    pairs = [(T, K) for T in ((150, 300, 600) if full else (150, 300)) for K in ((6, 20, 100) if full else (6, 20))]
    cells = [_cell(model, T, K, design, seed) for model in RIDGES for T, K in pairs for design in DESIGNS
             for seed in range(sims or 2)]  # fmt: skip
    bvar = [_cell(BVAR, T, 6, "S1", 0) | {"sweeps": list(SWEEPS["full"])} for T in (150, 300, 600)] if full else []
    return cells + bvar


def _cell(model: str, T: int, K: int, design: str, seed: int) -> dict:
    return {"model": model, "design": design, "T": T, "K": K, "share": 1.0, "noise": "medium", "seed": seed}


def run(cell: dict) -> dict:
    """Time one fit, after a first one on few periods that loads and compiles what it needs."""
    model = build(cell["model"], cell.get("sweeps"))
    first = world_of({**cell, "T": 80})
    build(cell["model"], (4, 0, 1)).fit(first.y, first.X)
    world = world_of(cell)
    start = time.perf_counter()
    model.fit(world.y, world.X)
    return {"seconds": time.perf_counter() - start}


TIMES = Task("times", run, version="1")


def table_1(rows: list[dict]) -> str:
    """Ours beside Table 1; two machines, so that only the pattern compares."""
    ours = pd.DataFrame(rows).groupby(["model", "T", "K"])["seconds"].mean()
    theirs = paper(1)["seconds"]
    columns = sorted({key[1:] for key in ours.index})
    lines = [
        [model, *(_seconds(ours, theirs, (model, *column)) for column in columns)]
        for model in (BVAR, *RIDGES)
        if model in ours.index.get_level_values("model")
    ]
    note = (
        "Mean seconds of one fit on one core of this machine, tuning included, beside those of the paper's cluster (in "
        "brackets). Measured while other cells run."
    )
    return f"{note}\n\n{markdown_table(['', *(f'T = {T}, K = {K}' for T, K in columns)], lines)}"


def _seconds(ours: pd.Series, theirs: pd.Series, key: tuple) -> str:
    """Return "0.03 (1.0)"; the paper has no BVAR beyond K = 6."""
    left = f"{ours[key]:.2f}" if key in ours.index else "–"
    return f"{left} ({theirs[key]:.1f})" if key in theirs.index else left
