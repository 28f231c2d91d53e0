"""Laws of motion of a coefficient: each is a summation matrix C that turns innovations into a path.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 2.2 and its footnote 7: β_k = C θ_k,
and "a wide range of laws of motion" is one C away.  Here the start is kept apart from the innovations: with the columns
b_1..b_J of a basis (T, J) and the coefficients c_{j,k} of a start,

    β_{t,k} = Σ_j b_{t,j} c_{j,k} + δ_{t,k},   δ_k = C u_k,   u_{k,t} ~ N(0, σ²_{u,k}) independent.

Every law becomes the constant regression on its basis when the drift penalty λ → ∞.  C is never formed: `accumulate`
is C, `gather` its transpose, both in O(T) a column.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg.lapack import dtbtrs

from tvplab.validation import check_number

PHIS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
"""Default candidates for φ."""


@dataclass(frozen=True)
class RandomWalk:
    """β_t = β_{t-1} + u_t from β_1: C is the triangle of ones (section 2.2)."""

    def accumulate(self, U: np.ndarray) -> np.ndarray:
        """C U (T, J) for innovations U (T, J) whose rows before the first innovation are zero."""
        return np.cumsum(U, axis=0)

    def gather(self, B: np.ndarray) -> np.ndarray:
        """C' B (T, J): row s sums what an innovation of period s reaches; zero where there is none."""
        after = np.cumsum(B[::-1], axis=0)[::-1]
        after[0] = 0.0
        return after

    def apply(self, B: np.ndarray) -> np.ndarray:
        """M B = C C' B (T, J), M the covariance of a path δ with unit innovations."""
        return self.accumulate(self.gather(B))

    def covariance(self, T: int) -> np.ndarray:
        """M (T, T); a random walk's is min(t, s) − 1."""
        elapsed = np.arange(T, dtype=float)
        return np.minimum.outer(elapsed, elapsed)

    def variances(self, T: int) -> np.ndarray:
        """The diagonal of M (T,)."""
        return np.diagonal(self.covariance(T))

    def basis(self, T: int) -> np.ndarray:
        """Columns b (T, J) of the start: ones, for the level β_1."""
        return np.ones((T, 1))

    def innovations(self, beta: np.ndarray, start: np.ndarray) -> np.ndarray:
        """The u behind a path β (T, K) and its start (J, K): all that can be non-zero, T − 1 rows or T − 2."""
        return np.diff(beta, axis=0)

    def forecast(self, beta: np.ndarray, start: np.ndarray, steps: int) -> np.ndarray:
        """E[β_{T+1}], …, E[β_{T+steps}] (steps, K): a random walk stays."""
        return np.repeat(beta[-1:], steps, axis=0)

    def unit(self, T: int) -> float:
        """How many times a random walk's λ this law's must be to let as little move: what the default `lams` take."""
        return 1.0


@dataclass(frozen=True)
class DriftingWalk(RandomWalk):
    """A random walk with a drift of its own: β_t = β_1 + d·(t − 1)/(T − 1) + Σ u, which adds the regressors t·X_t."""

    def basis(self, T: int) -> np.ndarray:
        """Level and slope, the slope counted over the whole sample: d is how far the trend goes from 1 to T."""
        return np.column_stack([np.ones(T), np.linspace(0.0, 1.0, T)])

    def innovations(self, beta: np.ndarray, start: np.ndarray) -> np.ndarray:
        """Increments less the drift of one period."""
        return np.diff(beta, axis=0) - start[1] / (len(beta) - 1)

    def forecast(self, beta: np.ndarray, start: np.ndarray, steps: int) -> np.ndarray:
        """The drift goes on from the last value."""
        return beta[-1] + np.arange(1.0, steps + 1.0)[:, None] * (start[1] / (len(beta) - 1))


