"""The simulation designs S1-S4 of Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 3.

y_t = β_{1,t} + β_{2,t} y_{t-1} + Σ_j β_{j,t} x_{j,t} + σ_t ε_t.  The paper names the shapes and leaves the scales open;
the scales here are those of its public replication files (github.com/hugocout/Replication-codes-for-Time-Varying-
Parameters-as-Ridge-Regressions, Simulation/10_tools/simul_types, files 0, 3, 4 and 5 for S1-S4).  Where files and text
differ, the files made the tables, so they are followed: the cosine is sin(t/20); time t is the calendar's, so that the
break after period 175 lies outside a sample of 150; the shares are of the last coefficients, constant included; in S3
half of the coefficients that the text calls constant move with the cosine, and none when all move with the trend; noise
has the same standard deviations whatever K, which puts R² near, not at, the text's 0.8, 0.5 and 0.3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.dgp.tvp_regression import SimulatedRegression
from tvplab.validation import check_choice, check_number, check_seed, check_whole

NOISE = {
    "low": (2.0, 2.0),
    "medium": (4.0, 4.0),
    "high": (9.0, 9.0),
    "sv low-medium": (2.0, 4.0),
    "sv low-high": (2.0, 9.0),
}
"""Smallest and largest standard deviation, before the design's own scale."""

LAG = 1
"""Column of y_{t-1}'s coefficient; the constant's is column 0."""


def cosine_design(t, moves, cosine_too, rng) -> np.ndarray:
    """S1: constants N(0, 5/K), 0.5 for the lag; those that move add ½ sin(t/20)."""
    K = len(moves) - 1
    level = 0.5 * rng.standard_normal(K + 1) / np.sqrt(K / 20.0)
    level[LAG] = 0.5
    beta = level + 0.5 * np.sin(t / 20.0)[:, None] * moves
    return _bound_lag(beta, 0.1, 0.5)


def break_design(t, moves, cosine_too, rng) -> np.ndarray:
    """S2: constants 0.6; those that move jump from ¼ ± ½ to ¼ ∓ ½ after period 175."""
    sign = np.where(np.arange(1, len(moves) + 1) % 2 == 0, 1.0, -1.0)
    jump = np.where(t <= 175, 1.0, -1.0)[:, None]
    return np.where(moves, 0.25 + 0.5 * sign * jump, 0.6)


def trend_design(t, moves, cosine_too, rng) -> np.ndarray:
    """S3: ±½ √(t/300) for those that move, ½ sin(t/20) for half of the others, 0 for the rest."""
    sign = np.where(np.arange(1, len(moves) + 1) % 2 == 0, 1.0, -1.0)
    trend = 0.5 * np.sqrt(t / 300.0)[:, None] * sign
    cosine = 0.5 * np.sin(t / 20.0)[:, None] * cosine_too
    return _bound_lag(np.where(moves, trend, cosine), 0.2, 0.6)


def mixture_design(t, moves, cosine_too, rng) -> np.ndarray:
    """S4: starts N(0, ¼); those that move add ½ l'f_t, l ~ N(0, I₃), f = (random walk, trend with break, cosine)."""
    start = 0.5 * rng.standard_normal(len(moves))
    loadings = rng.standard_normal((len(moves), 3)) * moves[:, None]
    steps = [
        0.011 * rng.standard_normal(len(t)),
        np.where(t <= round(t[-1] / 2) + 1, -0.0036, 0.0036),
        0.015 * np.sin(0.05 * t),
    ]
    return start + 0.5 * np.cumsum(steps, axis=1).T @ loadings.T


class Design(NamedTuple):
    """One design: its coefficients (T, K+1), what all noise is multiplied by, and whether var(x) is 20/K, not 1."""

    coefficients: Callable
    noise_scale: float
    shrinks_x: bool


DESIGNS = {
    "S1": Design(cosine_design, 0.5, False),
    "S2": Design(break_design, 1.0, True),
    "S3": Design(trend_design, 0.5, True),
    "S4": Design(mixture_design, 0.5, True),
}


