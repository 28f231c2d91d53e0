"""TVP regressions as ridge regressions: `TVPRidge` (one step) and `TwoStepRidge` (2SRR, Algorithm 1).

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, sections 2.1-2.4; shown in lesson 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tvplab import crossval
from tvplab.ridge_results import RidgeResults, SystemResults
from tvplab.tvp_banded import BandedSolver, banded_is_cheaper
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_solution import Solution
from tvplab.validation import (
    check_choice,
    check_number,
    check_regression,
    check_varying,
    check_weights,
)
from tvplab.volatility import VOLATILITY

LAMS = np.logspace(-3.0, 9.0, 25)
"""Default candidates for λ: half decades from 10⁻³ to 10⁹ (the reference software has 15 from e⁻⁶ to e²⁰)."""


@dataclass(frozen=True)
class TVPRidge:
    """Random-walk coefficients by ridge regression with one drift variance and one residual variance (eqs. 3-6).

    Parameters
    ----------
    lam : drift penalty λ = σ²_ε/σ²_u > 0 (standardised units), or "cv" to choose it from `lams` by `cv`.  The
        paper's definition below its eq. 2 divides by K; the reference software's, and ours, does not.
    cv : number of random folds; `crossval.RandomFolds`, `crossval.BlockedFolds`, a scikit-learn splitter or T fold
        labels; or "loo", "gcv", "ml".  Folds are exact: nothing is refitted, nothing approximated.
    lams : candidates for λ; default 25 half decades from 10⁻³ to 10⁹.
    lam0 : penalty ≥ 0 on the first period's coefficients, constant included (λ₀ of eq. 7); 0 leaves them free.
        Default 0.1, as in the reference software.
    scale : "sd" divides y and each regressor by its sample standard deviation (ddof 1, not centred); None does not.
    constant : whether to add a constant, whose coefficient moves like the others.
    sigma_u2 : (K,) relative drift variance of each coefficient (constant first), eq. 8; default 1 for all.
    sigma_e2 : (T,) relative residual variance of each period, eq. 8; default 1 for all.
    """

    lam: float | str = "cv"
    cv: object = 5
    lams: Sequence[float] | None = None
    lam0: float = 0.1
    scale: str | None = "sd"
    constant: bool = True
    sigma_u2: Sequence[float] | None = None
    sigma_e2: Sequence[float] | None = None

    def fit(self, y, X) -> RidgeResults | SystemResults:
        """Estimate β_1..β_T from y (T, or T×M targets that share one factorisation, eq. 9) and X (T×K).

        Raises
        ------
        TypeError, ValueError
            Anything wrong with y, X or a hyperparameter; the message names it.
        """
        problem = Problem.of(y, X, self)
        omega_u = check_weights(self.sigma_u2, len(problem.names), "sigma_u2", problem.names)
        omega_e = check_weights(self.sigma_e2, len(problem.index), "sigma_e2", problem.index)
        return problem.collect(_fit_targets(problem, problem.Y, omega_u, omega_e))


@dataclass(frozen=True)
class TwoStepRidge:
    """2SRR (Algorithm 1): a second ridge weighted by what the first finds about volatility and drift.

    Step 1 is `TVPRidge`.  A volatility model of its residuals gives the relative residual variances, the mean
    squared increments the relative drift variances, both with mean 1; step 2 solves eq. 8 and chooses λ anew.

    Parameters
    ----------
    lam, cv, lams, lam0, scale, constant : as in `TVPRidge`; a given `lam` serves both steps.
    volatility : "garch" (GARCH(1,1) through the `arch` library; EWMA with a warning when it does not converge),
        "ewma", "constant", or a function from residuals (T,) to variances (T,).
    noise_power : exponent of the residual variances before they are scaled to mean 1.  1 is the paper's; the
        reference software uses the standard deviation to the power .75, here 0.375.
    drift_power : exponent of the drift variances; 1 is the paper's, 0.75 the reference software's.
    """

    lam: float | str = "cv"
    cv: object = 5
    lams: Sequence[float] | None = None
    lam0: float = 0.1
    scale: str | None = "sd"
    constant: bool = True
    volatility: str | Callable[[np.ndarray], np.ndarray] = "garch"
    noise_power: float = 1.0
    drift_power: float = 1.0

    def fit(self, y, X) -> RidgeResults | SystemResults:
        """Estimate β_1..β_T from y (T, or T×M) and X (T×K); errors as in `TVPRidge.fit`."""
        volatility = _volatility_model(self.volatility)
        problem = Problem.of(y, X, self)
        T, K = problem.X.shape
        first = _fit_targets(problem, problem.Y, np.ones(K), np.ones(T))
        return problem.collect([self._second_step(problem, m, one, volatility) for m, one in enumerate(first)])

    def _second_step(self, problem: Problem, m: int, first: RidgeResults, volatility) -> RidgeResults:
        """Steps 2-4 of Algorithm 1 for target m."""
        y_sd = problem.sd_y[m]
        omega_e = relative(volatility(first.resid.to_numpy() / y_sd), self.noise_power)
        increments = np.diff(first.beta.to_numpy(), axis=0) * problem.sd_x / y_sd
        omega_u = relative(np.mean(increments**2, axis=0), self.drift_power)
        (second,) = _fit_targets(problem, problem.Y[:, [m]], omega_u, omega_e, problem.targets[m : m + 1])
        return replace(second, first_step=first)


def relative(variances: np.ndarray, power: float = 1.0) -> np.ndarray:
    """Raise variances to a power and scale them to mean 1 (steps 2 and 3 of Algorithm 1).

    What is below 10⁻⁸ of the mean is set there: a coefficient that did not move at all would divide by zero.
    """
    raised = np.asarray(variances, dtype=float) ** power
    mean = raised.mean()
    return np.maximum(raised / mean, 1e-8) if mean > 0 else np.ones_like(raised)


@dataclass(frozen=True)
class Problem:
    """Checked, scaled and labelled data with the model's hyperparameters, ready for a solver.

    `Y` (T, M) and `X` (T, K, constant first) are divided by `sd_y` (M,) and `sd_x` (K,).
    """

    Y: np.ndarray
    X: np.ndarray
    sd_y: np.ndarray
    sd_x: np.ndarray
    index: pd.Index
    names: list
    targets: list
    single: bool
    model: TVPRidge | TwoStepRidge

    @classmethod
    def of(cls, y, X, model) -> Problem:
        """Check the data and the hyperparameters, add the constant, divide by standard deviations."""
        data = check_regression(y, X)
        check_choice(model.scale, "scale", ("sd", None))
        check_choice(model.constant, "constant", (True, False))
        check_number(model.lam0, "lam0", or_equal=True)
        why = "a constant is already added; drop it, or pass constant=False and scale=None"
        if model.constant or model.scale:
            check_varying(data.X, "X", why)
        if model.constant and "const" in data.X.columns:
            raise ValueError("X: the name 'const' is taken by the constant that is added")
        if model.scale:
            check_varying(data.y, "y", "there is nothing to explain")
        values, names = data.X.to_numpy(), list(data.X.columns)
        sd_x = values.std(axis=0, ddof=1) if model.scale else np.ones(values.shape[1])
        sd_y = data.y.to_numpy().std(axis=0, ddof=1) if model.scale else np.ones(data.y.shape[1])
        if model.constant:
            values, names = np.column_stack([np.ones(len(values)), values]), ["const", *names]
            sd_x = np.concatenate([[1.0], sd_x])
        return cls(
            Y=data.y.to_numpy() / sd_y,
            X=values / sd_x,
            sd_y=sd_y,
            sd_x=sd_x,
            index=data.y.index,
            names=names,
            targets=list(data.y.columns),
            single=data.single,
            model=model,
        )

    def collect(self, fits: list[RidgeResults]) -> RidgeResults | SystemResults:
        """Return one result for a vector y, a system for a T×M one."""
        return fits[0] if self.single else SystemResults(dict(zip(self.targets, fits, strict=True)))


def _fit_targets(problem, Y, omega_u, omega_e, targets=None) -> list[RidgeResults]:
    """Fit the columns of Y (T, M), each at its own λ, with one factorisation for all."""
    model, targets = problem.model, problem.targets if targets is None else targets
    lams, criterion = _search(model, len(Y))
    n_folds = len(criterion) if isinstance(criterion, list) else 1
    cheap = banded_is_cheaper(*problem.X.shape, len(lams) if criterion else 0, n_folds)
    solver = (BandedSolver if cheap else DualSolver)(problem.X, omega_u, omega_e, float(model.lam0))
    scores = _score(solver, Y, lams, criterion) if criterion else None
    fits = []
    for m, target in enumerate(targets):
        lam = float(lams[0] if scores is None else lams[np.argmin(scores[:, m])])
        path = None if scores is None else scores[:, m]
        fits.append(_results(problem, solver, Y[:, [m]], target, lam, lams, path, criterion))
    return fits


def _search(model, T: int) -> tuple[np.ndarray, list[np.ndarray] | str | None]:
    """Return the candidates for λ and how to score them: folds, a criterion's name, or None for a given λ."""
    if not isinstance(model.lam, str):
        return np.array([check_number(model.lam, "lam")]), None
    if model.lam != "cv":
        raise ValueError(f'lam: expected a number > 0 or "cv", got {model.lam!r}')
    lams = LAMS if model.lams is None else np.array([check_number(lam, "lams") for lam in np.ravel(model.lams)])
    if len(lams) == 0:
        raise ValueError("lams: is empty; give at least one candidate > 0")
    if isinstance(model.cv, str) and model.cv in crossval.CRITERIA:
        return lams, model.cv
    return lams, crossval.make_folds(model.cv, T)


