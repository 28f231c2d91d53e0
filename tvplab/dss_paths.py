"""M-step for one loading's path, written to be read (DSS-EM eq. 11, derived again); `dss_paths_fast` compiles it.

Given the factors' moments and ⟨γ⟩, the part of −Q that holds the path β_0..β_T of one loading is

    Σ_{t≥1} [½ q_t β_t² − z_t β_t + ⟨γ_t⟩(β_t − φβ_{t−1})²/(2λ₁) + (1−⟨γ_t⟩)λ₀|β_t|] + ⟨γ_0⟩β_0²/(2λ₁/(1−φ²))
    + (1−⟨γ_0⟩)λ₀|β_0|,

q_t = S_{t,kk}/σ²_jt, z_t = (y_jt ω_tk − Σ_{l≠k} S_{t,kl} β_jl)/σ²_jt.  All arrays have T+1 entries, q_0 = z_0 = 0.
Eq. 11 adds one-step-late terms for log θ(β_t); they are left out: with whole paths they repel a path from its spike at
every date, and single sites behave alike without them.  As printed it also lacks |Z|, its case t = T, and the right ⟨γ⟩
at t = 0.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tvplab.dss_prior import Prior

TINY = 1e-12
NEAR = 1e-9
"""Share of the curvature that holds a run where it is: without data it may have none of its own."""


def path_objective(beta, q, z, gamma, prior: Prior) -> float:
    """The part of −Q above."""
    step = beta[1:] - prior.phi * beta[:-1]
    fit = np.sum(0.5 * q * beta**2 - z * beta) + np.sum(gamma[1:] * step**2) / (2.0 * prior.lam1)
    penalty = prior.lam0 * np.sum((1.0 - gamma) * np.abs(beta))
    return float(fit + penalty + gamma[0] * beta[0] ** 2 / (2.0 * prior.stationary))


def curvature(q, gamma, prior: Prior) -> np.ndarray:
    """W_t (..., T+1): q_t + (⟨γ_t⟩ + ⟨γ_{t+1}⟩φ²)/λ₁; nothing beyond T, and (1−φ²)⟨γ_0⟩ in place of ⟨γ_0⟩."""
    weight = gamma.copy()
    weight[..., 0] *= 1.0 - prior.phi**2
    weight[..., :-1] += gamma[..., 1:] * prior.phi**2
    return q + weight / prior.lam1


def one_site(t: int, beta, q, z, gamma, prior: Prior) -> float:
    """The minimiser over β_t with its neighbours held: soft(Z_t, λ₀(1−⟨γ_t⟩))/W_t."""
    W, Z = curvature(q, gamma, prior)[t], z[t]
    if t > 0:
        Z += prior.phi / prior.lam1 * gamma[t] * beta[t - 1]
    if t + 1 < len(beta):
        Z += prior.phi / prior.lam1 * gamma[t + 1] * beta[t + 1]
    excess = abs(Z) - prior.lam0 * (1.0 - gamma[t])
    return float(np.sign(Z) * excess / W) if excess > 0.0 and W > TINY else 0.0


def one_site_pass(beta, q, z, gamma, prior: Prior) -> np.ndarray:
    """Every site of a path (T+1,) once, in the order of time, each with the newest values of its neighbours."""
    out = beta.copy()
    for t in range(len(out)):
        out[t] = one_site(t, out, q, z, gamma, prior)
    return out


def runs(beta) -> list[tuple[int, int]]:
    """Stretches [a, b) of nonzero sites of one sign."""
    sign = np.sign(beta)
    edges = np.flatnonzero(np.diff(np.concatenate([[2.0], sign, [2.0]])))
    return [(int(a), int(b)) for a, b in pairwise(edges) if sign[a] != 0.0]


def solve_run(a: int, b: int, beta, q, z, gamma, prior: Prior) -> np.ndarray:
    """The minimiser over the sites [a, b) of one sign, their sign taken as given (b − a,): one tridiagonal system."""
    pull, sign, W = prior.phi * gamma / prior.lam1, np.sign(beta[a]), curvature(q, gamma, prior)[a:b]
    h = z[a:b] - prior.lam0 * (1.0 - gamma[a:b]) * sign + NEAR * W * beta[a:b]
    if a > 0:
        h[0] += pull[a] * beta[a - 1]
    if b < len(beta):
        h[-1] += pull[b] * beta[b]
    A = np.diag((1.0 + NEAR) * W) - np.diag(pull[a + 1 : b], 1) - np.diag(pull[a + 1 : b], -1)
    return np.linalg.solve(A, h)


def block_pass(beta, q, z, gamma, prior: Prior) -> np.ndarray:
    """Solve every run of a path (T+1,); sites whose sign turns become zero, or, if no better, less of a step."""
    out = beta.copy()
    for a, b in runs(beta):
        wanted, before = solve_run(a, b, out, q, z, gamma, prior), out[a:b].copy()
        kept = wanted * before > 0.0
        trial = out.copy()
        trial[a:b] = np.where(kept, wanted, 0.0)
        if not kept.all() and path_objective(trial, q, z, gamma, prior) > path_objective(out, q, z, gamma, prior):
            share = np.min(before[~kept] / (before - wanted)[~kept])
            moved = before + share * (wanted - before)
            trial[a:b] = np.where(moved * before > 0.0, moved, 0.0)
        out = trial
    return out


def update_path(beta, q, z, gamma, prior: Prior, rounds: int = 2, block: bool = True) -> np.ndarray:
    """`rounds` times: a one-site pass lets sites enter or leave, a block pass moves the rest together, another pass.

    beta, q, z and gamma are those of one loading, (T+1,) each.
    """
    for _ in range(rounds):
        beta = one_site_pass(beta, q, z, gamma, prior)
        if block:
            beta = one_site_pass(block_pass(beta, q, z, gamma, prior), q, z, gamma, prior)
    return beta


def path_data(k: int, beta, y, precision, mean, second) -> tuple[np.ndarray, np.ndarray]:
    """Data terms q and z (T+1) of loading k of one series.

    From beta (r, T+1), y and precision (T,), mean (T, r) and second (T, r, r).
    """
    others = np.einsum("tl,lt->t", second[:, k], beta[:, 1:]) - second[:, k, k] * beta[k, 1:]
    z = precision * (np.nan_to_num(y) * mean[:, k] - others)
    return np.append(0.0, precision * second[:, k, k]), np.append(0.0, z)


def update_series(beta, y, precision, mean, second, gamma, prior: Prior, rounds: int = 2, block: bool = True):
    """New paths (r, T+1) of one series: its loadings in turn, each with the newest values of the others."""
    out = beta.copy()
    for k in range(len(out)):
        q, z = path_data(k, out, y, precision, mean, second)
        out[k] = update_path(out[k], q, z, gamma[k], prior, rounds, block)
    return out
