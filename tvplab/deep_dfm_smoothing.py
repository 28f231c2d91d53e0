"""States of a deep dynamic factor model given data: the Kalman smoother, or the iterated extended one.

With a linear decoder the model is linear and Gaussian.  With a nonlinear one z_t = F(f_t) + ε_t is linearised along the
smoothed path itself, z_t ≈ F(f̂_t) + F'(f̂_t)(f_t − f̂_t) + ε_t, and smoothed again until the path stands still: the
Gauss-Newton iteration for the mode of the states given the data (Bell, 1994, SIAM Journal on Optimization 4).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tvplab.convergence import warn_unconverged
from tvplab.deep_dfm_maps import Layer, apply_layers, slopes
from tvplab.deep_dfm_states import LinearForm, interpolate, month_weights, observation
from tvplab.marss_moving import times
from tvplab.statespace import Smoothed, StateSpace
from tvplab.statespace_fast import filter_and_smooth

PASSES, STILL = 100, 1e-5
"""Most linearisations, and the largest move of a factor, in its standard deviations, that counts as standing still."""
SHORT_STEP, AT_A_KINK = 1.0 / 32.0, 0.01
"""With a rectifier some periods lie at a kink, and the path swings about it.  Once steps are this short, it is enough
that nine periods in ten move by less than a hundredth of a standard deviation."""


class States(NamedTuple):
    """Smoothed moments, and the observation equation z_t = Z_t x_t + A_t they belong to, in standardised units."""

    smoothed: Smoothed
    model: StateSpace

    @property
    def signal(self) -> np.ndarray:
        """E(z_t | data) (T, N), gaps included."""
        return times(self.model.Z, self.smoothed.mean) + self.model.A

    @property
    def variance(self) -> np.ndarray:
        """Variance (T, N) of z_t given the data."""
        Z = np.broadcast_to(self.model.Z, (len(self.smoothed.mean), *self.model.Z.shape[-2:]))
        return np.einsum("tnm,tnm->tn", Z @ self.smoothed.cov, Z) + np.diag(self.model.R)


def smooth_linear(z: np.ndarray, form: LinearForm) -> States:
    """Smooth z (T, N), NaN where missing, with a linear decoder."""
    return States(filter_and_smooth(z, form.model), form.model)


def smooth_nonlinear(
    z: np.ndarray, form: LinearForm, decoder: list[Layer], link: str, quarterly: np.ndarray, start: np.ndarray
) -> States:
    """Iterate linearisation and smoothing from a path of states (T, m), with shorter steps where it swings; warns where
    it does not come to rest.
    """
    point, step, before = start, 1.0, np.inf
    spread, r = np.sqrt(np.diag(form.P0).clip(1e-12)), len(form.centre)
    for _ in range(PASSES):
        Z, A = linearise(point, form, decoder, link, quarterly)
        model = form.model._replace(Z=Z, A=A)
        states = States(filter_and_smooth(z, model), model)
        move = states.smoothed.mean - point
        moved = np.abs(move / spread)[:, :r].max(axis=1)
        if moved.max() < STILL or (step < SHORT_STEP and np.quantile(moved, 0.9) < AT_A_KINK):
            return states
        step = step / 2.0 if moved.max() > before else step
        point, before = point + step * move, moved.max()
    text = f"the extended smoother still moved by {moved.max():.2g} sd of a factor after {PASSES} passes"
    warn_unconverged(text)
    return states


def encoded_path(z: np.ndarray, encoder: list[Layer], link: str, form: LinearForm) -> np.ndarray:
    """A first path of states (T, m): the encoder's factors at z (T, N), gaps interpolated, in every lag; all ε zero."""
    f = apply_layers(encoder, interpolate(z), link) - form.centre
    path = np.zeros((len(z), len(form.a0)))
    for lag in range(form.lags):
        path[lag:, lag * f.shape[1] : (lag + 1) * f.shape[1]] = f[: len(f) - lag]
    return path


def linearise(path: np.ndarray, form: LinearForm, decoder: list[Layer], link: str, quarterly: np.ndarray):
    """Z (T, N, m) and A (T, N) of the decoder along a path of states (T, m): each lag of a factor at its own value."""
    T, r, lags = len(path), len(form.centre), form.lags
    x = path[:, : r * lags].reshape(T * lags, r)
    f = x + form.centre
    J = slopes(decoder, f, link)
    A = apply_layers(decoder, f, link) - times(J, x)
    J, A = (np.swapaxes(a.reshape(T, lags, *a.shape[1:]), 1, 2) for a in (J, A))
    return observation(J, quarterly), np.einsum("nl,tnl->tn", month_weights(quarterly, lags), A)
