"""The Gibbs sampler of one regression with moving coefficients: one sweep, and a chain of them.

    y_t = x_t'β_t + exp(h_t/2) ε_t,   β_t = β_{t−1} + u_t, u_t ~ N(0, Q),   β_1 ~ N(m, P).

A sweep draws β | h, Q; then Q | β; then the components, h and s given the errors (order of Del Negro and Primiceri,
2015).  All its variates are drawn before it starts, so that a test can feed them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from tqdm.auto import trange

from tvplab.gibbs_drift import DriftPrior
from tvplab.gibbs_noise import Noise, NoisePrior
from tvplab.gibbs_states import draw_paths, n_variates, prior_path

LOOSE = 1000.0
"""A chain's first Q, in units of what its prior holds typical."""


@dataclass(frozen=True)
class Prior:
    """β_1 ~ N(`start_mean` (K,), `start_var` (K, K) or its diagonal (K,)); priors of Q and of the error variance."""

    start_mean: np.ndarray
    start_var: np.ndarray
    drift: DriftPrior
    noise: NoisePrior

    def simulate(self, X: np.ndarray, rng: np.random.Generator) -> tuple[State, np.ndarray]:
        """Draw parameters from the prior and data y (T,) from the model, given X (T, K)."""
        Q, noise = self.drift.simulate(rng), self.noise.simulate(len(X), rng)
        beta = self.start_mean + prior_path(Q, self.start_var, rng.standard_normal(X.shape))
        state = State(beta, Q, noise)
        return state, draw_data(state, X, rng)


class State(NamedTuple):
    """Where a chain is: β (T, K), Q (K, K) or its diagonal (K,), and the noise."""

    beta: np.ndarray
    Q: np.ndarray
    noise: Noise


class Variates(NamedTuple):
    """What one sweep needs: standard normals for the path, and what the priors of Q and of the noise ask for."""

    path: np.ndarray
    drift: object
    noise: object


class Draws(NamedTuple):
    """Kept draws of a chain: β (D, T, K), h (D, T), Q (D, K, K) or (D, K), s (D,)."""

    beta: np.ndarray
    h: np.ndarray
    Q: np.ndarray
    s: np.ndarray


def draw_data(state: State, X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw y (T,) given the parameters."""
    return np.sum(X * state.beta, axis=1) + np.exp(state.noise.h / 2.0) * rng.standard_normal(len(X))


def starting_state(X: np.ndarray, prior: Prior) -> State:
    """Start at the prior, but with loose coefficients: from there a chain finds out which of them hardly move.

    Started at a tight prior's typical Q it can stay near constant coefficients for thousands of sweeps, a lesser mode
    that no R̂ of like-minded chains reports.
    """
    beta = np.broadcast_to(np.asarray(prior.start_mean, float), X.shape)
    return State(beta, LOOSE * prior.drift.typical, prior.noise.start(len(X)))


def draw_variates(T: int, K: int, prior: Prior, rng: np.random.Generator) -> Variates:
    """Draw what one sweep needs."""
    normals = rng.standard_normal(n_variates(T, K))
    return Variates(normals, prior.drift.variates(T - 1, rng), prior.noise.variates(T, rng))


def sweep(state: State, y: np.ndarray, X: np.ndarray, prior: Prior, variates: Variates) -> State:
    """Draw every block once, each given the latest value of the others."""
    sigma2 = np.exp(state.noise.h)
    beta = draw_paths(y, X, sigma2, state.Q, prior.start_mean, prior.start_var, variates.path)
    Q = prior.drift.draw(state.Q, beta, variates.drift)
    noise = prior.noise.draw(state.noise, y - np.sum(X * beta, axis=1), variates.noise)
    return State(beta, Q, noise)


def run_chain(y, X, prior: Prior, draws: int, burn: int, thin: int, rng, progress: bool = False) -> Draws:
    """Run `burn` + `draws`·`thin` sweeps and keep every `thin`-th after the burn-in.

    An interrupt (Ctrl-C) after the burn-in ends the chain early and keeps what it has; before, it is raised.
    """
    state, (T, K) = starting_state(X, prior), X.shape
    kept = Draws(np.empty((draws, T, K)), np.empty((draws, T)), np.empty((draws, *state.Q.shape)), np.empty(draws))
    done = 0
    try:
        for i in trange(burn + draws * thin, disable=not progress, desc="sweeps", leave=False):
            state = sweep(state, y, X, prior, draw_variates(T, K, prior, rng))
            if i >= burn and (i - burn + 1) % thin == 0:
                for store, value in zip(kept, (state.beta, state.noise.h, state.Q, state.noise.s), strict=True):
                    store[done] = value
                done += 1
    except KeyboardInterrupt:
        if done == 0:
            raise
    return Draws(*(store[:done] for store in kept))
