"""Group lasso on the drifts: which coefficients move, found by Newton steps on K numbers (eq. 11, Algorithm 2).

With u_k the innovations of coefficient k and Z_k the basis expansion of its regressor, and Ω_ε given, the problem is

    min  ‖Ω_ε^{-1/2}(y − Xβ_1 − Σ_k Z_k u_k)‖² + λ₀‖β_1‖² + Σ_k a_k ‖u_k‖² + 2 Σ_k b_k ‖u_k‖,

convex.  As 2‖u‖ = min_{η > 0} ‖u‖²/η + η, it is a ridge with drift variances ω_k = 1/(a_k + b_k/η_k) and K more
unknowns η_k ≥ 0, at the optimum η_k = ‖u_k‖.  Solved for u and β_1, what is left is convex in η:

    F(η) = y'A(ω) y + Σ_k b_k η_k,  with the dual weights α = A y,  q_k = ‖Z_k'α‖ = ‖u_k‖/ω_k,  p_k = Z_k Z_k'α,
    ∂ y'Ay/∂ω_k = −q_k²,           ∂² y'Ay/∂ω_k∂ω_l = 2 p_k'A p_l.

The paper's Algorithm 2 repeats η ← ‖u‖ (`reweight`): a majorise-minimise step, which never raises F but needs
hundreds of rounds where a drift is to vanish.  A Newton step (`newton_step`) takes the same Cholesky factor and K more
right-hand sides; it is quick, and puts drifts at exactly zero: η_k = 0 is optimal if and only if q_k ≤ b_k, the
Karush-Kuhn-Tucker condition of the group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from tvplab.tvp_kernel import DualSolver, factorise, solve_positive

TOLERANCE, ROUNDING = 1e-8, 1e-12
"""Relative violation of the optimality conditions at which the iterations stop; digits of F that rounding may take."""


@dataclass(frozen=True)
class GroupPenalty:
    """Σ_k a_k ‖u_k‖² + 2 Σ_k b_k ‖u_k‖ with the ridge's weights `a` and the groups' `b` (K,) ≥ 0, in units of σ²."""

    a: np.ndarray
    b: np.ndarray

    def variances(self, eta: np.ndarray) -> np.ndarray:
        """ω_k = η_k / (a_k η_k + b_k) (K,)."""
        return eta / (self.a * eta + self.b)


@dataclass(frozen=True)
class GroupPoint:
    """The ridge solution at one η (K,).

    Attributes
    ----------
    omega : (K,) drift variances, in units of σ².
    alpha : dual weights A y (T,).
    q : (K,) ‖Z_k'α‖.
    P : (T, K) columns p_k.
    objective : F(η).
    factor, solver : the Cholesky factor of I + whitened kernel, and who whitens.
    """

    eta: np.ndarray
    omega: np.ndarray
    alpha: np.ndarray
    q: np.ndarray
    P: np.ndarray
    objective: float
    factor: tuple
    solver: DualSolver

    @classmethod
    def at(cls, solver: DualSolver, y: np.ndarray, penalty: GroupPenalty, eta: np.ndarray) -> GroupPoint:
        """Solve the ridge of y (T,) at η: one kernel of the coefficients that move, one Cholesky factor."""
        omega, law = penalty.variances(eta), solver.law
        factor = factorise(solver.whitened_kernel(omega))
        alpha = dual_weights(solver, factor, y[:, None])[:, 0]
        reach = law.gather(solver.X * alpha[:, None])
        q, P = linalg.norm(reach, axis=0), solver.X * law.accumulate(reach)
        return cls(eta, omega, alpha, q, P, float(y @ alpha + penalty.b @ eta), factor, solver)

    @property
    def norms(self) -> np.ndarray:
        """‖u_k‖ (K,)."""
        return self.omega * self.q

    def violation(self, penalty: GroupPenalty) -> float:
        """How far, relatively, the optimality conditions are from holding.

        A coefficient that moves needs q_k = a_k η_k + b_k, that is η_k = ‖u_k‖; one that does not, q_k ≤ b_k.
        """
        excess = self.q / (penalty.a * self.eta + penalty.b) - 1.0
        return float(np.max(np.where(self.eta > 0.0, np.abs(excess), np.maximum(excess, 0.0))))


@dataclass(frozen=True)
class GroupSolution:
    """Where the iterations ended: the point, F after each of them, and whether the conditions held."""

    point: GroupPoint
    path: tuple[float, ...]
    converged: bool


def dual_weights(solver: DualSolver, factor: tuple, B: np.ndarray) -> np.ndarray:
    """A B (T, J) from the factor of the whitened problem."""
    whitened = linalg.cho_solve(factor, solver.start.whiten(B), check_finite=False)
    return solver.start.project(whitened) / solver.start.root_e[:, None]


def reweight(point: GroupPoint) -> np.ndarray:
    """The next η (K,) of the paper's adaptive ridge: the norms of the drifts."""
    return point.norms


def newton_direction(point: GroupPoint, penalty: GroupPenalty) -> np.ndarray:
    """Newton's direction (K,) in η; 0 for coefficients that stand still and should (q_k ≤ b_k)."""
    a, b = penalty.a, penalty.b
    free = (point.eta > 0.0) | (point.q > b)
    inverse = a * point.eta + b
    slope = b / inverse**2  # dω/dη
    gradient = b - point.q**2 * slope
    scaled = point.P[:, free] * slope[free]
    hessian = 2.0 * scaled.T @ dual_weights(point.solver, point.factor, scaled)
    curvature = 2.0 * a * b * point.q**2 / inverse**3
    hessian[np.diag_indices_from(hessian)] += curvature[free] + 1e-14 * np.trace(hessian)
    direction = np.zeros_like(point.eta)
    direction[free] = -solve_positive(hessian, gradient[free])
    return direction


def newton_step(point: GroupPoint, penalty: GroupPenalty, y: np.ndarray) -> GroupPoint:
    """Go along Newton's direction, negative η set to zero, halving until F falls; the point itself if it cannot.

    Where F has no digits left, the step must bring the optimality conditions closer.
    """
    direction = newton_direction(point, penalty)
    for halving in range(20):
        eta = np.maximum(point.eta + direction / 2.0**halving, 0.0)
        candidate = GroupPoint.at(point.solver, y, penalty, eta)
        rise = candidate.objective - point.objective
        rounding = ROUNDING * abs(point.objective)
        if rise < -rounding or (rise <= rounding and candidate.violation(penalty) < point.violation(penalty)):
            return candidate
    return point


def solve_groups(
    solver: DualSolver, y: np.ndarray, penalty: GroupPenalty, eta: np.ndarray, max_iter: int = 100
) -> GroupSolution:
    """Minimise F from a start η (K,) until the optimality conditions hold.

    `solver` brings X, Ω_ε, λ₀ and the law of motion; its own drift variances play no part.  b = 0 is a plain ridge.
    """
    if not np.any(penalty.b):
        point = GroupPoint.at(solver, y, penalty, np.ones_like(eta))
        return GroupSolution(point, (point.objective,), True)
    point = GroupPoint.at(solver, y, penalty, eta)
    path = [point.objective]
    while point.violation(penalty) > TOLERANCE and len(path) <= max_iter:
        moved = newton_step(point, penalty, y)
        if moved is point:
            break
        point = moved
        path.append(point.objective)
    return GroupSolution(point, tuple(path), point.violation(penalty) <= 100.0 * TOLERANCE)
