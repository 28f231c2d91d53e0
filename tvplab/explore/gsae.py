"""Lesson 5's slider: drag the spike's rate λ₀ and watch groups let go of factors; too many factors; anchors or none."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tvplab.autoencoder_results import AutoencoderResults
from tvplab.autoencoder_variants import Recovery, rank_correlation, recovery, standard
from tvplab.convergence import ignore_unconverged
from tvplab.dgp import SimulatedGroups, simulate_anchored_groups
from tvplab.explore.controls import choice, int_slider, log_slider, switch
from tvplab.explore.explorer import Explorer
from tvplab.factors import principal_components
from tvplab.plots.autoencoder import colour_of, shown_weight
from tvplab.plots.moving import StoredText
from tvplab.plots.ridge import time_axis, time_name
from tvplab.plots.style import COLOURS
from tvplab.sparse_autoencoder import GroupedSparseAutoencoder

GROUPS, FACTORS, NOISE = 6, 3, 0.6
PER_DECADE = 8
RUNGS = 10.0 ** (np.arange(2 * PER_DECADE + 1) / PER_DECADE)
"""Rates λ₀ of the slider, from λ₁ = 1 to 100."""
WORLDS = {"three anchor groups": 3, "one anchor group": 1, "no anchor group": 0}
MODEL = {"hidden": (16, 8), "learning_rate": 1e-2, "prune": False}
BASE, RUNG = {"starts": 3, "epochs": 30}, {"starts": 1, "epochs": 12}
ALT = (
    "Left: size of the weight of each group on each factor, white where it is exactly zero; frames mark the true "
    "pattern. Right: each true factor, dashed, and the estimate that stands for it. Synthetic data."
)
CAPTION = (
    "To the right on λ₀ the weights outside the frames vanish, and the factors come to lie on the true ones; too far "
    "to the right true weights go too. λ₀ moves over rungs: the network of each goes on from that of the rung before, "
    "trained once for each setting of the other controls, which takes a second or two."
)


@dataclass(frozen=True)
class SparseGroupsMove:
    """What one position of the controls shows: the fit, its λ₀, the world, how well it is recovered, PCA's score."""

    fit: AutoencoderResults
    lam0: float
    world: SimulatedGroups
    found: Recovery
    pca: Recovery

    @property
    def columns(self) -> list[str]:
        """The fit's factors, those that stand for a true one first, in the order of the truth."""
        first = [name for name in self.found.estimate if name is not None]
        return first + [name for name in self.fit.factors if name not in first]

    @functools.cached_property
    def weights(self) -> np.ndarray:
        """Sizes |β| (G, K), columns in that order; a true factor without estimate has NaNs."""
        sizes = np.abs(self.fit.group_weights.to_numpy())
        place = dict(zip(self.fit.factors, sizes.T, strict=True))
        lost = np.full(len(sizes), np.nan)
        rest = self.columns[sum(name is not None for name in self.found.estimate) :]
        return np.column_stack([place.get(name, lost) for name in [*self.found.estimate, *rest]])

    @functools.cached_property
    def paths(self) -> np.ndarray:
        """Estimates (T, K*) that stand for the true factors, signed as they are; NaN where there is none."""
        signs, values = np.sign(rank_correlation(self.world.factors, self.fit.factors)), self.fit.factors.to_numpy()
        out = np.full(self.world.factors.shape, np.nan)
        for k, name in enumerate(self.found.estimate):
            if name is not None:
                estimate = self.fit.factors.columns.get_loc(name)
                out[:, k] = signs[k, estimate] * values[:, estimate]
        return out