@dataclass(frozen=True)
class SmoothTrend(DriftingWalk):
    """C² instead of C: the slope is a random walk, second differences are the u, paths are cubic smoothing splines.

    The smooth version of a local linear trend (the paper's text calls it a local-level model).
    """

    def accumulate(self, U: np.ndarray) -> np.ndarray:
        """C² U: the sum of sums."""
        return np.cumsum(np.cumsum(U, axis=0), axis=0)

    def gather(self, B: np.ndarray) -> np.ndarray:
        """(C²)' B; innovations start in period 3, level and slope take the first two periods."""
        after = np.cumsum(np.cumsum(B[::-1], axis=0), axis=0)[::-1]
        after[:2] = 0.0
        return after

    def covariance(self, T: int) -> np.ndarray:
        """M = C²C²' (T, T)."""
        return self.apply(np.eye(T))

    def innovations(self, beta: np.ndarray, start: np.ndarray) -> np.ndarray:
        """Second differences."""
        return np.diff(beta, n=2, axis=0)

    def forecast(self, beta: np.ndarray, start: np.ndarray, steps: int) -> np.ndarray:
        """The last slope goes on."""
        return beta[-1] + np.arange(1.0, steps + 1.0)[:, None] * (beta[-1] - beta[-2])

    def unit(self, T: int) -> float:
        """The power of ten nearest to T²/6, the ratio of this M's trace (T⁴/12) to a random walk's (T²/2)."""
        return 10.0 ** np.round(np.log10(T**2 / 6.0))


@dataclass(frozen=True)
class AR(RandomWalk):
    """Coefficients that come back to their start: β_t − β_1 = φ (β_{t-1} − β_1) + u_t, φ in (0, 1] or "cv".

    β_1 is also the long-run level, so that λ → ∞ is a constant coefficient whatever φ, and φ = 1 the random walk.
    "cv" chooses φ together with λ, from `phis`.
    """

    phi: float | str = "cv"
    phis: tuple[float, ...] = field(default=PHIS, repr=False)

    def __post_init__(self):
        """Refuse what is no φ."""
        for name, value in [("phis", one) for one in self.phis] + ([] if self.phi == "cv" else [("phi", self.phi)]):
            if check_number(value, name) > 1.0:
                raise ValueError(f'{name}: must lie above 0 and not above 1 (or phi="cv"), got {value!r}')
        if len(self.phis) == 0:
            raise ValueError("phis: is empty; give at least one candidate")

    def accumulate(self, U: np.ndarray) -> np.ndarray:
        """C U with C_ts = φ^{t−s}."""
        return discounted_sums(U, self.phi)

    def gather(self, B: np.ndarray) -> np.ndarray:
        """C' B: sums discounted by φ, backwards."""
        after = discounted_sums(B[::-1], self.phi)[::-1].copy()
        after[0] = 0.0
        return after

    def covariance(self, T: int) -> np.ndarray:
        """M_ts = φ^{|t−s|} (1 + φ² + … + φ^{2(min(t,s)−2)}), (T, T)."""
        return self.apply(np.eye(T))

    def innovations(self, beta: np.ndarray, start: np.ndarray) -> np.ndarray:
        """What the autoregression leaves of the distance to the start."""
        away = beta - start[0]
        return away[1:] - self.phi * away[:-1]

    def forecast(self, beta: np.ndarray, start: np.ndarray, steps: int) -> np.ndarray:
        """The distance to the start dies out at rate φ."""
        return start[0] + self.phi ** np.arange(1.0, steps + 1.0)[:, None] * (beta[-1] - start[0])


Law = RandomWalk
WALK = RandomWalk()
LAWS = {"random walk": WALK, "drift": DriftingWalk(), "smooth": SmoothTrend(), "ar": AR()}
"""Laws of motion by name."""


def candidate_laws(choice) -> tuple[Law, ...]:
    """Return the law asked for, by its name or as an object; for an AR whose φ is to be chosen, one law a candidate."""
    if isinstance(choice, str) and choice in LAWS:
        choice = LAWS[choice]
    if not isinstance(choice, Law):
        raise ValueError(f"law: must be one of {tuple(LAWS)} or an object of tvplab.tvp_laws, got {choice!r}")
    if isinstance(choice, AR) and choice.phi == "cv":
        return tuple(AR(phi) for phi in choice.phis)
    return (choice,)


def discounted_sums(U: np.ndarray, phi: float) -> np.ndarray:
    """Σ_{s ≤ t} φ^{t−s} U_s down the rows of U (T, J): y_t = φ y_{t-1} + U_t is a triangular system of two bands."""
    band = np.full((2, len(U)), -phi)
    band[0] = 1.0
    return dtbtrs(band, U, uplo="L", diag="U")[0]
