"""Training of the grouped sparse autoencoder (spec B.2): Adam on the weights, EM for the prior, a ladder of λ₀.

    L = ½ mean_{t,j} (x_jt − x̂_jt)² / σ_j² + (1/T) Σ_gk κ_gk |β_gk|

Within an epoch p*, θ and σ² stand still; Adam moves the weights, and a proximal step in Adam's metric sets β's zeros:
a soft threshold at rate·κ / (T √v̂), since Adam's step is a gradient step in the metric √v̂ / rate.
After it p*, θ and σ² follow in closed form, σ² from the residuals as they came along in the epoch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch

from tvplab.autoencoder_gradient import descend_into
from tvplab.autoencoder_ladder import Plan
from tvplab.autoencoder_network import Network, decode, encode, pin_scale, standardise
from tvplab.spike_slab_lasso import (
    inclusion,
    negative_log_prior,
    noise_objective,
    penalty_rate,
    proximal_step,
    residual_variance,
    slab_share,
)
from tvplab.torch_adam import Adam

DECAY = 1e-4
SWEEPS = 20
"""Sweeps of EM for θ alone."""


class Prior(NamedTuple):
    """Hyperparameters of the spike-and-slab lasso; λ₀ is the ladder's."""

    lam1: float
    a: float
    b: float


class Step(NamedTuple):
    """What one epoch needs to know: λ₀ (NaN: no penalty), Adam's rate, λ₁, and T."""

    lam0: float
    rate: float
    lam1: float
    T: int


class Moments(NamedTuple):
    """EM's side of S starts: p* (S, G, K), θ (S, K), σ² (S, N)."""

    p: np.ndarray
    theta: np.ndarray
    sigma2: np.ndarray


class Trained(NamedTuple):
    """S trained networks over the whole sample: factors (S, T, K) standardised, reconstruction (S, T, N).

    `objective` (S,) is at one scale; `centre` and `scale` (S, K) standardise the encoder's output; `path` (epochs, S)
    is the objective by epoch, `errors` (epochs, S) the mean squared error, `active` (epochs, S, G, K) where β was not
    zero.
    """

    network: Network
    moments: Moments
    factors: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    reconstruction: np.ndarray
    objective: np.ndarray
    path: np.ndarray
    errors: np.ndarray
    active: np.ndarray


def train(
    network: Network, X: np.ndarray, plan: Plan, prior: Prior, seed: int, moments: Moments | None = None
) -> Trained:
    """Train S networks side by side on standardised X (T, N), with the same minibatches, drawn from `seed`.

    `moments` are those of a warm start.
    """
    with one_thread():
        x, rng = torch.tensor(X, dtype=torch.float32), torch.Generator().manual_seed(seed)
        wide, slope = network.places.spread(x), network.over(torch.zeros_like(network.theta))
        adam, history = Adam(network.theta, slope.theta), []
        moments = opening(network, X.shape[1]) if moments is None else moments
        for lam0, rate in zip(plan.lam0, plan.rate, strict=True):
            rows = torch.randperm(len(x), generator=rng).tensor_split(plan.batches)
            batches = [(x[some], wide[:, some]) for some in rows]
            squares = epoch(network, slope, adam, batches, moments, Step(lam0, rate, prior.lam1, len(x)))
            pin_scale(network)
            moments = update(network, moments, squares, len(X), lam0, prior)
            history.append((*objective(network, moments, squares, len(X), lam0, prior), active_weights(network)))
        return finished(network, moments, X, x, plan.lam0[-1], prior, history)


def opening(network: Network, N: int) -> Moments:
    """Before the first epoch: p* = θ = ½, σ² = 1."""
    S, G, K = network.beta.shape
    return Moments(np.full((S, G, K), 0.5), np.full((S, K), 0.5), np.ones((S, N)))


