"""Lesson 2b's slider: drag sparsity and watch coefficients freeze; few factors instead; more or fewer truly moving."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from tvplab.dgp import DESIGNS, SimulatedRegression, simulate_design
from tvplab.dgp.designs import NOISE
from tvplab.explore.controls import choice, int_slider, log_slider
from tvplab.explore.explorer import Explorer
from tvplab.metrics import mean_absolute_error
from tvplab.plots.ridge import time_axis, time_name
from tvplab.plots.style import COLOURS
from tvplab.reduced_rank import ReducedRankRidge
from tvplab.ridge_results import RidgeResults
from tvplab.sparse_results import SparseResults
from tvplab.sparse_tvp import GroupLassoRidge

MODELS = ("GLRR (sparse)", "GLRR by likelihood", "GRRRR (few factors)")
ALPHA_RANGE = 0.05, 1.0
SHARES = (0.2, 0.5, 1.0)
BAR = 0.55
"""Height of a bar; bars are one apart."""
ALT = (
    "Left: each coefficient around its mean over time, estimate solid, truth dashed. Right: how much "
    "each coefficient moves over the sample; an empty circle is one that was found constant. Synthetic data."
)
CAPTION = (
    "To the left on α, one coefficient after the other freezes: its line goes flat, its bar becomes a circle. "
    "Blue ones truly move, orange ones do not; a black tick is the true spread."
)


@dataclass(frozen=True)
class SparseWorld:
    """What the sliders for share, noise and design choose: 2SRR's fit, and the truth (T, K)."""

    dense: SparseResults
    simulated: SimulatedRegression

    @functools.cached_property
    def truth(self) -> np.ndarray:
        """True coefficients (T, K)."""
        return self.simulated.beta.to_numpy()

    @functools.cached_property
    def moves(self) -> np.ndarray:
        """Which coefficients truly move (K,)."""
        return np.ptp(self.truth, axis=0) > 1e-12

    @functools.cached_property
    def error_of_dense(self) -> float:
        """Mean absolute error of 2SRR."""
        return mean_absolute_error(self.truth, self.dense.beta)


@dataclass(frozen=True)
class SparseMove:
    """What one position of the controls shows: the fit, and the world it was made in."""

    fit: RidgeResults
    world: SparseWorld

    @property
    def beta(self) -> np.ndarray:
        """Coefficients of the fit (T, K)."""
        return self.fit.beta.to_numpy()

    @property
    def spread(self) -> np.ndarray:
        """Standard deviation over time of each of them (K,)."""
        return self.beta.std(axis=0)

    @property
    def frozen(self) -> np.ndarray:
        """Which coefficients were found constant (K,)."""
        return self.fit.beta.columns.isin(self.fit.constant)


def around_mean(beta: np.ndarray) -> np.ndarray:
    """Return paths (T, K) less their means over time: one that stands still is zero."""
    return beta - beta.mean(axis=0)


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
        here = world(design, share, noise)
        fits = {
            MODELS[0]: lambda: here.dense.sparser(alpha),
            MODELS[1]: lambda: likely(design, share, noise),
            MODELS[2]: lambda: reduced(rank, design, share, noise),
        }
        return SparseMove(fits[model](), here)

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


def _world(T: int, K: int, seed: int, design: str, share: float, noise: str) -> SparseWorld:
    """Simulate, and fit 2SRR (α = 1) once; `.sparser(α)` of the result is then a few Newton steps."""
    simulated = simulate_design(design, T=T, K=K, share=share, noise=noise, seed=seed)
    return SparseWorld(GroupLassoRidge(alpha=1.0).fit(simulated.y, simulated.X), simulated)


def _likely(world: Callable, design: str, share: float, noise: str) -> SparseResults:
    """Fit GLRR with the coefficients that the likelihood lets move."""
    data = world(design, share, noise).simulated
    return GroupLassoRidge(select="likelihood").fit(data.y, data.X)


def _reduced(world: Callable, rank: int, design: str, share: float, noise: str) -> RidgeResults:
    """Fit GRRRR with at most `rank` factors."""
    data = world(design, share, noise).simulated
    return ReducedRankRidge(rank=rank).fit(data.y, data.X)


def _build(figure: Figure, move: SparseMove) -> dict:
    """Draw what stands still, truth included; return the artists that move."""
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    time, names = time_axis(move.fit.beta.index), list(move.fit.beta.columns)
    truth, moves = move.world.truth, move.world.moves
    high = 2.0 * max(np.abs(around_mean(truth)).max(), 0.3)
    left.set(xlim=(time[0], time[-1]), ylim=(-high, high), xlabel=time_name(move.fit.beta.index))
    left.set_title("coefficients around their means  (synthetic data, truth dashed)")
    left.plot(time, around_mean(truth)[:, moves], color=COLOURS["black"], ls="--", lw=1.1)
    colours = [COLOURS["blue"] if one else COLOURS["orange"] for one in moves]
    for colour, label in (("blue", "truly moves"), ("orange", "truly constant")):
        left.plot([], [], color=COLOURS[colour], label=label)
    left.legend(loc="upper center", ncols=2)
    place = np.arange(len(names))
    right.set(ylim=(len(names) - 0.5, -0.5), xlim=(-0.05 * high, high), yticks=place)
    right.set_yticklabels(names)
    right.set_title("sd over time")
    paths = LineCollection([], colors=colours, capstyle="projecting", joinstyle="round", zorder=2)
    return {
        "paths": left.add_collection(paths, autolim=False),
        "bars": right.add_collection(PolyCollection([], facecolors=colours, lw=0), autolim=False),
        "frozen": right.plot(np.zeros(len(names)), place, "o", mfc="white", color=COLOURS["grey"], ms=7, ls="")[0],
        "ticks": right.plot(truth.std(axis=0), place, "|", color=COLOURS["black"], ms=14, mew=1.5, zorder=4)[0],
    }


def _update(artists: dict, move: SparseMove) -> None:
    """Move the artists."""
    paths, time = around_mean(move.beta).T, artists["paths"].axes.convert_xunits(time_axis(move.fit.beta.index))
    artists["paths"].set_segments(np.stack([np.broadcast_to(time, paths.shape), paths], axis=2))
    artists["bars"].set_verts(_bars(move.spread))
    artists["frozen"].set_xdata(np.where(move.frozen, 0.0, np.nan))


def _bars(widths: np.ndarray) -> np.ndarray:
    """Corners (K, 4, 2) of horizontal bars from zero."""
    place, none = np.arange(len(widths)), np.zeros(len(widths))
    x, y = np.stack([none, widths, widths, none]), place + BAR / 2 * np.array([[-1], [-1], [1], [1]])
    return np.stack([x, y], axis=2).swapaxes(0, 1)


def _readout(move: SparseMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    frozen, moves = move.frozen, move.world.moves
    return {
        "MAE": f"{mean_absolute_error(move.world.truth, move.beta):.3f}",
        "2SRR's": f"{move.world.error_of_dense:.3f}",
        "frozen rightly": f"{np.sum(frozen & ~moves)} of {np.sum(~moves)}",
        "frozen wrongly": f"{np.sum(frozen & moves)} of {np.sum(moves)}",
        "λ": f"{move.fit.lam:.3g}",
    }
