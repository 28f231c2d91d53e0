"""The autoencoder of the deep dynamic factor model in torch: encoder G, decoder F, all weights in one flat vector.

Layers as the authors' code has them (section 3.1): dense and link, then batch normalisation, dense and link for each
further layer.  With a linear decoder the code has the link as well; the decoder is one linear layer without intercept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from tvplab.data.mixed_frequency import MARIANO_MURASAWA
from tvplab.deep_dfm_maps import BATCH_EPS, Layer

MOMENTUM = 0.01
"""Weight of a new batch in the running moments of batch normalisation (Keras: 0.99)."""
LINKS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": torch.nn.functional.softplus}


@dataclass(frozen=True)
class Layout:
    """Widths of the encoder (n, hidden …, r) and decoder (r, hidden …, n), the link, and which series are quarterly."""

    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
    link: str
    quarterly: tuple[int, ...] = ()

    @property
    def linear_decoder(self) -> bool:
        """Whether the decoder is one linear layer, the paper's asymmetric design."""
        return len(self.decoder) == 2

    def linked(self, k: int) -> bool:
        """Whether the link follows the encoder's layer k: always inside, on the code if the decoder is linear."""
        last = k == len(self.encoder) - 2
        return not last or (self.linear_decoder and k > 0)


class Network:
    """Weights of one autoencoder.

    `theta` and `slope` (P,) are the flat vectors of parameters and gradients, layers their views.  An encoder layer is
    (W (in, out), b, scale, shift, mean, variance): the last four normalise its input and are None in the first.
    """

    def __init__(self, layout: Layout, T: int, rng: torch.Generator, dtype=torch.float32):
        self.layout, self.link = layout, LINKS[layout.link]
        self.momentum = 1.0  # the first batch sets the running moments, which otherwise keep much of their start
        shapes = _shapes(layout)
        self.theta = torch.zeros(sum(map(math.prod, shapes)), dtype=dtype, device=rng.device)
        self.slope = torch.zeros_like(self.theta)
        parts = iter(self._views(shapes))
        self.encoder = [self._encoder_layer(k, next, parts) for k in range(len(layout.encoder) - 1)]
        self.decoder = [self._decoder_layer(k, parts) for k in range(len(layout.decoder) - 1)]
        self._start(rng)
        self._quarterly = torch.tensor(layout.quarterly, device=rng.device, dtype=torch.long)
        self._sums = five_month_sums(T).to(self.theta) if layout.quarterly else None

    def _views(self, shapes) -> list[torch.Tensor]:
        """Leaf tensors that share the memory of `theta`, their gradients that of `slope`."""
        views, place = [], 0
        for shape in shapes:
            size = math.prod(shape)
            view = self.theta[place : place + size].view(shape).requires_grad_()
            view.grad = self.slope[place : place + size].view(shape)
            views.append(view)
            place += size
        return views

    def _encoder_layer(self, k: int, take, parts) -> tuple:
        W, b = take(parts), take(parts)
        if k == 0:
            return W, b, None, None, None, None
        scale, shift = take(parts), take(parts)
        return W, b, scale, shift, torch.zeros_like(scale.detach()), torch.ones_like(scale.detach())

    def _decoder_layer(self, k: int, parts) -> tuple:
        return next(parts), (None if self.layout.linear_decoder else next(parts))

    def _start(self, rng: torch.Generator) -> None:
        """Glorot: weights normal with variance 2/(inputs + outputs); intercepts 0, scales 1."""
        with torch.no_grad():
            for layer in [*self.encoder, *self.decoder]:
                W = layer[0]
                W.copy_(torch.randn(W.shape, generator=rng, dtype=W.dtype, device=W.device))
                W.mul_(math.sqrt(2.0 / sum(W.shape)))
            for layer in self.encoder[1:]:
                layer[2].fill_(1.0)

    def reconstruct(self, x: torch.Tensor) -> torch.Tensor:
        """F(G(x)) of a batch x (T, N) in training: batch normalisation by the batch's own moments."""
        for k, (W, b, scale, shift, mean, variance) in enumerate(self.encoder):
            if k:
                x = torch.batch_norm(x, scale, shift, mean, variance, True, self.momentum, BATCH_EPS, False)
            x = torch.addmm(b, x, W)
            x = self.link(x) if self.layout.linked(k) else x
        self.momentum = MOMENTUM
        return self.aggregate(self._decode(x))

    def _decode(self, x: torch.Tensor) -> torch.Tensor:
        for W, b in self.decoder[:-1]:
            x = self.link(torch.addmm(b, x, W))
        W, b = self.decoder[-1]
        return x @ W if b is None else torch.addmm(b, x, W)

    def aggregate(self, common: torch.Tensor) -> torch.Tensor:
        """Turn the months of quarterly series (T, N) into five-month sums: the layer without parameters."""
        if self._sums is None:
            return common
        sums = self._sums @ common[:, self._quarterly]
        return common.index_copy(1, self._quarterly, sums)

    @torch.no_grad()
    def average(self, panels: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Codes (T, r) and common components (T, N) in inference, means over panels (D, T, N): the Monte Carlo step."""
        encoder, decoder = self._folded(), [(W, b, i < len(self.decoder) - 1) for i, (W, b) in enumerate(self.decoder)]
        code = common = 0.0
        for panel in panels:
            f = self._apply(encoder, panel)
            code = code + f
            common = common + self._apply(decoder, f)
        common = self.aggregate(common / len(panels))
        return (code / len(panels)).double().cpu().numpy(), common.double().cpu().numpy()

    def _apply(self, layers, x: torch.Tensor) -> torch.Tensor:
        for W, b, linked in layers:
            x = x @ W if b is None else torch.addmm(b, x, W)
            x = self.link(x) if linked else x
        return x

    def _folded(self) -> list[tuple]:
        """Encoder layers (W, b, linked) with batch normalisation folded in, at its running moments."""
        layers = []
        for k, (W, b, scale, shift, mean, variance) in enumerate(self.encoder):
            if k:
                factor = scale / torch.sqrt(variance + BATCH_EPS)
                W, b = factor[:, None] * W, b + (shift - factor * mean) @ W
            layers.append((W, b, self.layout.linked(k)))
        return layers

    @torch.no_grad()
    def export(self) -> tuple[list[Layer], list[Layer]]:
        """Encoder and decoder for numpy, as they are in inference."""
        decoder = [(W, W.new_zeros(W.shape[1]) if b is None else b, i < len(self.decoder) - 1)
                   for i, (W, b) in enumerate(self.decoder)]  # fmt: skip
        return tuple(
            [Layer(W.double().cpu().numpy().T.copy(), b.double().cpu().numpy().copy(), bool(on)) for W, b, on in layers]
            for layers in (self._folded(), decoder)
        )


def _shapes(layout: Layout) -> list[tuple[int, ...]]:
    """Shapes of all parameters, in the order of the flat vector."""
    shapes = []
    for k, (i, o) in enumerate(zip(layout.encoder[:-1], layout.encoder[1:], strict=True)):
        shapes += [(i, o), (o,), *([(i,), (i,)] if k else [])]
    for i, o in zip(layout.decoder[:-1], layout.decoder[1:], strict=True):
        shapes += [(i, o), *([] if layout.linear_decoder else [(o,)])]
    return shapes


def five_month_sums(T: int) -> torch.Tensor:
    """Matrix (T, T) of the weights (1, 2, 3, 2, 1)/3 on this month and the four before it, over the whole sample."""
    sums = torch.zeros(T, T, dtype=torch.float64)
    for lag, weight in enumerate(MARIANO_MURASAWA):
        sums += weight * torch.diag(torch.ones(T - lag, dtype=torch.float64), -lag)
    return sums
