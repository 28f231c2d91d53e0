"""How far a Markov chain can be trusted: split R̂ and effective sample size.

Sources: Gelman et al., *Bayesian Data Analysis* (3rd ed.), sections 11.4-11.5; Geyer (1992) for where the sum of
autocorrelations stops.  Draws come as (C, D, ...): C chains of D draws of anything.
"""

from __future__ import annotations

import numba
import numpy as np
from scipy import fft

MIN_DRAWS = 4


def split_r_hat(draws: np.ndarray) -> np.ndarray:
    """√(var⁺/W) (...): 1 when the halves of all chains tell the same story; 1 also for what never moves.

    W is the mean variance within the 2C half chains of n draws, var⁺ = (n − 1)/n·W + the variance of their means.
    """
    draws = _shaped(draws)
    half, flat = draws.shape[1] // 2, draws.reshape(*draws.shape[:2], -1)
    pairs = zip(_moments(flat[:, :half]), _moments(flat[:, -half:]), strict=True)
    means, variances = (np.concatenate(pair) for pair in pairs)
    _check_finite(variances)
    within = variances.mean(axis=0).reshape(draws.shape[2:])
    total = (half - 1.0) / half * within + means.var(axis=0, ddof=1).reshape(draws.shape[2:])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total == 0, 1.0, np.sqrt(total / within))


def effective_size(draws: np.ndarray) -> np.ndarray:
    """Number of independent draws (...) that know the mean as well as these; at most C·D; NaN for what never moves.

    C·D / (1 + 2 Σ ρ_k), the sum of the chains' joint autocorrelations over Geyer's initial monotone sequence: pairs
    ρ_{2j} + ρ_{2j+1} as long as they are positive, each cut to the smallest so far.
    """
    chains = _halves(_checked(draws))
    C, D = chains.shape[:2]
    covariance = autocovariances(chains).mean(axis=0)
    within = covariance[0] * D / (D - 1.0)
    total = _variance_plus(chains, within)
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = 1.0 - (within - covariance * D / (D - 1.0)) / total
    rho[0] = np.where(total == 0, np.nan, 1.0)
    pairs = rho[0 : D - 1 : 2] + rho[1:D:2]
    going = np.cumprod(pairs > 0, axis=0)
    pairs = np.minimum.accumulate(np.where(going, pairs, 0.0), axis=0)
    time = np.maximum(2.0 * pairs.sum(axis=0) - 1.0, 1.0)
    return np.where(total == 0, np.nan, C * D / time)


def autocovariances(chains: np.ndarray) -> np.ndarray:
    """Autocovariances (C, D, ...) at lags 0 to D − 1, divided by D, by the fast Fourier transform."""
    D = chains.shape[1]
    gap = chains - chains.mean(axis=1, keepdims=True)
    size = fft.next_fast_len(2 * D, real=True)
    power = np.abs(fft.rfft(gap, size, axis=1)) ** 2
    return fft.irfft(power, size, axis=1)[:, :D] / D


def _variance_plus(chains: np.ndarray, within: np.ndarray) -> np.ndarray:
    """var⁺: variance within, plus the variance between the chains' means."""
    D = chains.shape[1]
    return (D - 1.0) / D * within + chains.mean(axis=1).var(axis=0, ddof=1)


def _halves(draws: np.ndarray) -> np.ndarray:
    """Cut each of C chains of D draws into two (2C, D // 2, ...); an odd draw in the middle is left out."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


@numba.njit(cache=True)
def _moments(chains):
    """Means and variances (C, M), divisor D − 1, of draws (C, D, M) of any precision, in one pass (Welford, 1962)."""
    C, D, M = chains.shape
    means, squares = np.zeros((C, M)), np.zeros((C, M))
    for c in range(C):
        mean, square = means[c], squares[c]
        for d in range(D):
            draw, share = chains[c, d], 1.0 / (d + 1.0)
            for m in range(M):
                gap = draw[m] - mean[m]
                mean[m] += share * gap
                square[m] += gap * (draw[m] - mean[m])
    return means, squares / (D - 1.0)


def _shaped(draws) -> np.ndarray:
    """Return draws with at least two dimensions and four draws a chain."""
    draws = np.asarray(draws)
    if draws.ndim < 2 or draws.shape[1] < MIN_DRAWS:
        raise ValueError(f"draws: expected (chains, draws, ...) with at least {MIN_DRAWS} draws, got {draws.shape}")
    return draws


def _check_finite(values: np.ndarray) -> None:
    """Refuse draws that are not numbers."""
    if not np.all(np.isfinite(values)):
        raise ValueError("draws: has NaN or infinite values; none is allowed")


def _checked(draws) -> np.ndarray:
    """Return finite draws in double precision."""
    draws = _shaped(draws).astype(float)
    _check_finite(draws)
    return draws
