"""Primiceri's (2005) prior for one equation: least squares on a training sample says where and how far things move."""

from __future__ import annotations

import numpy as np

from tvplab.gibbs_chain import Prior
from tvplab.gibbs_drift import DriftPrior, HalfCauchy, InverseGamma, InverseWishart, NoDrift
from tvplab.gibbs_noise import ConstantVariance, NoisePrior, StochasticVolatility
from tvplab.stochastic_volatility import OFFSET

DRIFTS = ("inverse wishart", "inverse gamma", "half-cauchy", "none")
VOLATILITIES = ("sv", "constant")
SHAPE = 5.0
"""Shape of the inverse gamma prior of a drift variance (spec C.1)."""


def training_prior(y, X, drift: str, volatility: str, k_B: float, k_Q: float, k_W: float, k_sig: float) -> Prior:
    """Prior from the training sample y (τ,), X (τ, K): β_1 ~ N(b, k_B·V), V = ŝ²(X'X)⁻¹ the covariance of b.

    Raises
    ------
    ValueError
        When the training sample does not determine b, or fits it without error.
    """
    tau, K = X.shape
    if tau <= K + 1 or np.linalg.matrix_rank(X) < K:
        raise ValueError(f"training: {tau} periods do not determine {K} coefficients and a variance; take more")
    b, V, variance = least_squares(y, X)
    if variance <= 1e-12 * np.mean(y**2):
        raise ValueError(f"training: the first {tau} periods of y are explained without error; no scale to start from")
    noise = _noise_prior(volatility, variance, k_W, k_sig)
    return Prior(b, k_B * V, _drift_prior(drift, V, tau, k_Q), noise, interweave=True)


def least_squares(y: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Coefficients b (K,), their covariance ŝ²(X'X)⁻¹ (K, K) and ŝ², with T − K degrees of freedom."""
    Q, R = np.linalg.qr(X)
    b, half = np.linalg.solve(R, Q.T @ y), np.linalg.inv(R)
    variance = np.sum((y - X @ b) ** 2) / (len(y) - X.shape[1])
    return b, variance * (half @ half.T), float(variance)


def _drift_prior(kind: str, V: np.ndarray, tau: int, k_Q: float) -> DriftPrior:
    """Drifts of about k_Q standard errors of b a period: Q ~ IW(k_Q²·τ·V, τ), or its diagonal counterparts.

    IG(5, 4·k_Q²·V_jj) has mean k_Q²·V_jj; the half-Cauchy has median k_Q·√V_jj for the drift's standard deviation.
    """
    if kind == "none":
        return NoDrift(len(V))
    if kind == "inverse wishart":
        return InverseWishart(float(tau), k_Q**2 * tau * V)
    variances = k_Q**2 * np.diag(V)
    return InverseGamma(SHAPE, (SHAPE - 1.0) * variances) if kind == "inverse gamma" else HalfCauchy(np.sqrt(variances))


def _noise_prior(kind: str, variance: float, k_W: float, k_sig: float) -> NoisePrior:
    """Return log σ_1 ~ N(log ŝ, k_sig), W ~ IW(2·k_W², 2) for the steps of log σ; h = 2 log σ: h_1 ~ N(., 4·k_sig).

    IW(2·k_W², 2) is IG(1, k_W²) in one dimension, so that s = 4W ~ IG(1, 4·k_W²).  A constant σ² ~ IG(2, ŝ²).
    """
    if kind == "constant":
        return ConstantVariance(2.0, variance)
    return StochasticVolatility(np.log(variance), 4.0 * k_sig, 1.0, 4.0 * k_W**2, OFFSET * variance)
