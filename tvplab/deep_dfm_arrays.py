"""The autoencoder in numpy, its backward pass by hand: for small networks four times quicker than a general tool.

One step of gradient descent is a hundred small array operations, and numpy spends least on each.  `deep_dfm_network`
has the same network in torch, for other devices; tests hold the two together.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator

import numpy as np
from threadpoolctl import ThreadpoolController

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
from tvplab.deep_dfm_maps import BATCH_EPS, LINKS, Layer, apply_layers

CHUNK = 4096
"""Rows that are evaluated together in inference: enough to be quick, few enough for the processor's memory."""
SLOPE_AT = {
    "relu": lambda h: h > 0.0,
    "tanh": lambda h: 1.0 - h * h,
    "sigmoid": lambda h: h * (1.0 - h),
    "softplus": lambda h: 1.0 - np.exp(-h),
}
"""Link g → g' as a function of its value h = g(x)."""


class ArrayNetwork:
    """One autoencoder and its optimiser; `theta` and `slope` (P,) hold all weights and gradients, layers are views."""

    def __init__(self, layout: Layout, T: int, rng: np.random.Generator, dtype=np.float32):
        self.layout, self.rng, self.dtype = layout, rng, dtype
        self.theta = starting_weights(layout, rng).astype(dtype)
        self.slope = np.zeros_like(self.theta)
        self.encoder, self.decoder = split(layout, self.theta)
        self._encoder_slope, self._decoder_slope = split(layout, self.slope)
        self.moments = [None if one.scale is None else np.zeros((2, len(one.scale)), dtype) for one in self.encoder]
        self.momentum = 1.0  # the first batch sets the running moments, which otherwise keep much of their start
        self._sums = five_month_sums(T).astype(dtype) if layout.quarterly else None
        self._normal = None
        self.restart(0.0, 1)

    def restart(self, rate: float, decay_every: int) -> None:
        """Begin Adam anew."""
        self.rate, self.decay_every, self.t = rate, decay_every, 0
        self.m, self.v, self._work = (np.zeros_like(self.theta) for _ in range(3))

    def rows(self, values: np.ndarray) -> np.ndarray:
        """Values as the engine holds them."""
        return np.ascontiguousarray(values, self.dtype)

    def noise(self, filtered: np.ndarray, sd: np.ndarray, draws: int) -> np.ndarray:
        """Panels (draws, T, N) of filtered data (T, N) less normal noise with these sd (N,).

        Standard normal rows are drawn once and dealt anew, to other draws and dates, at every call: drawing them each
        time would cost as much as descending on them.
        """
        T, N = filtered.shape
        if self._normal is None or len(self._normal) != draws * T:
            self._normal = self.rng.standard_normal((draws * T, N), self.dtype)
        panels = self._normal[self.rng.permutation(draws * T)].reshape(draws, T, N)
        panels *= self.rows(-sd)
        panels += self.rows(filtered)
        return panels

    def descend(self, panels, target: np.ndarray, weight: np.ndarray, batches: list[slice]) -> None:
        """One epoch for each panel (T, N): steps on the loss Σ weight (F(G(panel)) − target)², batch by batch.

        The loss of eqs. 4 and 5; with normal errors −log of eq. 17, up to constants, and over many panels eq. 18.
        `weight` (T, N) is zero where the target is missing, so that such a cell has no gradient at all.
        """
        for panel in panels:
            for rows in batches:
                self.gradient(panel[rows], target[rows], weight[rows])
                self._step()

    def gradient(self, x: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Set `slope` to the gradient of the loss at the batch x (T, N); returns the fit."""
        inputs, code = self._encode(x)
        hidden, fit = self._decode(code)
        error = 2.0 * weight * (fit - target)
        if self._sums is not None:
            error[:, self.layout.quarterly] = self._sums.T @ error[:, self.layout.quarterly]
        self._encode_back(inputs, self._decode_back(hidden, error))
        return fit

    def _encode(self, x: np.ndarray) -> tuple[list, np.ndarray]:
        """Forward through the encoder, normalising by the batch's own moments; keeps what the way back needs."""
        share, kept = np.full(len(x), 1.0 / len(x), self.dtype), []
        g, _ = LINKS[self.layout.link]
        for k, layer in enumerate(self.encoder):
            scaled = root = None
            if k:
                mean = share @ x
                scaled = x - mean
                variance = share @ (scaled * scaled)
                root = 1.0 / np.sqrt(variance + self.dtype(BATCH_EPS))
                scaled *= root
                self._remember(k, mean, variance)
                x = scaled * layer.scale
                x += layer.shift
            h = x @ layer.W
            h += layer.b
            h = g(h) if self.layout.linked(k) else h
            kept.append((x, scaled, root, h))
            x = h
        self.momentum = MOMENTUM
        return kept, x

    def _remember(self, k: int, mean: np.ndarray, variance: np.ndarray) -> None:
        """Move the running moments of the layer's input towards those of a batch."""
        running = self.moments[k]
        running[0] += self.dtype(self.momentum) * (mean - running[0])
        running[1] += self.dtype(self.momentum) * (variance - running[1])

    def _decode(self, x: np.ndarray) -> tuple[list, np.ndarray]:
        """Forward through the decoder, five-month sums included; keeps each layer's input."""
        g, _ = LINKS[self.layout.link]
        kept = []
        for k, layer in enumerate(self.decoder):
            kept.append(x)
            x = x @ layer.W
            x = x if layer.b is None else x + layer.b
            x = g(x) if k < len(self.decoder) - 1 else x
        return kept, self._aggregate(x)

    def _aggregate(self, common: np.ndarray) -> np.ndarray:
        if self._sums is not None:
            common[:, self.layout.quarterly] = self._sums @ common[:, self.layout.quarterly]
        return common

    def _decode_back(self, inputs: list, d: np.ndarray) -> np.ndarray:
        """Gradients of the decoder's weights from that of its output; returns that of its input, the code."""
        for k in range(len(self.decoder) - 1, -1, -1):
            into = self._decoder_slope[k]
            np.matmul(inputs[k].T, d, out=into.W)
            if into.b is not None:
                np.matmul(np.ones(len(d), self.dtype), d, out=into.b)
            d = d @ self.decoder[k].W.T
            d = d * SLOPE_AT[self.layout.link](inputs[k]) if k else d
        return d

    def _encode_back(self, kept: list, d: np.ndarray) -> None:
        """Gradients of the encoder's weights from that of the code."""
        one, T = np.ones(len(d), self.dtype), len(d)
        for k in range(len(self.encoder) - 1, -1, -1):
            (x, scaled, root, h), layer, into = kept[k], self.encoder[k], self._encoder_slope[k]
            if self.layout.linked(k):
                d = d * SLOPE_AT[self.layout.link](h)
            np.matmul(x.T, d, out=into.W)
            np.matmul(one, d, out=into.b)
            if k:
                d = d @ layer.W.T
                np.matmul(one, d * scaled, out=into.scale)
                np.matmul(one, d, out=into.shift)
                d -= into.shift / T
                d -= scaled * (into.scale / T)
                d *= root * layer.scale

    def _step(self) -> None:
        """One update by Adam, in place."""
        self.t += 1
        self.m *= BETA_1
        self.m += np.multiply(self.slope, 1.0 - BETA_1, out=self._work)
        self.v *= BETA_2
        np.multiply(self.slope, self.slope, out=self._work)
        self._work *= 1.0 - BETA_2
        self.v += self._work
        np.sqrt(self.v, out=self._work)
        self._work += EPS
        np.divide(self.m, self._work, out=self._work)
        self._work *= adam_rate(self.t, self.rate, self.decay_every)
        self.theta -= self._work

    def average(self, panels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Codes (T, r) and common components (T, N) in inference, means over panels (D, T, N): the Monte Carlo step."""
        encoder, decoder = ([Layer(*map(self.rows, one[:2]), one.link) for one in part] for part in self.export())
        link, (D, T, N) = self.layout.link, panels.shape
        some = max(1, CHUNK // T)
        code = common = 0.0
        for first in range(0, D, some):
            f = apply_layers(encoder, panels[first : first + some].reshape(-1, N), link)
            code = code + f.reshape(-1, T, f.shape[1]).sum(axis=0, dtype=float) / D
            if not self.layout.linear_decoder:
                common = common + apply_layers(decoder, f, link).reshape(-1, T, N).sum(axis=0, dtype=float) / D
        if self.layout.linear_decoder:  # the mean of a linear map is the map of the mean
            common = apply_layers(decoder, code, link)
        return code, self._aggregate(common)

    def export(self) -> tuple[list[Layer], list[Layer]]:
        """Encoder and decoder as they are in inference."""
        return folded(self.layout, self.theta, self.moments)

    @staticmethod
    @contextlib.contextmanager
    def threads(number: int) -> Iterator[None]:
        """Compute with so many threads, then as before: small products lose much time in more than one."""
        with _libraries().limit(limits=number, user_api="blas"):
            yield


@functools.cache
def _libraries() -> ThreadpoolController:
    """Find the linear algebra libraries of this process, once: the search is slow."""
    return ThreadpoolController()