def _score(solver, Y: np.ndarray, lams: np.ndarray, criterion) -> np.ndarray:
    """Scores (L, M), smaller is better: weighted mean squared held-out errors, or −2 log-likelihood for "ml"."""
    if criterion in ("gcv", "ml"):
        return np.array([_score_without_folds(solver, Y, lam, criterion) for lam in lams])
    if criterion == "loo":
        errors = solver.leave_one_out_errors(Y, lams)
    else:
        errors = solver.held_out_errors(Y, lams, criterion)
    return np.mean(errors**2 / solver.omega_e[:, None], axis=1)


def _score_without_folds(solver, Y: np.ndarray, lam: float, criterion: str) -> np.ndarray:
    """Generalised cross-validation (Golub, Heath and Wahba, 1979) or −2 times the marginal log-likelihood, (M,)."""
    solution = solver.solve(Y, lam)
    if criterion == "ml":
        return solution.logdet + solution.rank * (1.0 + np.log(2.0 * np.pi * solution.quad / solution.rank))
    squares = (Y - _explained(solver, solution)) ** 2 / solver.omega_e[:, None]
    return np.mean(squares, axis=0) / np.mean(1.0 - solver.leverage(lam)) ** 2


def _explained(solver, solution: Solution) -> np.ndarray:
    return np.einsum("tk,tkm->tm", solver.X, solution.beta)


