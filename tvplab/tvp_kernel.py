"""Time-varying parameters in the dual: one T×T eigendecomposition serves every λ.

Model (Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, eqs. 1, 7 and 8), in units of σ²::

    y_t = x_t'β_t + ε_t,  ε_t ~ N(0, σ² Ω_ε,t)
    β_t = β_{t-1} + u_t,  u_t ~ N(0, σ² Ω_u / λ),  β_1 ~ N(0, σ² / λ₀)

Ω_u is given by its diagonal (K,), the paper's case, or whole (K, K): then drifts are correlated, and Ω_u = ΛΛ' of rank
r is the model of eqs. 12-13.  It need not have full rank: a coefficient whose row is zero stays constant.

The paper's Z Ω_θ Z' is never formed: it equals K/λ + XX'/λ₀ with K = (X Ω_u X') ∘ M and M_ts = min(t, s) − 1, so that
the cost no longer grows with K.  λ₀ = 0 leaves the first period's coefficients free.  Another law of motion
(`tvp_laws`) is another M, and, where it has a trend, more start columns than X.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from tvplab.tvp_laws import WALK, Law
from tvplab.tvp_solution import Solution
from tvplab.tvp_start import StartProjection, start_columns


def hadamard_kernel(X: np.ndarray, omega_u: np.ndarray, law: Law = WALK) -> np.ndarray:
    """K (T, T) = (X Ω_u X') ∘ M, for a random walk M_ts = min(t, s) − 1: the covariance of x_t'δ_t at λ = σ² = 1."""
    kernel = times_drift(X, omega_u) @ X.T
    kernel *= law.covariance(len(X))
    return kernel


def times_drift(X: np.ndarray, omega_u: np.ndarray) -> np.ndarray:
    """X Ω_u (T, K), with Ω_u given by its diagonal (K,) or whole (K, K)."""
    return X * omega_u if omega_u.ndim == 1 else X @ omega_u


def drift_variances(omega_u: np.ndarray) -> np.ndarray:
    """Return the diagonal (K,) of Ω_u."""
    return omega_u if omega_u.ndim == 1 else np.diagonal(omega_u)


def factorise(kernel: np.ndarray) -> tuple:
    """Return the Cholesky factor of I + kernel (T, T), of which the lower half is read; the kernel is not kept."""
    kernel[np.diag_indices_from(kernel)] += 1.0
    return linalg.cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)


def solve_positive(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """A⁻¹B for a positive definite A (n, n), of which the lower half is read and overwritten.

    LAPACK without SciPy's checks, which cost more here.
    """
    _, solution, info = linalg.lapack.dposv(A, B, lower=1, overwrite_a=1)
    if info:
        raise linalg.LinAlgError(f"the matrix is not positive definite (LAPACK's dposv says {info})")
    return solution


@dataclass(frozen=True)
class DualSolver:
    """The dual problem (eqs. 6 and 8), factorised once: A_λ = (K/λ + XX'/λ₀ + Ω_ε)⁻¹ = V diag(λ/(λ+γ)) V'.

    Parameters
    ----------
    X : (T, K) regressors.
    omega_u : (K,) relative drift variance of each coefficient, or (K, K) relative drift covariance.
    omega_e : (T,) relative residual variance of each period.
    lam0 : penalty on the first period's coefficients (and the trend's, if the law has one), ≥ 0.
    law : law of motion of the coefficients.
    """

    X: np.ndarray
    omega_u: np.ndarray
    omega_e: np.ndarray
    lam0: float
    law: Law = WALK

    @cached_property
    def start(self) -> StartProjection:
        """The regression that concentrates out the start, β_1 for a random walk."""
        return StartProjection.of(start_columns(self.X, self.law), self.omega_e, self.lam0)

    def whitened_kernel(self, omega_u: np.ndarray) -> np.ndarray:
        """The kernel of some Ω_u whitened from both sides (T, T), its lower half; only coefficients that move cost."""
        X = self.X / self.start.root_e[:, None]
        if omega_u.ndim == 1:
            X, omega_u = X[:, omega_u > 0.0], omega_u[omega_u > 0.0]
        return self.start.project_both(hadamard_kernel(X, omega_u, self.law).T)

    @cached_property
    def spectrum(self) -> tuple[np.ndarray, np.ndarray]:
        """(γ, V), shapes (T,) and (T, T): what every λ shares."""
        G = self.whitened_kernel(self.omega_u)
        gamma, Q = linalg.eigh(G, driver="evd", overwrite_a=True, check_finite=False)
        return np.clip(gamma, 0.0, None), self.start.project(Q) / self.start.root_e[:, None]

    def solve(self, Y: np.ndarray, lam: float) -> Solution:
        """Posterior mean and likelihood terms for Y (T, M) at one λ > 0."""
        gamma, V = self.spectrum
        d, VY = lam / (lam + gamma), V.T @ Y
        return self.solution(Y, lam, V @ (d[:, None] * VY), d @ (VY * VY), float(np.log1p(gamma / lam).sum()))

    def solution(self, Y: np.ndarray, lam: float, alpha: np.ndarray, quad: np.ndarray, logdet: float) -> Solution:
        """Put together what α = A_λ Y (T, M), y'A_λ y (M,) and log|I + whitened kernel| say."""
        beta, start = self.coefficients(alpha, Y, lam)
        return Solution(
            beta=beta,
            start=start,
            quad=quad,
            logdet=float(np.log(self.omega_e).sum() + logdet + self.start.logdet),
            rank=len(Y) if self.lam0 else len(Y) - len(self.start.s),
        )

    def slack(self, lam: float) -> np.ndarray:
        """1 − leverage (T,) at one λ: the diagonal of I − hat matrix, free of cancellation; sums to T − df."""
        gamma, V = self.spectrum
        return self.omega_e * ((V * V) @ (lam / (lam + gamma)))

    def coefficients(self, alpha: np.ndarray, Y: np.ndarray, lam: float) -> tuple[np.ndarray, np.ndarray]:
        """β (T, K, M) and start (J, K, M) from α (T, M): u_s = (Ω_u/λ) Σ_{t≥s} x_t α_t, then β_1 by regression."""
        scaled = times_drift(self.X, self.omega_u / lam)
        drift = np.stack([self.law.apply(scaled * a[:, None]) for a in alpha.T], axis=2)
        moved = np.einsum("tk,tkm->tm", self.X, drift)
        start = self.start.coefficients(Y - moved).reshape(-1, *drift.shape[1:])
        return drift + (start if len(start) == 1 else np.einsum("tj,jkm->tkm", self.law.basis(len(Y)), start)), start

    def held_out_errors(self, Y: np.ndarray, lams: np.ndarray, folds: Sequence[np.ndarray]) -> np.ndarray:
        """y_F − ŷ_F^{(−F)} = (A_FF)⁻¹ (A y)_F for every λ and fold F (L, T, M): exact for any folds, no refitting."""
        _, V = self.spectrum
        d, weights = self._dual_weights(Y, lams)
        errors = np.empty_like(weights)
        roots = np.sqrt(d)
        for F in folds:
            V_F = V[F]
            for i, root in enumerate(roots):
                A_FF = linalg.blas.dsyrk(1.0, (V_F * root).T, trans=1, lower=1)
                errors[i, F] = solve_positive(A_FF, weights[i, F])
        return errors

    def leave_one_out_errors(self, Y: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """(A y)_t / A_tt for every λ (L, T, M): folds of one period, in two matrix products."""
        _, V = self.spectrum
        d, weights = self._dual_weights(Y, lams)
        return weights / (d @ (V * V).T)[:, :, None]

    def _dual_weights(self, Y: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """λ/(λ+γ) (L, T) and α = A_λ Y (L, T, M)."""
        gamma, V = self.spectrum
        d = lams[:, None] / (lams[:, None] + gamma)
        scaled = np.moveaxis(d[:, :, None] * (V.T @ Y), 1, 0).reshape(len(gamma), -1)
        return d, np.moveaxis((V @ scaled).reshape(len(gamma), len(lams), -1), 0, 1)

    @cached_property
    def _start_given_drifts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """H (J, K, T), the covariance (T, J, K) of y with Hz at λ = 1, and that of the error (J, K, J, K)."""
        T, K = self.X.shape
        H = self.start.coefficients(np.eye(T))
        KH = (hadamard_kernel(self.X, self.omega_u, self.law) @ H.T).reshape(T, -1, K)
        return H.reshape(-1, K, T), KH, self.start.covariance.reshape(2 * (KH.shape[1], K))

    def variances(self, lam: float, columns: Sequence[int] | None = None) -> np.ndarray:
        """Posterior variance of β_{t,k} in units of σ² (T, columns), by default for every k.

        O(T²) a coefficient: no KT×KT inverse (section 2.4.3).  Given the drifts δ_t, the start c_k (J,) is a
        regression: c = H(y − z) + error, z_t = x_t'δ_t.  Hence, with b_t the law's basis (1 for a random walk),
        β_{t,k} = b_t'(Hy)_k + (δ_{t,k} − b_t'(Hz)_k) + b_t'error_k; the bracket has posterior variance prior − c'A_λ c,
        with c its covariance with y, and the error that of the regression.
        """
        T, K = self.X.shape
        gamma, V = self.spectrum
        root_d = np.sqrt(lam / (lam + gamma))
        B, law, (H, KH, error) = self.law.basis(T), self.law, self._start_given_drifts
        scaled, own, elapsed = times_drift(self.X, self.omega_u), drift_variances(self.omega_u), law.variances(T)
        columns = range(K) if columns is None else columns
        out = np.empty((T, len(columns)))
        for i, k in enumerate(columns):
            x = scaled[:, k]
            with_Hz = law.apply(x[:, None] * H[:, k].T)  # covariance of δ_{t,k} with (Hz)_k
            spread = B @ (H[:, k] @ KH[:, :, k] / lam + error[:, k, :, k])
            prior = own[k] * elapsed - 2.0 * np.sum(B * with_Hz, axis=1)
            c = law.apply(x[:, None] * V) - B @ (KH[:, :, k].T @ V)  # V'c, one column a period
            out[:, i] = prior / lam + np.sum(B * spread, axis=1) - np.sum((c * root_d / lam) ** 2, axis=1)
        return out
