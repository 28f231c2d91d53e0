"""DSS-EM: expectation-maximisation for dynamic sparse factors, one function a step, in the order of the algorithm.

Source: McAlinn, Rockova and Saha (2018).  Inside, a loading's path β_0..β_T lies along the last axis, (N, r, T+1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tvplab import dss_intercept
from tvplab.dss_lives import held, kill, likely_lives, log_bayes_factors
from tvplab.dss_moments import FactorMoments, factor_moments, persistence, precisions
from tvplab.dss_paths_fast import update_loadings
from tvplab.dss_prior import Prior, inclusion, total_log_prior
from tvplab.dss_scale import rescale
from tvplab.dss_volatility import discount_variances, expected_squares
from tvplab.factor_matching import NEGLIGIBLE, active_factors

FIRST_PERSISTENCE = 3
"""Iterations before φ̃ is estimated."""
BETWEEN_LIVES = 5
"""Iterations from one look at the factors' lives to the next."""


class State(NamedTuple):
    """What an iteration changes: beta (N, r, T+1), sigma2 (T, N), phi (φ̃, r), intercept (T, N)."""

    beta: np.ndarray
    sigma2: np.ndarray
    phi: np.ndarray
    intercept: np.ndarray


class Settings(NamedTuple):
    """What it does not: the prior, the discount δ, S_0 of the variances (N,), and how to step.

    `persistence` is φ̃ where it is given; None estimates one for all factors, "each" one for each.
    """

    prior: Prior
    discount: float
    start_scale: np.ndarray
    lifetime: float | None = None
    intercept: bool = False
    block: bool = True
    rounds: int = 2
    persistence: float | str | None = None


class Expected(NamedTuple):
    """What an E-step gives: the factors' moments, ⟨γ⟩ (N, r, T+1), and the log posterior of the state it was made at.

    The log posterior leaves out the prior of Σ, which the discount model does not write down.
    """

    moments: FactorMoments
    gamma: np.ndarray
    objective: float


class Estimate(NamedTuple):
    """The last state, its E-step, the log posterior of every iterate, whether the tolerance was met, iterations."""

    state: State
    expected: Expected
    path: np.ndarray
    converged: bool
    n_iter: int


def by_period(beta: np.ndarray) -> np.ndarray:
    """B_1..B_T (T, N, r) from paths (N, r, T+1)."""
    return np.ascontiguousarray(np.moveaxis(beta[:, :, 1:], 2, 0))


def as_paths(B: np.ndarray, T: int) -> np.ndarray:
    """Paths (N, r, T+1) that stay at B (N, r), or follow B (T, N, r) from β_0 = β_1."""
    if B.ndim == 2:
        return np.repeat(B[:, :, None], T + 1, axis=2)
    return np.moveaxis(np.concatenate([B[:1], B]), 0, 2).copy()


def e_step(y: np.ndarray, state: State, settings: Settings) -> Expected:
    """Smooth the factors of y (T, N; NaN where missing) and weigh the indicators at `state`."""
    precision = precisions(y, state.sigma2)
    moments = factor_moments(y - state.intercept, by_period(state.beta), precision, state.phi)
    objective = moments.loglik + total_log_prior(state.beta, settings.prior)
    if settings.intercept:
        objective += dss_intercept.log_prior(state.intercept)
    return Expected(moments, inclusion(state.beta, settings.prior), objective)


def m_step(y: np.ndarray, state: State, expected: Expected, settings: Settings) -> State:
    """From y (T, N): loadings given Σ, intercepts given both, variances given the loadings (Q₁ of eq. 10).  φ̃ stays."""
    moments, precision = expected.moments, precisions(y, state.sigma2)
    beta = update_loadings(
        state.beta, y - state.intercept, precision, moments.mean, moments.second, expected.gamma,
        settings.prior, settings.rounds, settings.block,
    )  # fmt: skip
    B, intercept = by_period(beta), state.intercept
    if settings.intercept:
        intercept = dss_intercept.intercept_paths(y - (B @ moments.mean[:, :, None])[:, :, 0], precision)
    squares = expected_squares(y - intercept, B, moments.mean, moments.cov)
    sigma2 = discount_variances(squares, settings.discount, settings.start_scale)
    return State(beta, sigma2, state.phi, intercept)


def scale_step(state: State, moments: FactorMoments, settings: Settings) -> State:
    """Give the loadings the scale that makes their factors' innovations those of eq. 2."""
    return state._replace(beta=rescale(state.beta, moments, state.phi, settings.prior.lam1))


def life_step(y: np.ndarray, state: State, settings: Settings) -> State:
    """Revive every factor, with its nearest loadings; keep it in the periods in which it is likely to be alive."""
    full = held(state.beta, active_factors(by_period(state.beta)))
    moments = factor_moments(y - state.intercept, by_period(full), precisions(y, state.sigma2), state.phi)
    alive = likely_lives(*log_bayes_factors(moments, state.phi), settings.lifetime)
    return state._replace(beta=kill(full, alive))


def iterate(y: np.ndarray, state: State, settings: Settings, estimating: bool) -> tuple[State, Expected]:
    """One iteration: E-step, M-step, φ̃ where it is estimated, scale; also the E-step of the state it began from."""
    expected = e_step(y, state, settings)
    found = m_step(y, state, expected, settings)
    found = found._replace(beta=clean(found.beta))
    if estimating:
        each = settings.persistence == "each"
        found = found._replace(phi=persistence(expected.moments, live_columns(found.beta), each))
    return scale_step(found, expected.moments, settings), expected


def estimate(y: np.ndarray, state: State, settings: Settings, max_iter: int, tol: float) -> Estimate:
    """Iterate until no loading moves by `tol` and a look at the factors' lives changes nothing."""
    path, settled, alive = [], settings.lifetime is None, None
    given = not (settings.persistence is None or isinstance(settings.persistence, str))
    if given:
        state = state._replace(phi=np.full(state.beta.shape[1], float(settings.persistence)))
    for iteration in range(1, max_iter + 1):
        if settings.lifetime is not None and iteration % BETWEEN_LIVES == 1:
            state = life_step(y, state, settings)
            before, alive = alive, state.beta.any(axis=0)
            settled = before is not None and np.array_equal(before, alive)
        start = state.beta
        state, expected = iterate(y, state, settings, not given and iteration > FIRST_PERSISTENCE)
        path.append(expected.objective)
        converged = settled and np.abs(state.beta - start).max() < tol
        if converged:
            break
    state = state._replace(beta=clean(state.beta))
    expected = e_step(y, state, settings)
    return Estimate(state, expected, np.array([*path, expected.objective]), bool(converged), iteration)


def live_columns(beta: np.ndarray) -> np.ndarray:
    """Which factors (r,) have a loading that counts."""
    return np.abs(beta).max(axis=(0, 2)) >= NEGLIGIBLE


def clean(beta: np.ndarray) -> np.ndarray:
    """Drop a factor from a period in which fewer than two series load on it: it would be one series' noise."""
    return np.where((beta != 0.0).sum(axis=0) >= 2, beta, 0.0)
