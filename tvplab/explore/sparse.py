"""Lesson 2b's slider: drag sparsity and watch coefficients freeze; few factors instead; more or fewer truly moving."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from tvplab.dgp import DESIGNS, SimulatedRegression, simulate_design
from tvplab.dgp.designs import NOISE
from tvplab.explore.controls import choice, int_slider, log_slider
from tvplab.explore.explorer import Explorer
from tvplab.metrics import mean_absolute_error
from tvplab.plots.ridge import time_axis
from tvplab.plots.style import COLOURS
from tvplab.reduced_rank import ReducedRankRidge
from tvplab.ridge_results import RidgeResults
from tvplab.sparse_results import SparseResults
from tvplab.sparse_tvp import GroupLassoRidge

MODELS = ("GLRR (sparse)", "GLRR by likelihood", "GRRRR (few factors)")
ALPHA_RANGE = 0.05, 1.0
SHARES = (0.2, 0.5, 1.0)
ALT = (
    "Left: each coefficient around its mean over time, estimate solid, truth dashed. Right: how much "
    "each coefficient moves over the sample; an empty circle is one that was found constant. Synthetic data."
)
CAPTION = (
    "To the left on α, one coefficient after the other freezes: its line goes flat, its bar becomes a circle. "
    "Blue ones truly move, orange ones do not; a black tick is the true spread."
)


@dataclass(frozen=True)
class SparseMove:
    """What one position of the controls shows: the fit, 2SRR's beside it, and the truth (T, K)."""

    fit: RidgeResults
    dense: RidgeResults
    truth: pd.DataFrame

    @property
    def moved(self) -> np.ndarray:
        """β_t less its mean over time, of the fit (T, K)."""
        return around_mean(self.fit.beta)

    @property
    def spread(self) -> np.ndarray:
        """Standard deviation over time of each coefficient of the fit (K,)."""
        return self.fit.beta.to_numpy().std(axis=0)

    @property
    def frozen(self) -> np.ndarray:
        """Which coefficients were found constant (K,)."""
        return self.fit.beta.columns.isin(self.fit.constant)

    @property
    def moves(self) -> np.ndarray:
        """Which coefficients truly move (K,)."""
        return np.ptp(self.truth.to_numpy(), axis=0) > 1e-12


def around_mean(beta: pd.DataFrame) -> np.ndarray:
    """Return paths (T, K) less their means over time: one that stands still is zero."""
    return (beta - beta.mean()).to_numpy()


def sparse(T: int = 150, K: int = 6, seed: int = 2) -> Explorer:
    """Explore sparse and reduced-rank time variation in the paper's simulated worlds.

    Parameters
    ----------
    T, K, seed : the world (`dgp.simulate_design`); all its shocks are drawn once.

    Returns
    -------
    Explorer
        Its controls are `alpha`, `model`, `rank`, `share`, `noise` and `design`; its result is a `SparseMove`.
    """
    world = functools.lru_cache(maxsize=32)(functools.partial(_world, T, K, seed))
    likely = functools.lru_cache(maxsize=32)(functools.partial(_likely, world))
    reduced = functools.lru_cache(maxsize=64)(functools.partial(_reduced, world))

    def compute(alpha, model, rank, share, noise, design):
        start, simulated = world(design, share, noise)
        fits = {
            MODELS[0]: lambda: start.sparser(alpha),
            MODELS[1]: lambda: likely(design, share, noise),
            MODELS[2]: lambda: reduced(rank, design, share, noise),
        }
        return SparseMove(fits[model](), start, simulated.beta)

    controls = {
        "alpha": log_slider("share of the ridge α (1: 2SRR)", *ALPHA_RANGE, 0.5, per_decade=40),
        "model": choice("model", MODELS, MODELS[0]),
        "rank": int_slider("most factors r (GRRRR)", 1, 3, 1),
        "share": choice("truly moving K*/K", SHARES, SHARES[0]),
        "noise": choice("noise", list(NOISE), "low"),
        "design": choice("world", list(DESIGNS), "S1"),
    }
    return Explorer(
        controls,
        compute,
        _build,
        _update,
        readout=_readout,
        redraw_on={"share", "noise", "design"},
        alt=ALT,
        caption=CAPTION,
        figsize=(9, 3.8),
    )


