"""What `ReducedRankRidge` returns: a ridge fit, and the few factors that its coefficients move with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tvplab.ridge_results import RidgeResults
from tvplab.ridge_system import SystemResults
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_laws import Law
from tvplab.tvp_solution import Solution


@dataclass(frozen=True)
class ReducedRankResults(RidgeResults):
    """Coefficients of one equation that are linear in a few factors; the fields of `RidgeResults`, and these.

    `beta` is its first row plus `factors @ loadings.T` (for the default law of motion).

    Attributes
    ----------
    loadings : (K, r) frame, coefficient units per unit of a factor; a row of zeros is a coefficient that stays put.
    factors : (T, r) frame of the factors' paths g_t; the first moves the coefficients most.
    increments : (T, r) frame of the factors' innovations, orthogonal, each with mean square 1.
    rank : number of factors r that the data kept; 0 when no coefficient moves.
    objective_path : frame with columns `round`, `sweep`, `objective` (eq. 14, standardised units).  λ, ξ and Ω_ε are
        fixed in a round, in which the objective never rises; from round to round they are tuned anew.
    rank_path : frame of the numbers of factors that `rank="cv"` tried to start from: `rank`, its best `lam`, and the
        `score` there (held out, standardised units); the smallest score is the choice.  None for another `rank`.
    n_iter : sweeps over eqs. 17 and 18, all rounds together.
    converged : whether every round settled and the volatility model converged.
    first_step : the 2SRR fit that the factors start from.
    """

    loadings: pd.DataFrame = None
    factors: pd.DataFrame = None
    increments: pd.DataFrame = None
    objective_path: pd.DataFrame = field(default=None, repr=False)
    n_iter: int = 0
    rank_path: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def rank(self) -> int:
        """Number of factors."""
        return self.loadings.shape[1]

    @property
    def constant(self) -> list:
        """Names of the coefficients found constant: no factor moves them."""
        return [name for name, row in self.loadings.iterrows() if not row.any()]

    def plot_factors(self, **options):
        """Draw the factors' paths and their loadings (`tvplab.plots.drift_factors`)."""
        from tvplab import plots

        return plots.drift_factors(self, **options)


@dataclass(frozen=True)
class ReducedRankSystem(SystemResults):
    """Several equations, each with factors of its own, or all with the same (`pooled`, appendix A.2)."""

    @property
    def loadings(self) -> dict[object, pd.DataFrame]:
        """Loadings by target, each (K, r)."""
        return {name: one.loadings for name, one in self.equations.items()}

    @property
    def factors(self) -> dict[object, pd.DataFrame]:
        """Paths of the factors by target; where pooled, the same for all."""
        return {name: one.factors for name, one in self.equations.items()}

    @property
    def rank(self) -> pd.Series:
        """Number of factors of each target."""
        return self._each("rank")

    @property
    def constant(self) -> dict[object, list]:
        """Names of the coefficients found constant, by target."""
        return {name: one.constant for name, one in self.equations.items()}


@dataclass(frozen=True)
class EquationOf:
    """Equation m of a stacked regression, seen as a solver of its own: its rows, its block of coefficients.

    `whole` solves all T·M rows for all M·K coefficients with the targets Y (T·M, 1); X (T, K) is one equation's.
    """

    whole: DualSolver
    Y: np.ndarray
    X: np.ndarray
    law: Law
    m: int

    @property
    def rows(self) -> slice:
        """Where the equation's periods are."""
        return slice(self.m * len(self.X), (self.m + 1) * len(self.X))

    @property
    def columns(self) -> slice:
        """Where its coefficients are."""
        return slice(self.m * self.X.shape[1], (self.m + 1) * self.X.shape[1])

    @property
    def omega_e(self) -> np.ndarray:
        """Relative residual variances (T,)."""
        return self.whole.omega_e[self.rows]

    @property
    def omega_u(self) -> np.ndarray:
        """Relative drift covariance (K, K)."""
        return self.whole.omega_u[self.columns, self.columns]

    def solve(self, Y: np.ndarray, lam: float) -> Solution:
        """Return the equation's share of the joint solution; the likelihood's terms are those of all equations."""
        joint = self.whole.solve(self.Y, lam)
        beta, start = joint.beta[self.rows, self.columns], joint.start[:, self.columns]
        return Solution(beta, start, joint.quad, joint.logdet, joint.rank)

    def slack(self, lam: float) -> np.ndarray:
        """1 − leverage (T,)."""
        return self.whole.slack(lam)[self.rows]

    def variances(self, lam: float, columns=None) -> np.ndarray:
        """Posterior variance of β_{t,k} in units of σ² for the `columns` k, default all (T, len(columns))."""
        K = self.X.shape[1]
        wanted = [self.m * K + k for k in (range(K) if columns is None else columns)]
        return self.whole.variances(lam, wanted)[self.rows]
