"""The primal problem written out as the paper does: the plain twin that tests, benchmarks and lesson 2 compare with.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, sections 2.1-2.2.  T×KT matrices are
formed on purpose; `tvp_kernel` and `tvp_banded` give the same numbers without them.
"""

from __future__ import annotations

import numpy as np


def summation_matrix(T: int) -> np.ndarray:
    """C (T, T): lower triangle of ones, which turns a start and increments into a random walk, β_k = C θ_k."""
    return np.tril(np.ones((T, T)))


def stacked_regressors(X: np.ndarray) -> np.ndarray:
    """W (T, K·T) = [diag(X_1) … diag(X_K)], section 2.2."""
    return np.hstack([np.diag(x) for x in X.T])


def expanded_regressors(X: np.ndarray) -> np.ndarray:
    """Z (T, K·T) = W (I_K ⊗ C): regressor k, switched on from period s onwards (eq. 4)."""
    return stacked_regressors(X) @ np.kron(np.eye(X.shape[1]), summation_matrix(len(X)))


def solve_primal(y, X, lam, lam0=0.1, omega_u=None, omega_e=None) -> np.ndarray:
    """β̂ = C (Z'Ω_ε⁻¹Z + Ω_θ⁻¹)⁻¹ Z'Ω_ε⁻¹ y (T, K): eq. 5 with the penalties of eq. 7.

    Shapes: y (T,), X (T, K), omega_u (K,), omega_e (T,).  `lam` multiplies the squared increments, `lam0` the
    squared coefficients of the first period.
    """
    T, K = X.shape
    omega_u = np.ones(K) if omega_u is None else omega_u
    omega_e = np.ones(T) if omega_e is None else omega_e
    Z = expanded_regressors(X)
    penalty = np.repeat(lam / omega_u, T)
    penalty[::T] = lam0
    theta = np.linalg.solve((Z.T / omega_e) @ Z + np.diag(penalty), (Z.T / omega_e) @ y)
    return np.cumsum(theta.reshape(K, T), axis=1).T
