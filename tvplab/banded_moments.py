"""Mean and near covariances of a normal vector whose precision is banded, compiled.

The precision K (n, n), w numbers on each side of its diagonal, is held as its upper band (n, w + 1), K[j, d] =
K_{j,j+d}, and factored as L D L'.  Covariances of neighbours follow from the factor backwards, without all the others.
Sources: Rue (2001); Takahashi, Fagan and Chin (1973), as in Rue and Held, *Gaussian Markov Random Fields*, section 2.4.
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, error_model="numpy")
def factorise(K):
    """Turn the band K (n, w + 1) into D, in column 0, and L_{j+d,j}, in place; log |K|, NaN where K is not positive."""
    (n, width), logdet = K.shape, 0.0
    for j in range(n):
        last, inverse = min(width, n - j), 1.0 / K[j, 0]
        logdet += np.log(K[j, 0])
        for e in range(1, last):
            share = K[j, e] * inverse
            for d in range(e, last):
                K[j + e, d - e] -= share * K[j, d]
        for e in range(1, last):
            K[j, e] *= inverse
    return logdet


@numba.njit(cache=True, error_model="numpy")
def solve(L, x):
    """Turn x (n,) into K⁻¹x, in place, from the factor of `factorise`."""
    n, width = L.shape
    for j in range(n):
        for d in range(1, min(width, n - j)):
            x[j + d] -= L[j, d] * x[j]
    for j in range(n - 1, -1, -1):
        x[j] /= L[j, 0]
        for d in range(1, min(width, n - j)):
            x[j] -= L[j, d] * x[j + d]


@numba.njit(cache=True, error_model="numpy")
def covariances(L):
    """Cells of K⁻¹ inside the band, from the factor of `factorise`: C (n, 2w + 1), C[j, w + d] = cov(j, j + d).

    Σ_{j+e,j} = −Σ_d L_{j+d,j} Σ_{j+d,j+e} and Σ_jj = 1/D_j − Σ_d L_{j+d,j} Σ_{j+d,j}, from the last j back; where j + d
    is no element, C is zero.
    """
    n, width = L.shape
    w, C = width - 1, np.zeros((n, 2 * width - 1))
    for j in range(n - 1, -1, -1):
        last, variance = min(width, n - j), 1.0 / L[j, 0]
        for e in range(1, last):
            cov = 0.0
            for d in range(1, last):
                cov -= L[j, d] * C[j + e, w - e + d]
            C[j, w + e] = C[j + e, w - e] = cov
            variance -= L[j, e] * cov
        C[j, w] = variance
    return C
