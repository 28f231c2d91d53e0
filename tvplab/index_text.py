"""Indexes as JSON holds them, and the arrays beside them: labelled results in files without pickle."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd


def index_to_text(index: pd.Index) -> dict:
    """Describe periods, dates, a range, texts or whole numbers; other labels raise a TypeError."""
    about = {"name": index.name, "freq": getattr(index, "freqstr", None)}
    if isinstance(index, pd.PeriodIndex):
        return about | {"kind": "period", "values": index.astype(str).tolist()}
    if isinstance(index, pd.DatetimeIndex):
        return about | {"kind": "datetime", "values": [stamp.isoformat() for stamp in index]}
    if isinstance(index, pd.RangeIndex):
        return about | {"kind": "range", "values": [index.start, index.stop, index.step]}
    for label in index:
        if not isinstance(label, str | int):
            raise TypeError(f"index: labels must be periods, dates, texts or whole numbers, got {label!r}")
    return about | {"kind": "labels", "values": index.tolist()}


def index_from_text(text: dict) -> pd.Index:
    """Return the index that `index_to_text` described."""
    kind, values, name = text["kind"], text["values"], text["name"]
    if kind == "period":
        return pd.PeriodIndex(values, freq=text["freq"], name=name)
    if kind == "datetime":
        return pd.DatetimeIndex(values, freq=text["freq"], name=name)
    return pd.RangeIndex(*values, name=name) if kind == "range" else pd.Index(values, name=name)


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file by name; none from a file of another kind."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (ValueError, TypeError, EOFError, zipfile.BadZipFile):
        return {}
