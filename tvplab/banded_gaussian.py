"""Draws from a normal vector whose precision is banded (Rue, 2001; Chan and Jeliazkov, 2009)."""

from __future__ import annotations

import numba
import numpy as np
from scipy.linalg import LinAlgError
from scipy.linalg.lapack import dpbtrf, dtbtrs


def draw_banded(band: np.ndarray, linear: np.ndarray, variates: np.ndarray) -> np.ndarray:
    """Draw x (n,) ~ N(P⁻¹b, P⁻¹) from standard normal variates (n,): x = L⁻ᵀ(L⁻¹b + z), P = LLᵀ.

    Parameters
    ----------
    band : (w + 1, n) lower band of P: row d holds P[j + d, j].
    linear : b (n,).

    Raises
    ------
    numpy.linalg.LinAlgError
        When P is not positive definite.
    """
    factor, info = dpbtrf(band, lower=1)
    if info:
        raise LinAlgError(f"the precision is not positive definite (leading minor {info})")
    half, _ = dtbtrs(factor, linear, uplo="L", trans="N")
    draw, _ = dtbtrs(factor, half + variates, uplo="L", trans="T")
    return draw


@numba.njit(cache=True, error_model="numpy")
def draw_tridiagonal(diagonal: np.ndarray, below: float, linear: np.ndarray, variates: np.ndarray) -> np.ndarray:
    """Draw as `draw_banded` does, for a precision with `diagonal` (n,) and one number beside it; not checked."""
    n, draw = len(diagonal), linear + variates
    root, ratio = np.empty(n), np.zeros(n)
    for i in range(n):
        ratio[i] = below / root[i - 1] if i else 0.0
        root[i] = np.sqrt(diagonal[i] - ratio[i] ** 2)
        before = draw[i - 1] - variates[i - 1] if i else 0.0
        draw[i] = (linear[i] - ratio[i] * before) / root[i] + variates[i]
    for i in range(n - 1, -1, -1):
        after = ratio[i + 1] * draw[i + 1] if i + 1 < n else 0.0
        draw[i] = (draw[i] - after) / root[i]
    return draw