def _world(
    T: int, K: int, seed: int, design: str, share: float, noise: str
) -> tuple[SparseResults, SimulatedRegression]:
    """Simulate, and fit 2SRR (α = 1) once; `.sparser(α)` of the result is then a few Newton steps."""
    simulated = simulate_design(design, T=T, K=K, share=share, noise=noise, seed=seed)
    return GroupLassoRidge(alpha=1.0).fit(simulated.y, simulated.X), simulated


def _likely(world: Callable, design: str, share: float, noise: str) -> SparseResults:
    """Fit GLRR with the coefficients that the likelihood lets move."""
    _, simulated = world(design, share, noise)
    return GroupLassoRidge(select="likelihood").fit(simulated.y, simulated.X)


def _reduced(world: Callable, rank: int, design: str, share: float, noise: str) -> RidgeResults:
    """Fit GRRRR with at most `rank` factors."""
    _, simulated = world(design, share, noise)
    return ReducedRankRidge(rank=rank).fit(simulated.y, simulated.X)


def _build(figure: Figure, move: SparseMove) -> dict:
    """Draw what stands still, truth included; return the artists that move."""
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    time, names = time_axis(move.truth.index), list(move.truth.columns)
    truth = around_mean(move.truth)
    high = 2.0 * max(np.abs(truth).max(), 0.3)
    left.set(xlim=(time[0], time[-1]), ylim=(-high, high))
    left.set_title("coefficients around their means  (synthetic data, truth dashed)")
    for path, moves in zip(truth.T, move.moves, strict=True):
        if moves:
            left.plot(time, path, color=COLOURS["black"], ls="--", lw=1.1)
    colours = [COLOURS["blue"] if moves else COLOURS["orange"] for moves in move.moves]
    place = np.arange(len(names))
    spread = move.truth.to_numpy().std(axis=0)
    right.set(ylim=(len(names) - 0.5, -0.5), xlim=(-0.05 * high, high), yticks=place)
    right.set_yticklabels(names)
    right.set_title("sd over time")
    ticks = right.plot(spread, place, "|", color=COLOURS["black"], ms=14, mew=1.5, zorder=4)[0]
    zeros = np.zeros((len(names), len(time)))
    return {
        "paths": [left.plot(time, zero, color=colour)[0] for zero, colour in zip(zeros, colours, strict=True)],
        "bars": right.barh(place, np.zeros(len(names)), height=0.55, color=colours).patches,
        "frozen": right.plot(np.zeros(len(names)), place, "o", mfc="white", color=COLOURS["grey"], ms=7, ls="")[0],
        "ticks": ticks,
    }


def _update(artists: dict, move: SparseMove) -> None:
    """Move the artists."""
    for line, path in zip(artists["paths"], move.moved.T, strict=True):
        line.set_ydata(path)
    for bar, width in zip(artists["bars"], move.spread, strict=True):
        bar.set_width(width)
    artists["frozen"].set_xdata(np.where(move.frozen, 0.0, np.nan))


def _readout(move: SparseMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    right = int(np.sum(move.frozen & ~move.moves))
    wrong = int(np.sum(move.frozen & move.moves))
    return {
        "MAE": f"{mean_absolute_error(move.truth, move.fit.beta):.3f}",
        "2SRR's": f"{mean_absolute_error(move.truth, move.dense.beta):.3f}",
        "frozen rightly": f"{right} of {int(np.sum(~move.moves))}",
        "frozen wrongly": f"{wrong} of {int(np.sum(move.moves))}",
        "λ": f"{move.fit.lam:.3g}",
    }
