"""The start of the coefficients, β_1 for a random walk: a regression that the dual takes out of the problem.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, eq. 7, whose λ₀ penalises the start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from tvplab.tvp_laws import Law


def start_columns(X: np.ndarray, law: Law) -> np.ndarray:
    """The regressors of the start (T, J·K): X times every column of the law's basis; X itself for a random walk."""
    return np.hstack([X * b[:, None] for b in law.basis(len(X)).T])


@dataclass(frozen=True)
class StartProjection:
    """Regression on the start columns, called X here, with penalty λ₀: the thin SVD Ω_ε^{-1/2} X = P diag(s) Q'.

    It removes the first period's coefficients from the problem, for any λ₀ ≥ 0 (λ₀ = 0 needs X of full rank).
    """

    P: np.ndarray
    s: np.ndarray
    Qt: np.ndarray
    root_e: np.ndarray
    lam0: float

    @classmethod
    def of(cls, X: np.ndarray, omega_e: np.ndarray, lam0: float) -> StartProjection:
        """Decompose X (T, K) weighted by omega_e (T,)."""
        root_e = np.sqrt(omega_e)
        P, s, Qt = linalg.svd(X / root_e[:, None], full_matrices=False, check_finite=False)
        return cls(P, s, Qt, root_e, lam0)

    @property
    def _shrink(self) -> np.ndarray:
        """1 − (1 + s²/λ₀)^{-1/2} (K,): how much of each direction that X̃ spans is taken out."""
        return 1.0 - np.sqrt(self.lam0 / (self.lam0 + self.s**2))

    def project(self, B: np.ndarray) -> np.ndarray:
        """(I + X̃X̃'/λ₀)^{-1/2} B for B (T, J): at λ₀ = 0 the part spanned by X̃ vanishes."""
        return B - self.P @ (self._shrink[:, None] * (self.P.T @ B))

    def whiten(self, B: np.ndarray) -> np.ndarray:
        """Divide B (T, J) by the residual standard deviations, then project."""
        return self.project(B / self.root_e[:, None])

    def project_both(self, W: np.ndarray) -> np.ndarray:
        """D W D for a symmetric W (T, T) in column order, of which the lower half is read and overwritten.

        With D = I − SP', S = P diag(shrink), R = W P: D W D = W − SB' − BS', B = R − S(P'R)/2, in O(T²K).
        """
        S, R = self.P * self._shrink, linalg.blas.dsymm(1.0, W, self.P, lower=1)
        return linalg.blas.dsyr2k(-1.0, S, R - 0.5 * S @ (self.P.T @ R), 1.0, W, lower=1, overwrite_c=1)

    def coefficients(self, R: np.ndarray) -> np.ndarray:
        """(X'Ω_ε⁻¹X + λ₀I)⁻¹ X'Ω_ε⁻¹ R (K, J) for R (T, J)."""
        gain = self.s / (self.s**2 + self.lam0)
        return self.Qt.T @ (gain[:, None] * (self.P.T @ (R / self.root_e[:, None])))

    @property
    def covariance(self) -> np.ndarray:
        """(X'Ω_ε⁻¹X + λ₀I)⁻¹ (K, K), in units of σ²; directions that X does not span (K > T) keep their prior."""
        spanned = (self.Qt.T / (self.s**2 + self.lam0)) @ self.Qt
        if len(self.s) == self.Qt.shape[1]:
            return spanned
        return spanned + (np.eye(self.Qt.shape[1]) - self.Qt.T @ self.Qt) / self.lam0

    @property
    def logdet(self) -> float:
        """log|I + X̃X̃'/λ₀|; for λ₀ = 0 its finite part log|X̃'X̃| (the diffuse likelihood)."""
        return float(np.sum(np.log1p(self.s**2 / self.lam0) if self.lam0 else np.log(self.s**2)))
