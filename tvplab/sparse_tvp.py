"""Sparse time variation: `GroupLassoRidge` (GLRR, Algorithm 2) finds which coefficients move and which stay constant.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 2.5.1 and appendix A.1; lesson 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tvplab.convergence import warn_unconverged
from tvplab.ridge import TwoStepRidge, relative
from tvplab.ridge_fit import fit_targets
from tvplab.ridge_problem import Problem
from tvplab.ridge_results import RidgeResults
from tvplab.ridge_search import Search
from tvplab.ridge_start import Weights
from tvplab.ridge_system import SystemResults
from tvplab.sparse_alphas import AlphaPath, along_alphas, objectives
from tvplab.sparse_results import SparseResults, extended
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_selection import Step, boundary_point, select_moving
from tvplab.validation import check_choice, check_number, check_whole

ALPHAS = (1.0, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08)
"""Default candidates for α, from no sparsity to much of it."""
RULES = ("cv", "1se")
"""Ways of choosing α: the best score, or the sparsest within one standard error of it."""
FINALS = ("first", "cv", "group")
"""Ways of setting λ of the last ridge."""
SELECTIONS = ("lasso", "likelihood")
"""Ways of finding which coefficients move."""


@dataclass(frozen=True)
class GroupLassoRidge(TwoStepRidge):
    """GLRR (Algorithm 2): ridge within a coefficient's drift, lasso across coefficients, so that some do not move.

    Steps 1 to 3 are `TwoStepRidge`'s.  With its relative drift variances σ²_k of mean 1, and at given Ω_ε, GLRR
    minimises (eq. 11, in the form that the fixed point of Algorithm 2 solves)

        ‖Ω_ε^{-1/2}(y − Xβ_1 − Zu)‖² + λ₀‖β_1‖² + λ̃ [α Σ_k ‖u_k‖²/σ²_k + 2 (1 − α) c Σ_k w_k ‖u_k‖]

    c² is the mean of ‖u_k‖² after step 1, so that Algorithm 2's weights λ̃[α/σ²_k + (1 − α)/σ_k⁽ⁱ⁾] are normalised once:
    normalised anew in each iteration, as the paper writes, they minimise nothing.  The paper's iterations are
    `tvp_groups.reweight`; Newton steps reach the same minimum in a handful of steps, with exact zeros.  Then eq. 8 is
    solved with the converged weights.

    Parameters
    ----------
    alpha : share α of the ridge in (0, 1]: 0.5 in the paper, 1 is `TwoStepRidge`, towards 0 nothing moves.  "cv" takes
        the best of `alphas` by the score of `cv`, "1se" the sparsest within one standard error of the best: more of
        the constant coefficients found, at the risk of freezing some that move.
    alphas : candidates for α, falling; they are tried in order until the score is too bad to be chosen.
    multiple : λ̃/λ₍₁₎, λ₍₁₎ being the λ of step 1.  The default, 1/α, leaves the ridge part as step 1 found it and adds
        the groups' part; 1 is the paper's, which takes the groups' part out of the ridge's.
    adaptive : whether the groups' weights w_k are 1/σ_k (Zou's adaptive lasso, by groups) rather than the paper's 1.
    final : λ of the last ridge, which has the converged weights.  "first" scales them to mean 1 and keeps λ₍₁₎, as
        step 3 of Algorithm 1 keeps the mean; "cv" scales them and chooses λ anew (footnote 15); "group" takes them as
        they are, and the result is the minimiser above.
    rounds : how often Ω_ε is estimated: 1, from step 1's residuals, as in `TwoStepRidge`; from 2 on also from GLRR's.
    select : "lasso" as above; or "likelihood", a search over which coefficients move (`tvp_selection`): eq. 8 with
        equal drift variances of those, λ by `cv`.  Then the options from `alpha` to `final` play no part.
    level : of the likelihood's test of one more coefficient, a variance on its boundary; below 0.5.
    lam, cv, lams, lam0, scale, constant, law, volatility, noise_power, drift_power : as in `TwoStepRidge`; "cv" in
        `final` keeps a given `lam`.

    Notes
    -----
    Defaults were chosen on the designs S1-S4 (T = 150, 300, K = 6, 20, few seeds each).  The paper's own setting
    (`multiple=1, adaptive=False`) freezes next to nothing exactly; the default freezes more of the constant
    coefficients.  `final="cv"` lowers the error by some 5 to 10 % where noise is low and few coefficients move, and
    raises it by as much where noise is high, so the default keeps λ₍₁₎.
    The score takes the weights, found on all periods, as given: it is optimistic, and more so for weights that were
    selected.  Where all coefficients move, "cv" and "1se" therefore switch off too many.
    The likelihood, T = 300, low noise: in S1 with K*/K = .2 it found all constants in 30 of 30 worlds of K = 6, and
    froze 2 % of what moves; of K = 20 it let 6 % of the constants move (1 % at level .01, which froze 16 % of what
    moves).  It freezes what hardly moves: 43 % in S4, and 90 % in S1 where noise is high.
    Each step, Newton's or the search's, factorises T×T matrices, whatever K: meant for T up to a few thousand.
    """

    alpha: float | str = 0.5
    alphas: Sequence[float] = ALPHAS
    multiple: float | None = None
    adaptive: bool = True
    final: str = "first"
    rounds: int = 1
    select: str = "lasso"
    level: float = 0.05

    def fit(self, y, X, start: RidgeResults | SystemResults | None = None) -> SparseResults | SystemResults:
        """Estimate β_1..β_T from y (T, or T×M: each target by itself after step 1) and X (T×K).

        `start` is what `TwoStepRidge.fit` returned for the same data and options: then steps 1 to 3 are done.

        Raises
        ------
        TypeError, ValueError
            Anything wrong with y, X or a hyperparameter; the message names it.
        """
        self._candidates()
        if self.multiple is not None:
            check_number(self.multiple, "multiple")
        check_choice(self.adaptive, "adaptive", (True, False))
        check_choice(self.final, "final", FINALS)
        check_choice(self.select, "select", SELECTIONS)
        if check_number(self.level, "level") >= 0.5:
            raise ValueError(f"level: must lie above 0 and below 0.5, got {self.level!r}")
        check_whole(self.rounds, "rounds", 1)
        if self.select == "lasso":
            self._check_scored()
        return self._fit(y, X, start)

    def _check_scored(self) -> None:
        """Refuse to choose α by scores that there will not be."""
        if self.alpha in RULES and not isinstance(self.lam, str):
            raise ValueError(f'alpha: {self.alpha!r} needs scores, and a given lam has none; use lam="cv"')
        if self.alpha == "1se" and isinstance(self.cv, str) and self.cv in ("gcv", "ml"):
            raise ValueError(f'alpha: "1se" needs held-out errors; cv={self.cv!r} has none')

    def _candidates(self) -> list[float]:
        """The values of α to try, checked."""
        if isinstance(self.alpha, str):
            check_choice(self.alpha, "alpha", RULES)
        name, given = ("alphas", self.alphas) if isinstance(self.alpha, str) else ("alpha", [self.alpha])
        values = [check_number(one, name) for one in np.ravel(given).tolist()]
        if not values or max(values) > 1.0 or np.any(np.diff(values) >= 0.0):
            raise ValueError(f"{name}: must lie above 0 and not above 1 (several: falling), got {given!r}")
        return values

    def _path(self) -> AlphaPath:
        return AlphaPath(self._candidates(), self.alpha == "1se", self.multiple, self.adaptive, self.final)

    def _second_step(self, *begun) -> SparseResults:
        """Algorithm 2 for one target, from what steps 1 to 3 found."""
        return (self._by_likelihood if self.select == "likelihood" else self._iterate)(*begun)

    def _by_likelihood(
        self, problem: Problem, search: Search, m: int, first: RidgeResults, volatility, weights: Weights
    ) -> SparseResults:
        """Eq. 8 with the coefficients that the marginal likelihood lets move, their drift variances equal."""
        begin, K, fit = weights, len(problem.names), None
        for _ in range(self.rounds):
            if fit is not None:
                variance, converged = volatility(fit.resid.to_numpy() / problem.sd_y[m])
                weights = weights._replace(omega_e=relative(variance, self.noise_power), converged=converged)
            solver = DualSolver(problem.X, np.ones(K), weights.omega_e, problem.lam0, search.laws[0])
            found, steps = select_moving(solver, problem.Y[:, m], boundary_point(self.level))
            omega_u = found.moving * (K / max(found.moving.sum(), 1))
            (fit,) = fit_targets(problem, search, omega_u, weights.omega_e, [m])
        return extended(
            replace(fit, first_step=first, converged=weights.converged),
            constant=[name for name, moves in zip(problem.names, found.moving, strict=True) if not moves],
            steps=_labelled(steps, problem.names),
            n_iter=len(steps),
            _at_alpha=self._sparser(problem, search, m, first, volatility, begin),
        )

    def _sparser(self, *start) -> Callable[[float], SparseResults]:
        """Return α → the group lasso's fit from the same step 1 and volatility."""
        return lambda alpha: replace(self, alpha=alpha, select="lasso")._iterate(*start)

    def _iterate(
        self, problem: Problem, search: Search, m: int, first: RidgeResults, volatility, weights: Weights
    ) -> SparseResults:
        """Step 2 of Algorithm 2, from the weights that 2SRR's second step would have."""
        begin, rounds = weights, []
        for _ in range(self.rounds):
            if rounds:
                variance, converged = volatility(rounds[-1].fit.resid.to_numpy() / problem.sd_y[m])
                weights = weights._replace(omega_e=relative(variance, self.noise_power), converged=converged)
            best, table = along_alphas(self._path(), problem, search, m, first.lam, weights)
            rounds.append(best)
        settled = all(one.solution.converged for one in rounds)
        if not settled:
            warn_unconverged("group lasso stopped before its optimality conditions held")
        still = best.solution.point.omega == 0.0
        return extended(
            replace(best.fit, first_step=first, converged=weights.converged and settled),
            constant=[name for name, stands in zip(problem.names, still, strict=True) if stands],
            alpha=best.alpha,
            lam_group=best.lam_group,
            objective_path=objectives(rounds),
            sparsity_path=table,
            n_iter=sum(len(one.solution.path) - 1 for one in rounds),
            _at_alpha=self._sparser(problem, search, m, first, volatility, begin),
        )


def _labelled(steps: tuple[Step, ...], names: list) -> pd.DataFrame:
    """Return the steps of a search with the coefficients' names."""
    return pd.DataFrame([one._replace(coefficient=names[one.coefficient]) for one in steps], columns=Step._fields)
