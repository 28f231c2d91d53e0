"""Coefficients that move with a few factors: `ReducedRankRidge` (GRRRR, Algorithm 3, and MV-GRRRR of appendix A.2).

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 2.5.2; shown in lesson 2.
"""

from __future__ import annotations

import numbers
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from tvplab.convergence import warn_unconverged
from tvplab.reduced_rank_results import EquationOf, ReducedRankResults, ReducedRankSystem
from tvplab.reduced_rank_tuning import Tuned, near, noise_level, tune
from tvplab.ridge import TwoStepRidge, relative, volatility_model
from tvplab.ridge_fit import label, log_likelihood, residual_variance
from tvplab.ridge_problem import Problem
from tvplab.ridge_results import RidgeResults
from tvplab.ridge_search import Search, explained
from tvplab.ridge_start import taken_over
from tvplab.ridge_system import SystemResults
from tvplab.tvp_factors import FactorProblem
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_loadings import identified, normalised, principal_loadings
from tvplab.tvp_rank import SecondStep, best_rank, score_ranks
from tvplab.validation import check_choice, check_number, check_whole


@dataclass(frozen=True)
class ReducedRankRidge(TwoStepRidge):
    """GRRRR: drifts U = ΛF of a few factors F, with loadings Λ that may be exactly zero (eqs. 12-18, Algorithm 3).

    It starts from the principal components of 2SRR's increments.  A round tunes λ by cross-validation for the drift
    covariance ΛΛ', alternates eqs. 17 and 18 until eq. 14 settles, and fits the volatility model to the residuals.

    Parameters
    ----------
    lam, cv, lams, lam0, scale, constant, law, volatility, noise_power, drift_power : as in `TwoStepRidge`.
    rank : number of factors to start from; None takes as many as `variance_share` needs, "cv" as many as predict
        held-out periods best (`tvp_rank`), none included.  Each way factors whose loadings all become zero are dropped.
    max_rank : most factors to start from when `rank` is None or "cv"; 5 as in the paper.
    variance_share : share of the squares of 2SRR's increments that the factors to start from reproduce, in (0, 1].
        The paper has such a threshold (its footnote 20) and does not say which.
    l1_ratio : share ρ of the loadings' penalty that is ℓ₁, in (0, 1]: .5 is the paper's elastic net, 1 the lasso.
    xi : the loadings' penalty as a multiple of the one whose ℓ₁ part equals the size that the gradient of pure noise
        reaches, ξρ = 2 σ̂ ‖w‖ √(2 log J) for J regressors w_j in eq. 18.
    pooled : whether a T×M y has factors common to all equations (MV-GRRRR); False fits each by itself.
    rounds : how often λ, ξ and Ω_ε are tuned.  The second round, which starts from few factors, drops most of those
        that are too many; a third changes little.
    max_sweeps : most sweeps over eqs. 17 and 18 in a round.
    tol : relative fall of the objective below which a round has settled.

    Notes
    -----
    In eq. 14 the scales of Λ and F are tied only by their penalties.  Within a round both steps, and a rescaling of
    each factor, minimise that same objective, which therefore never rises.  Λ and F are not orthogonalised in between,
    as that may raise ‖l‖₁; the results are (F'F/T = I, Λ'Λ diagonal), with the same product ΛF and the same zero
    rows.  Between rounds Λ is scaled so that λ means what it means in 2SRR.

    Cross-validation given Λ is optimistic, since Λ has seen every period: an ξ or a rank chosen by it overfits.  So
    it chooses λ alone; ξ follows the noise level, and the final rank follows ξ.  Where the noise drowns every drift
    all loadings become zero: `rank` is 0, and the fit is the constant regression.

    The two rules for the start differ most where 2SRR's increments are noisy: noise spreads them over many components,
    all of which the share counts, while cross-validation, whose Λ has not seen the fold, counts those that help to
    predict.  It starts from fewer factors, so that the first round is shorter; what ξ leaves is then mostly the same
    (`tvplab replicate grrrr-rank`).  Where drifts are loud it may start from more than there are: loadings found from
    a part of the periods are inexact.  `rank="cv"` costs one factorisation a fold and rank.

    With `pooled`, M equations are one regression of T·M rows: time grows with (T·M)³, and λ is common.
    """

    rank: int | str | None = None
    max_rank: int = 5
    variance_share: float = 0.8
    l1_ratio: float = 0.5
    xi: float = 1.0
    pooled: bool = False
    rounds: int = 2
    max_sweeps: int = 50
    tol: float = 1e-4

    def fit(self, y, X, start: RidgeResults | SystemResults | None = None) -> ReducedRankResults | ReducedRankSystem:
        """Estimate β_1..β_T from y (T, or T×M) and X (T×K); errors as in `TVPRidge.fit`.

        `start` is what `TwoStepRidge.fit` returned for the same data and options; without it, it is fitted here.
        """
        self._check()
        start = super().fit(y, X) if start is None else start
        problem = Problem.of(y, X, self)
        search, everyone = Search.of(self, problem.index), list(range(len(problem.targets)))
        fits = taken_over(start, problem, self._two_step())
        if self.rank == "cv" and not search.folds:
            raise ValueError('rank: "cv" needs held-out errors; use lam="cv", and a cv other than "gcv" and "ml"')
        most = len(problem.names) * (len(everyone) if self.pooled else 1)
        if isinstance(self.rank, numbers.Integral) and self.rank > most:
            raise ValueError(f"rank: {self.rank} factors for {len(problem.names)} coefficients an equation")
        if self.pooled and len({fit.law for fit in fits}) > 1:
            raise ValueError("law: equations chose different φ; give phi where factors are pooled")
        groups = [everyone] if self.pooled else [[m] for m in everyone]
        done = [one for group in groups for one in self._reduce(problem, search, fits, group)]
        return done[0] if problem.single else ReducedRankSystem(dict(zip(problem.targets, done, strict=True)))

    def _check(self) -> None:
        """Refuse hyperparameters that make no sense."""
        for name in ("rank", "max_rank", "rounds", "max_sweeps"):
            value = getattr(self, name)
            if name == "rank" and (value is None or isinstance(value, str)):
                check_choice(value, name, (None, "cv"))
                continue
            check_whole(value, name, 1)
        for name in ("variance_share", "l1_ratio"):
            if check_number(getattr(self, name), name) > 1.0:
                raise ValueError(f"{name}: must lie above 0 and not above 1, got {getattr(self, name)!r}")
        check_number(self.xi, "xi")
        check_number(self.tol, "tol")
        check_choice(self.pooled, "pooled", (True, False))

    def _reduce(self, problem: Problem, search: Search, fits: list[RidgeResults], group: list[int]):
        """Algorithm 3 for the targets in `group`, from 2SRR's `fits`."""
        law, T = fits[group[0]].law, len(problem.index)
        variances = np.column_stack([fits[m].sigma2.to_numpy() / problem.sd_y[m] ** 2 for m in group])
        factors = FactorProblem(problem.X, problem.Y[:, group], _relative(variances, 1.0), problem.lam0, law)
        lam = np.exp(np.mean([np.log(fits[m].lam) for m in group]))
        ranks = self._ranks(problem, near(search, lam), fits, group, factors) if self.rank == "cv" else None
        search = replace(
            search, folds=tuple(np.concatenate([F + T * m for m in range(len(group))]) for F in search.folds)
        )
        if search.criterion == "loo" and len(group) > 1:
            search = replace(search, criterion="folds")  # the fold of a period is its row in every equation
        U = np.hstack([increments_of(problem, m, fits[m]) for m in group])
        rank = self.rank if ranks is None else best_rank(ranks)
        loadings = principal_loadings(U, rank, self.max_rank, self.variance_share)
        start = tune(near(search, lam), factors, loadings)
        best, path, settled = self._rounds(search, start)
        more = {"objective_path": path, "n_iter": len(path), "rank_path": ranks}
        return [
            replace(
                named(problem, search, best, group, m, more, best.lam),
                first_step=fits[m],
                converged=bool(settled and fits[m].converged),
            )
            for m in group
        ]

    def _ranks(self, problem: Problem, search: Search, fits: list, group: list[int], factors: FactorProblem):
        """Score the numbers of factors to start from, each fold's by loadings that have not seen it."""
        steps = []
        for m in group:
            one = fits[m]._solver  # perhaps the banded route's
            solver = DualSolver(problem.X, one.omega_u, one.omega_e, problem.lam0, fits[m].law)
            steps.append(SecondStep(solver, problem.Y[:, m], fits[m].lam))
        most = min(self.max_rank, len(problem.names) * len(group))
        return score_ranks(factors, steps, search.folds, search.lams, most)

    def _rounds(self, search: Search, now: Tuned) -> tuple[Tuned, pd.DataFrame, bool]:
        """Step 2 of Algorithm 3: the last round, the objective's path, whether every round settled."""
        model, path, settled = volatility_model(self.volatility), [], True
        for i in range(self.rounds):
            penalties = noise_level(now, self.l1_ratio, self.xi)
            drift, objectives, quiet = now.factors.alternate(now.loadings, penalties, self.tol, self.max_sweeps)
            path += [(i + 1, sweep + 1, value) for sweep, value in enumerate(objectives)]
            if not quiet:
                why = f"GRRRR: round {i + 1} did not settle in {self.max_sweeps} sweeps"
                warn_unconverged(why)
            found = [model(one) for one in now.factors.residuals(drift.loadings, drift.increments).T]
            omega_e = _relative(np.column_stack([one.variance for one in found]), self.noise_power)
            last = i + 1 == self.rounds or drift.loadings.size == 0
            reweighted = replace(now.factors, omega_e=omega_e)
            now = tune(search if last else near(search, now.lam), reweighted, normalised(drift.loadings))
            settled = settled and quiet and all(one.converged for one in found)
            if last:
                break
        return now, pd.DataFrame(path, columns=["round", "sweep", "objective"]), settled


