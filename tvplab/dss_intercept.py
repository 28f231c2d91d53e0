"""A moving intercept for every series: c_jt = c_j,t−1 + N(0, s²), c_j0 ~ N(0, 1) (DSS-EM, section 5).

The paper does not give the variance of the step; here s = .01 on standardised data.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

STEP = 0.01**2
START = 1.0


def intercept_paths(left: np.ndarray, precision: np.ndarray) -> np.ndarray:
    """The c (T, N) of highest posterior, given left (T, N) = y − Bω and its precisions, zero where missing.

    All series are stacked into one tridiagonal system.
    """
    T, N = left.shape
    drift = np.full((T, N), 2.0 / STEP)
    drift[0], drift[-1] = 1.0 / STEP + 1.0 / (START + STEP), 1.0 / STEP
    bands = np.zeros((2, N * T))
    bands[1] = (precision + drift).T.ravel()
    above = np.full((N, T), -1.0 / STEP)
    above[:, 0] = 0.0
    bands[0] = above.ravel()
    return solveh_banded(bands, (precision * np.nan_to_num(left)).T.ravel()).reshape(N, T).T


def log_prior(c: np.ndarray) -> float:
    """Log density of intercepts (T, N), up to a constant."""
    return float(-0.5 * np.sum(np.diff(c, axis=0) ** 2) / STEP - 0.5 * np.sum(c[0] ** 2) / (START + STEP))
