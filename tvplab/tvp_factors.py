"""Drifts with a factor structure: the two regressions that GRRRR alternates, their objective, and what identifies them.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 2.5.2 and appendices A.2 and A.3.  For
one equation or M equations with the same regressors, in standardised units::

    y_{t,m} = x_t'β_{t,m} + ε_{t,m},   β_{t,m} = β_{1,m} + Λ_m g_t,   g = C F,

with the increments F (T, r) common to all equations and C the law of motion (for a random walk, g_t = Σ_{s≤t} f_s).
U = F Λ' are eq. 12's increments, one row a period.  As the drifts' prior covariance is ΛΛ'/λ, eq. 17 is a TVP ridge
whose Ω_u is ΛΛ': `tvp_kernel` solves it, and Z(I ⊗ Λ) is never formed.

M equations are one long regression: rows are periods within equations, columns coefficients within equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import linalg

from tvplab.tvp_banded import DriftFactor
from tvplab.tvp_kernel import DualSolver, hadamard_kernel, solve_positive
from tvplab.tvp_laws import WALK, Law, RandomWalk
from tvplab.tvp_loadings import Penalties, balance, elastic_net
from tvplab.tvp_start import StartProjection, start_columns


@dataclass(frozen=True)
class Stacked(RandomWalk):
    """The law of motion of M equations' rows below each other: all of them see the same factors' paths."""

    law: Law = WALK
    M: int = 1

    def apply(self, B: np.ndarray) -> np.ndarray:
        """(11' ⊗ M) B for B (T·M, J): equations are added up, and each gets the whole."""
        return np.tile(self.law.apply(B.reshape(self.M, -1, B.shape[1]).sum(axis=0)), (self.M, 1))

    def covariance(self, n: int) -> np.ndarray:
        """11' ⊗ M (T·M, T·M)."""
        return np.tile(self.law.covariance(n // self.M), (self.M, self.M))

    def variances(self, n: int) -> np.ndarray:
        """Its diagonal."""
        return np.tile(self.law.variances(n // self.M), self.M)

    def basis(self, n: int) -> np.ndarray:
        """The start's columns, the same in each equation."""
        return np.tile(self.law.basis(n // self.M), (self.M, 1))


class Drift(NamedTuple):
    """Loadings Λ (M·K, r), increments F (T, r), and the objective of eq. 14 at the best β_1."""

    loadings: np.ndarray
    increments: np.ndarray
    objective: float


@dataclass(frozen=True)
class FactorProblem:
    """Eq. 14 with Ω_ε given: X (T, K), Y (T, M), omega_e (T, M), the start's penalty λ₀, the law of motion."""

    X: np.ndarray
    Y: np.ndarray
    omega_e: np.ndarray
    lam0: float
    law: Law = WALK

    @cached_property
    def stacked(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, Law]:
        """Regressors (T·M, M·K), targets (T·M, 1), weights (T·M,), and the law, of the one long regression."""
        M = self.Y.shape[1]
        law = self.law if M == 1 else Stacked(self.law, M)
        return np.kron(np.eye(M), self.X), self.Y.T.reshape(-1, 1), self.omega_e.T.ravel(), law

    @cached_property
    def start(self) -> list[StartProjection]:
        """Each equation's regression that concentrates out its start."""
        columns = start_columns(self.X, self.law)
        return [StartProjection.of(columns, weight, self.lam0) for weight in self.omega_e.T]

    def solver(self, loadings: np.ndarray) -> DualSolver:
        """Return the TVP ridge with Ω_u = ΛΛ', which is eq. 17 for every λ."""
        X, _, omega_e, law = self.stacked
        return DualSolver(X, loadings @ loadings.T, omega_e, self.lam0, law)

    def whiten(self, B: np.ndarray) -> np.ndarray:
        """Weight the rows of B (T·M, J) by Ω_ε^{-1/2} and take the start out of them, equation by equation."""
        blocks = B.reshape(len(self.start), -1, B.shape[1])
        return np.vstack([one.whiten(block) for one, block in zip(self.start, blocks, strict=True)])

    def increments(self, loadings: np.ndarray, lam: float) -> np.ndarray:
        """Step 1 (eqs. 17 and A.1): F (T, r) given Λ, at the best start.

        One equation's random walks have a banded precision, O(T r (r + K)); the dual takes everything else.
        """
        X, y, omega_e, law = self.stacked
        combined, targets = X @ loadings, np.hstack([y, start_columns(X, law)])
        route = self._by_bands if law == WALK and loadings.size else self._by_kernel
        return route(combined, targets, omega_e, lam)

    def _by_bands(self, combined: np.ndarray, targets: np.ndarray, omega_e: np.ndarray, lam: float) -> np.ndarray:
        """F from the paths given y and given each column of the start: those of y less those of the start's part."""
        paths = DriftFactor.of(combined, 1.0 / omega_e, np.full(combined.shape[1], lam)).drifts(targets)
        solved = (targets - np.einsum("tr,trj->tj", combined, paths)) / omega_e[:, None]
        return np.diff(paths[:, :, 0] - paths[:, :, 1:] @ self._start(targets, solved), axis=0, prepend=0.0)

    def _by_kernel(self, combined: np.ndarray, targets: np.ndarray, omega_e: np.ndarray, lam: float) -> np.ndarray:
        """F by the dual: f_s = Λ' Σ_{t≥s} x_t α_t / λ with α = S(y − Xb)."""
        law = self.stacked[3]
        A = hadamard_kernel(combined, np.full(combined.shape[1], 1.0 / lam), law)
        A[np.diag_indices_from(A)] += omega_e
        factor = linalg.cho_factor(A.T, lower=True, overwrite_a=True, check_finite=False)
        solved = linalg.cho_solve(factor, targets, check_finite=False)
        alpha = solved[:, :1] - solved[:, 1:] @ self._start(targets, solved)[:, None]
        return self._gather(combined * alpha) / lam

    def _start(self, targets: np.ndarray, solved: np.ndarray) -> np.ndarray:
        """The start b = (X'SX + λ₀I)⁻¹ X'Sy from [y, X] and S [y, X], S = (K/λ + Ω_ε)⁻¹."""
        columns = targets[:, 1:]
        precision = columns.T @ solved[:, 1:] + self.lam0 * np.eye(columns.shape[1])
        return solve_positive(precision, columns.T @ solved[:, 0])

    def next_loadings(self, increments: np.ndarray, before: np.ndarray, penalties: Penalties) -> np.ndarray:
        """Step 2 (eqs. 18 and A.2): Λ (M·K, r) given F, an elastic net on x_{t,k} g_{t,j} for each equation."""
        K, out = self.X.shape[1], np.empty_like(before)
        for m, (start, W) in enumerate(zip(self.start, self.loading_regressors(increments), strict=True)):
            rows = slice(m * K, (m + 1) * K)
            target = start.whiten(self.Y[:, [m]])[:, 0]
            out[rows] = elastic_net(W, target, penalties, before[rows].ravel()).reshape(K, -1)
        return out

    def loading_regressors(self, increments: np.ndarray) -> list[np.ndarray]:
        """Each equation's regressors x_{t,k} g_{t,j} (T, K·r) of eq. 18, weighted, with the start taken out."""
        g = self.law.accumulate(increments)
        W = (self.X[:, :, None] * g[:, None, :]).reshape(len(g), -1)
        return [start.whiten(W) for start in self.start]

    def moved(self, loadings: np.ndarray, increments: np.ndarray) -> np.ndarray:
        """x_t'Λ_m g_t (T, M): what the drifts explain."""
        g, K = self.law.accumulate(increments), self.X.shape[1]
        by_equation = [loadings[i : i + K] for i in range(0, len(loadings), K)]
        return np.column_stack([np.einsum("tr,tr->t", self.X @ one, g) for one in by_equation])

    def residuals(self, loadings: np.ndarray, increments: np.ndarray) -> np.ndarray:
        """Residuals y − x_t'β_t (T, M) with the start at its best."""
        rest, columns = self.Y - self.moved(loadings, increments), start_columns(self.X, self.law)
        fits = [columns @ one.coefficients(r[:, None]) for one, r in zip(self.start, rest.T, strict=True)]
        return rest - np.hstack(fits)

    def objective(self, loadings: np.ndarray, increments: np.ndarray, penalties: Penalties) -> float:
        """Eq. 14, with λ and λ₀ explicit: the start is at its best, so its penalty and its part of the fit are in."""
        rest = self.whiten((self.Y - self.moved(loadings, increments)).T.reshape(-1, 1))
        return float(np.sum(rest**2) + penalties.lam * np.sum(increments**2) + penalties.of_loadings(loadings))

    def alternate(self, loadings: np.ndarray, penalties: Penalties, tol: float, max_sweeps: int):
        """Minimise eq. 14 over F and Λ in turn; returns the last `Drift`, the objective's path, and whether it settled.

        Both steps and the balance between them minimise one and the same objective, so that it never rises.  Λ and F
        are not rotated here: turning both leaves the fit and the squared penalties as they are, but not ‖l‖₁.
        """
        path, settled = [], False
        for _ in range(max_sweeps):
            increments = self.increments(loadings, penalties.lam)
            loadings = self.next_loadings(increments, loadings, penalties)
            loadings, increments = balance(loadings, increments, penalties)
            path.append(self.objective(loadings, increments, penalties))
            settled = loadings.size == 0 or (len(path) > 1 and path[-2] - path[-1] <= tol * abs(path[-2]))
            if settled:
                break
        return Drift(loadings, increments, path[-1]), path, settled

    def _gather(self, B: np.ndarray) -> np.ndarray:
        """C' B (T, J), equations added up."""
        return self.law.gather(B.reshape(self.Y.shape[1], len(self.Y), B.shape[1]).sum(axis=0))
