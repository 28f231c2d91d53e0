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
    """Weights of S networks: views of one flat vector `theta`, and of `slope`, in which their gradient is laid down.

    `encoder` layers N → … → K; `beta` (S, G, K) group weights, the last part of `theta`; `trunk` layers K → … of the
    decoder, none where it is linear; `output` from the trunk's last width to the m places of each group.  `mask`
    (S, G, K) has zeros where β is held at zero: an anchor's, which `free` (G, K) has too, and those of a factor that
    has died.  `sizes` (G,) is the number of series, `bend` the LeakyReLU's slope below zero.
    """

    theta: torch.Tensor
    encoder: list[Layer]
    trunk: list[Layer]
    output: Layer
    beta: torch.Tensor
    mask: torch.Tensor
    free: torch.Tensor
    sizes: torch.Tensor
    bend: float
    places: Places

    def over(self, theta: torch.Tensor) -> Network:
        """The same network with its weights in another vector, such as the one that takes the gradient."""
        parts, at = [], 0
        for tensor in self.parts:
            parts.append(theta[at : at + tensor.numel()].view(tensor.shape))
            at += tensor.numel()
        layers, n = list(zip(parts[:-1:2], parts[1:-1:2], strict=True)), len(self.encoder)
        return self._replace(theta=theta, encoder=layers[:n], trunk=layers[n:-1], output=layers[-1], beta=parts[-1])

    @property
    def parts(self) -> list[torch.Tensor]:
        """All weights, in the order of `theta`."""
        return [one for layer in [*self.encoder, *self.trunk, self.output] for one in layer] + [self.beta]


def start(
    places: Places, mask: np.ndarray, hidden: tuple[int, ...], linear: bool, bend: float, seeds: list[int]
) -> Network:
    """Draw the weights of one network a seed: normal with variance 2 / ((1 + bend²) inputs), biases 0, β = 1.

    A linear decoder's β starts at 1/√K, so that x̂ has about unit variance, and its output layer at a tenth of the size:
    only directions matter there, and Adam turns a short vector as fast as those of other layers.
    """
    free = torch.as_tensor(mask, dtype=torch.float32)
    N, (G, K), m = len(places.group), free.shape, int(places.slot.max()) + 1
    encoder, trunk = [N, *hidden, K], [K] if linear else [K, *hidden[::-1]]
    shapes = [*pairwise(encoder), *pairwise(trunk), (G, trunk[-1], m)]
    drawn = []
    for seed in seeds:
        rng = torch.Generator().manual_seed(seed)
        drawn.append([torch.randn(*shape, generator=rng) / math.sqrt(shape[-2]) for shape in shapes])
    gain = math.sqrt(2.0 / (1.0 + bend**2))
    weights = [gain * torch.stack(same) for same in zip(*drawn, strict=True)]
    weights[-1] *= places.spread(torch.ones(1, N)).movedim(1, 0)[0][:, None]  # empty places stay empty
    layers = [(W, W.new_zeros(*W.shape[:-2], 1, W.shape[-1])) for W in weights]
    if linear:
        weights[-1] *= 0.1
    mask = free.expand(len(seeds), G, K)
    beta = mask / (math.sqrt(K) if linear else 1.0)
    n, sizes = len(encoder) - 1, torch.as_tensor(np.bincount(places.group), dtype=torch.float32)
    network = Network(torch.empty(0), layers[:n], layers[n:-1], layers[-1], beta, mask, free, sizes, bend, places)
    return network.over(torch.cat([one.flatten() for one in network.parts]))


def copies(network: Network, i: int, alive: np.ndarray) -> Network:
    """Network i again for every row of `alive` (C, K): there factors that are not alive have no weight, for good."""

    def repeated(tensor: torch.Tensor) -> torch.Tensor:
        return tensor[i].expand(len(alive), *tensor.shape[1:])

    def layers(stack: list[Layer]) -> list[Layer]:
        return [(repeated(W), repeated(b)) for W, b in stack]

    mask = repeated(network.mask) * torch.as_tensor(alive, dtype=torch.float32)[:, None]
    encoder, trunk, (output,) = (layers(stack) for stack in (network.encoder, network.trunk, [network.output]))
    beta = repeated(network.beta) * mask
    wide = network._replace(encoder=encoder, trunk=trunk, output=output, beta=beta, mask=mask)
    return wide.over(torch.cat([one.flatten() for one in wide.parts]))


def encode(network: Network, x: torch.Tensor) -> torch.Tensor:
    """Encoder: x (B, N) → latent f (S, B, K), not yet standardised."""
    z = x.expand(len(network.beta), *x.shape)
    for W, b in network.encoder[:-1]:
        z = leaky_relu(torch.baddbmm(b, z, W), network.bend)
    W, b = network.encoder[-1]
    return torch.baddbmm(b, z, W)


def standardise(f: torch.Tensor) -> torch.Tensor:
    """Put each factor of a batch (S, B, K) to mean 0 and variance 1: the scale is β's."""
    centred = f - f.mean(dim=1, keepdim=True)
    return centred / (centred.square().mean(dim=1, keepdim=True) + 1e-8).sqrt()


def decode(network: Network, f: torch.Tensor) -> torch.Tensor:
    """Decoder: Dec(β_g ⊙ f) for every group, f (S, B, K) → (S, G, B, m); the trunk is the same for all groups."""
    (S, B, K), G = f.shape, network.beta.shape[1]
    z = (f[:, None] * network.beta[:, :, None]).view(S, G * B, K)
    for i, (W, b) in enumerate(network.trunk):
        z = leaky_relu(torch.baddbmm(b, z, unit_directions(W) if i == 0 else W), network.bend)
    W, b = network.output
    W = W if network.trunk else network.sizes[:, None, None].sqrt() * unit_directions(W)
    return torch.baddbmm(b.flatten(0, 1), z.view(S * G, B, -1), W.flatten(0, 1)).view(S, G, B, -1)


def unit_directions(W: torch.Tensor) -> torch.Tensor:
    """A factor's vector in the decoder's first layer (…, K, outputs) at length 1: its size is β's affair."""
    return W / lengths(W)


def lengths(W: torch.Tensor) -> torch.Tensor:
    """Lengths of those vectors (…, K, 1)."""
    return W.square().sum(dim=-1, keepdim=True).sqrt().clamp_min(1e-12)


@torch.no_grad()
def pin_scale(network: Network) -> None:
    """Make the largest |β| of each start 1 and leave the map as it is.

    The LeakyReLU lets a positive factor through: cβ with c times the first biases and 1/c times the next weights is the
    same decoder.  Without a pin the penalty would shrink all of β for nothing.  A linear decoder has no such freedom.
    """
    if not network.trunk:
        return
    largest = network.beta.abs().amax(dim=(1, 2), keepdim=True)
    c = 1.0 / torch.where(largest > 0, largest, 1.0)
    following = network.trunk[1][0] if len(network.trunk) > 1 else network.output[0]
    network.beta.mul_(c)
    network.trunk[0][1].mul_(c)
    following.div_(c if following.dim() == 3 else c[..., None])
