"""Fitted deep factor models on disk: one .npz file of arrays, and JSON for names and settings; no pickle."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from tvplab.data.standardizer import Standardizer
from tvplab.deep_dfm_maps import Layer
from tvplab.deep_dfm_recipe import Recipe
from tvplab.deep_dfm_results import DeepDynamicFactorsResults
from tvplab.deep_dfm_states import LinearForm
from tvplab.index_text import index_from_text, index_to_text, read_arrays

VERSION = 1


def save(results: DeepDynamicFactorsResults, path: str | Path) -> None:
    """Write the results of a fit, or of a new vintage, to `path`."""
    arrays = {"data": results.data, "factors": results.factors, "loadings": results.loadings, "fitted": results.fitted}
    arrays |= {"loss_path": results.loss_path, "quarterly": results._quarterly}
    arrays |= {f"form_{name}": value for name, value in results._form._asdict().items()}
    arrays |= {"scale_mean": results._scale.mean, "scale_sd": results._scale.sd}
    for name, layers in (("encoder", results._encoder), ("decoder", results._decoder)):
        for k, layer in enumerate(layers):
            arrays |= {f"{name}_{k}_W": layer.W, f"{name}_{k}_b": layer.b}
    text = {
        "version": VERSION,
        "model": _model_settings(results.model),
        "converged": bool(results.converged),
        "series": index_to_text(results.data.columns),
        "index": index_to_text(results.data.index),
        "links": {"encoder": [x.link for x in results._encoder], "decoder": [x.link for x in results._decoder]},
    }
    with open(path, "wb") as file:
        np.savez(file, json=np.array(json.dumps(text)), **{name: np.asarray(value) for name, value in arrays.items()})


def load(path: str | Path) -> DeepDynamicFactorsResults:
    """Read what `save` wrote.

    Raises
    ------
    ValueError
        For a file of another kind or version.
    """
    arrays = read_arrays(path)
    text = json.loads(str(arrays["json"])) if "json" in arrays else {}
    if text.get("version") != VERSION:
        raise ValueError(f"{path}: is no deep factor model of version {VERSION}, got {text.get('version')!r}")
    series, index = index_from_text(text["series"]), index_from_text(text["index"])
    names = [f"F{k + 1}" for k in range(arrays["loadings"].shape[1])]
    form = {name: arrays[f"form_{name}"] for name in LinearForm._fields}
    return DeepDynamicFactorsResults(
        factors=pd.DataFrame(arrays["factors"], index, names),
        loadings=pd.DataFrame(arrays["loadings"], series, names),
        fitted=pd.DataFrame(arrays["fitted"], index, series),
        loss_path=arrays["loss_path"],
        converged=text["converged"],
        n_iter=len(arrays["loss_path"]) - 1,
        model=_model(text["model"]),
        data=pd.DataFrame(arrays["data"], index, series),
        _scale=Standardizer(pd.Series(arrays["scale_mean"], series), pd.Series(arrays["scale_sd"], series)),
        _form=LinearForm(**form | {"lags": int(form["lags"])}),
        _encoder=_layers("encoder", text["links"], arrays),
        _decoder=_layers("decoder", text["links"], arrays),
        _quarterly=arrays["quarterly"],
    )


def _layers(name: str, links: dict[str, list], arrays: dict) -> list[Layer]:
    """Return the layers of the encoder or decoder from the arrays of a file."""
    return [Layer(arrays[f"{name}_{k}_W"], arrays[f"{name}_{k}_b"], link) for k, link in enumerate(links[name])]


def _model(settings: dict):
    """Return the model from what `_model_settings` wrote; files of before there were variants name none."""
    from tvplab.deep_dfm import DeepDynamicFactors

    hidden, variant = settings["hidden"], settings.get("variant", "recommended")
    changed = {
        "hidden": None if hidden is None else tuple(hidden),
        "variant": variant if isinstance(variant, str) else Recipe(*variant),
    }
    return DeepDynamicFactors(**settings | changed)


def _model_settings(model) -> dict:
    """Settings as JSON holds them; a generator that was the seed has moved on and is not kept."""
    settings = asdict(model)
    seed = settings["seed"]
    settings["seed"] = int(seed) if isinstance(seed, int | np.integer) else None
    for name in ("hidden", "quarterly"):
        settings[name] = None if settings[name] is None else list(settings[name])
    return settings
