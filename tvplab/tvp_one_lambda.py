"""Time-varying parameters in the dual where λ is known beforehand: a Cholesky factor instead of a spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from tvplab.tvp_kernel import DualSolver, factorise, solve_positive
from tvplab.tvp_solution import Solution

LARGEST_TRACE = 1e8
"""Trace of the whitened kernel over λ from which the Cholesky factor, whose error grows with it, gives way."""


@dataclass(frozen=True)
class OneLambdaSolver(DualSolver):
    """The dual problem (eqs. 6 and 8) at one λ: A_λ = (K/λ + XX'/λ₀ + Ω_ε)⁻¹ itself, in less than half the time.

    `lam` is the λ that is served so; the methods take others too, by the spectrum of `DualSolver`, and `variances`
    always needs that.
    """

    lam: float = 1.0

    @cached_property
    def dual(self) -> tuple[np.ndarray, float]:
        """A_λ (T, T), and log|I + whitened kernel|; by the spectrum where λ is small against the kernel."""
        kernel = self.whitened_kernel(self.omega_u / self.lam)
        if np.trace(kernel) > LARGEST_TRACE:
            gamma, V = self.spectrum
            return (V * (self.lam / (self.lam + gamma))) @ V.T, float(np.log1p(gamma / self.lam).sum())
        factor, _ = factorise(kernel)
        logdet = 2.0 * float(np.log(np.diagonal(factor)).sum())
        inverse, _ = linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
        A = whole(self.start.project_both(inverse)) / self.start.root_e
        return A / self.start.root_e[:, None], logdet

    def solve(self, Y: np.ndarray, lam: float) -> Solution:
        """Posterior mean and likelihood terms for Y (T, M)."""
        if lam != self.lam:
            return super().solve(Y, lam)
        A, logdet = self.dual
        alpha = A @ Y
        return self.solution(Y, lam, alpha, np.sum(Y * alpha, axis=0), logdet)

    def slack(self, lam: float) -> np.ndarray:
        """1 − leverage (T,)."""
        return self.omega_e * np.diagonal(self.dual[0]) if lam == self.lam else super().slack(lam)

    def held_out_errors(self, Y: np.ndarray, lams: np.ndarray, folds: Sequence[np.ndarray]) -> np.ndarray:
        """(A_FF)⁻¹ (A y)_F for every fold F (1, T, M)."""
        if np.any(lams != self.lam):
            return super().held_out_errors(Y, lams, folds)
        A = self.dual[0]
        errors = A @ Y
        for F in folds:
            errors[F] = solve_positive(A[np.ix_(F, F)].T, errors[F])
        return errors[None]

    def leave_one_out_errors(self, Y: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """(A y)_t / A_tt (1, T, M)."""
        if np.any(lams != self.lam):
            return super().leave_one_out_errors(Y, lams)
        A = self.dual[0]
        return (A @ Y / np.diagonal(A)[:, None])[None]


def whole(lower: np.ndarray) -> np.ndarray:
    """Return the symmetric matrix (n, n) that has this lower half."""
    out = np.tril(lower)
    out += np.tril(out, -1).T
    return out
