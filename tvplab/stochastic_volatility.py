"""Stochastic volatility: draws of log variances h_t by the ten-normal mixture of Omori, Chib, Shephard and Nakajima.

    e_t = exp(h_t/2) ε_t;   h_t = μ + φ(h_{t-1} − μ) + η_t, η_t ~ N(0, s);   h_1 ~ N(m, p).

φ = 1 is the random walk of TVP-VARs (Primiceri, 2005).  log e²_t = h_t + log ε²_t is linear; log ε²_t, a log χ²₁, is
close to a mixture of ten normals (Omori et al., 2007, Table 1).  Given the components, h is normal with a tridiagonal
precision.  Draw the components after the coefficients and before h (Del Negro and Primiceri, 2015).
"""

from __future__ import annotations

import numba
import numpy as np

from tvplab.banded_gaussian import draw_tridiagonal

WEIGHTS = np.array([0.00609, 0.04775, 0.13057, 0.20674, 0.22715, 0.18842, 0.12047, 0.05591, 0.01575, 0.00115])
MEANS = np.array([1.92677, 1.34744, 0.73504, 0.02266, -0.85173, -1.97278, -3.46788, -5.55246, -8.68384, -14.65])
VARIANCES = np.array([0.11265, 0.17788, 0.26768, 0.40611, 0.62699, 0.98583, 1.57469, 2.54498, 4.16591, 7.33342])
_HALF_PRECISIONS = 0.5 / VARIANCES
_LOG_HEIGHTS = np.log(WEIGHTS) - 0.5 * np.log(VARIANCES)
OFFSET = 1e-6
"""Share of the typical error variance added to e², so that an error of exactly zero has a logarithm."""


def log_squares(resid: np.ndarray, offset: float) -> np.ndarray:
    """y† (T,) = log(e²_t + offset); `offset` in squared units of e (see `OFFSET`)."""
    return np.log(resid**2 + offset)


def component_probabilities(surprise: np.ndarray) -> np.ndarray:
    """P(component | y† − h) (T, 10): weights times normal densities, normalised."""
    log_density = _LOG_HEIGHTS - (surprise[:, None] - MEANS) ** 2 * _HALF_PRECISIONS
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    return density / density.sum(axis=1, keepdims=True)


def draw_components(surprise: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """Draw each period's component (T,), 0 to 9, from y† − h and uniform variates (T,).

    The first whose cumulated probability (`component_probabilities`) reaches the uniform.
    """
    density = _log_densities(surprise)
    return _first_to_reach(np.exp(density, out=density), uniforms)  # NumPy's exponential is the quicker one


@numba.njit(cache=True, fastmath=True, error_model="numpy")
def _log_densities(surprise):
    """Log of weight times normal density (T, 10), the largest of a period set to zero."""
    out = np.empty((len(surprise), 10))
    for t in range(len(surprise)):
        x, top = surprise[t], -1e300
        for j in range(10):
            value = _LOG_HEIGHTS[j] - (x - MEANS[j]) ** 2 * _HALF_PRECISIONS[j]
            out[t, j] = value
            top = max(top, value)
        for j in range(10):
            out[t, j] -= top
    return out


@numba.njit(cache=True)
def _first_to_reach(density, uniforms):
    """First j (T,) with Σ_{i≤j} density ≥ uniform·Σ density, for densities (T, 10)."""
    components = np.empty(len(uniforms), np.int64)
    for t in range(len(uniforms)):
        reach, total, j = uniforms[t] * np.sum(density[t]), density[t, 0], 0
        while total < reach and j < 9:
            j += 1
            total += density[t, j]
        components[t] = j
    return components


@numba.njit(cache=True, error_model="numpy")
def draw_log_volatility(log_square, components, s, start_mean, start_var, variates, phi=1.0, mu=0.0) -> np.ndarray:
    """Draw h (T,) from y† (T,), its components (T,) and standard normal variates (T,).

    Parameters
    ----------
    s : variance of η_t, > 0.
    start_mean, start_var : moments of h_1; for φ < 1 the stationary ones are μ and s/(1 − φ²).
    phi, mu : φ and μ; the random walk has φ = 1 and no μ.
    """
    pull = (1.0 - phi) * mu / s
    diagonal, linear = np.empty(len(components)), np.empty(len(components))
    for t, component in enumerate(components):
        weight = 1.0 / VARIANCES[component]
        diagonal[t] = weight + (1.0 + phi**2) / s
        linear[t] = weight * (log_square[t] - MEANS[component]) + (1.0 - phi) * pull
    diagonal[0] += 1.0 / start_var - 1.0 / s
    linear[0] += start_mean / start_var - pull
    diagonal[-1] -= phi**2 / s
    linear[-1] += phi * pull
    return draw_tridiagonal(diagonal, -phi / s, linear, variates)


def draw_inverse_gamma(scale, squares, gammas) -> np.ndarray:
    """Draw variances IG(a + n/2, scale + squares/2), prior IG(a, scale), given n squares summed in `squares`.

    `gammas` are standard gamma variates of shape a + n/2; scale, squares and gammas have one shape.
    """
    return (scale + 0.5 * squares) / gammas
