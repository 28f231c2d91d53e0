"""A trained grouped autoencoder in numpy, without torch: encode, decode, and whether the decoder is injective."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

Layer = tuple[np.ndarray, np.ndarray]
"""Weights (inputs, outputs) and biases (outputs,)."""

FULL_RANK = 1e-6
"""Smallest singular value over the largest, from which on a matrix counts as of full column rank."""


class Weights(NamedTuple):
    """One network: standardised data (N) to standardised factors (K) and back.

    `encoder` and `trunk` layers, `output` weights (N, width) and biases (N,), group weights `beta` (G, K), `group` (N,)
    the number of each series' group, `slope` of the LeakyReLU below zero.  Each factor's vector in the decoder's first
    layer has length 1.
    """

    encoder: list[Layer]
    beta: np.ndarray
    trunk: list[Layer]
    output: Layer
    group: np.ndarray
    slope: float


class Injectivity(NamedTuple):
    """Whether the decoder keeps different factors apart.

    `layers` frame by layer: `inputs`, `outputs`, `smallest` and `largest` singular value; `slopes` of the activation
    below and above zero; `jacobian` (T,) smallest singular value of ∂x̂/∂f (standardised units) at each period, over
    the factors in use; `unused` the factors that no group loads on; `holds`: slopes are positive, and the layers and
    the Jacobian of every period have full column rank.
    """

    layers: pd.DataFrame
    slopes: tuple[float, float]
    jacobian: pd.Series
    unused: list
    holds: bool


def encode(weights: Weights, z: np.ndarray) -> np.ndarray:
    """Factors (T, K) of standardised data (T, N)."""
    for W, b in weights.encoder[:-1]:
        z = bend(z @ W + b, weights.slope)
    W, b = weights.encoder[-1]
    return z @ W + b


def decode(weights: Weights, f: np.ndarray) -> np.ndarray:
    """x̂_jt = [Dec(β_g(j) ⊙ f_t)]_j in standardised units: factors (T, K) → (T, N) (B.1)."""
    W, b = weights.output
    out = np.empty((len(f), len(b)))
    for g, beta in enumerate(weights.beta):
        rows = weights.group == g
        out[:, rows] = trunk(weights, f * beta) @ W[rows].T + b[rows]
    return out


def trunk(weights: Weights, z: np.ndarray) -> np.ndarray:
    """The layers that all groups share: (T, K) → (T, width)."""
    for W, b in weights.trunk:
        z = bend(z @ W + b, weights.slope)
    return z


def bend(z: np.ndarray, slope: float) -> np.ndarray:
    """LeakyReLU."""
    return np.where(z > 0, z, slope * z)


def jacobian(weights: Weights, f: np.ndarray) -> np.ndarray:
    """∂x̂/∂f at every row of f (T, K): (T, N, K), by the chain rule through the trunk, group by group."""
    (T, K), W = f.shape, weights.output[0]
    out = np.empty((T, len(W), K))
    for g, beta in enumerate(weights.beta):
        z, slopes = f * beta, np.broadcast_to(np.diag(beta), (T, K, K))
        for layer, b in weights.trunk:
            z = z @ layer + b
            slopes = (slopes @ layer) * np.where(z > 0, 1.0, weights.slope)[:, None, :]
            z = bend(z, weights.slope)
        rows = weights.group == g
        out[:, rows] = W[rows] @ slopes.transpose(0, 2, 1)
    return out


def injectivity(weights: Weights, factors: pd.DataFrame) -> Injectivity:
    """Check the decoder's ranks layer by layer, and as a whole at the factors of the sample.

    The layers alone do not settle it: a group sees its own weights' multiple of f, and a group of few series has not as
    many rows as the trunk is wide.  The Jacobian has seen all of that, but at the sample's factors only.
    """
    matrices = {f"layer {i + 1}": W for i, (W, _) in enumerate(weights.trunk)} | {"output": weights.output[0].T}
    values = {name: np.linalg.svd(W, compute_uv=False) for name, W in matrices.items()}
    layers = pd.DataFrame(
        [(*matrices[name].shape, s[-1], s[0]) for name, s in values.items()],
        index=list(values),
        columns=["inputs", "outputs", "smallest", "largest"],
    )
    wide_enough = bool((layers["outputs"] >= layers["inputs"]).all())
    full = bool((layers["smallest"] > FULL_RANK * layers["largest"]).all())
    used = (weights.beta != 0.0).any(axis=0)
    of_used = jacobian(weights, factors.to_numpy())[:, :, used]
    values_at = np.linalg.svd(of_used, compute_uv=False) if used.any() else np.zeros((len(factors), 1))
    everywhere = bool((values_at[:, -1] > FULL_RANK * values_at[:, 0]).all())
    return Injectivity(
        layers,
        (weights.slope, 1.0),
        pd.Series(values_at[:, -1], factors.index, name="smallest singular value"),
        list(factors.columns[~used]),
        wide_enough and full and everywhere,
    )
