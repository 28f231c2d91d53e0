"""Priors of the error variance exp(h_t), moving or constant, and its draw given the errors.

Each prior knows where a chain starts (`start`), how to draw its variates (`variates`), the noise given the errors and
those (`draw`), and the noise from the prior (`simulate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tvplab.gibbs_interweaving import draw_stretches, stretch_log_volatility
from tvplab.stochastic_volatility import draw_components, draw_inverse_gamma, draw_log_volatility, log_squares


class Noise(NamedTuple):
    """Log variances h (T,), and the variance s of one period's change in h (0 when it is constant)."""

    h: np.ndarray
    s: float


@dataclass(frozen=True)
class StochasticVolatility:
    """h_t = μ + φ(h_{t−1} − μ) + η_t, η_t ~ N(0, s), h_1 ~ N(μ, p), s ~ IG(shape, scale).

    Parameters
    ----------
    start_mean, start_var : μ and p.
    shape, scale : of the inverse gamma prior of s.
    offset : added to squared errors before the logarithm, in their units.
    persistence : φ, fixed; 1 is the random walk.
    interweave : draw s twice a sweep, the second time with the path of h stretched along (`gibbs_interweaving`).
    """

    start_mean: float
    start_var: float
    shape: float
    scale: float
    offset: float
    persistence: float = 1.0
    interweave: bool = False

    def start(self, T: int) -> Noise:
        """Start a chain at h = μ and s at the inverse of its prior mean precision."""
        return Noise(np.full(T, float(self.start_mean)), self.scale / self.shape)

    def variates(self, T: int, rng: np.random.Generator) -> tuple:
        """Uniforms (T,) for the components, normals (T,) for h, a gamma for s; `Stretches` to draw s twice."""
        plain = rng.random(T), rng.standard_normal(T), rng.standard_gamma(self.shape + 0.5 * (T - 1))
        return (*plain, draw_stretches(1, rng)) if self.interweave else plain

    def draw(self, noise: Noise, resid: np.ndarray, variates) -> Noise:
        """Draw the components given h, h given the components, s given h."""
        uniforms, normals, gamma, *stretches = variates
        log_square = log_squares(resid, self.offset)
        components = draw_components(log_square - noise.h, uniforms)
        h = draw_log_volatility(
            log_square, components, noise.s, self.start_mean, self.start_var, normals, self.persistence, self.start_mean
        )
        s = float(draw_inverse_gamma(self.scale, np.sum(self._changes(h) ** 2), gamma))
        if stretches:
            law = self.start_mean, self.persistence, self.shape, self.scale
            s = float(stretch_log_volatility(h, s, log_square, components, *law, *stretches[0]))
        return Noise(h, s)

    def simulate(self, T: int, rng: np.random.Generator) -> Noise:
        """Draw s and h from the prior."""
        s = self.scale / rng.standard_gamma(self.shape)
        gap = np.empty(T)
        gap[0] = np.sqrt(self.start_var) * rng.standard_normal()
        for t in range(1, T):
            gap[t] = self.persistence * gap[t - 1] + np.sqrt(s) * rng.standard_normal()
        return Noise(self.start_mean + gap, s)

    def ahead(self, h: np.ndarray, s: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw h of the next period from its present value; one draw an element."""
        mean = self.start_mean + self.persistence * (h - self.start_mean)
        return mean + np.sqrt(s) * rng.standard_normal(np.shape(h))

    def _changes(self, h: np.ndarray) -> np.ndarray:
        """η_2..η_T."""
        gap = h - self.start_mean
        return gap[1:] - self.persistence * gap[:-1]


@dataclass(frozen=True)
class ConstantVariance:
    """σ² ~ IG(shape, scale), the same in every period: h_t = log σ²."""

    shape: float
    scale: float

    def start(self, T: int) -> Noise:
        """Start a chain at the inverse of the prior mean precision."""
        return Noise(np.full(T, np.log(self.scale / self.shape)), 0.0)

    def variates(self, T: int, rng: np.random.Generator) -> float:
        """A gamma variate for T errors."""
        return rng.standard_gamma(self.shape + 0.5 * T)

    def draw(self, noise: Noise, resid: np.ndarray, variates: float) -> Noise:
        """Draw σ² given the errors."""
        variance = draw_inverse_gamma(self.scale, np.sum(resid**2), variates)
        return Noise(np.full(len(resid), np.log(variance)), 0.0)

    def simulate(self, T: int, rng: np.random.Generator) -> Noise:
        """Draw σ² from the prior."""
        return Noise(np.full(T, np.log(self.scale / rng.standard_gamma(self.shape))), 0.0)

    def ahead(self, h: np.ndarray, s: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Leave h where it is."""
        return h


NoisePrior = StochasticVolatility | ConstantVariance
