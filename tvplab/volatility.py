"""Evolving residual variances: GARCH(1,1) through the `arch` library, its EWMA fallback, and smoothed covariances."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.fft import dct, idct

from tvplab.convergence import warn_unconverged
from tvplab.validation import as_frame, check_choice, check_number


class Volatility(NamedTuple):
    """Estimated variances (T,), and whether the model asked for converged."""

    variance: np.ndarray
    converged: bool = True


def garch(resid: np.ndarray) -> Volatility:
    """Fit a zero-mean GARCH(1,1) by maximum likelihood to residuals (T,) (step 2 of Algorithm 1).

    Falls back on `ewma_variance`, with a `ConvergenceWarning`, when the optimiser fails or leaves nothing finite.
    """
    scale = float(np.std(resid))
    if scale <= np.finfo(float).tiny:
        return Volatility(np.full(len(resid), scale**2))
    try:
        from tvplab.garch_fit import fit_garch

        variance = fit_garch(resid / scale) * scale**2
    except Exception as error:  # whatever an optimiser does on odd data, the fit goes on
        reason = str(error)
    else:
        if np.all(np.isfinite(variance)) and np.all(variance > 0):
            return Volatility(variance)
        reason = "its variances are not finite and positive"
    warn_unconverged(f"GARCH(1,1) failed ({reason}); used EWMA instead")
    return Volatility(ewma_variance(resid), converged=False)


def garch_variance(resid: np.ndarray) -> np.ndarray:
    """Conditional variances (T,) of a GARCH(1,1); see `garch`."""
    return garch(resid).variance


def ewma_variance(resid: np.ndarray, decay: float = 0.94) -> np.ndarray:
    """Exponentially weighted variance (T,): s_t = decay·s_{t-1} + (1 − decay)·e²_{t-1}, from the sample variance.

    RiskMetrics' recursion and decay (J.P. Morgan, 1996), the usual choice for monthly and higher frequencies.
    """
    variance = np.empty(len(resid))
    variance[0] = np.mean(resid**2)
    for t in range(1, len(resid)):
        variance[t] = decay * variance[t - 1] + (1.0 - decay) * resid[t - 1] ** 2
    return variance


def constant_variance(resid: np.ndarray) -> np.ndarray:
    """Mean square of the residuals, in every period (T,)."""
    return np.full(len(resid), np.mean(resid**2))


VOLATILITY = {
    "garch": garch,
    "ewma": lambda resid: Volatility(ewma_variance(resid)),
    "constant": lambda resid: Volatility(constant_variance(resid)),
}
"""Volatility models by name: residuals (T,) → `Volatility`."""


def evolving_covariance(resid, phi="cv", phis=None) -> dict[object, pd.DataFrame]:
    """Residual covariance matrices that drift: η̂ = (I + φ D'D)⁻¹ η̃ with η̃_t = vec*(ε_t ε_t') (eq. 10).

    Parameters
    ----------
    resid : (T, M) frame or array of residuals, in the data's units.
    phi : smoothness φ > 0, shared by all elements, or "cv": the value on `phis` with the smallest leave-one-out
        error of the standardised products.
    phis : candidate values; default 41 values, log-spaced from 1 to 10⁸.

    Returns
    -------
    dict of period → (M, M) frame, in squared units of the data.

    Notes
    -----
    D takes the T − 1 differences: the paper's D = C⁻¹ would also shrink the first period's variance towards zero.
    One φ for all elements makes every Σ̂_t a positively weighted sum of ε_s ε_s', hence positive semi-definite;
    the paper also allows one φ an element, which does not.
    """
    frame = as_frame(resid, "resid")
    E = frame.to_numpy()
    row, column = np.tril_indices(E.shape[1])
    eta = E[:, row] * E[:, column]
    smooth = smooth_paths(eta, _smoothness(phi, phis, eta))
    out = np.empty((len(E), E.shape[1], E.shape[1]))
    out[:, row, column] = out[:, column, row] = smooth
    labels = frame.columns
    return {period: pd.DataFrame(block, labels, labels) for period, block in zip(frame.index, out, strict=True)}


def _smoothness(phi, phis, eta: np.ndarray) -> float:
    """Return φ as given, or the best of the candidates."""
    if not isinstance(phi, str):
        return check_number(phi, "phi")
    check_choice(phi, "phi", ("cv",))
    candidates = np.geomspace(1.0, 1e8, 41) if phis is None else [check_number(one, "phis") for one in phis]
    if len(candidates) == 0:
        raise ValueError("phis: is empty; give at least one candidate > 0")
    return _choose_phi(eta, np.asarray(candidates))


def smooth_paths(eta: np.ndarray, phi: float) -> np.ndarray:
    """(I + φ D'D)⁻¹ η (T, J): the cosine transform diagonalises D'D, so no matrix is inverted."""
    return idct(_shrinkage(len(eta), phi)[:, None] * dct(eta, axis=0, norm="ortho"), axis=0, norm="ortho")


def _shrinkage(T: int, phi: float) -> np.ndarray:
    """1 / (1 + φ μ_j), μ_j = 2 − 2 cos(πj/T) the eigenvalues of D'D."""
    return 1.0 / (1.0 + phi * (2.0 - 2.0 * np.cos(np.pi * np.arange(T) / T)))


def _choose_phi(eta: np.ndarray, phis: np.ndarray) -> float:
    """Return φ with the smallest mean squared leave-one-out error of the elements, each scaled to variance 1."""
    spread = eta.std(axis=0)
    scaled = eta / np.where(spread > 0, spread, 1.0)
    basis = idct(np.eye(len(eta)), axis=0, norm="ortho") ** 2
    scores = []
    for phi in phis:
        left = 1.0 - basis @ _shrinkage(len(eta), phi)
        scores.append(np.mean(((scaled - smooth_paths(scaled, phi)) / left[:, None]) ** 2))
    return float(phis[int(np.argmin(scores))])
