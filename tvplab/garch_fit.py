"""GARCH(1,1) by maximum likelihood: the model, its recursion, start and bounds from `arch`, with an exact slope."""

from __future__ import annotations

import numba
import numpy as np
from arch.univariate import GARCH
from scipy.optimize import OptimizeResult, minimize

RUNS = 10
"""Most runs of the optimiser, each from where the last one ended; one or two are usual."""
ENDS, GAIN, FLAT = 1e-12, 1e-6, 1e-4
"""Fall of −log L that ends a run; gain over the last run below which another is not worth it; slope that is flat.

A looser end or slope lets variances differ in the fifth digit when residuals are nudged in their last.
"""

STATIONARY = {"type": "ineq", "fun": lambda u: 1.0 - u[1] - u[2], "jac": lambda u: np.array([0.0, -1.0, -1.0])}
"""α + β ≤ 1, for u = (log ω, α, β)."""


def fit_garch(resid: np.ndarray) -> np.ndarray:
    """Return the variances (T,) that maximise `arch`'s likelihood over its bounds and constraint, from its start.

    `arch_model(...).fit()` takes differences of the likelihood, in whose noise the optimiser gives up or stops early,
    as the last digits will have it.  Here the slope is exact, ω in logs, and the optimiser begins anew where it ended
    until the slope is flat or nothing is gained.

    Raises
    ------
    ArithmeticError
        When the optimiser still gains something after `RUNS` runs.
    """
    process, squares = GARCH(p=1, q=1), resid**2
    backcast, limits, bounds = process.backcast(resid), process.variance_bounds(resid), process.bounds(resid)

    def variance(params: np.ndarray) -> np.ndarray:
        return process.compute_variance(params, resid, np.empty_like(resid), backcast, limits)

    def cost(u: np.ndarray) -> tuple[float, np.ndarray]:
        params = _params(u)
        value, slope = cost_and_slope(params, squares, variance(params), backcast)
        return value, slope * [params[0], 1.0, 1.0]

    first = min(starts(resid), key=lambda params: cost_and_slope(params, squares, variance(params), backcast)[0])
    u = _settled(cost, np.array([np.log(first[0]), *first[1:]]), np.array([np.log(bounds[0]), *bounds[1:]]))
    return variance(_params(u))


def _params(u: np.ndarray) -> np.ndarray:
    """(ω, α, β) from u = (log ω, α, β)."""
    return np.array([np.exp(u[0]), *u[1:]])


def _settled(cost, u: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Run the optimiser from u (3,) within bounds (3, 2), anew where it ended, until it has settled."""
    value = np.inf
    for _ in range(RUNS):
        found = minimize(cost, u, method="SLSQP", jac=True, bounds=bounds, constraints=STATIONARY, tol=ENDS)
        gain = value - found.fun
        if gain > 0.0:
            u, value = found.x, found.fun
        if _is_flat(found, bounds) or not gain > GAIN:
            return u
    raise ArithmeticError(f"the optimiser had not settled after {RUNS} runs")


def _is_flat(found: OptimizeResult, bounds: np.ndarray) -> bool:
    """Whether a step down the slope leads nowhere within the bounds; where α + β = 1 that is not asked."""
    step = np.clip(found.x - found.jac, *bounds.T) - found.x
    return bool(found.success and found.x[1:].sum() < 1.0 - 1e-6 and np.max(np.abs(step)) < FLAT)


def starts(resid: np.ndarray) -> list[np.ndarray]:
    """`arch`'s starts (ω, α, β): a grid of α and of α + β, at the sample's variance."""
    square = np.mean(resid**2)
    return [
        np.array([(1.0 - lasting) * square, alpha, lasting - alpha])
        for alpha in (0.01, 0.05, 0.1, 0.2)
        for lasting in (0.5, 0.7, 0.9, 0.98)
    ]


@numba.njit(cache=True)
def cost_and_slope(
    params: np.ndarray, squares: np.ndarray, variance: np.ndarray, backcast: float
) -> tuple[float, np.ndarray]:
    """Minus the normal log likelihood of e² (T,) at the variances σ² (T,), and its slope (3,) in (ω, α, β).

    ∂σ²_t = (1, e²_{t-1}, σ²_{t-1}) + β ∂σ²_{t-1}, where no bound on σ²_t binds; before the sample both are `backcast`.
    """
    beta, cost, slope = params[2], 0.0, np.zeros(3)
    by_omega = by_alpha = by_beta = 0.0
    square_before = variance_before = backcast
    for t, now in enumerate(variance):
        square = squares[t]
        by_omega, by_alpha, by_beta = (
            1.0 + beta * by_omega,
            square_before + beta * by_alpha,
            variance_before + beta * by_beta,
        )
        cost += 0.5 * (np.log(2.0 * np.pi * now) + square / now)
        pull = 0.5 * (1.0 - square / now) / now
        slope[0] += pull * by_omega
        slope[1] += pull * by_alpha
        slope[2] += pull * by_beta
        square_before, variance_before = square, now
    return cost, slope