def simulate_design(
    design: str,
    T: int = 300,
    K: int = 6,
    share: float = 0.2,
    noise: str = "low",
    seed: int | np.random.Generator = 0,
) -> SimulatedRegression:
    """Simulate one of the paper's designs.

    Parameters
    ----------
    design : "S1" (cosine), "S2" (break), "S3" (trend and cosine) or "S4" (mixture).
    T : periods of the regression; y_0 = 0 lies before the first.
    K : regressors, y_{t-1} the first of them; the others are independent normals.
    share : K*/K, the share of coefficients (constant included, the last ones) that move; 0.2, 0.5 and 1 in the paper.
    noise : a name of `NOISE`: constant, or a random walk in logs forced between two standard deviations.
    seed : fixes regressors, shocks and coefficients, whatever the noise.  A world in which the truth explains more than
        95 % of y (an explosive lag, in S4) is drawn again, as in the replication files.

    Returns
    -------
    SimulatedRegression with X's columns "y_lag", "x2" … "xK" and beta's "const", "y_lag", "x2" … "xK".
    """
    check_choice(design, "design", tuple(DESIGNS))
    check_choice(noise, "noise", tuple(NOISE))
    if check_number(share, "share") > 1.0:
        raise ValueError(f"share: must be at most 1, got {share!r}")
    check_whole(T, "T", 3)
    check_whole(K, "K", 2)
    rng = check_seed(seed)
    while True:
        world = _draw(DESIGNS[design], T, K, share, noise, *rng.spawn(4))
        if world.r2 <= 0.95:
            return world


def _draw(design: Design, T, K, share, noise, x_rng, shock_rng, beta_rng, noise_rng) -> SimulatedRegression:
    """Draw one world, explosive or not; period 1 is t = 2 of the replication files."""
    t = np.arange(2, T + 2)
    number = np.arange(1, K + 2)
    moves = number > (1.0 - share) * (K + 1)
    cosine_too = (number > 0.5 * (1.0 - share) * (K + 1)) & ~moves
    beta = design.coefficients(t, moves, cosine_too, beta_rng)
    x = x_rng.standard_normal((T, K - 1)) * (np.sqrt(20.0 / K) if design.shrinks_x else 1.0)
    sigma = design.noise_scale * volatility_path(noise, T, noise_rng)
    y = _recursion(beta[:, 0] + np.sum(beta[:, 2:] * x, axis=1) + sigma * shock_rng.standard_normal(T), beta[:, LAG])
    lag = np.concatenate([[0.0], y[:-1]])
    names = ["y_lag", *(f"x{k}" for k in range(2, K + 1))]
    time = pd.RangeIndex(1, T + 1, name="period")
    return SimulatedRegression(
        y=pd.Series(y, time, name="y"),
        X=pd.DataFrame(np.column_stack([lag, x]), time, names),
        beta=pd.DataFrame(beta, time, ["const", *names]),
        sigma=pd.Series(sigma, time, name="sigma"),
    )


def volatility_path(noise: str, T: int, rng: np.random.Generator) -> np.ndarray:
    """Standard deviations (T,): e^{h_t} with h_t = .99 h_{t-1} + N(0, .01), forced between the bounds of `noise`."""
    low, high = NOISE[noise]
    h = _recursion(0.1 * rng.standard_normal(T) + 0.5 * (np.arange(T) == 0), np.full(T, 0.99))
    return low + (high - low) * _min_max(np.exp(h))


def _recursion(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """y_t = a_t + b_t y_{t-1} from y_0 = 0."""
    y = [0.0]
    for own, persistence in zip(a.tolist(), b.tolist(), strict=True):
        y.append(own + persistence * y[-1])
    return np.array(y[1:])


def _min_max(path: np.ndarray) -> np.ndarray:
    return (path - path.min()) / np.ptp(path)


def _bound_lag(beta: np.ndarray, low: float, high: float) -> np.ndarray:
    """Force the lag's path between two bounds when it moves, against explosive roots."""
    if np.ptp(beta[:, LAG]) > 0:
        beta[:, LAG] = low + (high - low) * _min_max(beta[:, LAG])
    return beta
