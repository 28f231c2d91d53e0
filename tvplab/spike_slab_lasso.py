"""The spike-and-slab lasso of group weights β (…, G, K): inclusion probabilities, their share, the penalty, its step.

Prior: β_gk ~ θ_k Laplace(λ₁) + (1 − θ_k) Laplace(λ₀), θ_k ~ Beta(a, b) (spec B.1; Ročková and George, 2018).  Weights
that are held at zero (`free` false) take no part.  EM's steps are those of Moran, Sridhar, Wang and Blei (2022), with
the densities' constants kept.
"""

from __future__ import annotations

import numpy as np

LEAST_SHARE = 1e-4
"""θ is kept between it and 1 less it."""


def inclusion(beta: np.ndarray, theta: np.ndarray, lam0: float, lam1: float) -> np.ndarray:
    """Probability p* (…, G, K) that a weight comes from the slab: θλ₁e^{−λ₁|β|} over that plus the spike's (B.2)."""
    theta = theta[..., None, :]
    spike_over_slab = (1.0 - theta) * lam0 / (theta * lam1) * np.exp(-(lam0 - lam1) * np.abs(beta))
    return 1.0 / (1.0 + spike_over_slab)


def slab_share(p: np.ndarray, free: np.ndarray, a: float, b: float) -> np.ndarray:
    """θ_k = (Σ_g p*_gk + a − 1) / (a + b + G − 2), G the free weights of factor k; (…, K) (B.2)."""
    count = np.broadcast_to(free, p.shape).sum(axis=-2)
    share = ((p * free).sum(axis=-2) + a - 1.0) / np.maximum(a + b + count - 2.0, LEAST_SHARE)
    return np.clip(share, LEAST_SHARE, 1.0 - LEAST_SHARE)


def penalty_rate(p: np.ndarray, lam0: float, lam1: float) -> np.ndarray:
    """κ_gk = p*λ₁ + (1 − p*)λ₀: what a unit of |β_gk| costs (B.2)."""
    return p * lam1 + (1.0 - p) * lam0


def negative_log_prior(
    beta: np.ndarray, theta: np.ndarray, free: np.ndarray, lam0: float, lam1: float, a: float, b: float
) -> np.ndarray:
    """−log π(β | θ) − log π(θ) up to a constant, summed over groups and factors: (…,)."""
    size, share = np.abs(beta), theta[..., None, :]
    slab = np.log(share * lam1 / 2.0) - lam1 * size
    spike = np.log((1.0 - share) * lam0 / 2.0) - lam0 * size
    weights = (np.logaddexp(slab, spike) * free).sum(axis=(-2, -1))
    return -weights - ((a - 1.0) * np.log(theta) + (b - 1.0) * np.log1p(-theta)).sum(axis=-1)


def residual_variance(squares: np.ndarray, T: int) -> np.ndarray:
    """σ_j² = (Σ_t r_jt² + 1) / (T + 3): the mode under an inverse gamma (½, ½) prior (B.2)."""
    return (squares + 1.0) / (T + 3.0)


def noise_objective(squares: np.ndarray, sigma2: np.ndarray, T: int) -> np.ndarray:
    """Mean over series and periods of −log N(r | 0, σ²) and of σ²'s prior, up to a constant; squares (…, N) → (…,).

    The mean, not the sum, is the tempering of B.2: with the sum no λ of the usual size has any effect.
    """
    terms = (T + 3.0) * np.log(sigma2) + (squares + 1.0) / sigma2
    return 0.5 * terms.mean(axis=-1) / T


def proximal_step(beta, threshold):
    """Soft threshold: argmin_b ½(b − β)² + threshold·|b|, exact zeros included; numpy arrays and torch tensors."""
    return beta - beta.clip(-threshold, threshold)
