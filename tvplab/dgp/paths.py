"""Shapes of a coefficient's path, after Figure 4 of Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*.

The paper draws five shapes and gives no formulas; these are the kit's own, each scaled to move between −1 and 1.
"""

from __future__ import annotations

import numpy as np

from tvplab.validation import check_seed


def _cosine(time, rng):
    return np.cos(2.0 * np.pi * time)


def _quadratic(time, rng):
    return 1.0 - 2.0 * (2.0 * time - 1.0) ** 2


def _break(time, rng):
    return np.where(time < 0.5, 1.0, -1.0)


def _random_walk(time, rng):
    walk = np.cumsum(rng.standard_normal(len(time)))
    return 2.0 * (walk - walk.min()) / np.ptp(walk) - 1.0


def _trend_break(time, rng):
    return np.where(time < 0.5, 4.0 * time - 1.0, 3.0 - 4.0 * time)


def _constant(time, rng):
    return np.full(len(time), 0.5)


PATHS = {
    "cosine": _cosine,
    "quadratic": _quadratic,
    "break": _break,
    "random walk": _random_walk,
    "trend break": _trend_break,
    "constant": _constant,
}


def coefficient_path(shape: str, T: int, seed: int | np.random.Generator = 0) -> np.ndarray:
    """Return one path (T,) between −1 and 1; only "random walk" uses the seed."""
    if shape not in PATHS:
        raise ValueError(f"shape: must be one of {tuple(PATHS)}, got {shape!r}")
    return PATHS[shape](np.linspace(0.0, 1.0, T), check_seed(seed))
