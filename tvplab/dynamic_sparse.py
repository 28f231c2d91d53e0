"""Dynamic sparse factor analysis: `DynamicSparseFactors`, spike-and-slab loadings that move, by EM.

Source: McAlinn, Rockova and Saha (2018), *Dynamic Sparse Factor Analysis*; lesson 3.
"""

from __future__ import annotations

import numbers
import warnings
from dataclasses import dataclass

import numpy as np

from tvplab.dss_em import Settings, State, as_paths, e_step, estimate, m_step
from tvplab.dss_prior import Prior
from tvplab.dynamic_sparse_results import DynamicSparseResults
from tvplab.static_sparse import fit_static
from tvplab.validation import check_choice, check_number, check_panel
from tvplab.volatility import ConvergenceWarning

STARTS = ("pooled",)
"""Where EM starts."""
VARIANTS = ("recommended",)
"""The algorithm that works, and the one that the paper prints."""
SLAB_VARIANCE = 10.0
"""Variance λ₁/(1 − φ₁²) of a loading in the slab."""
FIRST_PERSISTENCE = 0.5
WARM_UP = 5


@dataclass(frozen=True)
class DynamicSparseFactors:
    """DSS-EM: Y_t = B_t ω_t + ε_t, few loadings nonzero, each of them moving smoothly while it is.

    Series are used as they come: centre them, and scale them so that a unit is about a standard deviation of their
    noise, for λ₀ and λ₁ are in these units.

    Parameters
    ----------
    n_factors : K, more than are expected; columns that are not needed stay zero.
    lam0 : rate λ₀ of the spike; 5 to 20 work, below 2 zeros are no longer favoured and everything loads.
    lam1 : variance λ₁ of a loading's change in a period.  √λ₁ is about the change that is allowed.
    phi1 : persistence φ₁ of a loading; default √(1 − λ₁/10), so that its long-run variance is 10, as in the paper.
    theta : Θ, long-run share of nonzero loadings.
    discount : δ of the variances: 1/(1−δ) is about the number of periods that tell today's variance.
    lifetime : about how many periods a factor lives, or stays away (`dss_lives`); above 1.  None: factors are not
        looked at as a whole, and one that dies fades out over some fifteen periods.
    start : "pooled": static sparse factors of the whole sample, the best of `n_starts`.
    n_starts : random starts of the static fit.
    intercept : whether each series has an intercept that moves as a random walk.
    max_iter, tol : largest number of iterations, and the change of a loading at which they stop.
    variant : "recommended".
    seed : of the random starts.
    """

    n_factors: int = 10
    lam0: float = 10.0
    lam1: float = 0.01
    phi1: float | None = None
    theta: float = 0.5
    discount: float = 0.98
    lifetime: float | None = 400.0
    start: str = "pooled"
    n_starts: int = 10
    intercept: bool = False
    max_iter: int = 80
    tol: float = 0.005
    variant: str = "recommended"
    seed: int | np.random.Generator = 0

    def fit(self, Y, start=None) -> DynamicSparseResults:
        """Estimate from Y (T×N; NaN where missing).

        `start` is an earlier result for the same series and periods, or loadings (T, N, r) or (N, r): EM goes on from
        there, and a loading that is zero at every date stays so unless the data ask for it strongly.

        Raises
        ------
        TypeError, ValueError
            Anything wrong with Y, `start` or a hyperparameter; the message names it.
        """
        prior = self._check()
        data = check_panel(Y, "Y")
        if not self.n_factors <= min(data.shape):
            raise ValueError(f"n_factors: must be at most {min(data.shape)}, got {self.n_factors}")
        y = data.to_numpy()
        state, scale = self._begin(y, prior, start)
        settings = Settings(prior, self.discount, scale, self.lifetime, self.intercept)
        found = estimate(y, state, settings, self.max_iter, self.tol)
        if not found.converged:
            warnings.warn(
                f"EM stopped at {found.n_iter} iterations before it settled", ConvergenceWarning, stacklevel=2
            )
        return DynamicSparseResults.of(self, data, found, scale)

    def _begin(self, y: np.ndarray, prior: Prior, start) -> tuple[State, np.ndarray]:
        """Where EM starts, and S_0 of the variances (N,)."""
        none = np.zeros(y.shape)
        if start is None:
            static = fit_static(y, self.n_factors, self.n_starts, seed=self.seed)
            sigma2 = np.tile(static.sigma2, (len(y), 1))
            return State(as_paths(static.loadings, len(y)), sigma2, FIRST_PERSISTENCE, none), static.sigma2
        shapes = (y.shape[1], self.n_factors)
        if isinstance(start, DynamicSparseResults):
            if start.loadings.shape != (len(y), *shapes):
                raise ValueError(f"start: its loadings have shape {start.loadings.shape}, not {(len(y), *shapes)}")
            state = start._state if self.intercept or start.intercept is None else start._state._replace(intercept=none)
            return state, start._start_scale
        B = np.asarray(start, dtype=float)
        if B.shape not in (shapes, (len(y), *shapes)) or not np.isfinite(B).all():
            raise ValueError(f"start: must be finite loadings of shape {shapes} or {(len(y), *shapes)}, got {B.shape}")
        return warm_state(y, as_paths(B, len(y)), prior, self.discount)

    def _check(self) -> Prior:
        """Refuse hyperparameters out of their range; return the prior."""
        for name, least in (("n_factors", 1), ("n_starts", 1), ("max_iter", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
                raise ValueError(f"{name}: a whole number of at least {least} is needed, got {value!r}")
        for name in ("lam0", "lam1", "tol"):
            check_number(getattr(self, name), name)
        for name in ("theta", "discount"):
            if not 0.0 < check_number(getattr(self, name), name) < 1.0:
                raise ValueError(f"{name}: must lie between 0 and 1, got {getattr(self, name)!r}")
        if self.lifetime is not None:
            check_number(self.lifetime, "lifetime", above=1.0)
        if self.phi1 is None and self.lam1 >= SLAB_VARIANCE:
            raise ValueError(f"lam1: must be below {SLAB_VARIANCE:g} when phi1 is not given, got {self.lam1!r}")
        phi = np.sqrt(1.0 - self.lam1 / SLAB_VARIANCE) if self.phi1 is None else check_number(self.phi1, "phi1")
        if not phi < 1.0:
            raise ValueError(f"phi1: must lie between 0 and 1, got {self.phi1!r}")
        check_choice(self.start, "start", STARTS)
        check_choice(self.variant, "variant", VARIANTS)
        check_choice(self.intercept, "intercept", (True, False))
        return Prior(self.lam0, self.lam1, float(phi), self.theta)


def warm_state(y: np.ndarray, beta: np.ndarray, prior: Prior, discount: float) -> tuple[State, np.ndarray]:
    """A state at given loadings: variances are brought to fit them; S_0 is their mean over time."""
    scale = np.nanvar(y, axis=0)
    state = State(beta, np.tile(scale, (len(y), 1)), FIRST_PERSISTENCE, np.zeros(y.shape))
    settings = Settings(prior, discount, scale)
    for _ in range(WARM_UP):
        found = m_step(y, state, e_step(y, state, settings), settings)
        state = state._replace(sigma2=found.sigma2)
    return state, state.sigma2.mean(axis=0)
