"""The Gibbs sampler of one regression with moving coefficients: one sweep, and a chain of them.

    y_t = x_t'β_t + exp(h_t/2) ε_t,   β_t = β_{t−1} + u_t, u_t ~ N(0, Q),   β_1 ~ N(m, P).

A sweep draws β | h, Q; then Q | β, and where `Prior.interweave` says so once more with the path stretched along; then
the components, h and s given the errors (order of Del Negro and Primiceri, 2015).  All its variates are drawn before it
starts, so that a test can feed them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from tqdm.auto import trange

from tvplab.gibbs_drift import DriftPrior, HalfCauchy, InverseGamma
from tvplab.gibbs_interweaving import Stretches, draw_stretches, stretch_in_place
from tvplab.gibbs_noise import Noise, NoisePrior
from tvplab.gibbs_states import draw_paths, n_variates, prior_path

LOOSE = 1000.0
"""A chain's first Q, in units of what its prior holds typical."""


@dataclass(frozen=True)
class Prior:
    """β_1 ~ N(`start_mean` (K,), `start_var` (K, K) or its diagonal (K,)); priors of Q and of the error variance.

    `interweave` draws a diagonal Q that moves twice a sweep (`gibbs_interweaving`).
    """

    start_mean: np.ndarray
    start_var: np.ndarray
    drift: DriftPrior
    noise: NoisePrior
    interweave: bool = False

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
    """What one sweep needs: standard normals for the path, what the priors of Q and of the noise ask for, and
    `stretches` where Q is drawn twice.
    """

    path: np.ndarray
    drift: object
    noise: object
    stretches: Stretches | None = None


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
    plain = normals, prior.drift.variates(T - 1, rng), prior.noise.variates(T, rng)
    twice = prior.interweave and isinstance(prior.drift, InverseGamma | HalfCauchy)
    return Variates(*plain, draw_stretches(K, rng) if twice else None)


def sweep(state: State, y: np.ndarray, X: np.ndarray, prior: Prior, variates: Variates) -> State:
    """Draw every block once from y (T,) and X (T, K), each given the latest value of the others."""
    sigma2 = np.exp(state.noise.h)
    beta = draw_paths(y, X, sigma2, state.Q, prior.start_mean, prior.start_var, variates.path)
    Q = prior.drift.draw(state.Q, beta, variates.drift)
    resid = y - np.einsum("tk,tk->t", X, beta)
    if variates.stretches is not None:
        law = prior.drift.given(state.Q, variates.drift)
        stretch_in_place(beta, resid, X, sigma2, Q, *law, *variates.stretches)
    return State(beta, Q, prior.noise.draw(state.noise, resid, variates.noise))


class Equation(NamedTuple):
    """Data y (T,), X (T, K) and prior of one regression."""

    y: np.ndarray
    X: np.ndarray
    prior: Prior


def run_chain(y, X, prior: Prior, draws: int, burn: int, thin: int, rng, progress: bool = False) -> Draws:
    """Run `burn` + `draws`·`thin` sweeps and keep every `thin`-th after the burn-in; see `run_equations`."""
    return run_equations([Equation(y, X, prior)], draws, burn, thin, rng, progress)[0]


def run_equations(
    equations: list[Equation], draws: int, burn: int, thin: int, rng, progress: bool = False, dtype=float
) -> list[Draws]:
    """Run the chains of several regressions whose posteriors are independent, side by side, paths kept in `dtype`.

    An interrupt (Ctrl-C) after the burn-in ends the chains early and keeps what they have; before, it is raised.
    """
    states = [starting_state(one.X, one.prior) for one in equations]
    kept = [_room(state, draws, dtype) for state in states]
    done = 0
    try:
        for i in trange(burn + draws * thin, disable=not progress, desc="sweeps", leave=False):
            for j, (y, X, prior) in enumerate(equations):
                states[j] = sweep(states[j], y, X, prior, draw_variates(*X.shape, prior, rng))
            if i >= burn and (i - burn + 1) % thin == 0:
                for state, room in zip(states, kept, strict=True):
                    _store(state, room, done)
                done += 1
    except KeyboardInterrupt:
        if done == 0:
            raise
    return [Draws(*(part[:done] for part in room)) for room in kept]


def _room(state: State, draws: int, dtype) -> Draws:
    """Return room for that many draws."""
    beta = np.empty((draws, *state.beta.shape), dtype)
    return Draws(beta, np.empty(beta.shape[:2], dtype), np.empty((draws, *state.Q.shape)), np.empty(draws))


def _store(state: State, room: Draws, place: int) -> None:
    """Copy a state to its place among the draws."""
    room.beta[place], room.h[place] = state.beta, state.noise.h
    room.Q[place], room.s[place] = state.Q, state.noise.s
