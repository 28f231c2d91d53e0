"""Priors of the drift covariance Q of random-walk coefficients, and its draw given a path.

Each prior knows how to draw its variates (`variates`), Q given a path and those (`draw`), and Q from the prior
(`simulate`, which tests of the sampler need).  A Q that is diagonal is kept as its diagonal (K,).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrf, dtrtrs

from tvplab.stochastic_volatility import draw_inverse_gamma


@dataclass(frozen=True)
class InverseWishart:
    """Q ~ IW(scale, dof): a whole matrix (Primiceri, 2005).

    Parameters
    ----------
    dof : ν > K − 1.
    scale : S (K, K); the prior mean is S/(ν − K − 1).
    """

    dof: float
    scale: np.ndarray

    @property
    def typical(self) -> np.ndarray:
        """S/ν, the inverse of the prior mean precision."""
        return self.scale / self.dof

    def variates(self, steps: int, rng: np.random.Generator) -> np.ndarray:
        """Bartlett's triangle (K, K) for a path with that many steps."""
        return bartlett(self.dof + steps, len(self.scale), rng)

    def draw(self, Q: np.ndarray, path: np.ndarray, variates: np.ndarray) -> np.ndarray:
        """Draw Q (K, K) given a path (T, K)."""
        steps = np.diff(path, axis=0)
        return draw_inverse_wishart(self.scale + steps.T @ steps, variates)

    def simulate(self, rng: np.random.Generator) -> np.ndarray:
        """Draw Q from the prior."""
        return draw_inverse_wishart(self.scale, self.variates(0, rng))


@dataclass(frozen=True)
class InverseGamma:
    """q_j ~ IG(shape, scale_j), independent: the prior mean is scale_j/(shape − 1).  `scale` (K,)."""

    shape: float
    scale: np.ndarray

    @property
    def typical(self) -> np.ndarray:
        """The inverse of the prior mean precision (K,)."""
        return self.scale / self.shape

    def variates(self, steps: int, rng: np.random.Generator) -> np.ndarray:
        """Gamma variates (K,) for a path with that many steps."""
        return rng.standard_gamma(self.shape + 0.5 * steps, len(self.scale))

    def draw(self, Q: np.ndarray, path: np.ndarray, variates: np.ndarray) -> np.ndarray:
        """Draw q (K,) given a path (T, K)."""
        return draw_inverse_gamma(self.scale, _squares(path), variates)

    def given(self, Q: np.ndarray, variates: np.ndarray) -> tuple[float, np.ndarray]:
        """Shape and scales (K,) of the inverse gamma."""
        return self.shape, self.scale

    def simulate(self, rng: np.random.Generator) -> np.ndarray:
        """Draw q from the prior."""
        return self.scale / self.variates(0, rng)


@dataclass(frozen=True)
class HalfCauchy:
    """√q_j ~ half-Cauchy(scale_j), independent: much mass at zero, a long tail.  `scale` (K,), a drift's sd.

    Makalic and Schmidt (2016): q_j | ν_j ~ IG(1/2, 1/ν_j), ν_j ~ IG(1/2, 1/scale_j²).
    """

    scale: np.ndarray

    @property
    def typical(self) -> np.ndarray:
        """The square of the prior median of √q (K,)."""
        return self.scale**2

    def variates(self, steps: int, rng: np.random.Generator) -> np.ndarray:
        """Gamma variates (2, K): for ν, and for q given a path with that many steps."""
        K = len(self.scale)
        return np.stack([rng.standard_gamma(1.0, K), rng.standard_gamma(0.5 + 0.5 * steps, K)])

    def draw(self, Q: np.ndarray, path: np.ndarray, variates: np.ndarray) -> np.ndarray:
        """Draw ν given q, then q (K,) given ν and a path (T, K)."""
        return draw_inverse_gamma(self.given(Q, variates)[1], _squares(path), variates[1])

    def given(self, Q: np.ndarray, variates: np.ndarray) -> tuple[float, np.ndarray]:
        """Shape and scales (K,) of q's inverse gamma law given ν, which is drawn given the q before."""
        return 0.5, variates[0] / (1.0 / self.scale**2 + 1.0 / Q)

    def simulate(self, rng: np.random.Generator) -> np.ndarray:
        """Draw q from the prior."""
        return (self.scale * rng.standard_cauchy(len(self.scale))) ** 2


@dataclass(frozen=True)
class NoDrift:
    """Q = 0: the coefficients of an ordinary Bayesian regression."""

    size: int

    @property
    def typical(self) -> np.ndarray:
        """Zeros (K,)."""
        return np.zeros(self.size)

    def variates(self, steps: int, rng: np.random.Generator) -> None:
        """Nothing is drawn."""

    def draw(self, Q: np.ndarray, path: np.ndarray, variates: None) -> np.ndarray:
        """Leave Q at zero."""
        return Q

    def simulate(self, rng: np.random.Generator) -> np.ndarray:
        """Return zeros (K,)."""
        return self.typical


DriftPrior = InverseWishart | InverseGamma | HalfCauchy | NoDrift


def bartlett(dof: float, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return A (K, K) whose lower triangle has A Aᵀ ~ Wishart(I, dof): N(0, 1) below, roots of χ²_{dof − i} on it.

    What stands above the diagonal is not used.
    """
    triangle = rng.standard_normal((size, size))
    triangle.flat[:: size + 1] = np.sqrt(2.0 * rng.standard_gamma(0.5 * (dof - np.arange(size))))
    return triangle


def draw_inverse_wishart(scale: np.ndarray, triangle: np.ndarray) -> np.ndarray:
    """Q = C (A Aᵀ)⁻¹ Cᵀ with scale = C Cᵀ and Bartlett's triangle A."""
    half, _ = dtrtrs(triangle, dpotrf(scale, lower=1)[0].T, lower=1)
    return half.T @ half


def _squares(path: np.ndarray) -> np.ndarray:
    """Σ_t (β_t − β_{t-1})² of each coefficient (K,)."""
    steps = path[1:] - path[:-1]
    return np.einsum("tk,tk->k", steps, steps)
