"""The dynamic spike-and-slab prior of one loading's path β_0..β_T (Rockova and McAlinn; DSS-EM eqs. 3-6).

    γ_t | β_{t−1} ~ Bernoulli(θ_t);   β_t | γ_t = 0 ~ Laplace(rate λ₀),   β_t | γ_t = 1 ~ N(φ β_{t−1}, λ₁)

θ_t = θ(β_{t−1}) is the share of the slab at β_{t−1} under the stationary mixture, which makes Θ N(0, λ₁/(1−φ²)) +
(1−Θ) Laplace(λ₀) the law of every β_t.  The paper's eq. 6 prints θ(β_t); its eq. 5 and what follows need β_{t−1}.
Paths are arrays (..., T+1), time last, β_0 first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit

LIMIT = 700.0
"""Logits are cut at ± this."""


class Prior(NamedTuple):
    """λ₀ rate of the spike, λ₁ variance of the slab's step, φ its persistence, Θ its long-run share."""

    lam0: float
    lam1: float
    phi: float
    theta: float

    @property
    def stationary(self) -> float:
        """Variance λ₁/(1 − φ²) of the slab in the long run."""
        return self.lam1 / (1.0 - self.phi**2)


def log_spike(beta: np.ndarray, prior: Prior) -> np.ndarray:
    """Log density of the spike, log(λ₀/2) − λ₀|β| (eq. 3), at each cell of β."""
    return np.log(prior.lam0 / 2.0) - prior.lam0 * np.abs(beta)


def log_normal(error: np.ndarray, variance: float) -> np.ndarray:
    """Log density of N(0, variance) at each cell of `error`."""
    return -0.5 * np.log(2.0 * np.pi * variance) - 0.5 * error**2 / variance


def logit_mixing(beta: np.ndarray, prior: Prior) -> np.ndarray:
    """Log odds of θ(β) = Θψ₁ˢᵗ(β) / [Θψ₁ˢᵗ(β) + (1−Θ)ψ₀(β)] (eq. 6; at β_{t−1}, the P of eq. 5)."""
    odds = np.log(prior.theta) - np.log1p(-prior.theta)
    return odds + log_normal(beta, prior.stationary) - log_spike(beta, prior)


def logit_inclusion(beta: np.ndarray, prior: Prior) -> np.ndarray:
    """Log odds of ⟨γ_t⟩ = P(γ_t = 1 | path), t = 0..T, cut at ± 700 (E-step)."""
    out = logit_mixing(beta, prior)
    step = log_normal(beta[..., 1:] - prior.phi * beta[..., :-1], prior.lam1)
    out[..., 1:] = out[..., :-1] + step - log_spike(beta[..., 1:], prior)
    return np.clip(out, -LIMIT, LIMIT)


def inclusion(beta: np.ndarray, prior: Prior) -> np.ndarray:
    """Probabilities ⟨γ_t⟩ of the slab given the path (..., T+1); a path of zeros is worked out once."""
    flat = np.reshape(beta, (-1, np.shape(beta)[-1]))
    alive = flat.any(axis=1)
    out = np.empty_like(flat)
    out[~alive] = expit(logit_inclusion(np.zeros(flat.shape[1]), prior))
    out[alive] = expit(logit_inclusion(flat[alive], prior))
    return out.reshape(np.shape(beta))


def log_prior(beta: np.ndarray, prior: Prior) -> np.ndarray:
    """Log density of whole paths, shape (...,): Σ_t log[θ_t ψ₁(β_t|β_{t−1}) + (1−θ_t) ψ₀(β_t)], t = 0 stationary.

    ψ₁ is the slab of eq. 3, centred at φβ_{t−1} (eq. 4).
    """
    mixing = logit_mixing(beta, prior)
    first = np.logaddexp(
        np.log(prior.theta) + log_normal(beta[..., 0], prior.stationary),
        np.log1p(-prior.theta) + log_spike(beta[..., 0], prior),
    )
    slab = log_expit(mixing[..., :-1]) + log_normal(beta[..., 1:] - prior.phi * beta[..., :-1], prior.lam1)
    spike = log_expit(-mixing[..., :-1]) + log_spike(beta[..., 1:], prior)
    return first + np.logaddexp(slab, spike).sum(axis=-1)


def total_log_prior(beta: np.ndarray, prior: Prior) -> float:
    """Sum of `log_prior` over all paths (..., T+1); paths of zeros are worked out once."""
    flat = np.reshape(beta, (-1, np.shape(beta)[-1]))
    alive = flat.any(axis=1)
    zero = float(log_prior(np.zeros(flat.shape[1]), prior))
    return float(log_prior(flat[alive], prior).sum() + zero * np.sum(~alive))
