"""Panels that a few factors drive, linearly or not: the Monte Carlo of the deep factor model.

Source: Andreini, Izzo and Ricco, section 4, eqs 19-27, after Doz, Giannone and Reichlin (2012) and Gu, Kelly and Xiu
(2019).  As the authors' code has it where the paper says otherwise: no further noise v_t in eq. 19; 1/(1 − α²) in the
place of eq. 26's 1/(1 − ρ²); factors and idiosyncratic components start at one shock, without burn-in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import toeplitz
from scipy.signal import lfilter

from tvplab.dgp.deep_factor_draws import DRAWS, hidden_cells
from tvplab.validation import check_choice, check_number, check_seed, check_whole


@dataclass(frozen=True)
class SimulatedDeepFactors:
    """Synthetic data y (T, N; NaN where missing) and the truth behind them.

    `factors` (T, r) f_t; `factor_set` (T, r̃) what the series load on: f_t, or f_t, its squares and products, its signs;
    `loadings` (N, r̃) Λ; `common` (T, N) F(f_t); `complete` (T, N) y with nothing missing.
    """

    y: pd.DataFrame
    factors: pd.DataFrame
    factor_set: pd.DataFrame
    loadings: pd.DataFrame
    common: pd.DataFrame
    complete: pd.DataFrame
    synthetic: bool = True


def simulate_deep_factors(
    T: int = 200,
    N: int = 10,
    r: int = 1,
    nonlinear: bool = True,
    rho: float = 0.5,
    alpha: float = 0.0,
    missing: float = 0.0,
    u: float = 0.1,
    tau: float = 0.0,
    curvature: float = 1.0,
    seed: int | np.random.Generator = 0,
    draws: str = "kit",
) -> SimulatedDeepFactors:
    """Simulate y_t = Λ φ(f_t) + ε_t with f_t = ρ f_{t-1} + u_t and ε_t = α ε_{t-1} + ϵ_t.

    Parameters
    ----------
    T, N, r : periods, series, factors.
    nonlinear : φ(f) is f, all its products of degree 2 and its signs, r̃ = (4r + r(r + 1))/2 of them; else f (eq. 22).
    rho, alpha : autoregressive coefficients of factors and idiosyncratic components, between −1 and 1.
    missing : share of cells to hide, exactly int(T N missing) of them.
    u : the share β_i of noise to signal is uniform on [u, 1 − u] (eq. 27), 0 < u ≤ 1/2.
    tau : correlation of neighbouring series' idiosyncratic shocks, τ^|i−j|, from 0 to below 1.
    curvature : multiplies products and signs in φ(f), from 0 (they are there, and zero) to the paper's 1 and beyond.
    seed : fixes all shocks; which cells are missing, in which order, is drawn once, so that a larger share hides more.
    draws : "kit"; or "authors", whose whole-number seeds 1 to 100 give the panels behind the paper's tables.
    """
    _check(T, N, r, rho, alpha, missing, u, tau)
    check_choice(draws, "draws", tuple(DRAWS))
    source = DRAWS[draws](seed)
    time, series = pd.RangeIndex(1, T + 1, name="period"), [f"y{i + 1}" for i in range(N)]
    f = lfilter([1.0], [1.0, -rho], source.shocks(T, r), axis=0)
    names, phi = factor_functions(f, nonlinear)
    size = np.where(np.arange(len(names)) < r, 1.0, check_number(curvature, "curvature", or_equal=True))
    phi, loadings = phi * size, source.loadings(N, len(names))
    beta = source.shares(N, u)
    gamma = beta / (1.0 - beta) / (1.0 - alpha**2) * ((loadings * size) ** 2).sum(axis=1)
    innovations = source.innovations(T, toeplitz(tau ** np.arange(N)), np.sqrt((1.0 - alpha**2) * gamma))  # eq. 26
    noise = lfilter([1.0], [1.0, -alpha], innovations, axis=0)
    common = pd.DataFrame(phi @ loadings.T, time, series)
    complete = common + noise
    return SimulatedDeepFactors(
        y=complete.mask(source.hidden(T, N, missing)),
        factors=pd.DataFrame(f, time, names[:r]),
        factor_set=pd.DataFrame(phi, time, names),
        loadings=pd.DataFrame(loadings, series, names),
        common=common,
        complete=complete,
    )


def simulate_curved_factor(
    T: int = 200,
    N: int = 10,
    curvature: float = 1.0,
    width: float = 1.0,
    noise: float = 0.2,
    rho: float = 0.5,
    missing: float = 0.0,
    seed: int | np.random.Generator = 0,
) -> SimulatedDeepFactors:
    """Simulate one factor of variance one to which each series answers in its own range: a curve in N dimensions.

    y_it = (1 − s) sign(c_i) f_t + s h_i(f_t) + ε_it, where h_i is a hump exp(−(f − c_i)²/(2 width²)), put to mean zero
    and variance one, its centre c_i on a grid from −1.8 to 1.8.  One number drives everything, yet no line through the
    data does it justice: the kit's own world, in which a nonlinear **decoder** is what is needed.

    Parameters
    ----------
    T, N, rho, missing, seed : as in `simulate_deep_factors`.
    curvature : s from 0, a linear one-factor world, to 1, humps alone.
    width : of the humps, in standard deviations of f.
    noise : share of each series' variance that is noise, from 0 to below 1.

    Returns
    -------
    SimulatedDeepFactors
        Its `factor_set` is f alone; its `loadings` are the centres.
    """
    _check(T, N, 1, rho, 0.0, missing, 0.5, noise)
    if check_number(curvature, "curvature", or_equal=True) > 1.0:
        raise ValueError(f"curvature: must be at most 1, got {curvature!r}")
    factor_rng, noise_rng, hide_rng = check_seed(seed).spawn(3)
    time, series = pd.RangeIndex(1, T + 1, name="period"), [f"y{i + 1}" for i in range(N)]
    f = lfilter([1.0], [1.0, -rho], factor_rng.standard_normal(T)) * np.sqrt(1.0 - rho**2)
    centres = np.linspace(-1.8, 1.8, N)
    humps = np.exp(-0.5 * ((f[:, None] - centres) / check_number(width, "width")) ** 2)
    humps = (humps - humps.mean(axis=0)) / humps.std(axis=0)
    common = (1.0 - curvature) * np.where(centres < 0, -1.0, 1.0) * f[:, None] + curvature * humps
    scale = common.std(axis=0) * np.sqrt(noise / (1.0 - noise))
    common = pd.DataFrame(common, time, series)
    complete = common + scale * noise_rng.standard_normal((T, N))
    factor = pd.DataFrame({"f1": f}, time)
    return SimulatedDeepFactors(
        y=complete.mask(hidden_cells(T, N, missing, hide_rng)),
        factors=factor,
        factor_set=factor,
        loadings=pd.DataFrame({"centre": centres}, series),
        common=common,
        complete=complete,
    )


def factor_functions(f: np.ndarray, nonlinear: bool) -> tuple[list[str], np.ndarray]:
    """Names and values (T, r̃) of the functions of f (T, r) that the series load on (eqs 22 and 24)."""
    r = f.shape[1]
    names = [f"f{k + 1}" for k in range(r)]
    if not nonlinear:
        return names, f
    pairs = [(j, k) for j in range(r) for k in range(j, r)]
    products = [f"{names[j]}²" if j == k else f"{names[j]}·{names[k]}" for j, k in pairs]
    degree_2 = np.column_stack([f[:, j] * f[:, k] for j, k in pairs])
    signs = np.where(f > 0, 1.0, -1.0)
    return [*names, *products, *(f"sgn {name}" for name in names)], np.hstack([f, degree_2, signs])


def _check(T, N, r, rho, alpha, missing, u, tau) -> None:
    for value, name, least in ((T, "T", 10), (N, "N", 2), (r, "r", 1)):
        check_whole(value, name, least)
    for value, name in ((rho, "rho"), (alpha, "alpha")):
        if not -1.0 < value < 1.0:
            raise ValueError(f"{name}: must lie between -1 and 1, got {value!r}")
    for value, name in ((missing, "missing"), (tau, "tau or noise")):
        if not 0.0 <= value < 1.0:
            raise ValueError(f"{name}: must be from 0 to below 1, got {value!r}")
    if check_number(u, "u") > 0.5:
        raise ValueError(f"u: must be at most 0.5, got {u!r}")
