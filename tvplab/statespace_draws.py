"""Draws from a state-space model: data from the model, and the state path given data."""

from __future__ import annotations

import numpy as np

from tvplab.statespace import StateSpace, at
from tvplab.statespace_fast import filter_and_smooth


def simulate(model: StateSpace, states: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return states (T, m) and observations (T, N) made from standard normal variates of those shapes."""
    T, m = states.shape
    x, y = np.empty((T, m)), np.empty(errors.shape)
    for t in range(T):
        if t == 0:
            x[0] = model.x1 + _root(model.P1) @ states[0]
        else:
            x[t] = at(model.B, t, 2) @ x[t - 1] + at(model.U, t, 1) + _root(at(model.Q, t, 2)) @ states[t]
        y[t] = at(model.Z, t, 2) @ x[t] + at(model.A, t, 1) + _root(at(model.R, t, 2)) @ errors[t]
    return x, y


def draw_states(y: np.ndarray, model: StateSpace, states: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Draw x_1..x_T (T, m) given y (T, N), NaN where missing, from standard normal variates (Durbin and Koopman, 2002).

    A path drawn from the model, less what the smoother makes of its data, plus what it makes of ours.
    """
    x_plus, y_plus = simulate(model, states, errors)
    y_plus = np.where(np.isfinite(y), y_plus, np.nan)
    return x_plus - filter_and_smooth(y_plus, model).mean + filter_and_smooth(y, model).mean


def _root(covariance: np.ndarray) -> np.ndarray:
    """A square root S, S S' = covariance, of a matrix that may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.clip(values, 0.0, None))
