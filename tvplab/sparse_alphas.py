"""The group lasso along α: at each its penalty, its fit and its score, and which of them is taken (`sparse_tvp`).

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 2.5.1 and appendix A.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.ridge_fit import fit_targets
from tvplab.ridge_problem import Problem
from tvplab.ridge_results import RidgeResults
from tvplab.ridge_search import Search
from tvplab.ridge_start import Weights
from tvplab.tvp_groups import GroupPenalty, GroupSolution, solve_groups
from tvplab.tvp_kernel import DualSolver


class AlphaPath(NamedTuple):
    """Which α are tried, and how; `GroupLassoRidge` says what the fields mean.

    alphas : falling.
    careful : whether to take the sparsest within one standard error of the best, not the best.
    """

    alphas: list[float]
    careful: bool
    multiple: float | None
    adaptive: bool
    final: str


class Candidate(NamedTuple):
    """The group lasso at one α, and the fit with its weights."""

    alpha: float
    lam_group: float
    solution: GroupSolution
    fit: RidgeResults

    @property
    def score(self) -> float:
        """The best score of the fit's search; 0 when λ was given."""
        return float(self.fit.cv.score.min()) if len(self.fit.cv) else 0.0

    def row(self) -> tuple:
        """What `SparseResults.sparsity_path` shows."""
        return self.alpha, self.lam_group, self.fit.lam, self.score, int(np.sum(self.solution.point.omega > 0.0))


def along_alphas(
    path: AlphaPath, problem: Problem, search: Search, m: int, lam: float, weights: Weights
) -> tuple[Candidate, pd.DataFrame]:
    """Try the α of the path while one may still be chosen; return the choice, and a frame of all tried.

    `lam` is λ₍₁₎, `m` the target.
    """
    tried, best, limit = [], None, np.inf
    for one in _from_the_last(path, problem, search, m, lam, weights):
        tried.append(one)
        if best is None or one.score < best.score:
            best = one
            limit = best.score + (standard_error(problem, search, m, best.fit) if path.careful else 0.0)
        if one.score > limit:
            break
    table = pd.DataFrame([one.row() for one in tried], columns=["alpha", "lam_group", "lam", "score", "moving"])
    return [one for one in tried if one.score <= limit][-1], table


def _from_the_last(
    path: AlphaPath, problem: Problem, search: Search, m: int, lam: float, weights: Weights
) -> Iterator[Candidate]:
    """Solve the group lasso at each α, begun where the last ended, until nothing moves."""
    solver = DualSolver(problem.X, weights.omega_u, weights.omega_e, problem.lam0, search.laws[0])
    eta = np.sqrt(weights.squares)
    for alpha in path.alphas:
        lam_group = lam * (1.0 / alpha if path.multiple is None else path.multiple)
        penalty = group_penalty(lam_group, alpha, weights, path.adaptive)
        solution = solve_groups(solver, problem.Y[:, m], penalty, eta)
        lam_last, omega_u = last_ridge(path.final, solution.point.omega, lam, lam_group)
        lams = search.lams if path.final == "cv" and search.criterion != "given" else np.array([lam_last])
        (fit,) = fit_targets(problem, replace(search, lams=lams), omega_u, weights.omega_e, [m])
        yield Candidate(alpha, lam_group, solution, fit)
        eta = solution.point.norms
        if not np.any(eta):
            return


def group_penalty(lam_group: float, alpha: float, weights: Weights, adaptive: bool) -> GroupPenalty:
    """a_k = λ̃ α/σ²_k and b_k = λ̃ (1 − α) c w_k, c² the mean of ‖u_k‖² after step 1 (A.1.1)."""
    c = np.sqrt(np.mean(weights.squares))
    own = 1.0 / np.sqrt(weights.omega_u) if adaptive else np.ones_like(weights.omega_u)
    return GroupPenalty(lam_group * alpha / weights.omega_u, lam_group * (1.0 - alpha) * c * own)


def last_ridge(final: str, omega: np.ndarray, lam: float, lam_group: float) -> tuple[float, np.ndarray]:
    """Return λ and drift variances (K,) of the last ridge, from the converged weights ω (K,), λ₍₁₎ and λ̃."""
    if final == "group":
        return lam_group, omega * lam_group
    return lam, omega / omega.mean() if np.any(omega) else omega


def standard_error(problem: Problem, search: Search, m: int, fit: RidgeResults) -> float:
    """Standard error of the best score of a fit: of the mean of its weighted squared held-out errors."""
    errors = fit._solver.held_out_errors(problem.Y[:, [m]], np.array([fit.lam]), search.folds)[0, :, 0]
    squares = (errors * problem.sd_y[m]) ** 2 / fit._solver.omega_e
    return float(squares.std(ddof=1) / np.sqrt(len(squares)))


def objectives(rounds: list[Candidate]) -> pd.DataFrame:
    """The objective after every Newton step, round by round."""
    steps = [(number, value) for number, one in enumerate(rounds, 1) for value in one.solution.path]
    return pd.DataFrame(steps, columns=["round", "objective"])
