"""Loadings of drifts on factors: their penalty, the elastic net that finds them, their scale and what identifies them.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 2.5.2 (eqs. 14 and 18, footnotes 18
and 20).  Λ is (K, r), increments F are (T, r), and U = F Λ' (T, K) are the coefficients' increments.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Penalties(NamedTuple):
    """λ on the factors' increments, ξ on the loadings, and the share of ξ that is ℓ₁ (1 is the lasso)."""

    lam: float
    xi: float
    l1_ratio: float

    def of_loadings(self, loadings: np.ndarray) -> float:
        """ξ (ρ ‖l‖₁ + (1 − ρ)/2 l'l), scikit-learn's elastic net."""
        bent = self.l1_ratio * np.abs(loadings).sum() + 0.5 * (1.0 - self.l1_ratio) * np.sum(loadings**2)
        return float(self.xi * bent)


def elastic_net(W: np.ndarray, y: np.ndarray, penalties: Penalties, start: np.ndarray) -> np.ndarray:
    """Minimise ‖y − W l‖² + ξ(ρ‖l‖₁ + (1 − ρ)/2 l'l) over l (J,) by scikit-learn's coordinate descent from `start`."""
    from sklearn import config_context
    from sklearn.linear_model import enet_path

    if W.shape[1] == 0:  # no factor
        return start
    gram, products = W.T @ W, W.T @ y
    with config_context(skip_parameter_validation=True, assume_finite=True):  # the checks cost more than the descent
        _, path, _ = enet_path(
            np.asfortranarray(W),
            y,
            l1_ratio=penalties.l1_ratio,
            alphas=[penalties.xi / (2.0 * len(y))],
            precompute=gram,
            Xy=products,
            coef_init=start.copy(),  # scikit-learn works in place
            check_input=False,
            tol=1e-7,
            max_iter=5000,
        )
    return path[:, 0]


def balance(loadings: np.ndarray, increments: np.ndarray, penalties: Penalties, steps: int = 30):
    """Scale each factor so that its two penalties sum to the least: Λ_j c_j and F_j/c_j have the same product.

    min_c λ‖f‖²/c² + ξρ‖l‖₁c + ξ(1 − ρ)/2‖l‖²c² is convex in log c; Newton's method from c = 1, guarded, until it
    rests.  A factor whose loadings are all zero, or that does not move, is dropped.
    """
    a = penalties.lam * np.sum(increments**2, axis=0)
    b = penalties.xi * penalties.l1_ratio * np.abs(loadings).sum(axis=0)
    d = 0.5 * penalties.xi * (1.0 - penalties.l1_ratio) * np.sum(loadings**2, axis=0)
    alive = (a > 0) & (b + d > 0)
    a, b, d = a[alive], b[alive], d[alive]
    c = np.ones(len(a))
    for _ in range(steps):
        down, up, up2 = a / c**2, b * c, d * c**2
        step = (up + 2.0 * up2 - 2.0 * down) / (4.0 * down + up + 4.0 * up2)
        c = c * np.exp(-np.minimum(np.maximum(step, -1.0), 1.0))
        if np.abs(step).max(initial=0.0) < 1e-9:  # what is left is of the order of its square
            break
    return loadings[:, alive] * c, increments[:, alive] / c


def principal_loadings(U: np.ndarray, rank: int | None, max_rank: int, share: float) -> np.ndarray:
    """Start of Λ (K, r): the principal components of increments U (T, K), as many as `share` of their squares needs."""
    _, s, right = np.linalg.svd(U, full_matrices=False)
    if rank is None:
        rank = min(1 + int(np.searchsorted(np.cumsum(s**2), share * np.sum(s**2))), max_rank)
    return normalised(right[:rank].T * s[:rank])


def normalised(loadings: np.ndarray) -> np.ndarray:
    """Scale Λ (K, r) so that the diagonal of ΛΛ' has mean 1: λ keeps the meaning it has in 2SRR."""
    size = np.sqrt(np.mean(np.sum(loadings**2, axis=1)))
    return loadings / size if size > 0 else loadings


def identified(loadings: np.ndarray, increments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Λ and F with the same F Λ', F'F/T = I, Λ'Λ diagonal and decreasing, the largest loading positive.

    Rows of Λ that are zero stay zero: they are multiplied by a matrix from the right.
    """
    Q, R = np.linalg.qr(increments)
    left, s, right = np.linalg.svd(loadings @ R.T, full_matrices=False)
    root_T = np.sqrt(len(increments))
    sign = np.sign(left[np.argmax(np.abs(left), axis=0), np.arange(len(s))])
    turned = left * (s * sign) / root_T
    turned[~np.any(loadings, axis=1)] = 0.0
    return turned, Q @ right.T * (sign * root_T)
