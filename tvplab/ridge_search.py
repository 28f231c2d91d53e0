"""Choosing λ: the candidates, the solver that suits them, and the score of each (section 2.4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from tvplab import crossval
from tvplab.tvp_banded import BandedSolver, banded_is_cheaper
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_laws import WALK, Law, candidate_laws
from tvplab.tvp_one_lambda import OneLambdaSolver
from tvplab.tvp_solution import Solution, minus_twice_loglik
from tvplab.validation import check_number

LAMS = np.logspace(-3.0, 9.0, 25)
"""Default candidates for λ: half decades from 10⁻³ to 10⁹ (the reference software has 15 from e⁻⁶ to e²⁰)."""

ILL_CONDITIONED = 1e4
"""Condition number of X from which the banded route, which squares it, gives way to the dual."""


@dataclass(frozen=True)
class Search:
    """The candidates `lams` (L,) for λ and the `criterion`: "folds", "loo", "gcv", "ml", or "given" for one fixed λ.

    `folds` are the periods held out together: one each for "loo", none where nothing is held out.  `laws` are the
    candidates for the law of motion: one, unless φ is to be chosen.  `rule` takes the "best" of `lams`, or by "1se"
    the largest that is not clearly worse.
    """

    lams: np.ndarray
    criterion: str
    folds: tuple[np.ndarray, ...] = ()
    laws: tuple[Law, ...] = (WALK,)
    rule: str = "best"

    @classmethod
    def of(cls, model, index: pd.Index) -> Search:
        """Check the model's `lam`, `lams`, `cv` and `law`."""
        laws = candidate_laws(model.law)
        if not isinstance(model.lam, str):
            if len(laws) > 1:
                raise ValueError('law: φ is chosen together with λ; give phi, or lam="cv" (with lams=[…] for one λ)')
            return cls(np.array([check_number(model.lam, "lam")]), "given", laws=laws)
        if model.lam not in ("cv", "1se"):
            raise ValueError(f'lam: expected a number > 0, "cv" or "1se", got {model.lam!r}')
        default = LAMS * laws[0].unit(len(index))
        lams = default if model.lams is None else np.array([check_number(one, "lams") for one in np.ravel(model.lams)])
        if len(lams) == 0:
            raise ValueError("lams: is empty; give at least one candidate > 0")
        rule = "best" if model.lam == "cv" else model.lam
        if isinstance(model.cv, str) and model.cv in crossval.CRITERIA:
            if rule == "1se" and model.cv != "loo":
                raise ValueError(f'lam: "1se" needs held-out errors, and cv={model.cv!r} has none; give folds or "loo"')
            single = tuple(np.arange(len(index))[:, None]) if model.cv == "loo" else ()
            return cls(lams, model.cv, single, laws, rule)
        return cls(lams, "folds", tuple(crossval.make_folds(model.cv, index)), laws, rule)

    def solver(self, X, omega_u, omega_e, lam0: float, law: Law) -> DualSolver | BandedSolver:
        """Return the cheaper solver of this search; the dual where X is nearly collinear, unless T is too large.

        The banded route is for random walks and needs Ω_u's diagonal, all of it positive; the dual takes any Ω_u.
        """
        T, K = X.shape
        dual = partial(OneLambdaSolver, lam=float(self.lams[0])) if len(self.lams) == 1 else DualSolver
        if law != WALK or omega_u.ndim == 2 or np.any(omega_u <= 0.0):
            return dual(X, omega_u, omega_e, lam0, law)
        solves = {"given": 0, "ml": 1, "loo": 4, "gcv": 4, "folds": len(self.folds)}[self.criterion]
        cheap = banded_is_cheaper(T, K, len(self.lams) if solves else 0, solves)
        if cheap and T <= 4000 and _condition(X, lam0) > ILL_CONDITIONED:
            cheap = False
        return (BandedSolver if cheap else dual)(X, omega_u, omega_e, lam0)

    def scores(self, solver, Y: np.ndarray) -> np.ndarray:
        """Score every candidate for every target (L, M), smaller is better; (1, M) zeros for a given λ.

        Weighted mean squared held-out errors, so that a loud period counts less; −2 log-likelihood for "ml".
        """
        if self.criterion == "given":
            return np.zeros((1, Y.shape[1]))
        if self.criterion == "ml":
            solutions = [solver.solve(Y, lam) for lam in self.lams]
            return np.array([minus_twice_loglik(one.logdet, one.rank, one.quad) for one in solutions])
        if self.criterion == "gcv":
            return np.array([_gcv(solver, Y, lam) for lam in self.lams])
        return self._squares(solver, Y).mean(axis=1)

    def judge(self, solver, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the scores (L, M), and by `rule` which candidate each target takes (M,)."""
        if self.rule == "best":
            scores = self.scores(solver, Y)
            return scores, scores.argmin(axis=0)
        squares = self._squares(solver, Y)
        chosen = [not_clearly_worse(one, self.folds, self.lams) for one in np.moveaxis(squares, 2, 0)]
        return squares.mean(axis=1), np.array(chosen)

    def _squares(self, solver, Y: np.ndarray) -> np.ndarray:
        """Weighted squared held-out errors (L, T, M)."""
        if self.criterion == "loo":
            errors = solver.leave_one_out_errors(Y, self.lams)
        else:
            errors = solver.held_out_errors(Y, self.lams, self.folds)
        return errors**2 / solver.omega_e[:, None]

    def table(self, scores: np.ndarray, sd_y: float, rank: int) -> pd.DataFrame:
        """Candidates and one target's scores in the data's units; empty for a given λ."""
        if self.criterion == "given":
            return pd.DataFrame(np.empty((0, 2)), columns=["lam", "score"])
        in_units = scores + 2.0 * rank * np.log(sd_y) if self.criterion == "ml" else scores * sd_y**2
        return pd.DataFrame(np.column_stack([self.lams, in_units]), columns=["lam", "score"])


def not_clearly_worse(squares: np.ndarray, folds: Sequence[np.ndarray], lams: np.ndarray) -> int:
    """Which is the largest λ whose score is within one standard error of the best, from squared errors (L, T).

    The rule of Breiman, Friedman, Olshen and Stone (1984), with the standard error, over folds, of the *difference*
    from the best: what is held out is the same, so that scores of two λ go up and down together.
    """
    by_fold = np.stack([squares[:, fold].mean(axis=1) for fold in folds], axis=1)
    worse = by_fold - by_fold[squares.mean(axis=1).argmin()]
    error = worse.std(axis=1, ddof=1) / np.sqrt(len(folds))
    near = np.flatnonzero(worse.mean(axis=1) <= error)
    return int(near[np.argmax(lams[near])])


def explained(solver, solution: Solution) -> np.ndarray:
    """Fitted values x_t'β_t (T, M)."""
    return np.einsum("tk,tkm->tm", solver.X, solution.beta)


def _gcv(solver, Y: np.ndarray, lam: float) -> np.ndarray:
    """Generalised cross-validation (Golub, Heath and Wahba, 1979), (M,)."""
    squares = (Y - explained(solver, solver.solve(Y, lam))) ** 2 / solver.omega_e[:, None]
    return np.mean(squares, axis=0) / np.mean(solver.slack(lam)) ** 2


def _condition(X: np.ndarray, lam0: float) -> float:
    """Condition number of X with λ₀'s help."""
    s = np.linalg.svd(X, compute_uv=False)
    smallest = s[-1] ** 2 + lam0
    return np.sqrt((s[0] ** 2 + lam0) / smallest) if smallest > 0 else np.inf
