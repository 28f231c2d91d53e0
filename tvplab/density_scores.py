"""Scores of density forecasts: log score, continuous ranked probability score, probability integral transform."""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp, ndtr


def log_score(actual: np.ndarray, means: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Log density (...) at `actual` (...) of a mixture of R normals, log (1/R) Σ_r N(y; m_r, v_r); more is better.

    `means` and `variances` are (R, ...).
    """
    log_density = -0.5 * (np.log(2.0 * np.pi * variances) + (actual - means) ** 2 / variances)
    return logsumexp(log_density, axis=0) - np.log(len(means))


def crps(actual: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """(1/R) Σ|y_r − y| − (1/2R²) Σ Σ |y_r − y_s| (...) for draws (R, ...); less is better; in the data's units."""
    R = len(draws)
    weights = 2.0 * np.arange(1, R + 1) - R - 1.0
    spread = np.tensordot(weights, np.sort(draws, axis=0), axes=1) / R**2
    return np.mean(np.abs(draws - actual), axis=0) - spread


def pit(actual: np.ndarray, means: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """P(Y ≤ actual) (...) under the mixture: uniform over time when the densities are right."""
    return np.mean(ndtr((actual - means) / np.sqrt(variances)), axis=0)
