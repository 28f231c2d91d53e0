"""From a trained network to a labelled fit: factors ordered and signed, weights as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.autoencoder_ladder import Plan
from tvplab.autoencoder_results import AutoencoderResults
from tvplab.autoencoder_weights import Layer, Weights

SETTLED = 0.01
"""How far the objective (per cell) may move from the last tenth of the epochs but one to the last, on average."""


def labelled(
    trained, frame: pd.DataFrame, labels: list, anchored: bool, plan: Plan, tables: dict[str, pd.DataFrame]
) -> AutoencoderResults:
    """Label a fit of one start; `trained` is `autoencoder_training.Trained`, `tables` has `starts` and `rounds`."""
    mean, sd = frame.mean(), frame.std(ddof=0)
    weights = weights_of_start(trained, 0)
    order, signs = standing(weights, trained.factors[0], ((frame - mean) / sd).to_numpy(), anchored)
    weights = arranged(weights, order, signs)
    names = [f"F{k + 1}" for k in range(len(order))]
    p, theta = inclusion(trained, plan)
    series = frame.columns
    return AutoencoderResults(
        factors=pd.DataFrame(trained.factors[0][:, order] * signs, frame.index, names),
        group_weights=pd.DataFrame(weights.beta, labels, names),
        inclusion=pd.DataFrame(p[:, order], labels, names),
        theta=pd.Series(theta[order], names, name="theta"),
        sigma2=(trained.moments.sigma2[0] * sd**2).rename("sigma2"),
        reconstruction=pd.DataFrame(trained.reconstruction[0], frame.index, series) * sd + mean,
        mse=float(mse_by_start(trained, frame)[0]),
        loss_path=loss_path(trained, plan.lam0),
        groups={name: labels[g] for name, g in zip(series, weights.group, strict=True)},
        converged=settled(trained.path[:, 0], trained.active[:, 0], plan.rate),
        n_iter=len(plan.lam0),
        mean=mean,
        sd=sd,
        weights=weights,
        **tables,
    )


def inclusion(trained, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities (G, K) of the weights' slabs and θ (K,); without a penalty every free weight is in."""
    if np.isfinite(plan.lam0[-1]):
        return trained.moments.p[0], trained.moments.theta[0]
    free = trained.network.free.numpy().astype(float)
    return free, np.ones(free.shape[1])


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


def mse_by_start(trained, frame: pd.DataFrame) -> np.ndarray:
    """Mean squared error of the standardised series, (S,)."""
    z = ((frame - frame.mean()) / frame.std(ddof=0)).to_numpy()
    return ((z - trained.reconstruction) ** 2).mean(axis=(1, 2))


def starts_table(trained, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a start, as its training left it."""
    active = trained.active[-1].sum(axis=(1, 2))
    table = pd.DataFrame({"objective": trained.objective, "mse": mse_by_start(trained, frame), "active": active})
    return table.rename_axis("start")


def loss_path(trained, lam0: np.ndarray) -> pd.DataFrame:
    """One row an epoch."""
    columns = {
        "objective": trained.path[:, 0],
        "mse": trained.errors[:, 0],
        "lam0": lam0,
        "active": trained.active[:, 0].sum(axis=(1, 2)),
    }
    return pd.DataFrame(columns, pd.RangeIndex(1, len(lam0) + 1, name="epoch"))


def settled(path: np.ndarray, active: np.ndarray, rate: np.ndarray) -> bool:
    """Whether the last tenth of the epochs left the zeros alone, and the objective within `SETTLED` on average.

    Epochs count from where the learning rate last rose: from the last trial's first, where there was one.
    """
    since = int(np.max(np.flatnonzero(np.diff(rate) > 0.0) + 1, initial=0))
    path, active = path[since:], active[since:]
    last = max(5, len(path) // 10)
    if len(path) < 2 * last:
        return False
    moved = path[-last:].mean() - path[-2 * last : -last].mean()
    return bool((active[-last:] == active[-1]).all() and abs(moved) < SETTLED)
