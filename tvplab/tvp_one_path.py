"""One coefficient's path as a function of λ: what a slider over many regressions asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tvplab.tvp_banded import BandedSolver
from tvplab.tvp_kernel import DualSolver, hadamard_kernel, times_drift
from tvplab.tvp_laws import Law


@dataclass(frozen=True)
class OnePath:
    """β_{t,k} for all t from the dual; all that does not depend on λ is computed once, so that a call costs O(T²).

    With α = V c, c = λ/(λ+γ) V'y, the drift is M (x ∘ α)/λ and the start h (y − K α/λ), h the rows of the start's
    regression that belong to k (one for a random walk).

    Attributes
    ----------
    V, gamma, Vy : the solver's spectrum (T, T), (T,), and V'y (T,).
    x : (T,) column k of X Ω_u;  law : the law of motion, M its covariance.
    start, moved : h y (J,) and h K V (J, T).
    units : what the standardised path is multiplied by.
    """

    V: np.ndarray
    gamma: np.ndarray
    Vy: np.ndarray
    x: np.ndarray
    law: Law
    start: np.ndarray
    moved: np.ndarray
    units: float

    @classmethod
    def of(cls, solver: DualSolver, y: np.ndarray, k: int, units: float) -> OnePath:
        """Prepare coefficient k of the regression of y (T,)."""
        T, K = solver.X.shape
        gamma, V = solver.spectrum
        h = solver.start.coefficients(np.eye(T)).reshape(-1, K, T)[:, k]
        moved = h @ hadamard_kernel(solver.X, solver.omega_u, solver.law) @ V
        return cls(V, gamma, V.T @ y, times_drift(solver.X, solver.omega_u)[:, k], solver.law, h @ y, moved, units)

    def __call__(self, lam: float) -> np.ndarray:
        """Return the path (T,) at one λ > 0."""
        return self.along(np.array([lam]))[:, 0]

    def along(self, lams: np.ndarray) -> np.ndarray:
        """Return the paths (T, L) at several λ > 0 by one matrix product."""
        c = self.Vy[:, None] / (lams + self.gamma[:, None])
        drift = self.law.apply(self.x[:, None] * (self.V @ c))
        return self.units * (drift + self.law.basis(len(drift)) @ (self.start[:, None] - self.moved @ c))


@dataclass(frozen=True)
class BandedPath:
    """The same from the banded route, which solves for all coefficients at once."""

    solver: BandedSolver
    y: np.ndarray
    k: int
    units: float

    def __call__(self, lam: float) -> np.ndarray:
        """Return the path (T,) at one λ > 0."""
        return self.units * self.solver.solve(self.y[:, None], lam).beta[:, self.k, 0]

    def along(self, lams: np.ndarray) -> np.ndarray:
        """Return the paths (T, L) at several λ > 0, one solution each."""
        return np.column_stack([self(lam) for lam in lams])


def one_path(solver: DualSolver | BandedSolver, y: np.ndarray, k: int, units: float = 1.0) -> OnePath | BandedPath:
    """Return λ → the path (T,) of coefficient k of the regression of y (T,)."""
    if isinstance(solver, DualSolver):
        return OnePath.of(solver, y, k, units)
    return BandedPath(solver, y, k, units)
