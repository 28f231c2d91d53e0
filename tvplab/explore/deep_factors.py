"""Lesson 4's slider: a deep and a linear factor model on a world that bends, scored raw and centred."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from tvplab.deep_dfm import DeepDynamicFactors
from tvplab.deep_dfm_states import interpolate
from tvplab.dgp import simulate_curved_factor, simulate_deep_factors
from tvplab.explore.controls import choice, float_slider, int_slider, switch
from tvplab.explore.explorer import Explorer
from tvplab.factors import principal_components
from tvplab.metrics import trace_r2
from tvplab.plots.style import COLOURS

NETWORKS = {
    "deep encoder": {"hidden": None},
    "linear": {"hidden": ()},
    "deep on both sides": {"hidden": (16, 8), "symmetric": True},
}
WORLDS = ("the paper's: f, f², sgn f", "a curve: one factor, humps")
SHORT = {"draws": 30, "max_iter": 5, "pretrain": 90, "learning_rate": 0.015, "tol": 5e-3, "engine": "compiled"}
"""A short training, so that the picture follows the slider; the paper's takes a second."""
DEEP, LINEAR, CONSTANT = "D²FM", "PCA", "PCA and a constant"
FUNCTIONS = {"f, the factor": 0, "f², its square": 1, "sgn f, its sign": 2}
ALT = (
    "Left: a function of the true factor, dashed, and what the factors of the deep model and of principal components "
    "say of it. Right: the share of all three functions that each model's factors explain. Synthetic data."
)
CAPTION = (
    "Tick “centred” and look at the square: without its mean the linear model has it as well as the deep one. "
    "Raw, principal components cannot reach its level, because their mean is zero."
)


@dataclass(frozen=True)
class DeepMove:
    """What one position of the controls shows: the true functions (T, r̃), each model's factors, and the measure.

    `shown` is the function to look at; the curved world has only the first.
    """

    truth: pd.DataFrame
    factors: dict[str, np.ndarray]
    centred: bool
    wanted: int

    @property
    def shown(self) -> int:
        """Column of `truth` that is drawn."""
        return min(self.wanted, self.truth.shape[1] - 1)

    def explained(self, name: str) -> float:
        """Trace R² of one model, raw or centred."""
        return self._scores[name]

    @functools.cached_property
    def _scores(self) -> dict[str, float]:
        return {name: trace_r2(self.truth, factors, self.centred) for name, factors in self.factors.items()}

    def line(self, name: str) -> np.ndarray:
        """The shown function as a model's factors give it: their regression, without constant or of centred numbers."""
        target, F = self.target, self.factors[name]
        F = F - F.mean(axis=0) if self.centred else F
        return F @ np.linalg.lstsq(F, target, rcond=None)[0]

    @property
    def target(self) -> np.ndarray:
        """The true function that is shown (T,), less its mean where the measure is centred."""
        values = self.truth.to_numpy()[:, self.shown]
        return values - values.mean() if self.centred else values


def d2fm(T: int = 120, N: int = 10, seed: int = 2) -> Explorer:
    """Explore where a deep factor model is better than principal components, and by which measure.

    Parameters
    ----------
    T, N, seed : the worlds (`dgp.simulate_deep_factors` with one factor, `dgp.simulate_curved_factor`); all their
        shocks are drawn once.

    Returns
    -------
    Explorer
        Its controls are `n_factors`, `curvature`, `missing`, `centred`, `network`, `world` and `shown`; its result is
        a `DeepMove`.
    """
    worlds = functools.lru_cache(maxsize=64)(functools.partial(_world, T=T, N=N, seed=seed))
    fits = functools.lru_cache(maxsize=256)(functools.partial(_fits, worlds))

    def compute(n_factors, curvature, missing, centred, network, world, shown):
        truth, factors = fits(n_factors, round(curvature, 2), round(missing, 2), network, world)
        return DeepMove(truth, factors, centred, FUNCTIONS[shown])

    controls = {
        "n_factors": int_slider("number of factors r", 1, 6, 3),
        "curvature": float_slider("nonlinearity of the truth (0: linear)", 0.0, 1.0, 1.0, step=0.1),
        "missing": float_slider("share of missing cells", 0.0, 0.6, 0.0, step=0.05),
        "centred": switch("centred", False),
        "network": choice("network", list(NETWORKS), "deep encoder"),
        "world": choice("world", WORLDS, WORLDS[0]),
        "shown": choice("look at", list(FUNCTIONS), "f², its square"),
    }
    return Explorer(
        controls,
        compute,
        _build,
        _update,
        readout=_readout,
        redraw_on={"shown", "world"},
        alt=ALT,
        caption=CAPTION,
        figsize=(9, 3.8),
    )


