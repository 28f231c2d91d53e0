"""The grouped autoencoder's network in torch: encoder, group weights, one shared decoder; several starts at once.

Every tensor of weights has a first dimension S, the starts: they are trained side by side in batched products.  The
series of a group stand beside each other, groups are filled up to the largest one (m columns), so that the output layer
is one batched product as well.  Source of the model: spec B.1; layer widths and starting values are the kit's own.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import leaky_relu

Layer = tuple[torch.Tensor, torch.Tensor]
"""Weights (S, inputs, outputs) and biases (S, 1, outputs); the output layer's have a dimension G after S."""


class Places(NamedTuple):
    """Where the series stand: `group` (N,) and `slot` (N,) within its group; G groups of at most m series."""

    group: np.ndarray
    slot: np.ndarray

    @classmethod
    def of(cls, group: np.ndarray) -> Places:
        """Number the series of each group from zero, in their order."""
        slot = np.array([np.sum(group[:j] == g) for j, g in enumerate(group)])
        return cls(np.asarray(group), slot)

    def spread(self, rows: torch.Tensor) -> torch.Tensor:
        """Lay rows (T, N) out by group, (G, T, m), zeros in the empty places."""
        wide = rows.new_zeros(self.group.max() + 1, len(rows), self.slot.max() + 1)
        wide[self.group, :, self.slot] = rows.T
        return wide

    def gather(self, wide: torch.Tensor) -> torch.Tensor:
        """Take the series (…, T, N) out of their places (…, G, T, m)."""
        return wide[..., self.group, :, self.slot].movedim(0, -1)


class Network(NamedTuple):
    """Weights of S networks.

    `encoder` layers N → … → K; `beta` (S, G, K) group weights, `mask` (G, K) with zeros where β is held at zero;
    `trunk` layers K → … of the decoder, none where it is linear; `output` from the trunk's last width to the m places
    of each group; `slope` of the LeakyReLU below zero; `places` of the series.
    """

    encoder: list[Layer]
    beta: torch.Tensor
    mask: torch.Tensor
    trunk: list[Layer]
    output: Layer
    slope: float
    places: Places

    @property
    def weights(self) -> list[torch.Tensor]:
        """All that is trained but β."""
        return [tensor for layer in [*self.encoder, *self.trunk, self.output] for tensor in layer]


def start(
    places: Places, mask: np.ndarray, hidden: tuple[int, ...], linear: bool, slope: float, seeds: list[int]
) -> Network:
    """Draw the weights of one network a seed: normal with variance 2 / ((1 + slope²) inputs), biases 0, β = 1."""
    mask = torch.as_tensor(mask, dtype=torch.float32)
    N, (G, K), m = len(places.group), mask.shape[-2:], int(places.slot.max()) + 1
    encoder_widths = [N, *hidden, K]
    trunk_widths = [K] if linear else [K, *hidden[::-1]]
    gain = math.sqrt(2.0 / (1.0 + slope**2))
    drawn = []
    for seed in seeds:
        rng = torch.Generator().manual_seed(seed)
        drawn.append(
            [
                torch.randn(*shape, generator=rng) * gain / math.sqrt(shape[-2])
                for shape in [*_shapes(encoder_widths), *_shapes(trunk_widths), (G, trunk_widths[-1], m)]
            ]
        )
    weights = [torch.stack(same) for same in zip(*drawn, strict=True)]
    weights[-1] *= places.spread(torch.ones(1, N)).movedim(1, 0)[0][:, None]  # empty places stay empty
    layers = [(W, W.new_zeros(*W.shape[:-2], 1, W.shape[-1])) for W in weights]
    for W, b in layers:
        W.requires_grad_(), b.requires_grad_()
    beta = (torch.ones(len(seeds), G, K) * mask).requires_grad_()
    n = len(encoder_widths) - 1
    return Network(layers[:n], beta, mask, layers[n:-1], layers[-1], slope, places)


def _shapes(widths: list[int]) -> list[tuple[int, int]]:
    return list(pairwise(widths))


def encode(network: Network, x: torch.Tensor) -> torch.Tensor:
    """Encoder: x (B, N) → latent f (S, B, K), not yet standardised."""
    S = len(network.beta)
    z = x.expand(S, *x.shape)
    for W, b in network.encoder[:-1]:
        z = leaky_relu(torch.baddbmm(b, z, W), network.slope)
    W, b = network.encoder[-1]
    return torch.baddbmm(b, z, W)


def standardise(f: torch.Tensor) -> torch.Tensor:
    """Put each factor of a batch (S, B, K) to mean 0 and variance 1: the scale is β's."""
    centred = f - f.mean(dim=1, keepdim=True)
    return centred / (centred.square().mean(dim=1, keepdim=True) + 1e-8).sqrt()


def decode(network: Network, f: torch.Tensor) -> torch.Tensor:
    """Decoder: Dec(β_g ⊙ f) for every group, f (S, B, K) → (S, G, B, m); the trunk is the same for all groups."""
    (S, B, K), G = f.shape, network.beta.shape[1]
    z = (f[:, None] * (network.beta * network.mask)[:, :, None]).reshape(S, G * B, K)
    for i, (W, b) in enumerate(network.trunk):
        z = leaky_relu(torch.baddbmm(b, z, unit_directions(W) if i == 0 else W), network.slope)
    W, b = network.output
    W = W if network.trunk else unit_directions(W)
    return torch.baddbmm(b.flatten(0, 1), z.view(S * G, B, -1), W.flatten(0, 1)).view(S, G, B, -1)


def unit_directions(W: torch.Tensor) -> torch.Tensor:
    """The decoder's first layer with a unit vector a factor: (S, K, h), or (S, G, K, m) where it is the only layer.

    Otherwise β and this layer trade scale, and the sizes of β say nothing.
    """
    over = (2,) if W.dim() == 3 else (1, 3)
    return W / W.square().sum(dim=over, keepdim=True).sqrt()
