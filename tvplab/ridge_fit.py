"""The fit of one target by a solver that several share: λ chosen, solved, put back into the data's units, labelled.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, sections 2.3 and 2.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from tvplab.ridge_problem import Problem
from tvplab.ridge_results import RidgeResults
from tvplab.ridge_search import Search, explained
from tvplab.tvp_kernel import drift_variances
from tvplab.tvp_one_path import one_path


def fit_targets(problem: Problem, search: Search, omega_u, omega_e, targets: Sequence[int]) -> list[RidgeResults]:
    """Fit the targets named by their position, each at its own λ, with one factorisation a law (eqs. 8 and 9)."""
    problem.check_identified(search.folds, search.laws[0])
    Y = problem.Y[:, list(targets)]
    solvers = [search.solver(problem.X, omega_u, omega_e, problem.lam0, law) for law in search.laws]
    judged = [search.judge(solver, Y) for solver in solvers]
    best = np.argmin([scores.min(axis=0) for scores, _ in judged], axis=0)
    fits = []
    for i, (m, law) in enumerate(zip(targets, best, strict=True)):
        scores, chosen = judged[law]
        fits.append(label(problem, search, solvers[law], m, scores[:, i], float(search.lams[chosen[i]])))
    return fits


def label(problem: Problem, search: Search, solver, m: int, scores: np.ndarray, lam: float) -> RidgeResults:
    """Solve for target m at one λ, put the solution back into the data's units, and label it."""
    y, sd_y, target = problem.Y[:, [m]], problem.sd_y[m], problem.targets[m]
    solution, to_units = solver.solve(y, lam), sd_y / problem.sd_x
    fitted = explained(solver, solution)[:, 0]
    freedom = float(solver.slack(lam).sum())
    sigma2 = residual_variance(y[:, 0] - fitted, solver.omega_e, freedom, lam)
    index, names = problem.index, problem.names
    return RidgeResults(
        beta=pd.DataFrame(solution.beta[:, :, 0] * to_units, index, names),
        lam=lam,
        cv=search.table(scores, sd_y, solution.rank),
        sigma2=pd.Series(sigma2 * solver.omega_e * sd_y**2, index, name=target),
        sigma_u2=pd.Series(sigma2 * drift_variances(solver.omega_u) / lam * to_units**2, names, name=target),
        fitted=pd.Series(fitted * sd_y, index, name=target),
        resid=pd.Series((y[:, 0] - fitted) * sd_y, index, name=target),
        loglik=log_likelihood(solution, sigma2) - solution.rank * float(np.log(sd_y)),
        df=len(y) - freedom,
        criterion=search.criterion,
        intercept=problem.intercept,
        law=solver.law,
        _start=solution.start[:, :, 0] * to_units,
        _solver=solver,
        _se_units=to_units * np.sqrt(sigma2),
        _refit=partial(label, problem, search, solver, m, scores),
        _path=partial(_path_of, problem, solver, m),
    )


def _path_of(problem: Problem, solver, m: int, k: int) -> Callable[[float], np.ndarray]:
    """Return λ → the path of coefficient k of target m, in the data's units."""
    return one_path(solver, problem.Y[:, m], k, problem.sd_y[m] / problem.sd_x[k])


def residual_variance(resid: np.ndarray, omega_e: np.ndarray, freedom: float, lam: float) -> float:
    """σ̂² = Σ e_t²/Ω_ε,t over T − df, from residuals and Ω_ε (T,), in standardised units."""
    if freedom < 1e-9 * len(resid):
        raise ValueError(f"lam: {lam:g} leaves no degrees of freedom, the data are interpolated; use a larger one")
    return float(np.sum(resid**2 / omega_e) / freedom)


def log_likelihood(solution, sigma2: float) -> float:
    """Log marginal likelihood of one standardised target (T,), given σ² and λ."""
    rank, quadratic_form = solution.rank, solution.quad[0]
    return float(-0.5 * (rank * np.log(2.0 * np.pi * sigma2) + solution.logdet + quadratic_form / sigma2))
