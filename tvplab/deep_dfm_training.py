"""Algorithm 1 of the deep dynamic factor model: pre-training, then Monte Carlo rounds until the loss settles.

Source: Andreini, Izzo and Ricco, section 3.2, and what their code adds: panels of noise are drawn and subtracted, one
an epoch; the target is the panel before filtering; missing cells take the model's own fit from round to round.
"""

from __future__ import annotations

import contextlib
import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch

from tvplab.deep_dfm_maps import Layer
from tvplab.deep_dfm_network import Layout, Network
from tvplab.deep_dfm_states import idiosyncratic_law

BATCH = 250
"""Periods in a batch; a sample is cut into equal parts of about this length, in time order."""
ENOUGH_ROWS = 50
"""Complete rows that suffice for pre-training; with fewer, all rows are used, gaps interpolated."""
DECAY = 0.96
"""Factor on the learning rate after as many steps as a round has."""
SMALL_LOSS = 0.01
"""Share of the data's variance below which a change of the loss is no longer judged relative to the loss."""
BETA_1, BETA_2, EPS = 0.9, 0.999, 1e-7


class Trained(NamedTuple):
    """Encoder and decoder, factors (T, r) as means over draws, common components (T, N), loss by round."""

    encoder: list[Layer]
    decoder: list[Layer]
    factors: np.ndarray
    common: np.ndarray
    loss_path: np.ndarray
    converged: bool


class Adam:
    """Adam on the network's flat vector, in place, with a learning rate that falls in steps."""

    def __init__(self, network: Network, rate: float, decay_every: int):
        self.theta, self.slope = network.theta, network.slope
        self.rate, self.decay_every, self.t = rate, decay_every, 0
        self.m, self.v, self.root = (torch.zeros_like(self.theta) for _ in range(3))

    def clear(self) -> None:
        """Set the gradient to zero."""
        self.slope.zero_()

    def step(self) -> None:
        """One update; both moments are corrected for their start at zero by one factor (Kingma and Ba, section 2)."""
        rate = self.rate * DECAY ** (self.t // self.decay_every)
        self.t += 1
        rate *= math.sqrt(1.0 - BETA_2**self.t) / (1.0 - BETA_1**self.t)
        with torch.no_grad():
            self.m.lerp_(self.slope, 1.0 - BETA_1)
            self.v.mul_(BETA_2).addcmul_(self.slope, self.slope, value=1.0 - BETA_2)
            torch.sqrt(self.v, out=self.root)
            self.theta.addcdiv_(self.m, self.root.add_(EPS), value=-rate)


def descend(network: Network, adam: Adam, panels, target: torch.Tensor, weight: torch.Tensor, batches: list) -> None:
    """One epoch for each panel (T, N): steps on the loss Σ weight (F(G(panel)) − target)², batch by batch.

    `weight` (T, N) is zero where the target is missing, so that such a cell has no gradient at all.
    """
    for panel in panels:
        for rows in batches:
            adam.clear()
            fit = network.reconstruct(panel[rows])
            fit.backward(2.0 * weight[rows] * (fit.detach() - target[rows]))
            adam.step()


def train(
    z: np.ndarray, layout: Layout, *, pretrain: int, draws: int, max_iter: int, tol: float, rate: float, seed: int,
    device: str = "cpu", threads: int = 1, watch=lambda loss: None,
) -> Trained:  # fmt: skip
    """Estimate the network on standardised data z (T, N), NaN where missing (Algorithm 1).

    `watch` is called with the loss of each round.  `max_iter` = 0 stops after pre-training: a plain autoencoder.
    """
    with _threads(threads):
        rng = torch.Generator(device).manual_seed(seed)
        network = Network(layout, len(z), rng)
        seen, filled = np.isfinite(z), interpolate(z)
        usable = loss_cells(seen, layout.quarterly)
        fit_panel(network, z, filled, pretrain, rate)
        factors, common = network.average(_tensor(filled, network)[None])
        path, converged = [masked_loss(common, z, usable)], False
        batches = batch_slices(len(z), layout)
        adam = Adam(network, rate, draws * len(batches))
        target, weight = (_tensor(a, network) for a in (np.where(seen, z, 0.0), usable / max(usable.sum(), 1)))
        while len(path) <= max_iter and not converged:
            panels = noisy_panels(network, z, common, draws, rng)
            descend(network, adam, panels, target, weight, batches)
            factors, common = network.average(panels)
            path.append(masked_loss(common, z, usable))
            converged = settled(path, tol)
            watch(path[-1])
        return Trained(*network.export(), factors, common, np.array(path), converged)


def fit_panel(network: Network, z: np.ndarray, filled: np.ndarray, epochs: int, rate: float) -> None:
    """Pre-training: a plain autoencoder on the complete rows, or on all rows with gaps interpolated.

    With quarterly series it is all rows: their sums need the months between.
    """
    complete = np.isfinite(z).all(axis=1)
    few = network.layout.quarterly or complete.sum() < ENOUGH_ROWS
    panel = _tensor(filled if few else filled[complete], network)
    batches = batch_slices(len(panel), network.layout)
    weight = torch.full_like(panel, 1.0 / panel.numel())
    descend(network, Adam(network, rate, max(epochs, 1) * len(batches)), [panel] * epochs, panel, weight, batches)


def noisy_panels(network: Network, z, common, draws: int, rng: torch.Generator) -> torch.Tensor:
    """Lines 3, 5 and 6: z_t − φ ε_{t-1}, gaps at their fit, less `draws` panels of N(0, var ε): (draws, T, N)."""
    seen = np.isfinite(z)
    E = np.where(seen, z - common, np.nan)
    phi, sd = idiosyncratic_law(E)
    filtered = np.where(seen, z, common)
    filtered[1:] -= phi * np.nan_to_num(E[:-1])
    like = {"dtype": network.theta.dtype, "device": network.theta.device}
    panels = torch.randn(draws, *z.shape, generator=rng, **like)
    return panels.mul_(-_tensor(sd, network)).add_(_tensor(filtered, network))


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


def batch_slices(T: int, layout: Layout) -> list[slice]:
    """Cut T periods into equal parts of about `BATCH`; one part where five-month sums need the whole sample."""
    parts = 1 if layout.quarterly else max(1, round(T / BATCH))
    edges = np.linspace(0, T, parts + 1).round().astype(int)
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def interpolate(z: np.ndarray) -> np.ndarray:
    """Fill gaps of each series linearly, and flat at its ends."""
    t = np.arange(len(z))
    columns = [np.interp(t, t[seen], column[seen]) for column, seen in zip(z.T, np.isfinite(z).T, strict=True)]
    return np.column_stack(columns)


def _tensor(values: np.ndarray, network: Network) -> torch.Tensor:
    return torch.as_tensor(np.ascontiguousarray(values), dtype=network.theta.dtype, device=network.theta.device)


@contextlib.contextmanager
def _threads(number: int):
    """Compute with so many threads, then as before: small products lose much time in more than one."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
