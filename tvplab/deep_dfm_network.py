"""The autoencoder in torch, for other devices than the processor: the methods of `deep_dfm_arrays.ArrayNetwork`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
import torch

from tvplab.deep_dfm_layout import (
    BETA_1,
    BETA_2,
    EPS,
    MOMENTUM,
    Layout,
    adam_rate,
    five_month_sums,
    folded,
    split,
    starting_weights,
)
from tvplab.deep_dfm_maps import BATCH_EPS, Layer

LINKS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": torch.nn.functional.softplus}


class TorchNetwork:
    """One autoencoder and its optimiser; leaf tensors share the memory of `theta`, their gradients that of `slope`."""

    def __init__(self, layout: Layout, T: int, rng: np.random.Generator, device: str = "cpu", dtype=torch.float32):
        self.layout, self.link, self.like = layout, LINKS[layout.link], {"dtype": dtype, "device": device}
        self.theta = torch.tensor(starting_weights(layout, rng), **self.like)
        self.slope = torch.zeros_like(self.theta)
        self.rng = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
        self.encoder, self.decoder = split(layout, self.theta)
        for leaf, into in zip(_leaves(self.encoder, self.decoder), _leaves(*split(layout, self.slope)), strict=True):
            leaf.requires_grad_().grad = into
        self.moments = [
            None if one.scale is None else torch.zeros(2, len(one.scale), **self.like) for one in self.encoder
        ]
        self.momentum = 1.0  # the first batch sets the running moments, which otherwise keep much of their start
        self._quarterly = torch.tensor(layout.quarterly, device=device, dtype=torch.long)
        self._sums = self.rows(five_month_sums(T)) if layout.quarterly else None
        self.restart(0.0, 1)

    def restart(self, rate: float, decay_every: int) -> None:
        """Begin Adam anew."""
        self.rate, self.decay_every, self.t = rate, decay_every, 0
        self.m, self.v, self._work = (torch.zeros_like(self.theta) for _ in range(3))

    def rows(self, values: np.ndarray) -> torch.Tensor:
        """Values as the engine holds them."""
        return torch.as_tensor(np.ascontiguousarray(values), **self.like)

    def noise(self, filtered: np.ndarray, sd: np.ndarray, draws: int) -> torch.Tensor:
        """Panels (draws, T, N) of filtered data (T, N) less normal noise with these sd (N,)."""
        panels = torch.randn(draws, *filtered.shape, generator=self.rng, **self.like)
        return panels.mul_(self.rows(-sd)).add_(self.rows(filtered))

    def descend(self, panels, target: torch.Tensor, weight: torch.Tensor, batches: list[slice]) -> None:
        """One epoch for each panel (T, N), as `ArrayNetwork.descend`."""
        for panel in panels:
            for rows in batches:
                self.gradient(panel[rows], target[rows], weight[rows])
                self._step()

    def gradient(self, x: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """Set `slope` to the gradient of the loss at the batch x (T, N); returns the fit."""
        self.slope.zero_()
        fit = self._aggregate(self._decode(self._encode(x)))
        fit.backward(2.0 * weight * (fit.detach() - target))
        return fit.detach()

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        """Forward through the encoder, batch normalisation by the batch's own moments."""
        for k, layer in enumerate(self.encoder):
            if k:
                self._remember(k, x.detach())
                x = torch.batch_norm(x, layer.scale, layer.shift, None, None, True, 0.0, BATCH_EPS, False)
            x = torch.addmm(layer.b, x, layer.W)
            x = self.link(x) if self.layout.linked(k) else x
        self.momentum = MOMENTUM
        return x

    def _remember(self, k: int, x: torch.Tensor) -> None:
        """Move the running moments of the layer's input towards those of a batch."""
        variance, mean = torch.var_mean(x, dim=0, correction=0)
        self.moments[k][0].lerp_(mean, self.momentum)
        self.moments[k][1].lerp_(variance, self.momentum)

    def _decode(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.decoder[:-1]:
            x = self.link(torch.addmm(layer.b, x, layer.W))
        last = self.decoder[-1]
        return x @ last.W if last.b is None else torch.addmm(last.b, x, last.W)

    def _aggregate(self, common: torch.Tensor) -> torch.Tensor:
        """Turn the months of quarterly series (T, N) into five-month sums."""
        if self._sums is None:
            return common
        return common.index_copy(1, self._quarterly, self._sums @ common[:, self._quarterly])

    def _step(self) -> None:
        """One update by Adam, in place."""
        self.t += 1
        with torch.no_grad():
            self.m.lerp_(self.slope, 1.0 - BETA_1)
            self.v.mul_(BETA_2).addcmul_(self.slope, self.slope, value=1.0 - BETA_2)
            torch.sqrt(self.v, out=self._work)
            self.theta.addcdiv_(self.m, self._work.add_(EPS), value=-adam_rate(self.t, self.rate, self.decay_every))

    @torch.no_grad()
    def average(self, panels: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Codes (T, r) and common components (T, N) in inference, means over panels (D, T, N)."""
        layers = [[(self.rows(one.W.T), self.rows(one.b), one.link) for one in part] for part in self.export()]
        code = common = 0.0
        for panel in panels:
            f = self._apply(layers[0], panel)
            code, common = code + f, common + self._apply(layers[1], f)
        common = self._aggregate(common / len(panels))
        return (code / len(panels)).double().cpu().numpy(), common.double().cpu().numpy()

    def _apply(self, layers, x: torch.Tensor) -> torch.Tensor:
        for W, b, linked in layers:
            x = torch.addmm(b, x, W)
            x = self.link(x) if linked else x
        return x

    def export(self) -> tuple[list[Layer], list[Layer]]:
        """Encoder and decoder as they are in inference."""
        moments = [None if one is None else one.cpu().numpy() for one in self.moments]
        return folded(self.layout, self.theta.detach().cpu().numpy(), moments)

    @staticmethod
    @contextlib.contextmanager
    def threads(number: int) -> Iterator[None]:
        """Compute with so many threads, then as before: small products lose much time in more than one."""
        before = torch.get_num_threads()
        torch.set_num_threads(number)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def _leaves(*parts) -> list[torch.Tensor]:
    """All tensors of some layers, in order."""
    return [tensor for part in parts for layer in part for tensor in layer if tensor is not None]
