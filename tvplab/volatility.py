"""Evolving residual variances: GARCH(1,1) through the `arch` library, its EWMA fallback, and smoothed covariances."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from scipy.fft import dct, idct

from tvplab.validation import as_frame, check_number


class ConvergenceWarning(UserWarning):
    """An estimator stopped early or fell back on something simpler; the message says which."""


def garch_variance(resid: np.ndarray) -> np.ndarray:
    """Conditional variance (T,) of a zero-mean GARCH(1,1) fitted by maximum likelihood (step 2 of Algorithm 1).

    Falls back on `ewma_variance`, with a `ConvergenceWarning`, when the optimiser fails or leaves nothing finite.
    """
    scale = float(np.std(resid))
    if scale <= np.finfo(float).tiny:
        return np.full(len(resid), scale**2)
    try:
        variance = _fit_garch(resid / scale) * scale**2
    except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
        reason = str(error)
    else:
        if np.all(np.isfinite(variance)) and np.all(variance > 0):
            return variance
        reason = "its variances are not finite and positive"
    warnings.warn(f"GARCH(1,1) failed ({reason}); used EWMA instead", ConvergenceWarning, stacklevel=2)
    return ewma_variance(resid)


def _fit_garch(resid: np.ndarray) -> np.ndarray:
    from arch import arch_model

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = arch_model(resid, mean="Zero", vol="GARCH", p=1, q=1, rescale=False).fit(disp="off", show_warning=False)
    if fit.convergence_flag:
        raise ArithmeticError(f"optimiser stopped with flag {fit.convergence_flag}")
    return np.asarray(fit.conditional_volatility) ** 2


def ewma_variance(resid: np.ndarray, decay: float = 0.94) -> np.ndarray:
    """Exponentially weighted variance (T,): s_t = decay·s_{t-1} + (1 − decay)·e²_{t-1}, from the sample variance.

    RiskMetrics' recursion and decay (J.P. Morgan, 1996), the usual choice for monthly and higher frequencies.
    """
    variance = np.empty(len(resid))
    variance[0] = np.mean(resid**2)
    for t in range(1, len(resid)):
        variance[t] = decay * variance[t - 1] + (1.0 - decay) * resid[t - 1] ** 2
    return variance


VOLATILITY = {
    "garch": garch_variance,
    "ewma": ewma_variance,
    "constant": lambda resid: np.full(len(resid), np.mean(resid**2)),
}


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
    phi = _choose_phi(eta, np.geomspace(1.0, 1e8, 41) if phis is None else phis) if phi == "cv" else phi
    smooth = smooth_paths(eta, check_number(phi, "phi"))
    out = np.empty((len(E), E.shape[1], E.shape[1]))
    out[:, row, column] = out[:, column, row] = smooth
    labels = frame.columns
    return {period: pd.DataFrame(block, labels, labels) for period, block in zip(frame.index, out, strict=True)}


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
