"""A panel that one persistent factor drives: known loadings, known factor, known noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.validation import check_number, check_seed, check_whole

LOADINGS = (1.0, 0.8, 0.6, 1.2, 0.4, 0.9, 2.0, 0.1)
"""Loadings λ of the usual world: item 7 follows the factor most, item 8 hardly."""
SIGMA = (0.6, 0.8, 0.7, 0.9, 0.8, 0.5, 1.0, 3.0)
"""Standard deviations of the items' own noise; item 8 is loud on its own account, item 7 because of its loading."""
BURN_IN = 100


@dataclass(frozen=True)
class SimulatedFactorModel:
    """Synthetic data y (T, N; NaN where missing) and the truth behind them.

    `factor` (T,), `loadings` (N,), `coefficients` (p,) of the factor's autoregression, `sigma` (N,) the sd of each
    series' own noise, `complete` (T, N) what y would be with nothing missing.
    """

    y: pd.DataFrame
    factor: pd.Series
    loadings: pd.Series
    coefficients: tuple[float, ...]
    sigma: pd.Series
    complete: pd.DataFrame
    synthetic: bool = True

    @property
    def common(self) -> pd.DataFrame:
        """True common component λ_i f_t, shape (T, N)."""
        return pd.DataFrame(np.outer(self.factor, self.loadings), self.y.index, self.y.columns)

    @property
    def common_share(self) -> pd.Series:
        """Share of each series' variance in this sample that is common."""
        common = self.common.var()
        return common / (common + self.sigma**2)


def simulate_factor_model(
    T: int = 120,
    loadings: Sequence[float] = LOADINGS,
    coefficients: Sequence[float] = (0.6, 0.3),
    sigma: Sequence[float] = SIGMA,
    noise: float = 1.0,
    missing: float = 0.0,
    seed: int | np.random.Generator = 0,
) -> SimulatedFactorModel:
    """Simulate y_it = λ_i f_t + noise·σ_i v_it with f_t = Σ_j b_j f_{t-j} + u_t and var(u) so that f moves by about 1.

    Parameters
    ----------
    T : number of periods, at least 10.
    loadings, sigma : λ_i and σ_i of the N ≥ 2 series.
    coefficients : b_1..b_p, stationary.
    noise : scales every σ_i.
    missing : share of cells to hide, from 0 to below 1; which cells, in which order, is drawn once.
    seed : fixes all shocks.  They depend on no other argument than T and the number of series, so that turning a
        knob deforms the same world instead of drawing a new one.
    """
    loadings, sigma = _pair(loadings, sigma)
    check_whole(T, "T", 10)
    check_number(noise, "noise", or_equal=True)
    if not 0.0 <= missing < 1.0:
        raise ValueError(f"missing: must be a share from 0 to below 1, got {missing!r}")
    factor_rng, noise_rng, hide_rng = check_seed(seed).spawn(3)
    time = pd.RangeIndex(1, T + 1, name="period")
    items = [f"item{i + 1}" for i in range(len(loadings))]
    factor = pd.Series(_autoregression(tuple(coefficients), factor_rng.standard_normal(T + BURN_IN)), time, name="f")
    own = noise * sigma * noise_rng.standard_normal((T, len(items)))
    complete = pd.DataFrame(np.outer(factor, loadings) + own, time, items)
    return SimulatedFactorModel(
        y=complete.mask(hide_rng.random(complete.shape) < missing),
        factor=factor,
        loadings=pd.Series(loadings, items, name="loading"),
        coefficients=tuple(coefficients),
        sigma=pd.Series(noise * sigma, items, name="sigma"),
        complete=complete,
    )


def _pair(loadings, sigma) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays of one length."""
    loadings, sigma = np.asarray(loadings, dtype=float), np.asarray(sigma, dtype=float)
    if loadings.ndim != 1 or len(loadings) < 2 or loadings.shape != sigma.shape:
        raise ValueError(
            "loadings, sigma: give one number a series for at least 2 series, "
            f"got shapes {loadings.shape} and {sigma.shape}"
        )
    if not (np.isfinite(loadings).all() and np.isfinite(sigma).all() and (sigma >= 0).all()):
        raise ValueError("loadings, sigma: must be finite, and sigma not negative")
    return loadings, sigma


def _autoregression(coefficients: tuple[float, ...], shocks: np.ndarray) -> np.ndarray:
    """Return the last periods of an AR(p) with a variance of one in the long run."""
    p = len(coefficients)
    companion = np.eye(p, k=-1)
    companion[0] = coefficients
    if np.max(np.abs(np.linalg.eigvals(companion))) >= 1.0:
        raise ValueError(f"coefficients: must make a stationary autoregression, got {coefficients}")
    f = np.zeros(len(shocks) + p)
    for t, shock in enumerate(shocks, start=p):
        f[t] = np.dot(coefficients, f[t - p : t][::-1]) + shock
    unit = np.zeros((p, p))
    unit[0, 0] = 1.0
    variance = np.linalg.solve(np.eye(p * p) - np.kron(companion, companion), unit.ravel())[0]
    return f[p + BURN_IN :] / np.sqrt(variance)