def gsae(T: int = 160, N: int = 40, seed: int = 2) -> Explorer:
    """Explore which group loads on which factor in a simulated world of 6 groups and 3 factors.

    Parameters
    ----------
    T, N, seed : the world (`dgp.simulate_anchored_groups`); all its shocks are drawn once.

    Returns
    -------
    Explorer
        Its controls are `lam0`, `n_factors`, `anchored`, `prune` and `world`; its result is a `SparseGroupsMove`.  For
        each setting of `n_factors`, `anchored` and `world` a network is trained once without penalty and then up the
        rungs of λ₀, 12 epochs each; the slider takes the nearest rung.  With `prune` its superfluous factors die.
    """
    worlds = functools.lru_cache(maxsize=8)(functools.partial(_world, T, N, seed))
    base = functools.lru_cache(maxsize=32)(functools.partial(_base, worlds))
    rival = functools.lru_cache(maxsize=32)(functools.partial(_rival, worlds))
    path = functools.lru_cache(maxsize=32)(functools.partial(_path, worlds, base))
    moved = functools.lru_cache(maxsize=512)(functools.partial(_moved, worlds, path, rival))

    def compute(lam0, n_factors, anchored, prune, world):
        return moved(nearest(lam0), n_factors, anchored, prune, world)

    controls = {
        "lam0": log_slider("rate of the spike λ₀", RUNGS[0], RUNGS[-1], 10.0, per_decade=PER_DECADE),
        "n_factors": int_slider("factors fitted K", 2, 5, FACTORS, live=False),
        "anchored": switch("tell it which groups are anchors", False),
        "prune": switch("let superfluous factors die", False),
        "world": choice("world", list(WORLDS), next(iter(WORLDS))),
    }
    return Explorer(
        controls,
        compute,
        _build,
        _update,
        readout=_readout,
        redraw_on={"n_factors", "world"},
        alt=ALT,
        caption=CAPTION,
        figsize=(10, 4.2),
    )


def _world(T: int, N: int, seed: int, name: str) -> SimulatedGroups:
    """Simulate one of the worlds; they differ in the number of anchor groups."""
    return simulate_anchored_groups(T, N, GROUPS, FACTORS, anchors=WORLDS[name], noise=NOISE, seed=seed)


def _model(world: SimulatedGroups, n_factors: int, anchored: bool) -> GroupedSparseAutoencoder:
    """The model; an anchor whose factor is not among the first K is not told."""
    known = {group: name for group, name in world.anchors.items() if int(name[1:]) <= n_factors}
    return GroupedSparseAutoencoder(world.groups, n_factors, anchors=known if anchored else None, **MODEL)


def _base(world: Callable, n_factors: int, anchored: bool, name: str) -> AutoencoderResults:
    """Train without penalty, from several starts."""
    model = _model(world(name), n_factors, anchored)
    return _quiet(replace(model, sparsity=False, **BASE), world(name).X)


def nearest(lam0: float) -> int:
    """Return the number of the rung nearest to λ₀, on the log scale."""
    return int(np.argmin(np.abs(np.log(RUNGS / lam0))))


def _path(world: Callable, base: Callable, n_factors: int, anchored: bool, name: str) -> list[AutoencoderResults]:
    """Climb the ladder from there: a fit a rung, each from the one before."""
    model, fits = _model(world(name), n_factors, anchored), [base(n_factors, anchored, name)]
    for lam0 in RUNGS:
        fits.append(_quiet(replace(model, lam0=float(lam0), **RUNG), world(name).X, fits[-1]))
    return fits[1:]


def _moved(
    world: Callable, path: Callable, rival: Callable, rung: int, n_factors: int, anchored: bool, prune: bool, name: str
) -> SparseGroupsMove:
    """Fit of a rung, without its superfluous factors if asked for, and how well it recovers its world."""
    lam0, fit = float(RUNGS[rung]), path(n_factors, anchored, name)[rung]
    if prune:
        model = replace(_model(world(name), n_factors, anchored), lam0=lam0, prune=True, starts=1, epochs=1)
        fit = _quiet(model, world(name).X, fit)
    found = recovery(world(name).factors, fit.factors, world(name).pattern, fit.group_weights)
    return SparseGroupsMove(fit, lam0, world(name), found, rival(n_factors, name))


