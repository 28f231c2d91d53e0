"""Dynamic sparse factor analysis: `DynamicSparseFactors`, spike-and-slab loadings that move, by EM.

Source: McAlinn, Rockova and Saha (2018), *Dynamic Sparse Factor Analysis*; lesson 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tvplab.convergence import warn_unconverged
from tvplab.dss_em import Estimate, Settings, State, as_paths, by_period, e_step, estimate
from tvplab.dss_paper import CONSTANTS as PRINTED
from tvplab.dss_paper import START_SCALE, estimate_as_printed
from tvplab.dss_prior import Prior
from tvplab.dss_volatility import discount_variances, expected_squares
from tvplab.dynamic_sparse_results import DynamicSparseResults
from tvplab.static_sparse import fit_static, rolling_static
from tvplab.validation import (
    check_centred,
    check_choice,
    check_number,
    check_panel,
    check_seed,
    check_varying,
    check_whole,
)

STARTS = ("pooled", "anchors")
"""Where EM starts."""
CONSTANTS = {
    "recommended": {"lam0": 10.0, "lam1": 0.01, "phi1": None, "theta": 0.5, "discount": 0.98},
    "paper": PRINTED,
    "paper, unrotated": PRINTED,
}
"""Default hyperparameters of the variants: the algorithm that works, and those that the paper prints."""
SLAB_VARIANCE = 10.0
"""Variance λ₁/(1 − φ₁²) of a loading in the slab."""
FIRST_PERSISTENCE = 0.5
WARM_UP = 5


@dataclass(frozen=True)
class DynamicSparseFactors:
    """DSS-EM: Y_t = B_t ω_t + ε_t (eqs. 1 and 2), few loadings nonzero, each of them moving smoothly while it is.

    Series are used as they come: centre them, and scale them so that a unit is about a standard deviation of their
    noise, for λ₀ and λ₁ are in these units.

    Parameters
    ----------
    n_factors : K, more than are expected; columns that are not needed stay zero.
    lam0 : rate λ₀ of the spike, 10; 5 to 20 work, below 2 zeros are no longer favoured and everything loads.
    lam1 : variance λ₁ of a loading's change in a period, .01.  √λ₁ is about the change that is allowed.
    phi1 : persistence φ₁ of a loading, √(1 − λ₁/10), so that its long-run variance is 10, as in the paper.
    theta : Θ, long-run share of nonzero loadings, .5; from .1 to .9 it hardly matters.
    discount : δ of the variances, .98: 1/(1−δ) is about the number of periods that tell today's variance.
    lifetime : about how many periods a factor lives, or stays away (`dss_lives`); above 1.  None: factors are not
        looked at as a whole, and one that dies fades out over dozens of periods.
    persistence : φ̃ of the factors' autoregression, from 0 to below 1; None estimates one for all, "each" one for each.
        Where factors differ in it, one for all gives them wrong scales.
    start : "pooled": static sparse factors of the whole sample, the best of `n_starts`; "anchors": of rolling windows
        of a quarter of the sample, matched to each other, each the best of `n_starts`.
    n_starts : random starts of a static fit.
    intercept : whether each series has an intercept that moves as a random walk.
    max_iter, tol : largest number of iterations, and the change of a loading at which they stop.
    variant : "recommended"; or, to see them fail, "paper", with its constants where none are given (`dss_paper`),
        and "paper, unrotated", which leaves its rotations out.
    seed : of the random starts.

    Notes
    -----
    The recommended algorithm departs from the paper: constants; whole paths of loadings are solved for at once,
    without one-step-late terms (`dss_paths`); scales move in place of rotations (`dss_scale`); φ̃ is estimated; factors
    die and return as a whole (`dss_lives`).  The last three make its steps none of maximising one posterior, which
    would shrink the loadings and trail what changes; `objective_path` shows the posterior all the same.
    """

    n_factors: int = 10
    lam0: float | None = None
    lam1: float | None = None
    phi1: float | None = None
    theta: float | None = None
    discount: float | None = None
    lifetime: float | None = 400.0
    persistence: float | str | None = None
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
        self._check()
        check_seed(self.seed)
        data = check_panel(Y, "Y")
        check_varying(data, "Y", "there is nothing to explain")
        if self.n_factors > min(data.shape):
            raise ValueError(f"n_factors: must be at most {min(data.shape)}, got {self.n_factors}")
        if not self.intercept:
            check_centred(data, "Y", "centre it, or pass intercept=True")
        y, prior = data.to_numpy(), self.prior
        try:
            state, scale = self._begin(y, prior, start)
        except np.linalg.LinAlgError:
            text = "the sizes of its series differ too much for the static start; scale them (tvplab.data.Standardizer)"
            raise ValueError(f"Y: {text}") from None
        settings = Settings(
            prior, self._constant("discount"), scale, self.lifetime, self.intercept, persistence=self.persistence
        )
        found = self._estimate(y, state, settings)
        if not found.converged:
            message = f"EM stopped at {found.n_iter} iterations before it settled"
            warn_unconverged(message)
        return DynamicSparseResults.of(self, data, found, scale)

    @property
    def prior(self) -> Prior:
        """The loadings' prior, with the variant's constants where none are given."""
        lam1, phi = self._constant("lam1"), self._constant("phi1")
        if phi is None:
            phi = float(np.sqrt(1.0 - lam1 / SLAB_VARIANCE))
        return Prior(self._constant("lam0"), lam1, phi, self._constant("theta"))

    def _constant(self, name: str) -> float | None:
        """A hyperparameter as given, or the variant's."""
        given = getattr(self, name)
        return CONSTANTS[self.variant][name] if given is None else given

    def _estimate(self, y: np.ndarray, state: State, settings: Settings) -> Estimate:
        """Run the variant."""
        if self.variant == "recommended":
            return estimate(y, state, settings, self.max_iter, self.tol)
        printed = settings._replace(start_scale=np.full(y.shape[1], START_SCALE))
        return estimate_as_printed(y, state, printed, self.max_iter, self.tol, self.variant == "paper")

    def _begin(self, y: np.ndarray, prior: Prior, start) -> tuple[State, np.ndarray]:
        """Where EM starts, and S_0 of the variances (N,)."""
        if isinstance(start, DynamicSparseResults):
            return self._resume(y, start)
        if start is None and self.start == "pooled":
            level = np.tile(np.nanmean(y, axis=0) if self.intercept else np.zeros(y.shape[1]), (len(y), 1))
            static = fit_static(y - level, self.n_factors, self.n_starts, seed=self.seed)
            sigma2 = np.tile(static.sigma2, (len(y), 1))
            return State(as_paths(static.loadings, len(y)), sigma2, self._first_persistence(), level), static.sigma2
        B = self._anchors(y) if start is None else np.asarray(start)
        shape = (len(y), y.shape[1], self.n_factors)
        if B.shape not in (shape, shape[1:]) or B.dtype.kind not in "fiu" or not np.isfinite(B).all():
            raise ValueError(f"start: must be finite loadings of shape {shape} or {shape[1:]}, got {B.shape}")
        paths = as_paths(B.astype(float), len(y))
        return warm_state(y, paths, self._first_persistence(), prior, self._constant("discount"))

    def _first_persistence(self) -> np.ndarray:
        """φ̃ (r,) before it is estimated."""
        return np.full(self.n_factors, FIRST_PERSISTENCE)

    def _resume(self, y: np.ndarray, start: DynamicSparseResults) -> tuple[State, np.ndarray]:
        """The state and S_0 of an earlier result."""
        shape = (len(y), y.shape[1], self.n_factors)
        if start.loadings.shape != shape:
            raise ValueError(f"start: its loadings have shape {start.loadings.shape}, not {shape}")
        state = start._state if self.intercept else start._state._replace(intercept=np.zeros(y.shape))
        return state, start._start_scale

    def _anchors(self, y: np.ndarray) -> np.ndarray:
        """Loadings (T, N, r) of windows around every date."""
        window = max(len(y) // 4, 3)
        options = {"window": window, "every": max(window // 4, 1), "n_starts": self.n_starts, "seed": self.seed}
        path = rolling_static(np.nan_to_num(y), None, self.n_factors, **options)
        return path[np.minimum(np.arange(len(y)) + window // 2, len(y) - 1)]

    def _check(self) -> None:
        """Refuse hyperparameters out of their range."""
        for name, least in (("n_factors", 1), ("n_starts", 1), ("max_iter", 1)):
            check_whole(getattr(self, name), name, least)
        check_choice(self.start, "start", STARTS)
        check_choice(self.variant, "variant", tuple(CONSTANTS))
        check_choice(self.intercept, "intercept", (True, False))
        if self.intercept and self.variant != "recommended":
            raise ValueError(f"intercept: only the recommended variant has one, not {self.variant!r}")
        for name in ("lam0", "lam1"):
            check_number(self._constant(name), name)
        check_number(self.tol, "tol")
        if self.lifetime is not None:
            check_number(self.lifetime, "lifetime", above=1.0)
        if self.persistence is not None:
            self._check_persistence()
        if self._constant("phi1") is None and self._constant("lam1") >= SLAB_VARIANCE:
            raise ValueError(f"lam1: must be below {SLAB_VARIANCE:g} when phi1 is not given, got {self.lam1!r}")
        for name in ("phi1", "theta", "discount"):
            value = self._constant(name)
            if value is not None and not 0.0 < check_number(value, name) < 1.0:
                raise ValueError(f"{name}: must lie between 0 and 1, got {value!r}")

    def _check_persistence(self) -> None:
        """Refuse a φ̃ that is out of range, or that the printed variants would not heed."""
        if isinstance(self.persistence, str):
            check_choice(self.persistence, "persistence", ("each",))
        elif check_number(self.persistence, "persistence", or_equal=True) >= 1.0:
            raise ValueError(f"persistence: must be at least 0 and below 1, got {self.persistence!r}")
        if self.variant != "recommended":
            raise ValueError(f"persistence: the variant {self.variant!r} has its own")


def warm_state(y: np.ndarray, beta, phi, prior: Prior, discount: float) -> tuple[State, np.ndarray]:
    """A state at given loadings: variances are brought to fit them; S_0 is their mean over time."""
    scale = np.nanvar(y, axis=0)
    state = State(beta, np.tile(scale, (len(y), 1)), phi, np.zeros(y.shape))
    settings = Settings(prior, discount, scale)
    for _ in range(WARM_UP):
        moments = e_step(y, state, settings).moments
        squares = expected_squares(y, by_period(beta), moments.mean, moments.cov)
        state = state._replace(sigma2=discount_variances(squares, discount, scale))
    return state, state.sigma2.mean(axis=0)
