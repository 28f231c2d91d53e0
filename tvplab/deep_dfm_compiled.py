"""The autoencoder's training compiled: the steps of `deep_dfm_arrays`, whole epochs at once, for small networks.

A step of gradient descent on ten series is a hundred array operations of a microsecond each, and little arithmetic.
Here they are loops over rows of T numbers, so that layers hold their values as (width, T).
"""

from __future__ import annotations

import numba
import numpy as np

from tvplab.deep_dfm_arrays import ArrayNetwork
from tvplab.deep_dfm_layout import MOMENTUM, Layout, adam_rate, shapes
from tvplab.deep_dfm_maps import LINKS
from tvplab.deep_dfm_rows import FAST, adam, bend, correlate, denormalise, dot, multiply, normalise, straighten

NONE = -1


class CompiledNetwork(ArrayNetwork):
    """An `ArrayNetwork` whose epochs run compiled; with quarterly series, whose sums are not, it is that network."""

    def __init__(self, layout: Layout, T: int, rng: np.random.Generator, dtype=np.float32):
        super().__init__(layout, T, rng, dtype)
        self._plan, self._link = plan(layout), list(LINKS).index(layout.link)
        self._running = np.zeros((len(self.encoder), 2, max(layout.encoder)), dtype)
        self.moments = [
            None if one.scale is None else self._running[k, :, : len(one.scale)] for k, one in enumerate(self.encoder)
        ]

    def descend(self, panels, target: np.ndarray, weight: np.ndarray, batches: list[slice]) -> None:
        """One epoch for each panel (T, N), as `ArrayNetwork.descend`."""
        if self._sums is not None or not len(panels):
            return super().descend(panels, target, weight, batches)
        turned = (np.ascontiguousarray(np.swapaxes(one, -1, -2)) for one in (np.asarray(panels), target, weight))
        edges = np.array([0, *(one.stop for one in batches)])
        state = self.theta, self.slope, self.m, self.v, self._running
        epochs(self._plan, self._link, state, *turned, edges, self.momentum, self.t, self.rate, self.decay_every)
        self.momentum, self.t = MOMENTUM, self.t + len(panels) * len(batches)
        return None


def plan(layout: Layout) -> np.ndarray:
    """Where each layer's numbers stand in the flat vector, encoder then decoder: (layers, 7).

    Inputs, outputs, places of W, b, scale, shift (`NONE` where it has none), and whether the link follows.
    """
    rows, place, n = [], 0, len(layout.encoder) - 1
    for k, ((wide, narrow), bias, norm) in enumerate(shapes(layout)):
        sizes = wide * narrow, narrow * bias, wide * norm, wide * norm
        places = place + np.cumsum([0, *sizes])
        linked = layout.linked(k) if k < n else k < len(shapes(layout)) - 1
        rows.append([wide, narrow, *np.where(sizes, places[:-1], NONE), linked])
        place = places[-1]
    return np.array(rows)


_rate = numba.njit(adam_rate)


@numba.njit(cache=True)
def epochs(plan, link, state, panels, target, weight, edges, momentum, t, rate, decay_every):
    """Descend once through each panel (epochs, N, T), batch by batch from edge to edge; changes `state` in place."""
    theta, slope, m, v, running = state
    layers, widest, longest, N = len(plan), plan[:, :2].max(), np.diff(edges).max(), panels.shape[1]
    h, z = np.zeros((layers + 1, widest, longest), theta.dtype), np.zeros((layers, widest, longest), theta.dtype)
    x, d, roots = np.zeros_like(z), np.zeros((2, widest, longest), theta.dtype), np.zeros((layers, widest), theta.dtype)
    for epoch in range(len(panels)):
        for batch in range(len(edges) - 1):
            first, n = edges[batch], edges[batch + 1] - edges[batch]
            h[0, :N, :n] = panels[epoch, :, first : first + n]
            forward(plan, link, theta, running, theta.dtype.type(momentum), h, x, z, roots, n)
            for i in range(N):
                for s in range(n):
                    gap = h[layers, i, s] - target[i, first + s]
                    d[0, i, s] = (weight[i, first + s] + weight[i, first + s]) * gap
            backward(plan, link, theta, slope, h, x, z, roots, d, n)
            momentum, t = MOMENTUM, t + 1
            adam(theta, slope, m, v, _rate(t, rate, decay_every))


@numba.njit(cache=True, fastmath=FAST)
def forward(plan, link, theta, running, momentum, h, x, z, roots, n):
    """Fit n periods: layer k takes h[k], normalised by the batch to x[k] = scale·z[k] + shift, and makes h[k + 1]."""
    for k in range(len(plan)):
        wide, narrow, W, b, scale, shift, linked = plan[k]
        for i in range(wide):
            if scale == NONE:
                x[k, i, :n] = h[k, i, :n]
            else:
                roots[k, i] = normalise(
                    h[k, i], z[k, i], x[k, i], theta[scale + i], theta[shift + i], running[k, :, i], momentum, n
                )
        for j in range(narrow):
            h[k + 1, j, :n] = theta[b + j] if b != NONE else theta.dtype.type(0.0)
        multiply(theta, W, narrow, 1, x[k], h[k + 1], wide, narrow, n)
        if linked:
            for j in range(narrow):
                bend(link, h[k + 1, j], n)


@numba.njit(cache=True, fastmath=FAST)
def backward(plan, link, theta, slope, h, x, z, roots, d, n):
    """Set `slope` to the gradient of the loss, given that of the fit in d[0]; layer by layer from the last."""
    into, out = d[0], d[1]
    for k in range(len(plan) - 1, -1, -1):
        wide, narrow, W, b, scale, shift, linked = plan[k]
        for j in range(narrow):
            if linked:
                straighten(link, h[k + 1, j], into[j], n)
            if b != NONE:
                slope[b + j] = into[j, :n].sum()
        correlate(x[k], into, slope, W, wide, narrow, n)
        if k == 0:
            break
        out[:wide, :n] = theta.dtype.type(0.0)
        multiply(theta, W, 1, narrow, into, out, narrow, wide, n)
        for i in range(wide if scale != NONE else 0):
            slope[scale + i], slope[shift + i] = dot(out[i], z[k, i], n), out[i, :n].sum()
            denormalise(out[i], z[k, i], slope[scale + i], slope[shift + i], roots[k, i] * theta[scale + i], n)
        into, out = out, into
