"""Start a training where another fit ended: for new data of the same series, or another penalty."""

from __future__ import annotations

import numpy as np
import torch

from tvplab.autoencoder_network import Network
from tvplab.autoencoder_results import AutoencoderResults
from tvplab.autoencoder_training import Moments, opening


def warm_network(network: Network, before: AutoencoderResults) -> Network:
    """Return one network of the same shape with the weights of a fit; a factor without weights stays so.

    Raises
    ------
    ValueError
        The fit has other series, groups, factors or layers.
    """
    weights, places = before.weights, network.places
    layers = [*weights.encoder, *weights.trunk]
    shapes = [tuple(W.shape[1:]) for W, _ in [*network.encoder, *network.trunk]]
    same = np.array_equal(weights.group, places.group) and network.bend == weights.slope
    if not same or [W.shape for W, _ in layers] != shapes or weights.beta.shape != network.beta.shape[1:]:
        raise ValueError("start: its groups, factors, layers or slope are not this model's")
    W, b = weights.output
    wide = [torch.zeros(1, *one.shape[1:]) for one in network.output]
    wide[0][0, places.group, :, places.slot] = torch.tensor(W, dtype=torch.float32)
    wide[1][0, places.group, 0, places.slot] = torch.tensor(b, dtype=torch.float32)
    flat = [torch.tensor(one, dtype=torch.float32).flatten() for layer in layers for one in layer]
    beta = torch.tensor(weights.beta, dtype=torch.float32) * network.mask
    alive = beta.any(dim=1, keepdim=True)
    warm = network.over(torch.cat([*flat, wide[0].flatten(), wide[1].flatten(), beta.flatten()]))
    return warm._replace(mask=network.mask * alive)


def warm_moments(network: Network, before: AutoencoderResults) -> Moments:
    """p*, θ and σ² of a fit; p* and θ as before the first epoch where it had no penalty."""
    fresh = opening(network, len(before.mean))
    sigma2 = (before.sigma2 / before.sd**2).to_numpy()[None]
    if not np.isfinite(before.loss_path["lam0"].iloc[-1]):
        return fresh._replace(sigma2=sigma2)
    return Moments(before.inclusion.to_numpy()[None], before.theta.to_numpy()[None], sigma2)
