"""The grouped autoencoder's loss and its gradient, written out: several times as quick as automatic differentiation.

The loss of a batch is ½ mean_{t,j} (x_jt − x̂_jt)² / σ_j² for each start; the gradient of Σ over starts is laid down in
a network over another vector.  The tests compare it with automatic differentiation of `autoencoder_network`'s maps.
"""

from __future__ import annotations

import torch
from torch.nn.functional import leaky_relu

from tvplab.autoencoder_network import Layer, Network, lengths, unit_directions


@torch.no_grad()
def descend_into(
    slope: Network, network: Network, x: torch.Tensor, target: torch.Tensor, precision: torch.Tensor
) -> torch.Tensor:
    """Lay the gradient of one batch down in `slope`; return Σ_t r² by place, (S, G, m).

    x (B, N) standardised series, `target` (G, B, m) the same in their places, `precision` (S, G, 1, m) 1/σ², zero in
    empty places.
    """
    (S, G, K), B = network.beta.shape, len(x)
    stages = [x.expand(S, *x.shape)]
    for W, b in network.encoder[:-1]:
        stages.append(leaky_relu(torch.baddbmm(b, stages[-1], W), network.bend))
    W, b = network.encoder[-1]
    raw = torch.baddbmm(b, stages[-1], W)
    centred = raw - raw.mean(dim=1, keepdim=True)
    spread = (centred.square().mean(dim=1, keepdim=True) + 1e-8).sqrt_()
    f = centred.div_(spread)
    scaled = (f[:, None] * network.beta[:, :, None]).view(S, G * B, K)
    r, d_scaled = decoder(slope, network, scaled, target, precision)
    d_scaled = d_scaled.view(S, G, B, K)
    torch.sum(d_scaled * f[:, None], dim=2, out=slope.beta).mul_(network.mask)
    d_f = (d_scaled * network.beta[:, :, None]).sum(dim=1)
    d_f -= d_f.mean(dim=1, keepdim=True) + f * (d_f * f).mean(dim=1, keepdim=True)
    backward(slope.encoder, network.encoder, stages, d_f.div_(spread), network.bend)
    return r.square_().sum(dim=2)


def decoder(slope: Network, network: Network, z: torch.Tensor, target: torch.Tensor, precision: torch.Tensor):
    """Residuals x̂ − x (S, G, B, m) and the gradient of β ⊙ f (S, G·B, K); weights' gradients go to `slope`."""
    (S, G, _), (_, B, m) = network.beta.shape, target.shape
    layers, scale = list(network.trunk), 1.0
    output = tuple(one.flatten(0, 1) for one in network.output)
    if layers:
        layers[0] = unit_directions(layers[0][0]), layers[0][1]
    else:
        scale = network.sizes[:, None, None].sqrt()
        output = (scale * unit_directions(network.output[0])).flatten(0, 1), output[1]
    stages = [z]
    for W, b in layers:
        stages.append(leaky_relu(torch.baddbmm(b, stages[-1], W), network.bend))
    inner = stages[-1].view(S * G, B, -1)
    r = torch.baddbmm(output[1], inner, output[0]).view(S, G, B, m).sub_(target)
    d = (r * precision).div_(B * len(network.places.group))
    into = tuple(one.flatten(0, 1) for one in slope.output)
    d_inner = backward([into], [output], [inner], d.view(S * G, B, m), network.bend)
    d_z = d_inner.view(S, G * B, -1)
    if layers:
        d_z = backward(slope.trunk, layers, stages, bent(d_z, stages[-1], network.bend), network.bend)
    first, weights = (slope.trunk[0][0], network.trunk[0][0]) if layers else (slope.output[0], network.output[0])
    through_directions(first, weights, scale)
    return r, d_z


def backward(into: list[Layer], layers: list[Layer], stages: list[torch.Tensor], d: torch.Tensor, bend: float):
    """Go back through layers whose inputs were `stages`, from the gradient `d` of the last one's output before bending.

    Lays the weights' gradients down and returns that of the first input.
    """
    for i in reversed(range(len(layers))):
        torch.bmm(stages[i].transpose(1, 2), d, out=into[i][0])
        torch.sum(d, dim=1, keepdim=True, out=into[i][1])
        d = torch.bmm(d, layers[i][0].transpose(1, 2))
        if i:
            d = bent(d, stages[i], bend)
    return d


def bent(d: torch.Tensor, stage: torch.Tensor, bend: float) -> torch.Tensor:
    """Gradient before a LeakyReLU from the one after it; `stage` is what came out."""
    return torch.ops.aten.leaky_relu_backward(d, stage, bend, True)


def through_directions(into: torch.Tensor, W: torch.Tensor, scale) -> None:
    """Turn the gradient of scale·W/|W|, which lies in `into`, into that of W: what points along W is lost."""
    size = lengths(W)
    direction = W / size
    into -= direction * (into * direction).sum(dim=-1, keepdim=True)
    into.mul_(scale / size)
