"""Does a FAVAR find what a shock does to a panel?  Simulated panels whose response to a rate moves and is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.replicate.favar_truth import LEVELS, compare
from tvplab.replicate.markdown import markdown_table
from tvplab.replicate.study import Study, Task

SOURCE = (
    "The kit's own check of lesson 5's two steps (spec B.4 and C.4); `dgp.simulate_moving_favar`, everything synthetic"
)
T, N, HORIZON, DATES = 250, 40, 8, (0.1, 0.6)
SHAPES = ("cosine", "break", "constant")
ENCODERS = {"true": "the true factors", "PCA": "two principal components"}
DRIFTS = ("inverse gamma", "half-cauchy", "none")
SEEDS = {"quick": 5, "full": 20}
EFFORT = {"draws": 400, "burn": 300}


def cells(mode: str, sims: int | None = None) -> list[dict]:
    """List the cells: a world, an encoder and a prior of the drift."""
    return [
        {"shape": shape, "encoder": encoder, "drift": drift, "seed": seed, "T": T, "N": N, **EFFORT}
        for shape in SHAPES
        for encoder in ENCODERS
        for drift in DRIFTS
        for seed in range(sims or SEEDS[mode])
    ]


def run(cell: dict) -> dict:
    """Fit one world; how the panel's responses to one unit of the rate meet the truth."""
    from tvplab.convergence import ignore_unconverged
    from tvplab.dgp import simulate_moving_favar
    from tvplab.favar import FAVAR
    from tvplab.tvp_var import TVPVAR

    world = simulate_moving_favar(cell["T"], cell["N"], cell["shape"], seed=cell["seed"])
    model = FAVAR(encoder_of(world, cell["encoder"]), TVPVAR(lags=1, drift=cell["drift"]))
    with ignore_unconverged():
        fit = model.fit(world.observables, draws=cell["draws"], burn=cell["burn"])
    return judge(*responses(fit, world)) | {"r_hat": fit.var.worst_r_hat}


def encoder_of(world, name: str):
    """Return factors of the world's panel: its principal components, or the truth with the true loadings."""
    from tvplab.linear_factors import LinearFactors

    if name == "PCA":
        return LinearFactors.fit(world.panel, world.factors.shape[1])
    mean, sd = (pd.Series(value, world.panel.columns) for value in (0.0, 1.0))
    return LinearFactors(world.factors, world.loadings, mean, sd)


def responses(fit, world) -> tuple[np.ndarray, np.ndarray]:
    """Draws (D, 2, H, N) and truth (2, H, N) of the panel's responses to one unit of the rate, horizons 1 to H.

    Draws that explode are kept: none is chosen by its answer.
    """
    from tvplab.favar import panel_responses
    from tvplab.tvp_var_equations import impulse_responses, system

    drawn, true, K = [], [], world.factors.shape[1]
    for t in (int(share * len(world.panel)) for share in DATES):
        B0, B = system([one.beta[0][:, t - 1] for one in fit.var.draws], K + 1)  # the first period has no past
        moves = impulse_responses(B0, B, np.ones(len(B)), K, HORIZON)[:, 1:, :K]
        drawn.append(panel_responses(fit.encoder, fit.factors.to_numpy()[t], moves))
        moves = impulse_responses(world.B0[[t]], world.B[[t]], np.ones(1), K, HORIZON)[0, 1:, :K]
        true.append(moves @ world.loadings.to_numpy().T)
    return np.stack(drawn, axis=1), np.stack(true)


def judge(draws: np.ndarray, truth: np.ndarray) -> dict:
    """Shares held and RMSE (`compare`), the truth's size; `moved`: the movement found, over the truth's size.

    `found` is the part of the true movement between the two dates that the posterior mean repeats: the slope of its
    movement on the true one, 1 where it is whole; None where nothing moves.
    """
    moved, true = (np.diff(one, axis=0)[0].ravel() for one in (draws.mean(axis=0), truth))
    size = float(np.sqrt(np.mean(truth**2)))
    return compare(draws.reshape(len(draws), -1), truth.ravel()) | {
        "size": size,
        "found": float(moved @ true / (true @ true)) if true.any() else None,
        "moved": float(np.sqrt(np.mean(moved**2))) / size,
    }


def page(rows: list[dict]) -> str:
    """Return a line a world, an encoder and a prior."""
    lines = [
        [f"{shape}, {what}, {drift}", *_entries([row for row in rows if _of(row, shape, encoder, drift)])]
        for shape in SHAPES
        for encoder, what in ENCODERS.items()
        for drift in DRIFTS
        if any(_of(row, shape, encoder, drift) for row in rows)
    ]
    header = ["path, factors, prior of the drift", *(f"{100 * level:g} % band holds" for level in LEVELS)]
    header += ["RMSE over the response's size", "part of the movement found", "movement over the response's size"]
    cell = rows[0]
    note = (
        f"Simulated: {cell['N']} series of two factors, a rate whose effect on the first factor and whose shocks' size "
        f"move (as a constant, nothing does), T = {cell['T']}, one lag, {len({row['seed'] for row in rows})} worlds a "
        f"path. All series' responses to a rise of the rate by one, horizons 1 to {HORIZON}, at a tenth and six "
        f"tenths of the sample; ± the standard errors over worlds. Part found: 1 is the whole movement between the "
        f"two dates, 0 none of it. {cell['draws']} draws after {cell['burn']} sweeps; R̂ is at most 1.1 in "
        f"{np.mean([row['r_hat'] <= 1.1 for row in rows]):.0%} of the fits."
    )
    return f"{note}\n\n{markdown_table(header, lines)}"


def _of(row: dict, shape: str, encoder: str, drift: str) -> bool:
    return (row["shape"], row["encoder"], row["drift"]) == (shape, encoder, drift)


def _entries(rows: list[dict]) -> list[str]:
    """Means over worlds, ± their standard errors."""
    frame = pd.DataFrame(rows)
    error = frame["rmse"] / frame["size"]
    columns = [*(frame[f"{level:g}"] for level in LEVELS), error, frame["found"].astype(float), frame["moved"]]
    return [_mean(column) for column in columns]


def _mean(values: pd.Series) -> str:
    if values.isna().any():
        return "–"
    error = values.std() / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{round(values.mean(), 2) + 0.0:.2f} ± {error:.2f}"  # no minus before a zero


TRUTH = Task("favar-truth", run, version="1")
STUDIES = (Study("favar-truth", "FAVAR: does it find a panel's responses?", SOURCE, TRUTH, cells, page),)
