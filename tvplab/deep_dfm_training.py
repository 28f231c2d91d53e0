"""Algorithm 1 of the deep dynamic factor model: pre-training, then Monte Carlo rounds until the loss settles.

Source: Andreini, Izzo and Ricco, section 3.2, and what their code adds: panels of noise are drawn and subtracted, one
an epoch; the target is the panel before filtering; missing cells take the model's own fit from round to round.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tvplab.deep_dfm_layout import Layout
from tvplab.deep_dfm_maps import Layer
from tvplab.deep_dfm_recipe import KIT, Recipe, noise_law, prepare, without_gaps

BATCH, SMALL_BATCH = 250, 100
"""Periods in a batch; a sample is cut into equal parts of about this length, in time order, or into small ones."""
ENOUGH_ROWS = 50
"""Complete rows that suffice for pre-training; with fewer, all rows are used, gaps interpolated."""
SMALL_LOSS = 0.01
"""Share of the data's variance below which a change of the loss is no longer judged relative to the loss."""


class Trained(NamedTuple):
    """Encoder and decoder, factors (T, r) as means over draws, common components (T, N), loss by round."""

    encoder: list[Layer]
    decoder: list[Layer]
    factors: np.ndarray
    common: np.ndarray
    loss_path: np.ndarray
    converged: bool


def train(
    network, z: np.ndarray, *, pretrain: int, draws: int, max_iter: int, tol: float, rate: float,
    watch: Callable[[float], object] = lambda loss: None, recipe: Recipe = KIT, rng: np.random.Generator | None = None,
) -> Trained:  # fmt: skip
    """Estimate a network, of either engine, on standardised data z (T, N), NaN where missing (Algorithm 1).

    `watch` is called with the loss of each round.  `max_iter` = 0 stops after pre-training: a plain autoencoder.
    `rng` deals the periods of small batches; it is needed for them alone.
    """
    seen, layout = np.isfinite(z), network.layout
    usable = loss_cells(seen, layout.quarterly)
    prepare(network, recipe)
    factors, common = fit_panel(network, z, pretrain, rate, recipe, rng)
    path, converged = [masked_loss(common, z, usable)], False
    batches = batch_slices(len(z), layout, recipe)
    if not recipe.carried_adam:
        network.restart(rate, decay_steps(draws, batches, recipe))
    target, weight = network.rows(np.where(seen, z, 0.0)), network.rows(usable / max(usable.sum(), 1))
    while len(path) <= max_iter and not converged:
        panels = noisy_panels(network, z, common, draws, recipe)
        descend(network, panels, target, weight, batches, rng if recipe.small_batches else None)
        factors, common = network.average(panels)
        path.append(masked_loss(common, z, usable))
        converged = settled(path, tol)
        watch(path[-1])
    return Trained(*network.export(), factors, common, np.array(path), converged)


def fit_panel(
    network, z: np.ndarray, epochs: int, rate: float, recipe: Recipe = KIT, rng: np.random.Generator | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Pre-training: a plain autoencoder on the complete rows, or on all rows with gaps interpolated.

    With quarterly series it is all rows: their sums need the months between.  Returns codes (T, r) and common
    components (T, N) of all rows.
    """
    complete, filled = np.isfinite(z).all(axis=1), without_gaps(z, recipe)
    enough = complete.sum() >= ENOUGH_ROWS and not network.layout.quarterly
    panel = network.rows(filled[complete] if enough else filled)
    batches = batch_slices(len(panel), network.layout, recipe)
    network.restart(rate, decay_steps(max(epochs, 1), batches, recipe))
    weight = network.rows(np.full(panel.shape, 1.0 / np.prod(panel.shape)))
    descend(network, [panel] * epochs, panel, weight, batches, rng if recipe.small_batches else None)
    return network.average(network.rows(filled)[None])


def descend(network, panels, target, weight, batches: list[slice], rng: np.random.Generator | None) -> None:
    """One epoch for each panel, its periods in time order, or dealt anew by `rng` where there are several batches."""
    if rng is None or len(batches) == 1:
        network.descend(panels, target, weight, batches)
        return
    for panel in panels:
        order = rng.permutation(len(target))
        network.descend([panel[order]], target[order], weight[order], batches)


def noisy_panels(network, z: np.ndarray, common: np.ndarray, draws: int, recipe: Recipe = KIT):
    """Lines 3, 5 and 6: z_t − φ ε_{t-1}, gaps at their fit, less `draws` panels of N(0, var ε): (draws, T, N)."""
    seen = np.isfinite(z)
    E = np.where(seen, z - common, np.nan)
    phi, mean, sd = noise_law(E, recipe)
    filtered = np.where(seen, z, common)
    filtered[1:] -= phi * np.nan_to_num(E[:-1])
    return network.noise(filtered - mean, sd, draws)


def settled(path: list[float], tol: float) -> bool:
    """The stopping rule: |Δ loss| relative to the mean of the two is below `tol`, asked from the third round on.

    A loss below 1 % of the data's variance counts as 1 %: with as many factors as series it falls to zero for ever.
    """
    before, now = path[-2:]
    return len(path) > 3 and abs(now - before) < tol * max(0.5 * (now + before), SMALL_LOSS)


def masked_loss(common: np.ndarray, z: np.ndarray, usable: np.ndarray) -> float:
    """Mean squared distance to the observed cells; 1 is the variance of the standardised data."""
    return float(np.mean((common - z)[usable] ** 2))


def loss_cells(seen: np.ndarray, quarterly: tuple[int, ...]) -> np.ndarray:
    """Cells that count: the observed ones, without quarterly values whose five months are not all in the sample."""
    usable = seen.copy()
    usable[:4, list(quarterly)] = False
    return usable


def batch_slices(T: int, layout: Layout, recipe: Recipe = KIT) -> list[slice]:
    """Cut T periods into equal parts of about `BATCH`; one part where five-month sums need the whole sample.

    Small batches are full ones and a rest.
    """
    if recipe.small_batches and not layout.quarterly:
        return [slice(start, min(start + SMALL_BATCH, T)) for start in range(0, T, SMALL_BATCH)]
    parts = 1 if layout.quarterly else max(1, round(T / BATCH))
    edges = np.linspace(0, T, parts + 1).round().astype(int)
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def decay_steps(epochs: int, batches: list[slice], recipe: Recipe = KIT) -> int:
    """Steps after which the learning rate falls: those of a round, or as many as a round has epochs."""
    return epochs if recipe.small_batches else epochs * len(batches)
