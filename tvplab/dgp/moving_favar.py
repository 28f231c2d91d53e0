"""A panel of two factors, and a rate whose effect on them fades and returns: a FAVAR with a known answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.dgp.moving_var import BURN_IN, recursive_path
from tvplab.dgp.paths import coefficient_path
from tvplab.validation import check_number, check_seed, check_whole

FACTORS = ["activity", "prices"]
RATE = "rate"


@dataclass(frozen=True)
class SimulatedFAVAR:
    """Synthetic panel X (T, N), observable rate (T, 1) and the truth: x_t = Λ f_t + u_t,  z_t = (f_t, rate_t),

        B_0t z_t = c + B_t z_{t−1} + exp(h_t/2) ε_t,  B_0t unit lower triangular.

    `factors` (T, 2), `loadings` Λ (N, 2), `B0` (T, 3, 3), `B` = (c, B_t) (T, 3, 4), `h` (T, 3) log variances.
    """

    panel: pd.DataFrame
    observables: pd.DataFrame
    factors: pd.DataFrame
    loadings: pd.DataFrame
    B0: np.ndarray
    B: np.ndarray
    h: pd.DataFrame
    synthetic: bool = True


def simulate_moving_favar(
    T: int = 250,
    N: int = 40,
    shape: str = "cosine",
    swing: float = 1.0,
    noise: float = 1.0,
    seed: int | np.random.Generator = 0,
) -> SimulatedFAVAR:
    """Simulate a panel and a rate: the rate's effect on activity and the size of its shocks move along one shape.

    activity_t = .6 activity_{t−1} − m_t rate_{t−1} + ε_1t,              m_t = .3 + .25 swing·path;
    prices_t = .2 activity_{t−1} + .6 prices_{t−1} − .1 rate_{t−1} + ε_2t;
    rate_t = .7 rate_{t−1} + .15 activity_t + .1 prices_t + e^{h_t/2} ε_3t,  h_t = .8 swing·path.

    Half the series follow activity most, half prices; x_t = Λ f_t + u_t, each u of variance noise²·|λ_i|².

    Parameters
    ----------
    T, N : periods, at least 20, and series, at least 4.
    shape : of both paths, a name of `dgp.PATHS`.  A random walk is drawn for each.
    swing : how far both move, from 0 (nothing does) to 1.
    noise : of a series' own part, over the size of its loadings.
    seed : fixes shocks, loadings and random walks; `swing` and `noise` deform the same world.
    """
    check_whole(T, "T", 20)
    check_whole(N, "N", 4)
    check_number(noise, "noise", or_equal=True)
    if check_number(swing, "swing", or_equal=True) > 1.0:
        raise ValueError(f"swing: must lie from 0 to 1, got {swing!r}")
    shock_rng, panel_rng, *path_rngs = check_seed(seed).spawn(4)
    m, h3 = (swing * coefficient_path(shape, T, rng) for rng in path_rngs)
    B0, B = _coefficients(0.3 + 0.25 * m)
    h = np.column_stack([np.zeros((T, 2)), 0.8 * h3])
    z = recursive_path(B0, B, h, shock_rng.standard_normal((BURN_IN + T, 3)))
    loadings = _loadings(N, panel_rng)
    own = noise * np.linalg.norm(loadings, axis=1) * panel_rng.standard_normal((T, N))
    time, series = pd.period_range("1960Q1", periods=T, freq="Q"), [f"x{j + 1}" for j in range(N)]
    return SimulatedFAVAR(
        panel=pd.DataFrame(z[:, :2] @ loadings.T + own, time, series),
        observables=pd.DataFrame(z[:, 2:], time, [RATE]),
        factors=pd.DataFrame(z[:, :2], time, FACTORS),
        loadings=pd.DataFrame(loadings, series, FACTORS),
        B0=B0,
        B=B,
        h=pd.DataFrame(h, time, [*FACTORS, RATE]),
    )


def _coefficients(m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """B_0 (T, 3, 3) and (c, B) (T, 3, 4) given the rate's effect on activity m (T,)."""
    B0, B = np.tile(np.eye(3), (len(m), 1, 1)), np.zeros((len(m), 3, 4))
    B0[:, 2, :2] = [-0.15, -0.1]
    B[:, 0, 1], B[:, 0, 3] = 0.6, -m
    B[:, 1, 1:] = [0.2, 0.6, -0.1]
    B[:, 2, 3] = 0.7
    return B0, B


def _loadings(N: int, rng: np.random.Generator) -> np.ndarray:
    """Λ (N, 2): every other series follows activity with .5 to 1.5, the rest prices; the other loading is near 0."""
    main, other = rng.uniform(0.5, 1.5, N), rng.normal(0.0, 0.3, N)
    first = np.arange(N) % 2 == 0
    return np.column_stack([np.where(first, main, other), np.where(first, other, main)])
