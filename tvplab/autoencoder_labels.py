"""From S trained networks to one labelled fit: the best start, factors ordered and signed, weights as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.autoencoder_results import AutoencoderResults
from tvplab.autoencoder_weights import Layer, Weights

SETTLED = 0.01
"""How far the objective (per cell) may move from the last tenth of the epochs but one to the last, on average."""


def labelled(trained, frame: pd.DataFrame, labels: list, anchored: bool, lam0: np.ndarray) -> AutoencoderResults:
    """Label the start with the smallest objective; `trained` is `autoencoder_training.Trained`."""
    best = int(np.argmin(trained.objective))
    mean, sd = frame.mean(), frame.std(ddof=0)
    weights = weights_of_start(trained, best)
    order, signs = standing(weights, trained.factors[best], ((frame - mean) / sd).to_numpy(), anchored)
    weights = arranged(weights, order, signs)
    names = [f"F{k + 1}" for k in range(len(order))]
    p, theta = trained.moments.p[best], trained.moments.theta[best]
    if not np.isfinite(lam0[-1]):  # no penalty: every free weight is in
        p, theta = trained.network.mask.numpy().astype(float), np.ones(len(order))
    series = frame.columns
    return AutoencoderResults(
        factors=pd.DataFrame(trained.factors[best][:, order] * signs, frame.index, names),
        group_weights=pd.DataFrame(weights.beta, labels, names),
        inclusion=pd.DataFrame(p[:, order], labels, names),
        theta=pd.Series(theta[order], names, name="theta"),
        sigma2=(trained.moments.sigma2[best] * sd**2).rename("sigma2"),
        reconstruction=pd.DataFrame(trained.reconstruction[best], frame.index, series) * sd + mean,
        mse=float(mse_by_start(trained, frame, mean, sd)[best]),
        loss_path=loss_path(trained, best, lam0),
        starts=starts_table(trained, mse_by_start(trained, frame, mean, sd)),
        groups={name: labels[g] for name, g in zip(series, weights.group, strict=True)},
        converged=settled(trained.path[:, best], trained.active[:, best]),
        n_iter=len(lam0),
        mean=mean,
        sd=sd,
        weights=weights,
    )


def weights_of_start(trained, i: int) -> Weights:
    """Network i as numbers; the encoder's last layer takes over the standardisation of the factors."""
    network = trained.network
    encoder = [_numbers(layer, i) for layer in network.encoder]
    W, b = encoder[-1]
    encoder[-1] = W / trained.scale[i], (b - trained.centre[i]) / trained.scale[i]
    layers = [_numbers(layer, i) for layer in network.trunk]
    W, b = _numbers(network.output, i)
    group, slot = network.places
    rows, offsets = W[group, :, slot], b[group, slot]
    if layers:
        layers[0] = layers[0][0] / np.linalg.norm(layers[0][0], axis=1, keepdims=True), layers[0][1]
    else:
        sizes = np.bincount(group)
        lengths = np.stack([np.linalg.norm(rows[group == g], axis=0) for g in range(len(sizes))])
        rows = rows * (np.sqrt(sizes)[:, None] / np.maximum(lengths, 1e-12))[group]
    beta = network.beta.numpy()[i].astype(float)
    return Weights(encoder, beta, layers, (rows, offsets), group, network.bend)


def _numbers(layer, i: int) -> Layer:
    """Layer of network i; biases lose the dimension of the periods."""
    W, b = (tensor.numpy()[i].astype(float) for tensor in layer)
    return W, b[..., 0, :]


def standing(weights: Weights, f: np.ndarray, z: np.ndarray, anchored: bool) -> tuple[np.ndarray, np.ndarray]:
    """Order of the factors (K,) by what loads on them, heaviest first (as they are with anchors), and their signs.

    A factor's sign makes the series of its leading group move with it on average.
    """
    sizes = np.bincount(weights.group, minlength=len(weights.beta))
    load = sizes @ np.abs(weights.beta)
    order = np.arange(len(load)) if anchored else np.argsort(-load, kind="stable")
    together = z.T @ f
    leading = leading_groups(weights.beta)
    average = np.array([together[weights.group == g, k].sum() for k, g in enumerate(leading)])
    return order, np.where(average < 0, -1.0, 1.0)[order]


def leading_groups(beta: np.ndarray) -> np.ndarray:
    """For each factor the group with the largest weight among those that load on it alone, else among all: (K,)."""
    size = np.abs(beta)
    alone = size * ((size > 0).sum(axis=1) == 1)[:, None]
    return np.where(alone.max(axis=0) > 0, alone.argmax(axis=0), size.argmax(axis=0))


def arranged(weights: Weights, order: np.ndarray, signs: np.ndarray) -> Weights:
    """The same map with factors reordered and signed, and each factor's leading group weight positive.

    β_gk f_k w_k stays what it is when two of its three parts change sign: w_k, the factor's vector in the first layer.
    """
    beta = weights.beta[:, order]
    lead = np.where(beta[leading_groups(beta), np.arange(len(order))] < 0, -1.0, 1.0)
    W, b = weights.encoder[-1]
    encoder = [*weights.encoder[:-1], (W[:, order] * signs, b[order] * signs)]
    turn = lead * signs
    layers, (rows, offsets) = list(weights.trunk), weights.output
    if layers:
        layers[0] = layers[0][0][order] * turn[:, None], layers[0][1]
    else:
        rows = rows[:, order] * turn
    return weights._replace(encoder=encoder, beta=beta * lead, trunk=layers, output=(rows, offsets))


def mse_by_start(trained, frame: pd.DataFrame, mean: pd.Series, sd: pd.Series) -> np.ndarray:
    """Mean squared error of the standardised series, (S,)."""
    return ((((frame - mean) / sd).to_numpy() - trained.reconstruction) ** 2).mean(axis=(1, 2))


def starts_table(trained, mse: np.ndarray) -> pd.DataFrame:
    """One row a start."""
    active = trained.active[-1].sum(axis=(1, 2))
    table = pd.DataFrame({"objective": trained.objective, "mse": mse, "active": active})
    return table.rename_axis("start")


def loss_path(trained, best: int, lam0: np.ndarray) -> pd.DataFrame:
    """One row an epoch."""
    columns = {
        "objective": trained.path[:, best],
        "mse": trained.errors[:, best],
        "lam0": lam0,
        "active": trained.active[:, best].sum(axis=(1, 2)),
    }
    return pd.DataFrame(columns, pd.RangeIndex(1, len(lam0) + 1, name="epoch"))


def settled(path: np.ndarray, active: np.ndarray) -> bool:
    """Whether the last tenth of the epochs left the zeros alone, and the objective within `SETTLED` on average."""
    last = max(5, len(path) // 10)
    if len(path) < 2 * last:
        return False
    moved = path[-last:].mean() - path[-2 * last : -last].mean()
    return bool((active[-last:] == active[-1]).all() and abs(moved) < SETTLED)
