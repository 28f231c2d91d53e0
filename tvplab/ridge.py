"""TVP regressions as ridge regressions: `TVPRidge` (one step) and `TwoStepRidge` (2SRR, Algorithm 1).

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, sections 2.1-2.4; shown in lesson 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from tvplab.ridge_fit import fit_targets
from tvplab.ridge_problem import Problem
from tvplab.ridge_results import RidgeResults
from tvplab.ridge_search import LAMS, Search
from tvplab.ridge_start import Origin, Weights, taken_over
from tvplab.ridge_system import SystemResults
from tvplab.tvp_laws import Law
from tvplab.validation import check_choice, check_number, check_weights
from tvplab.volatility import VOLATILITY, Volatility

__all__ = ["LAMS", "TVPRidge", "TwoStepRidge", "relative"]


@dataclass(frozen=True)
class RidgeOptions:
    """The hyperparameters that every TVP ridge model has; `TVPRidge` says what they mean."""

    lam: float | str = "cv"
    cv: object = 5
    lams: Sequence[float] | None = None
    lam0: float = 0.1
    scale: str | None = "sd"
    constant: bool = True
    law: str | Law = "random walk"


@dataclass(frozen=True)
class TVPRidge(RidgeOptions):
    """Random-walk coefficients by ridge regression with one drift variance and one residual variance (eqs. 3-6).

    Parameters
    ----------
    lam : drift penalty λ = σ²_ε/σ²_u > 0 (standardised units), or "cv" to choose it from `lams` by `cv`, or "1se": the
        largest λ that `cv` does not find clearly worse than the best, by one standard error of the difference over
        folds; more careful where errors are serially correlated.  The paper's definition below its eq. 2 divides by K;
        the reference software's, and ours, does not.
    cv : number of random folds; `crossval.RandomFolds`, `crossval.BlockedFolds`, a scikit-learn splitter or T fold
        labels; or "loo", "gcv", "ml".  Folds are exact: nothing is refitted, nothing approximated.
    lams : candidates for λ; default 25 half decades from 10⁻³ to 10⁹.
    lam0 : penalty ≥ 0 on the first period's coefficients, constant included (λ₀ of eq. 7); 0 leaves them free.
        Default 0.1, as in the reference software.
    scale : "sd" divides y and each regressor by its sample standard deviation (ddof 1, not centred); None does not.
    constant : whether to add a constant, whose coefficient moves like the others.
    law : law of motion (section 2.2): "random walk"; "drift", a random walk with a trend of its own (λ₀ penalises how
        far the trend goes over the sample); "smooth", whose slope is a random walk; "ar", which returns to its start
        at a rate φ chosen with λ; or an object of `tvplab.tvp_laws`, such as `AR(0.9)`.
    sigma_u2 : (K,) relative drift variance of each coefficient (constant first), eq. 8; default 1 for all.
    sigma_e2 : (T,) relative residual variance of each period, eq. 8; default 1 for all.
    """

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
        search = Search.of(self, problem.index)
        omega_u = check_weights(self.sigma_u2, len(problem.names), "sigma_u2", problem.names)
        omega_e = check_weights(self.sigma_e2, len(problem.index), "sigma_e2", problem.index)
        return collect(problem, fit_targets(problem, search, omega_u, omega_e, range(len(problem.targets))))


@dataclass(frozen=True)
class TwoStepRidge(RidgeOptions):
    """2SRR (Algorithm 1): a second ridge weighted by what the first finds about volatility and drift.

    Step 1 is `TVPRidge`.  A volatility model of its residuals gives the relative residual variances, the mean
    squared increments the relative drift variances, both with mean 1; step 2 solves eq. 8 and chooses λ anew.

    Parameters
    ----------
    lam, cv, lams, lam0, scale, constant, law : as in `TVPRidge`; a given `lam` serves both steps, a φ chosen in the
        first step the second.
    volatility : "garch" (GARCH(1,1) through the `arch` library; EWMA with a warning when it does not converge),
        "ewma", "constant", or a function from residuals (T,) to variances (T,).
    noise_power : exponent of the residual variances before they are scaled to mean 1.  1 is the paper's; the
        reference software uses the standard deviation to the power .75, here 0.375.
    drift_power : exponent of the drift variances; 1 is the paper's, 0.75 the reference software's.
    """

    volatility: str | Callable[[np.ndarray], np.ndarray] = "garch"
    noise_power: float = 1.0
    drift_power: float = 1.0

    def fit(self, y, X) -> RidgeResults | SystemResults:
        """Estimate β_1..β_T from y (T, or T×M) and X (T×K); errors as in `TVPRidge.fit`."""
        return self._fit(y, X)

    def _fit(self, y, X, start=None) -> RidgeResults | SystemResults:
        """Steps 1 to 3 of Algorithm 1, unless a `start` brings them, then the second step of each target."""
        volatility = volatility_model(self.volatility)
        check_number(self.noise_power, "noise_power", or_equal=True)
        check_number(self.drift_power, "drift_power", or_equal=True)
        problem = Problem.of(y, X, self)
        search = Search.of(self, problem.index)
        if start is None:
            T, K = problem.X.shape
            firsts = fit_targets(problem, search, np.ones(K), np.ones(T), range(len(problem.targets)))
            begun = [(one, self._weights(problem, m, one, volatility)) for m, one in enumerate(firsts)]
        else:
            begun = [(one.first_step, one._origin.weights) for one in taken_over(start, problem, self._two_step())]
        fits = [
            self._second_step(problem, replace(search, laws=(first.law,)), m, first, volatility, weights)
            for m, (first, weights) in enumerate(begun)
        ]
        return collect(problem, fits)

    def _two_step(self) -> dict:
        """The options that 2SRR has, by name."""
        return {one.name: getattr(self, one.name) for one in fields(TwoStepRidge)}

    def _second_step(
        self, problem: Problem, search: Search, m: int, first: RidgeResults, volatility, weights: Weights
    ) -> RidgeResults:
        """Step 4 of Algorithm 1 for target m."""
        (second,) = fit_targets(problem, search, weights.omega_u, weights.omega_e, [m])
        origin = Origin(problem, self._two_step(), weights)
        return replace(second, first_step=first, converged=weights.converged, _origin=origin)

    def _weights(self, problem: Problem, m: int, first: RidgeResults, volatility) -> Weights:
        """Steps 2 and 3 of Algorithm 1 for target m."""
        sd_y = problem.sd_y[m]
        variance, converged = volatility(first.resid.to_numpy() / sd_y)
        innovations = first.law.innovations(first.beta.to_numpy(), first._start) * problem.sd_x / sd_y
        drift = np.mean(innovations**2, axis=0)
        omega_u, omega_e = relative(drift, self.drift_power), relative(variance, self.noise_power)
        return Weights(omega_u, omega_e, drift * len(innovations), converged)


def relative(variances: np.ndarray, power: float = 1.0) -> np.ndarray:
    """Raise variances to a power and scale them to mean 1 (steps 2 and 3 of Algorithm 1).

    What is below 10⁻⁸ of the mean is set there: a coefficient that did not move at all would divide by zero.  Where
    nothing moved at all, every weight is 1.
    """
    raised = np.asarray(variances, dtype=float) ** power
    mean = raised.mean()
    return np.maximum(raised / mean, 1e-8) if mean > 0 else np.ones_like(raised)


def collect(problem: Problem, fits: list[RidgeResults]) -> RidgeResults | SystemResults:
    """Return one result for a vector y, a system for a T×M one."""
    return fits[0] if problem.single else SystemResults(dict(zip(problem.targets, fits, strict=True)))


def volatility_model(choice) -> Callable[[np.ndarray], Volatility]:
    """Return the model by its name; a function of the user's is checked at each call."""
    if not callable(choice):
        check_choice(choice, "volatility", tuple(VOLATILITY))
        return VOLATILITY[choice]
    return lambda resid: Volatility(check_weights(choice(resid), len(resid), "volatility"))
