"""Time-varying parameters for long samples: the posterior precision of the drifts is banded.

In the model of `tvp_kernel` write β_t = β_1 + δ_t with δ_1 = 0.  Ordered by period, the precision of (δ_2, …, δ_T) is
block tridiagonal with diagonal off-diagonal blocks, hence banded with K sub-diagonals: its Cholesky factor costs
O(T K³) and O(T K²) memory.  β_1 is then a regression with K unknowns.  Keeping the two apart keeps the numbers sound
for every λ: pinned at the start, the differences are well conditioned even when λ → ∞.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import linalg

from tvplab.tvp_laws import WALK, Law
from tvplab.tvp_solution import Solution


@dataclass(frozen=True)
class DriftFactor:
    """Banded Cholesky factor of the precision of δ given β_1, at one λ and one set of period weights.

    `band` is its lower band (K + 1, (T − 1)·K); `weight` (T,) is 1/Ω_ε, or 0 in periods held out.
    """

    X: np.ndarray
    weight: np.ndarray
    band: np.ndarray

    @classmethod
    def of(cls, X: np.ndarray, weight: np.ndarray, link: np.ndarray) -> DriftFactor:
        """Factorise Σ_t x_t x_t'·weight_t + (differences)' diag(link) (differences), link (K,) = λ/Ω_u."""
        later, K = X[1:], X.shape[1]
        band = np.zeros((K + 1, len(later), K))
        for d in range(K):
            band[d, :, : K - d] = later[:, d:] * later[:, : K - d] * weight[1:, None]
        band[0] += 2.0 * link
        band[0, -1] -= link
        band[K, :-1] = -link
        flat = linalg.cholesky_banded(band.reshape(K + 1, -1), lower=True, overwrite_ab=True, check_finite=False)
        return cls(X, weight, flat)

    def drifts(self, Y: np.ndarray) -> np.ndarray:
        """E[δ | Y, β_1 = 0] (T, K, J) for Y (T, J)."""
        T, K = self.X.shape
        right = self.X[1:, :, None] * (Y[1:] * self.weight[1:, None])[:, None, :]
        solved = linalg.cho_solve_banded(
            (self.band, True), right.reshape((T - 1) * K, -1), overwrite_b=True, check_finite=False
        )
        return np.concatenate([np.zeros((1, K, Y.shape[1])), solved.reshape(T - 1, K, -1)])

    def covariances(self, link: np.ndarray) -> np.ndarray:
        """var(δ_t | y, β_1) (T, K, K): V_t = F_t + G_t V_{t+1} G_t' backwards, with G_t = F_t diag(link).

        F_t inverts the factor's own block: what the filter knows; the recursion adds what the smoother brings back.
        """
        T, K = self.X.shape
        band, lower = self.band.reshape(K + 1, T - 1, K), np.zeros((T - 1, K, K))
        for d in range(K):
            lower[:, range(d, K), range(K - d)] = band[d, :, : K - d]
        half = invert_lower(lower)
        filtered = np.swapaxes(half, 1, 2) @ half
        return np.concatenate([np.zeros((1, K, K)), backward_sums(filtered, filtered * link)])


def invert_lower(L: np.ndarray) -> np.ndarray:
    """Inverses of lower triangular matrices L (n, K, K), row by row: quicker than one call of LAPACK each."""
    out = np.zeros_like(L)
    for i in range(L.shape[1]):
        out[:, i, i] = 1.0
        out[:, i] -= np.einsum("nj,njk->nk", L[:, i, :i], out[:, :i])
        out[:, i] /= L[:, i, i, None]
    return out


def backward_sums(F: np.ndarray, G: np.ndarray) -> np.ndarray:
    """V_t = F_t + G_t V_{t+1} G_t' (n, K, K) from the end, where V is zero.

    Such steps compose to steps, so that √n pieces of √n periods go back together, and then the pieces one by one.
    """
    n, K = F.shape[:2]
    size = int(np.ceil(np.sqrt(n)))
    pieces = -(-n // size)
    padded = np.zeros((2, pieces * size, K, K))
    padded[:, :n] = F, G
    F, G = padded.reshape(2, pieces, size, K, K)
    for j in range(size - 2, -1, -1):
        F[:, j] += G[:, j] @ F[:, j + 1] @ np.swapaxes(G[:, j], 1, 2)
        G[:, j] = G[:, j] @ G[:, j + 1]
    after = np.zeros((pieces + 1, 1, K, K))
    for i in range(pieces - 1, -1, -1):
        after[i] = F[i, 0] + G[i, 0] @ after[i + 1] @ G[i, 0].T
    return (F + G @ after[1:] @ np.swapaxes(G, 2, 3)).reshape(-1, K, K)[:n]


@dataclass(frozen=True)
class Start:
    """β_1 given y: the regression that the drifts leave.

    `response` (T, K, K) is I − ∂δ_t/∂β_1; `precision` (K, K) is X'S X + λ₀ with S = (K/λ + Ω_ε)⁻¹.
    """

    response: np.ndarray
    precision: np.ndarray

    @classmethod
    def of(cls, factor: DriftFactor, lam0: float) -> Start:
        """Condense the problem on β_1."""
        X, K = factor.X, factor.X.shape[1]
        response = np.eye(K) - factor.drifts(X)
        explained = np.einsum("tk,tkj->tj", X, response)
        return cls(response, (X * factor.weight[:, None]).T @ explained + lam0 * np.eye(K))

    def coefficients(self, factor: DriftFactor, Y: np.ndarray) -> np.ndarray:
        """β (T, K, M) for Y (T, M): the drifts that Y asks for, and the start that the rest asks for."""
        own = factor.drifts(Y)
        rest = Y - np.einsum("tk,tkm->tm", factor.X, own)
        beta_1 = linalg.solve(self.precision, (factor.X * factor.weight[:, None]).T @ rest, assume_a="pos")
        return own + self.response @ beta_1


@dataclass(frozen=True)
class BandedSolver:
    """The primal problem (eq. 7) in β itself, by banded Cholesky.  Parameters and methods as in `DualSolver`.

    Its coefficients are random walks with independent drifts.
    """

    X: np.ndarray
    omega_u: np.ndarray
    omega_e: np.ndarray
    lam0: float
    law: Law = WALK
    _latest: dict = field(default_factory=dict, repr=False, compare=False)

    def solve(self, Y: np.ndarray, lam: float) -> Solution:
        """Posterior mean and likelihood terms for Y (T, M) at one λ > 0."""
        T, K = self.X.shape
        factor, start = self._full_sample(lam)
        beta = start.coefficients(factor, Y)
        fitted = np.einsum("tk,tkm->tm", self.X, beta)
        prior = (T - 1) * np.log(lam / self.omega_u).sum() + (K * np.log(self.lam0) if self.lam0 else 0.0)
        posterior = 2.0 * np.log(factor.band[0]).sum() + np.linalg.slogdet(start.precision)[1]
        return Solution(
            beta=beta,
            start=beta[:1],
            quad=np.einsum("tm,t,tm->m", Y, factor.weight, Y - fitted),
            logdet=float(np.log(self.omega_e).sum() + posterior - prior),
            rank=T if self.lam0 else T - K,
        )

    def slack(self, lam: float) -> np.ndarray:
        """1 − leverage (T,) at one λ: the diagonal of I − hat matrix; sums to T − df."""
        return 1.0 - np.einsum("ti,tij,tj->t", self.X, self._covariances(lam), self.X) / self.omega_e

    def held_out_errors(self, Y: np.ndarray, lams: np.ndarray, folds: Sequence[np.ndarray]) -> np.ndarray:
        """Errors (L, T, M) of every fold when its periods carry no weight: exact, one factorisation a fold and λ."""
        errors = np.empty((len(lams), *Y.shape))
        for F in folds:
            weight = 1.0 / self.omega_e
            weight[F] = 0.0
            for i, lam in enumerate(lams):
                factor, start = self._condense(lam, weight)
                beta = start.coefficients(factor, Y)[F]
                errors[i, F] = Y[F] - np.einsum("tk,tkm->tm", self.X[F], beta)
        return errors

    def leave_one_out_errors(self, Y: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """Residuals over their slack for every λ (L, T, M): folds of one period."""
        errors = np.empty((len(lams), *Y.shape))
        for i, lam in enumerate(lams):
            resid = Y - np.einsum("tk,tkm->tm", self.X, self.solve(Y, lam).beta)
            errors[i] = resid / self.slack(lam)[:, None]
        return errors

    def variances(self, lam: float, columns: Sequence[int] | None = None) -> np.ndarray:
        """Posterior variance of β_{t,k} in units of σ² (T, columns), by default for every k."""
        everything = np.diagonal(self._covariances(lam), axis1=1, axis2=2)
        return everything.copy() if columns is None else everything[:, columns]

    def _full_sample(self, lam: float) -> tuple[DriftFactor, Start]:
        """Condense the problem with every period in; the latest is kept, as `solve` and `slack` share it."""
        found = self._latest.get(lam)
        if found is None:
            found = self._condense(lam, 1.0 / self.omega_e)
            self._latest.clear()
            self._latest[lam] = found
        return found

    def _condense(self, lam: float, weight: np.ndarray) -> tuple[DriftFactor, Start]:
        factor = DriftFactor.of(self.X, weight, lam / self.omega_u)
        return factor, Start.of(factor, self.lam0)

    def _covariances(self, lam: float) -> np.ndarray:
        """var(β_t | y) (T, K, K): the drifts' own variance plus what the uncertain start adds."""
        factor, start = self._full_sample(lam)
        half = start.response @ linalg.inv(linalg.cholesky(start.precision))
        return factor.covariances(lam / self.omega_u) + half @ np.swapaxes(half, 1, 2)


def banded_is_cheaper(T: int, K: int, n_lams: int, n_solves: int) -> bool:
    """Compare the two routes' costs in flops of the eigendecomposition (constants measured).

    Each of `n_lams` candidates costs the dual about 4 % of its eigendecomposition, and the banded route `n_solves`
    condensed factors: one a fold, or about four where a criterion needs the slack.  Three more come at the end.  For
    one λ, or none to choose, the dual does with a Cholesky factor and its inverse.
    """
    dual = 1.0 + 0.04 * n_lams if n_lams > 1 else 0.4
    return 270.0 * T * (K**2 + 8) * (3 + n_lams * n_solves) < T**3 * dual
