"""How many factors the drifts have, by cross-validation with loadings that have not seen what they predict.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, Algorithm 3, which leaves the criterion open.
For each fold F of periods the loadings come from the other periods alone; factors and start then predict y_F.

Little of that is done fold by fold and rank by rank.  With A = (K/λ + XX'/λ₀ + Ω_ε)⁻¹ and α = A y of 2SRR's second
step, its dual weights without F are

    α^{(−F)} = α − A_{·F} A_FF⁻¹ α_F,

so that one factorisation gives the increments U^{(−F)} of every fold; one singular value decomposition of these gives
the loadings of every rank; one factorisation of these loadings' kernel gives the errors at every λ.  Ω_u and Ω_ε are
2SRR's, taken as given, as where it chooses its λ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.tvp_factors import FactorProblem
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_loadings import normalised


class SecondStep(NamedTuple):
    """2SRR's second step for one equation: what solves it, y (T,) in standardised units, and its λ."""

    solver: DualSolver
    y: np.ndarray
    lam: float

    def increments_without(self, folds: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        """U^{(−F)} (T, K), the coefficients' innovations without the periods of each fold, at the same λ."""
        (gamma, V), solver = self.solver.spectrum, self.solver
        half = V * np.sqrt(self.lam / (self.lam + gamma))
        alpha = half @ (half.T @ self.y)
        for F in folds:
            A_F = half @ half[F].T
            left = alpha - A_F @ np.linalg.solve(A_F[F], alpha[F])
            left[F] = 0.0
            yield solver.law.gather(solver.X * left[:, None]) * solver.omega_u / self.lam


def principal_components(U: np.ndarray) -> np.ndarray:
    """Loadings (K, J) of the principal components of increments U (T, K), the strongest first, scaled by strength."""
    _, s, right = np.linalg.svd(U, full_matrices=False)
    return right.T * s


def rank_scores(
    factors: FactorProblem, loadings: Sequence[np.ndarray], rows: Sequence[np.ndarray], lams: np.ndarray
) -> np.ndarray:
    """Weighted mean squared held-out errors at every λ (L,), each fold's by its own loadings (M·K, r).

    `rows` are the folds in the one long regression of `FactorProblem`.
    """
    _, y, omega_e, _ = factors.stacked
    squares = np.empty((len(lams), len(y)))
    for F, one in zip(rows, loadings, strict=True):
        errors = factors.solver(normalised(one)).held_out_errors(y, lams, [F])
        squares[:, F] = errors[:, F, 0] ** 2 / omega_e[F]
    return squares.mean(axis=1)


def score_ranks(
    factors: FactorProblem, steps: Sequence[SecondStep], folds: Sequence[np.ndarray], lams: np.ndarray, max_rank: int
) -> pd.DataFrame:
    """Score 0, 1, … factors until one more no longer lowers the best score: columns `rank`, `lam`, `score`.

    `steps` are the equations' second steps; a fold's periods are held out of every equation.  No factor is the
    constant regression, at every λ.  Scores are in standardised units.
    """
    T, M = factors.Y.shape
    rows = [np.concatenate([F + T * m for m in range(M)]) for F in folds]
    apart = zip(*(one.increments_without(folds) for one in steps), strict=True)
    components = [principal_components(np.hstack(U)) for U in apart]
    table, best = [], np.inf
    for rank in range(max_rank + 1):
        scores = rank_scores(factors, [one[:, :rank] for one in components], rows, lams)
        table.append((rank, float(lams[np.argmin(scores)]) if rank else np.inf, float(scores.min())))
        if table[-1][2] >= best:
            break
        best = table[-1][2]
    return pd.DataFrame(table, columns=["rank", "lam", "score"])


def best_rank(table: pd.DataFrame) -> int:
    """The rank with the smallest score."""
    return int(table["rank"][table["score"].argmin()])
