"""Sparse factor analysis with loadings that do not move: spike-and-slab lasso, parameter-expanded EM.

Source: Rockova and George (2016), *Fast Bayesian factor analysis via automatic rotations to sparsity*.  Model:
Y_t = B ω_t + ε_t, ω_t ~ N(0, I), ε_t ~ N(0, Σ); β_jk a mixture of two Laplace laws, rates λ₀ (spike) and λ₁ (slab),
with slab shares θ_1 ≥ θ_2 ≥ … of the Indian buffet process.  Several starts are climbed at once: S leads the shapes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.baselines import rolling_loadings
from tvplab.factor_matching import match_factors
from tvplab.validation import check_seed

LADDER = (5.0, 10.0, 20.0, 30.0)
"""Spikes λ₀, each warm started at the one before."""
SLAB = 0.001
EDGE = 1e-6


class StaticFit(NamedTuple):
    """Loadings B (N, r), variances sigma2 (N,), slab shares theta (r,) and inclusion (N, r), `log_posterior`.

    `converged` tells whether the last rung of the ladder met its tolerance; `n_iter` counts all rungs.
    """

    loadings: np.ndarray
    sigma2: np.ndarray
    theta: np.ndarray
    inclusion: np.ndarray
    log_posterior: float
    converged: bool
    n_iter: int


def slab_share(B, theta, lam0, lam1=SLAB):
    """p*_jk (S, N, r): probability of the slab given the loading, its share θ_k (S, r) and both rates."""
    odds = (1.0 - theta) / theta
    return 1.0 / (1.0 + odds[:, None] * (lam0 / lam1) * np.exp(-(lam0 - lam1) * np.abs(B)))


def cross_moments(gram, B, sigma2):
    """C = Σ_t y_t E ω_t' (S, N, r), S_ω = Σ_t E ω_tω_t' (S, r, r), from the gram matrix Y'Y (N, N) alone; and n."""
    n, YY = gram
    weighted = B / sigma2[:, :, None]
    M = np.linalg.inv(np.swapaxes(weighted, 1, 2) @ B + np.eye(B.shape[2]))
    M = 0.5 * (M + np.swapaxes(M, 1, 2))
    gain = weighted @ M
    C = YY @ gain
    return C, np.swapaxes(gain, 1, 2) @ C + n * M


def update_loadings(B, C, S, sigma2, penalty, sweeps=2):
    """Lasso by coordinates: β_jk = soft(C_jk − Σ_{l≠k} S_kl β_jl, σ²_j κ_jk)/S_kk, every series at once."""
    B = B.copy()
    threshold = sigma2[:, :, None] * penalty
    for k in np.tile(np.arange(B.shape[2]), sweeps):
        own = S[:, k, k][:, None]
        left = C[:, :, k] - (B @ S[:, :, k, None])[:, :, 0] + own * B[:, :, k]
        B[:, :, k] = np.sign(left) * np.maximum(np.abs(left) - threshold[:, :, k], 0.0) / own
    return B


def update_variances(gram, B, C, S):
    """σ²_j = (Σ_t E(y_jt − β_j'ω_t)² + 1)/(n + 3): the mode under an inverse gamma prior of shape and rate 1/2."""
    n, YY = gram
    squares = np.diag(YY) - 2.0 * (B * C).sum(axis=2) + ((B @ S) * B).sum(axis=2)
    return (squares + 1.0) / (n + 3.0)


def update_shares(p):
    """Slab shares θ (S, r): means of p* (S, N, r), falling along the columns sorted by them (isotonic regression).

    The last column's count has α − 1 added, α = 1/N, from the stick-breaking prior.
    """
    N, counts = p.shape[1], p.sum(axis=1)
    order = np.argsort(-counts, axis=1, kind="stable")
    sums, weights = np.take_along_axis(counts, order, axis=1), np.full(p.shape[2], float(N))
    sums[:, -1] += 1.0 / N - 1.0
    weights[-1] += 1.0 / N - 1.0
    theta = np.empty_like(counts)
    np.put_along_axis(theta, order, falling_fit(sums, weights), axis=1)
    return np.clip(theta, EDGE, 1.0 - EDGE)


def falling_fit(sums, weights):
    """Isotonic regression, falling: min over a ≤ k of max over b ≥ k of the mean of columns a..b, for sums (S, r)."""
    r = len(weights)
    total = np.concatenate([np.zeros((len(sums), 1)), np.cumsum(sums, axis=1)], axis=1)
    weight = np.concatenate([[0.0], np.cumsum(weights)])
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (total[:, None, 1:] - total[:, :-1, None]) / (weight[None, 1:] - weight[:-1, None])
    mean = np.where(np.tri(r, k=-1, dtype=bool), -np.inf, mean)
    largest = np.flip(np.maximum.accumulate(np.flip(mean, axis=2), axis=2), axis=2)
    return np.diagonal(np.minimum.accumulate(largest, axis=1), axis1=1, axis2=2).copy()