def _world(name: str, curvature: float, missing: float, **settings) -> tuple[pd.DataFrame, np.ndarray]:
    """Simulate: the true functions (T, r̃), and the standardised panel z (T, N), NaN where missing."""
    simulate = simulate_deep_factors if name == WORLDS[0] else simulate_curved_factor
    world = simulate(rho=0.5, curvature=curvature, missing=missing, **settings)
    return world.factor_set, (world.y.to_numpy() - world.y.mean().to_numpy()) / world.y.std().to_numpy()


def _fits(worlds, n_factors: int, curvature: float, missing: float, network: str, world: str):
    """Fit both models: the true functions and each model's factors."""
    truth, z = worlds(world, curvature, missing)
    deep = DeepDynamicFactors(n_factors, **NETWORKS[network], **SHORT).train(z).factors
    linear = principal_components(interpolate(z), n_factors).factors.to_numpy()
    with_constant = np.column_stack([linear, np.ones(len(z))])
    return truth, {DEEP: deep, LINEAR: linear, CONSTANT: with_constant}


def _build(figure: Figure, move: DeepMove) -> dict:
    """Draw what stands still; return the artists that move."""
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    time = move.truth.index.to_numpy()
    values = move.truth.to_numpy()[:, move.shown]
    low, high = min(values.min(), (values - values.mean()).min(), -1.0), max(values.max(), 1.0)
    room = 0.2 * (high - low)
    left.set(xlim=(time[0], time[-1]), ylim=(low - room, high + 2 * room), xlabel="period")
    left.set_title(f"{list(FUNCTIONS)[move.shown]}  (synthetic data, truth dashed)")
    looks = {DEEP: (COLOURS["blue"], "-"), LINEAR: (COLOURS["vermillion"], "-.")}
    lines = {name: left.plot(time, 0.0 * time, color=c, ls=ls, label=name)[0] for name, (c, ls) in looks.items()}
    truth = left.plot(time, 0.0 * time, color=COLOURS["black"], ls="--", lw=1.1, label="truth")[0]
    left.legend(loc="upper center", ncols=3)
    names = [DEEP, LINEAR, CONSTANT]
    place = np.arange(len(names))
    right.set(xlim=(0.0, 1.0), ylim=(len(names) - 0.5, -0.5), yticks=place, xlabel="trace R², all functions")
    right.set_yticklabels(["D²FM", "PCA", "PCA and\na constant"])
    colours = [COLOURS["blue"], COLOURS["vermillion"], COLOURS["orange"]]
    bars = right.barh(place, np.zeros(len(names)), height=0.55, color=colours).patches
    return {"truth": truth, "lines": list(lines.values()), "bars": list(bars)}


def _update(artists: dict, move: DeepMove) -> None:
    """Move the artists."""
    artists["truth"].set_ydata(move.target)
    for line, name in zip(artists["lines"], (DEEP, LINEAR), strict=True):
        line.set_ydata(move.line(name))
    for bar, name in zip(artists["bars"], (DEEP, LINEAR, CONSTANT), strict=True):
        bar.set_width(move.explained(name))


def _readout(move: DeepMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    measure = "centred" if move.centred else "raw"
    return {f"{name}, {measure}": f"{move.explained(name):.2f}" for name in (DEEP, LINEAR, CONSTANT)}
