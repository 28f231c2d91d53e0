"""Which coefficients move: a stepwise search by marginal likelihood.

Model of `tvp_kernel`, with one drift variance σ²/λ for the coefficients of a set S and none for the others.  With σ²
concentrated out at y'A y / n, n the rank,

    D(S, λ) = −2 log L = log|A⁻¹| + n (1 + log(2π y'A y / n)),   A = (K_S/λ + XX'/λ₀ + Ω_ε)⁻¹.

Whether one more coefficient moves is a test of a variance on its boundary: 2 log L rises by ½χ²₀ + ½χ²₁ where it
does not (Chernoff, 1954; Self and Liang, 1987; for random-walk coefficients Harvey, 1989), by less for coefficients
that are random walks.  Hence the search lowers D(S) + c·|S|, D(S) = min_λ D(S, λ): c = 2.71 is that law's 5 % point.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from tvplab.tvp_groups import dual_weights
from tvplab.tvp_kernel import DualSolver, factorise
from tvplab.tvp_solution import minus_twice_loglik

FULLY = 3
"""How many candidates of each step are maximised over λ; the others have smaller scores."""
HALF_DECADE, FLAT = np.sqrt(10.0), 1e-3
"""Step of the search over λ; fall of D below which the likelihood counts as flat."""


class MovingSet(NamedTuple):
    """One set S: which coefficients move (K,), its λ, and D there."""

    moving: np.ndarray
    lam: float
    deviance: float

    def kernel(self, solver: DualSolver) -> np.ndarray:
        """Return the whitened kernel (T, T) of the set at its λ."""
        return solver.whitened_kernel(self.moving / self.lam)


class Step(NamedTuple):
    """One step of the search: the coefficient, whether it moves from now on, by how much −2 log L differs, λ, |S|."""

    coefficient: int
    moves: bool
    ratio: float
    lam: float
    moving: int


def boundary_point(level: float) -> float:
    """The point that ½χ²₀ + ½χ²₁ exceeds with probability `level` < ½."""
    return float(chi2.isf(2.0 * level, 1))


def deviance(solver: DualSolver, y: np.ndarray, kernel: np.ndarray, lam: float) -> float:
    """D(S, λ) for y (T,) from the whitened kernel of S at λ = 1."""
    factor, start = factorise(kernel / lam), solver.start
    logdet = np.log(solver.omega_e).sum() + 2.0 * np.log(np.diagonal(factor[0])).sum() + start.logdet
    return float(minus_twice_loglik(logdet, rank_of(solver), y @ dual_weights(solver, factor, y[:, None])[:, 0]))


def profiled(solver: DualSolver, y: np.ndarray, moving: np.ndarray, lam: float | None = None) -> MovingSet:
    """D(S) by half decades downhill from `lam`, then the vertex of a parabola.

    Without `lam` the walk starts where drift and noise have the same variance in the average period.
    """
    kernel = solver.whitened_kernel(moving.astype(float))
    if not np.any(moving):
        return MovingSet(moving, np.inf, deviance(solver, y, kernel, 1.0))
    origin = np.trace(kernel) / len(y) if lam is None else lam
    at = cache(lambda step: deviance(solver, y, kernel, origin * HALF_DECADE**step))
    step = 0
    for direction in (1, -1):
        while at(step + direction) < at(step) - FLAT:
            step += direction
    left, here, right = at(step - 1), at(step), at(step + 1)
    curvature = left - 2.0 * here + right
    vertex = step + np.clip(0.5 * (left - right) / curvature, -1.0, 1.0) if curvature > FLAT else step
    best = min((step, vertex), key=at)
    return MovingSet(moving, float(origin * HALF_DECADE**best), at(best))


def boundary_scores(solver: DualSolver, y: np.ndarray, A: np.ndarray) -> np.ndarray:
    """Standardised slopes (K,) of log L in each coefficient's own drift variance, from A (T, T) of the present set.

    (‖Z_k'Ay‖²/σ² − tr B_k) / √(2 (tr B_k² − (tr B_k)²/n)), B_k = A Z_kZ_k': O(T²) each, as Z_kZ_k' = M between two
    diagonals.  It is Gaussian where the coefficient does not move and many periods count.
    """
    rank = rank_of(solver)
    squares = reach(solver, A @ y) ** 2 / (y @ A @ y / rank)
    scores = np.empty(solver.X.shape[1])
    for k, x in enumerate(solver.X.T):
        B = solver.law.apply(x[:, None] * A * x)
        trace = np.trace(B)
        scores[k] = (squares[k] - trace) / np.sqrt(2.0 * (np.sum(B * B.T) - trace**2 / rank))
    return scores


def reach(solver: DualSolver, alpha: np.ndarray) -> np.ndarray:
    """q_k = ‖Z_k'α‖ (K,) from the dual weights α (T,): ‖u_k‖ over its drift variance."""
    return np.linalg.norm(solver.law.gather(solver.X * alpha[:, None]), axis=0)


def rank_of(solver: DualSolver) -> int:
    """How many directions of y count: T, or T less the start's where that is free."""
    return len(solver.X) if solver.lam0 else len(solver.X) - len(solver.start.s)


def flipped(state: MovingSet, k: int) -> np.ndarray:
    """Return the set with coefficient k the other way."""
    moving = state.moving.copy()
    moving[k] = not moving[k]
    return moving


def grown(solver: DualSolver, y: np.ndarray, state: MovingSet) -> list[int]:
    """Return who stands still and has the largest scores."""
    if np.all(state.moving):
        return []
    A = dual_weights(solver, factorise(state.kernel(solver)), np.eye(len(y)))
    order = np.argsort(-boundary_scores(solver, y, A))
    return [int(k) for k in order if not state.moving[k]][:FULLY]


def pruned(solver: DualSolver, y: np.ndarray, state: MovingSet) -> list[int]:
    """Return who moves and does so least: the smallest ‖u_k‖, all drift variances being equal."""
    if not np.any(state.moving):
        return []
    alpha = dual_weights(solver, factorise(state.kernel(solver)), y[:, None])[:, 0]
    return [int(k) for k in np.argsort(reach(solver, alpha)) if state.moving[k]][:FULLY]


def descend(solver: DualSolver, y: np.ndarray, cost: float, moving: np.ndarray, at: Callable, changes: tuple):
    """Lower D(S) + cost·|S| from a set by changes (who may flip, ±1): the first while it helps, else the second.

    `at` gives a set's `profiled`; returned are the last set and the steps to it.
    """
    state, steps = at(moving), []
    while True:
        for candidates, sign in changes:
            lam = state.lam if np.any(state.moving) else None
            sets = [(at(flipped(state, k), lam), k) for k in candidates(solver, y, state)]
            found, k = min(sets, key=lambda one: one[0].deviance, default=(state, -1))
            if k >= 0 and found.deviance + sign * cost < state.deviance - FLAT:
                break
        else:
            return state, tuple(steps)
        ratio = sign * (state.deviance - found.deviance)
        steps.append(Step(k, sign > 0, ratio, found.lam, int(found.moving.sum())))
        state = found


def select_moving(solver: DualSolver, y: np.ndarray, cost: float) -> tuple[MovingSet, tuple[Step, ...]]:
    """The better of two searches: from no coefficient that moves, and from all (one can hide another's drift).

    `solver` brings X, Ω_ε, λ₀ and the law of motion; its own drift variances play no part.
    """
    K, changes, known = solver.X.shape[1], ((grown, 1), (pruned, -1)), {}

    def at(moving: np.ndarray, lam: float | None = None) -> MovingSet:
        key = moving.tobytes()
        if key not in known:
            known[key] = profiled(solver, y, moving, lam)
        return known[key]

    up = descend(solver, y, cost, np.zeros(K, dtype=bool), at, changes)
    down = descend(solver, y, cost, np.ones(K, dtype=bool), at, changes[::-1])
    return min(up, down, key=lambda end: end[0].deviance + cost * end[0].moving.sum())