def epoch(network: Network, slope: Network, adam: Adam, batches: list, moments: Moments, step: Step) -> np.ndarray:
    """One pass over the batches (x, its places); returns Σ_t r_jt² (S, N) of the residuals on the way."""
    precision = network.places.spread(torch.tensor(1.0 / moments.sigma2, dtype=torch.float32))
    precision = precision.movedim(0, 1)[:, :, None]
    kappa = torch.tensor(penalty_rate(moments.p, step.lam0, step.lam1) / step.T, dtype=torch.float32)
    weights, squares = network.theta.numel() - network.beta.numel(), 0.0
    for x, target in batches:
        squares = squares + descend_into(slope, network, x, target, precision)
        slope.theta[:weights].add_(network.theta[:weights], alpha=DECAY)
        adam.step(step.rate)
        if np.isfinite(step.lam0):
            metric = adam.root[weights:].view(network.beta.shape)
            network.beta.copy_(proximal_step(network.beta, step.rate * kappa / metric))
    return network.places.gather(squares[:, :, None])[..., 0, :].numpy().astype(float)


def update(network: Network, moments: Moments, squares: np.ndarray, T: int, lam0: float, prior: Prior) -> Moments:
    """E-step for p*, closed forms for θ and σ²; without penalty p* and θ stay."""
    sigma2 = residual_variance(squares, T)
    if not np.isfinite(lam0):
        return moments._replace(sigma2=sigma2)
    free = network.free.numpy()
    p = inclusion(weights_of(network), moments.theta, lam0, prior.lam1) * free
    return Moments(p, slab_share(p, free, prior.a, prior.b), sigma2)


def objective(network: Network, moments: Moments, squares: np.ndarray, T: int, lam0: float, prior: Prior):
    """Objective, mean noise term + negative log prior / T, and mean squared error of each start: (S,) and (S,)."""
    noise = noise_objective(squares, moments.sigma2, T)
    mse = squares.mean(axis=-1) / T
    if not np.isfinite(lam0):
        return noise, mse
    cost = negative_log_prior(weights_of(network), moments.theta, network.free.numpy(), lam0, *prior)
    return noise + cost / T, mse


def at_one_scale(network: Network, moments: Moments, squares: np.ndarray, T: int, lam0: float, prior: Prior):
    """Objective (S,) with each factor's weights divided by the largest of them, θ being its own optimum there.

    β_k/c with c times the factor's vector in the first layer is the same map, so that factors could buy a smaller
    penalty with their scale: starts are compared where they cannot.  In a linear decoder that scale is the loadings'.
    """
    noise = noise_objective(squares, moments.sigma2, T)
    if not np.isfinite(lam0):
        return noise
    beta, free, theta = weights_of(network), network.free.numpy(), moments.theta
    largest = np.abs(beta).max(axis=1, keepdims=True)
    if network.trunk:
        beta = beta / np.where(largest > 0.0, largest, 1.0)
    for _ in range(SWEEPS):
        theta = slab_share(inclusion(beta, theta, lam0, prior.lam1) * free, free, prior.a, prior.b)
    return noise + negative_log_prior(beta, theta, free, lam0, *prior) / T


def weights_of(network: Network) -> np.ndarray:
    """β (S, G, K) as numbers."""
    return network.beta.numpy().astype(float)


def active_weights(network: Network) -> np.ndarray:
    """Where β is not zero, (S, G, K)."""
    return weights_of(network) != 0.0


def finished(network, moments, X, x, lam0, prior, history) -> Trained:
    """Whole-sample factors and residuals; p*, θ and σ² once more, from them."""
    raw = encode(network, x)
    factors = standardise(raw)
    reconstruction = network.places.gather(decode(network, factors)).numpy().astype(float)
    squares = ((X - reconstruction) ** 2).sum(axis=1)
    moments = update(network, moments, squares, len(X), lam0, prior)
    last = at_one_scale(network, moments, squares, len(X), lam0, prior)
    centre, scale = raw.mean(dim=1), (raw.var(dim=1, correction=0) + 1e-8).sqrt()
    path, errors, active = (np.stack(column) for column in zip(*history, strict=True))
    arrays = [tensor.numpy().astype(float) for tensor in (factors, centre, scale)]
    return Trained(network, moments, *arrays, reconstruction, last, path, errors, active)


@contextmanager
def one_thread() -> Iterator[None]:
    """Use one torch thread, so that every machine adds in the same order; small products lose time in more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