def rotation(S, n):
    """Cholesky factor L (S, r, r) of A = S_ω/n, the factors' covariance in the expanded model."""
    return np.linalg.cholesky(S / n)


def log_posterior(gram, B, sigma2, theta, lam0, lam1=SLAB):
    """Log posterior (S,) of B, Σ, θ with the factors integrated out: it ranks the starts."""
    n, YY = gram
    N = len(YY)
    covariance = B @ np.swapaxes(B, 1, 2) + sigma2[:, :, None] * np.eye(N)
    fit = np.trace(np.linalg.solve(covariance, np.broadcast_to(YY, covariance.shape)), axis1=1, axis2=2)
    loglik = -0.5 * (n * (N * np.log(2.0 * np.pi) + np.linalg.slogdet(covariance)[1]) + fit)
    slab = np.log(theta[:, None] * lam1 / 2.0) - lam1 * np.abs(B)
    spike = np.log((1.0 - theta[:, None]) * lam0 / 2.0) - lam0 * np.abs(B)
    variances = -1.5 * np.log(sigma2) - 0.5 / sigma2
    return (
        loglik
        + np.logaddexp(slab, spike).sum(axis=(1, 2))
        + variances.sum(axis=1)
        + (1.0 / N - 1.0) * np.log(theta.min(axis=1))
    )


def climb(gram, B, sigma2, theta, lam0, max_iter, tol, rotate=True):
    """EM at one spike, all starts at once; returns B before its last rotation, σ², θ, who converged, iterations."""
    before, settled, done = B, np.zeros(len(B), dtype=bool), 0
    while done < max_iter and not settled.all():
        done += 1
        C, S = cross_moments(gram, B, sigma2)
        p = slab_share(B, theta, lam0)
        new = update_loadings(B, C, S, sigma2, p * SLAB + (1.0 - p) * lam0)
        sigma2, theta = update_variances(gram, new, C, S), update_shares(p)
        B = new @ rotation(S, gram[0]) if rotate else new
        settled = np.abs(new - before).max(axis=(1, 2)) < tol
        before = new
    return before, sigma2, theta, settled, done


def fit_static(
    Y, n_factors: int, n_starts: int = 10, start=None, ladder=LADDER, max_iter: int = 100, tol: float = 0.01, seed=0
) -> StaticFit:
    """Fit from random starts, and from `start` (…, N, r) where given; keep the highest log posterior.

    Y (n, N) is an array, centred; a missing value counts as 0, its mean.
    """
    data, rng = np.nan_to_num(Y), check_seed(seed)
    gram, N = (len(data), data.T @ data), data.shape[1]
    B = rng.standard_normal((n_starts, N, n_factors))
    if start is not None:
        B = np.concatenate([np.reshape(start, (-1, N, n_factors)), B])
    sigma2, theta, total = np.ones((len(B), N)), np.full((len(B), n_factors), 0.5), 0
    for lam0 in ladder:
        B, sigma2, theta, settled, n_iter = climb(gram, B, sigma2, theta, lam0, max_iter, tol)
        total += n_iter
    scores = log_posterior(gram, B, sigma2, theta, ladder[-1])
    best = int(np.argmax(scores))
    p = slab_share(B, theta, ladder[-1])[best]
    return StaticFit(B[best], sigma2[best], theta[best], p, float(scores[best]), bool(settled[best]), total)


def remembering(n_factors: int, n_starts: int, seed) -> Callable[[pd.DataFrame], np.ndarray]:
    """An estimator of windows in turn, data (n, N) → loadings (N, r), whose columns keep their places.

    Each window starts at random and from the memory, which holds the last version of every column that was not empty:
    so a factor can come back.  Its columns are put in the memory's order and signs.
    """
    rng, memory = check_seed(seed), None

    def fit(window: pd.DataFrame) -> np.ndarray:
        nonlocal memory
        B = fit_static(window.to_numpy(), n_factors, n_starts, memory, seed=rng).loadings
        if memory is None:
            memory = B
        B = match_factors(memory, B).apply(B)
        memory = np.where(B.any(axis=0), B, memory)
        return B

    return fit


def rolling_static(
    Y, training=None, n_factors: int = 10, window: int = 100, every: int = 10, n_starts: int = 6, seed=0
) -> np.ndarray:
    """Loadings (T, N, r) of static fits on the `window` periods that end at each date; see `rolling_loadings`."""
    return rolling_loadings(remembering(n_factors, n_starts, seed), Y, training, window, every)
