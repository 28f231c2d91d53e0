"""Encoder and decoder of a fitted deep factor model in numpy: evaluation and slopes, without torch.

h^l = g(W^l h^{l-1} + b^l)  (eq. 6);   f_t = G(z_t)  (eq. 7);   z̃_t = F(f_t)  (eq. 8)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BATCH_EPS = 1e-3
"""Added to the variance in batch normalisation."""


class Layer(NamedTuple):
    """One layer (eq. 6): W (out, in), b (out,), and whether the link g follows."""

    W: np.ndarray
    b: np.ndarray
    link: bool


LINKS = {
    "relu": (lambda x: np.maximum(x, 0.0), lambda x: (x > 0).astype(float)),
    "tanh": (np.tanh, lambda x: 1.0 - np.tanh(x) ** 2),
    "sigmoid": (lambda x: 0.5 * (1.0 + np.tanh(0.5 * x)), lambda x: 0.25 * (1.0 - np.tanh(0.5 * x) ** 2)),
    "softplus": (lambda x: np.logaddexp(0.0, x), lambda x: 0.5 * (1.0 + np.tanh(0.5 * x))),
}
"""Name → link g and its derivative."""


def apply_layers(layers: list[Layer], x: np.ndarray, link: str) -> np.ndarray:
    """Evaluate the encoder (eq. 7) or the decoder (eq. 8) at the rows of x (T, in); returns (T, out)."""
    g, _ = LINKS[link]
    for layer in layers:
        x = x @ layer.W.T
        x += layer.b
        x = g(x) if layer.link else x
    return x


def slopes(layers: list[Layer], x: np.ndarray, link: str) -> np.ndarray:
    """Jacobian of the map at the rows of x (T, in), by the chain rule: (T, out, in)."""
    g, derivative = LINKS[link]
    J = np.broadcast_to(np.eye(x.shape[1]), (len(x), x.shape[1], x.shape[1]))
    for layer in layers:
        x = x @ layer.W.T + layer.b
        J = layer.W @ J
        if layer.link:
            J, x = derivative(x)[:, :, None] * J, g(x)
    return J