def increments_of(problem: Problem, m: int, fit: RidgeResults) -> np.ndarray:
    """Innovations (T − 1, K) of target m's coefficients, in standardised units."""
    return fit.law.innovations(fit.beta.to_numpy(), fit._start) * problem.sd_x / problem.sd_y[m]


def named(problem: Problem, search: Search, best: Tuned, group: list[int], m: int, more: dict, lam: float):
    """Label target m's coefficients, loadings and factors at one λ; Λ stays, F follows λ."""
    K, i = len(problem.names), group.index(m)
    pooled = len(group) > 1
    y = best.factors.stacked[1]
    solver = EquationOf(best.solver, y, problem.X, best.factors.law, i) if pooled else best.solver
    base = label(problem, search, solver, m, best.scores, lam)
    loadings, increments = identified(best.loadings, best.factors.increments(best.loadings, lam))
    names = [f"F{j + 1}" for j in range(loadings.shape[1])]
    units = (problem.sd_y[m] / problem.sd_x)[:, None]
    own = {
        "loadings": pd.DataFrame(loadings[i * K : (i + 1) * K] * units, problem.names, names),
        "factors": pd.DataFrame(best.factors.law.accumulate(increments), problem.index, names),
        "increments": pd.DataFrame(increments, problem.index, names),
        "_refit": partial(named, problem, search, best, group, m, more),
    }
    if pooled:
        own["loglik"] = joint_loglik(best, lam) - len(problem.index) * float(np.log(problem.sd_y[group]).sum())
    return ReducedRankResults(**{**vars(base), **own, **more})


def joint_loglik(best: Tuned, lam: float) -> float:
    """Log marginal likelihood of all equations, standardised, with their common σ²."""
    y, solver = best.factors.stacked[1], best.solver
    solution = solver.solve(y, lam)
    rest = (y - explained(solver, solution))[:, 0]
    return log_likelihood(solution, residual_variance(rest, solver.omega_e, float(solver.slack(lam).sum()), lam))


def _relative(variances: np.ndarray, power: float) -> np.ndarray:
    """Variances (T, M) to a power, scaled so that all together have mean 1."""
    return relative(variances.ravel(), power).reshape(variances.shape)
