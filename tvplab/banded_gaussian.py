"""Draws from a normal vector whose precision is banded (Rue, 2001; Chan and Jeliazkov, 2009)."""

from __future__ import annotations

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