def _results(problem, solver, y, target, lam, lams, path, criterion) -> RidgeResults:
    """Label one solution and put it back into the data's units."""
    sd_y = problem.sd_y[problem.targets.index(target)]
    solution, scale = solver.solve(y, lam), sd_y / problem.sd_x
    fitted = _explained(solver, solution)[:, 0]
    resid, df = y[:, 0] - fitted, float(solver.leverage(lam).sum())
    sigma2 = np.sum(resid**2 / solver.omega_e) / (len(y) - df)
    misfit = solution.rank * np.log(2.0 * np.pi * sigma2) + solution.logdet + solution.quad[0] / sigma2
    index, names = problem.index, problem.names
    return RidgeResults(
        beta=pd.DataFrame(solution.beta[:, :, 0] * scale, index, names),
        lam=lam,
        cv=_score_table(lams, path, criterion, len(y), sd_y),
        sigma2=pd.Series(sigma2 * solver.omega_e * sd_y**2, index, name=target),
        sigma_u2=pd.Series(sigma2 * solver.omega_u / lam * scale**2, names, name=target),
        fitted=pd.Series(fitted * sd_y, index, name=target),
        resid=pd.Series(resid * sd_y, index, name=target),
        loglik=float(-0.5 * misfit - solution.rank * np.log(sd_y)),
        df=df,
        _refit=lambda other: _results(problem, solver, y, target, other, lams, path, criterion),
        _solver=solver,
        _scale=scale * np.sqrt(sigma2),
    )


def _score_table(lams, path, criterion, T: int, sd_y: float) -> pd.DataFrame:
    """Candidates and scores in the data's units."""
    if path is None:
        return pd.DataFrame({"lam": [], "score": []}, dtype=float)
    scores = path + 2.0 * T * np.log(sd_y) if criterion == "ml" else path * sd_y**2
    return pd.DataFrame({"lam": lams, "score": scores})


def _volatility_model(choice) -> Callable[[np.ndarray], np.ndarray]:
    if callable(choice):
        return choice
    check_choice(choice, "volatility", tuple(VOLATILITY))
    return VOLATILITY[choice]
