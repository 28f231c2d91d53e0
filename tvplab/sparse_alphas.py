"""What the group lasso does at one α: its penalty, its fit, its score (`sparse_tvp`)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.ridge_problem import Problem
from tvplab.ridge_results import RidgeResults
from tvplab.ridge_search import Search
from tvplab.ridge_start import Weights
from tvplab.tvp_groups import GroupPenalty, GroupSolution


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


def group_penalty(lam_group: float, alpha: float, weights: Weights, adaptive: bool) -> GroupPenalty:
    """a_k = λ̃ α/σ²_k and b_k = λ̃ (1 − α) c w_k, c² the mean of ‖u_k‖² after step 1 (A.1.1)."""
    c = np.sqrt(np.mean(weights.squares))
    own = 1.0 / np.sqrt(weights.omega_u) if adaptive else np.ones_like(weights.omega_u)
    return GroupPenalty(lam_group * alpha / weights.omega_u, lam_group * (1.0 - alpha) * c * own)


def standard_error(problem: Problem, search: Search, m: int, fit: RidgeResults) -> float:
    """Standard error of the best score of a fit: of the mean of its weighted squared held-out errors."""
    errors = fit._solver.held_out_errors(problem.Y[:, [m]], np.array([fit.lam]), search.folds)[0, :, 0]
    squares = (errors * problem.sd_y[m]) ** 2 / fit._solver.omega_e
    return float(squares.std(ddof=1) / np.sqrt(len(squares)))


def objectives(rounds: list[Candidate]) -> pd.DataFrame:
    """The objective after every Newton step, round by round."""
    steps = [(number, value) for number, one in enumerate(rounds, 1) for value in one.solution.path]
    return pd.DataFrame(steps, columns=["round", "objective"])
