"""The autoencoder's design, and its weights as one flat vector: shared by the numpy and the torch engine.

Layers as the authors' code has them (section 3.1): dense and link, then batch normalisation, dense and link for each
further layer.  With a linear decoder the code has the link as well; the decoder is one linear layer without intercept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from tvplab.data.mixed_frequency import MARIANO_MURASAWA
from tvplab.deep_dfm_maps import BATCH_EPS, Layer

MOMENTUM = 0.01
"""Weight of a new batch in the running moments of batch normalisation (Keras: 0.99 on the old ones)."""
DECAY = 0.96
"""Factor on the learning rate after as many steps as a round has."""
BETA_1, BETA_2, EPS = 0.9, 0.999, 1e-7
"""Adam's decay of the two moments, and what is added to the root of the second, after its correction."""

CUT, CUT_SD = 2.0, 0.8796256610342398
"""Where Keras cuts off its normal starting weights, and the standard deviation that this leaves."""


@dataclass(frozen=True)
class Layout:
    """Widths of the encoder (n, hidden …, r) and decoder (r, hidden …, n), the link, and which series are quarterly.

    With `one_stream` all layers start from the same numbers.
    """

    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
    link: str
    quarterly: tuple[int, ...] = ()
    one_stream: bool = False

    @property
    def linear_decoder(self) -> bool:
        """Whether the decoder is one linear layer, the paper's asymmetric design."""
        return len(self.decoder) == 2

    def linked(self, k: int) -> bool:
        """Whether the link follows the encoder's layer k: always inside, on the code if the decoder is linear."""
        last = k == len(self.encoder) - 2
        return not last or (self.linear_decoder and k > 0)


class Dense(NamedTuple):
    """W (in, out), b (out,), scale and shift (in,) of the batch normalisation before it; None what it does not have."""

    W: Any
    b: Any
    scale: Any
    shift: Any


def shapes(layout: Layout) -> list[tuple]:
    """Shape of W, and whether there are b and a batch normalisation, for each layer of encoder and decoder."""
    encoder = [(pair, True, k > 0) for k, pair in enumerate(pairwise(layout.encoder))]
    return encoder + [(pair, not layout.linear_decoder, False) for pair in pairwise(layout.decoder)]


def n_weights(layout: Layout) -> int:
    """Length P of the flat vector."""
    return sum(math.prod(pair) + bias * pair[1] + norm * 2 * pair[0] for pair, bias, norm in shapes(layout))


def split(layout: Layout, flat) -> tuple[list[Dense], list[Dense]]:
    """Encoder and decoder layers as views of a flat vector (P,) of numpy or torch."""
    layers, place = [], 0

    def take(*shape: int):
        nonlocal place
        place += math.prod(shape)
        return flat[place - math.prod(shape) : place].reshape(shape)

    for (wide, narrow), bias, norm in shapes(layout):
        W, b = take(wide, narrow), take(narrow) if bias else None
        layers.append(Dense(W, b, *((take(wide), take(wide)) if norm else (None, None))))
    n = len(layout.encoder) - 1
    return layers[:n], layers[n:]


def starting_weights(layout: Layout, rng: np.random.Generator) -> np.ndarray:
    """Glorot: W normal with variance 2/(inputs + outputs), intercepts and shifts 0, scales 1; one vector (P,).

    With `one_stream` each W takes the first of one list of normal numbers cut off at ±2 and scaled to variance one.
    """
    theta = np.zeros(n_weights(layout))
    stream = ndtri(rng.uniform(*ndtr([-CUT, CUT]), n_weights(layout))) / CUT_SD if layout.one_stream else None
    for layer in chain(*split(layout, theta)):
        numbers = rng.standard_normal(layer.W.size) if stream is None else stream[: layer.W.size]
        layer.W[:] = numbers.reshape(layer.W.shape) * math.sqrt(2.0 / sum(layer.W.shape))
        if layer.scale is not None:
            layer.scale[:] = 1.0
    return theta


def folded(layout: Layout, theta: np.ndarray, moments: list) -> tuple[list[Layer], list[Layer]]:
    """Encoder and decoder in inference: batch normalisation at running moments (2, in) folded into the next layer."""
    encoder, decoder = split(layout, theta.astype(float))
    layers = []
    for k, (W, b, scale, shift) in enumerate(encoder):
        if scale is not None:
            mean, variance = moments[k].astype(float)
            factor = scale / np.sqrt(variance + BATCH_EPS)
            W, b = factor[:, None] * W, b + (shift - factor * mean) @ W
        layers.append(Layer(W.T.copy(), b.copy(), layout.linked(k)))
    last = len(decoder) - 1
    return layers, [
        Layer(one.W.T.copy(), np.zeros(one.W.shape[1]) if one.b is None else one.b.copy(), k < last)
        for k, one in enumerate(decoder)
    ]


def adam_rate(t: int, rate: float, decay_every: int) -> float:
    """Learning rate of step t = 1, 2, …: it falls in steps, and corrects both moments for their start at zero.

    Kingma and Ba (2014), section 2, in the form that leaves ε where it is.
    """
    falling = rate * DECAY ** ((t - 1) // decay_every)
    return falling * math.sqrt(1.0 - BETA_2**t) / (1.0 - BETA_1**t)


def five_month_sums(T: int) -> np.ndarray:
    """Matrix (T, T) of the weights (1, 2, 3, 2, 1)/3 on this month and the four before it, over the whole sample."""
    return sum(weight * np.eye(T, k=-lag) for lag, weight in enumerate(MARIANO_MURASAWA))