def _rival(world: Callable, n_factors: int, name: str) -> Recovery:
    """Principal components against the truth."""
    return recovery(world(name).factors, principal_components(standard(world(name).X), n_factors).factors)


def _quiet(model: GroupedSparseAutoencoder, X: pd.DataFrame, start=None) -> AutoencoderResults:
    with ignore_unconverged():  # a rung is short; the result says it too
        return model.fit(X, start)


def _build(figure: Figure, move: SparseGroupsMove) -> dict:
    """Draw what stands still, true pattern and factors included; return the artists that move."""
    left, right = figure.subfigures(1, 2, width_ratios=(2, 3))
    ax, weights, pattern = left.subplots(), move.weights, move.world.pattern
    G, K = weights.shape
    ax.set(xlim=(-0.5, K - 0.5), ylim=(G - 0.5, -0.5), yticks=range(G))
    ax.set_xticks(range(K), [*pattern.columns, *["extra"] * (K - pattern.shape[1])])
    ax.set_yticklabels(pattern.index)
    ax.set_title("group weights |β|, true pattern framed")
    ax.grid(False)
    for g, k in np.argwhere(pattern.to_numpy()):
        ax.add_patch(Rectangle((k - 0.46, g - 0.46), 0.92, 0.92, fill=False, ec=COLOURS["black"], lw=1.6))
    cells = PolyCollection([_corners(g, k, 0.84) for g in range(G) for k in range(K)], lw=0, zorder=1)
    texts = [[ax.add_artist(StoredText(k, g, "", ha="center")) for k in range(K)] for g in range(G)]
    panels = right.subplots(pattern.shape[1], 1, sharex=True)
    time, truth = time_axis(move.world.factors.index), standard(move.world.factors)
    for panel, name in zip(panels, truth, strict=True):
        panel.plot(time, truth[name], color=COLOURS["black"], ls="--", lw=1.1)
        panel.set(xlim=(time[0], time[-1]), ylim=(-3.6, 3.6))
        panel.set_ylabel(name, rotation=0, ha="right", va="center")
    panels[0].set_title("factors, estimate solid  (synthetic data, truth dashed)")
    panels[-1].set_xlabel(time_name(move.world.factors.index))
    lines = [panel.plot(time, np.full(len(time), np.nan), color=COLOURS["blue"], lw=1.3)[0] for panel in panels]
    return {"cells": ax.add_collection(cells, autolim=False), "texts": texts, "lines": lines}


def _corners(g: int, k: int, side: float) -> np.ndarray:
    """Corners (4, 2) of one cell of the map."""
    return np.array([k, g]) + 0.5 * side * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])


def _update(artists: dict, move: SparseGroupsMove) -> None:
    """Move the artists."""
    sizes, words = move.weights.ravel(), [word for row in artists["texts"] for word in row]
    looks = [colour_of(size) for size in sizes]
    artists["cells"].set_facecolor([face for face, _ in looks])
    for word, size, (_, ink) in zip(words, sizes, looks, strict=True):
        word.set_text(shown_weight(size))
        word.set_color(ink)
    for line, path in zip(artists["lines"], move.paths.T, strict=True):
        line.set_ydata(path)


def _readout(move: SparseGroupsMove) -> dict[str, str]:
    """Key numbers beside the picture."""
    zeros = int(np.sum(move.fit.group_weights.to_numpy() == 0.0))
    return {
        "λ₀": f"{move.lam0:.3g}",
        "zeros": f"{zeros} of {move.fit.group_weights.size}",
        "F1 of the pattern": f"{move.found.f1:.2f}",
        "|rank correlation|": ", ".join(f"{value:.2f}" for value in move.found.correlation),
        "PCA's": ", ".join(f"{value:.2f}" for value in move.pca.correlation),
        "mean squared error": f"{move.fit.mse:.3f}",
    }
