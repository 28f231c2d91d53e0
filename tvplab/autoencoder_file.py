"""A fitted grouped autoencoder on disk: one npz file of arrays, with JSON for the names; no pickle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from tvplab.autoencoder_results import AutoencoderResults
from tvplab.autoencoder_weights import Layer, Weights
from tvplab.index_text import index_from_text, index_to_text, read_arrays

KIND = "tvplab grouped autoencoder 2"
FRAMES = ("factors", "group_weights", "inclusion", "reconstruction", "loss_path", "starts", "rounds")
SERIES = ("theta", "sigma2", "mean", "sd")
FACTS = ("mse", "converged", "n_iter")


def write(results: AutoencoderResults, path: Path | str) -> None:
    """Write the fit to `path`."""
    values = {name: getattr(results, name) for name in (*FRAMES, *SERIES)}
    text = {
        "kind": KIND,
        "index": {name: index_to_text(value.index) for name, value in values.items()},
        "columns": {name: index_to_text(values[name].columns) for name in FRAMES},
        "facts": {name: getattr(results, name) for name in FACTS},
        "of": [results.groups[name] for name in results.mean.index],
        "slope": results.weights.slope,
        "layers": {"encoder": len(results.weights.encoder), "trunk": len(results.weights.trunk)},
    }
    arrays = {name: value.to_numpy(dtype=float) for name, value in values.items()} | _network(results.weights)
    with open(path, "wb") as file:
        np.savez_compressed(file, text=np.array(json.dumps(text)), **arrays)


def read(path: Path | str) -> AutoencoderResults:
    """Read what `write` wrote; a file of another kind raises a ValueError."""
    arrays = read_arrays(path)
    text = json.loads(str(arrays["text"])) if "text" in arrays else {}
    if text.get("kind") != KIND:
        raise ValueError(f"{path}: is no {KIND}")
    index = {name: index_from_text(one) for name, one in text["index"].items()}
    frames = {name: pd.DataFrame(arrays[name], index[name], index_from_text(text["columns"][name])) for name in FRAMES}
    frames["starts"] = frames["starts"].astype({"active": int})
    frames["loss_path"] = frames["loss_path"].astype({"active": int})
    frames["rounds"] = frames["rounds"].astype({"factors": int, "died": bool})
    series = {name: pd.Series(arrays[name], index[name], name=name if name in SERIES[:2] else None) for name in SERIES}
    groups = dict(zip(index["mean"], text["of"], strict=True))
    return AutoencoderResults(**frames, **series, **text["facts"], groups=groups, weights=_weights(arrays, text))


def _network(weights: Weights) -> dict[str, np.ndarray]:
    """Arrays of the network by name."""
    layers = {"encoder": weights.encoder, "trunk": weights.trunk, "output": [weights.output]}
    named = {f"{room}_{i}_{part}": value for room, stack in layers.items() for i, layer in enumerate(stack)
             for part, value in zip("Wb", layer, strict=True)}  # fmt: skip
    return named | {"group": weights.group}


def _weights(arrays: dict[str, np.ndarray], text: dict) -> Weights:
    """The network that `_network` took apart; β is the group weights' frame."""

    def layer(room: str, i: int) -> Layer:
        return arrays[f"{room}_{i}_W"], arrays[f"{room}_{i}_b"]

    encoder, trunk = ([layer(room, i) for i in range(n)] for room, n in text["layers"].items())
    return Weights(encoder, arrays["group_weights"], trunk, layer("output", 0), arrays["group"], text["slope"])
