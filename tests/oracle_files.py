"""Where the reference software's numbers are: one case in the repository, the others beside the data."""

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent / "oracles"


@dataclass(frozen=True)
class RidgeCase:
    """One TVPRidge run: data, coefficients at given λ, two-step results, weights."""

    folder: Path

    @cached_property
    def data(self):
        return pd.read_csv(self.folder / "data.csv")

    @property
    def y(self):
        return self.data["y"]

    @property
    def X(self):
        return self.data.drop(columns="y")

    @cached_property
    def fixed(self):
        return pd.read_csv(self.folder / "fixed_lambda.csv")

    @cached_property
    def two_step(self):
        return pd.read_csv(self.folder / "srr.csv")

    @cached_property
    def meta(self):
        return json.loads((self.folder / "meta.json").read_text())

    def beta(self, prefix: str) -> np.ndarray:
        """Coefficients (T, K) whose columns start with `prefix`, e.g. "l10_b" or "srr_b"."""
        table = self.fixed if prefix.startswith("l") else self.two_step
        return table[[f"{prefix}{k}" for k in range(self.X.shape[1] + 1)]].to_numpy()


def ridge_cases() -> dict[str, RidgeCase]:
    """Every case within reach, by name; the one in the repository is always there."""
    cases = {"mix_T150_K6": RidgeCase(HERE / "tvpridge_mix_T150_K6")}
    if "TVPLAB_DATA" in os.environ:
        beside = Path(os.environ["TVPLAB_DATA"]).parent / "oracles" / "tvpridge"
        cases |= {path.parent.name: RidgeCase(path.parent) for path in sorted(beside.glob("*/meta.json"))}
    return cases
