"""Answers to the exercises of lesson 3 are computed here, not stored."""

import functools

import numpy as np
import pandas as pd

from tvplab.convergence import ignore_unconverged
from tvplab.dgp import simulate_sparse_factors
from tvplab.dynamic_sparse import DynamicSparseFactors
from tvplab.dynamic_sparse_panels import crisis_panel, noise_units
from tvplab.exercises.registry import exercise
from tvplab.factor_matching import active_per_series, left_ordered, matched, rmse_path


@exercise("3.1")
def _slab(answer) -> str | None:
    if np.shape(answer) != (2,):
        return "two numbers are expected, λ₁ first"
    lam1, phi1 = 0.05**2, np.sqrt(1 - 0.05**2 / 10)
    if np.allclose(answer, [lam1, phi1], rtol=1e-6):
        return None
    if np.isclose(answer[0], 0.05):
        return "λ₁ is a variance; what may change in a period is its root"
    if np.isclose(answer[0], lam1) and np.isclose(answer[1], phi1**2, rtol=1e-9):
        return "that is φ₁²; take the root"
    return "λ₁/(1 − φ₁²) is the variance in the long run; solve it for φ₁"


CASES = ((3.0, 1.2, 0.8, 0.9), (-3.0, 1.2, -0.8, 0.9), (0.3, 1.0, 0.0, 0.2))
"""z, q, the loading before and γ: alive, alive with the other sign, and one that becomes zero."""
SLAB = 10.0, 0.01, np.sqrt(1 - 0.001)


def last_site(z, q, before, gamma, lam0, lam1, phi1, later=False, absolute=True, spike=True) -> float:
    """Eq. 11 at t = T; the switches make the mistakes that the hints are about."""
    Z = z + gamma * phi1 * before / lam1
    W = q + gamma * (1 + later * phi1**2) / lam1
    price = lam0 * (1 - gamma) if spike else 0.0
    size = max((abs(Z) if absolute else Z) - price, 0.0)
    return float(np.sign(Z) * size / W)


@exercise("3.2")
def _last_site(answer) -> str | None:
    given = [answer(*case, *SLAB) for case in CASES]
    if any(value is None for value in given):
        return "not answered yet: the function returns nothing"
    right = [last_site(*case, *SLAB) for case in CASES]
    if np.allclose(given, right):
        return None
    mistakes = {
        "at the last period no later neighbour pulls, nor holds: W has one term of the slab": {"later": True},
        "a negative pull counts as much as a positive one: it is |Z| that is shrunk": {"absolute": False},
        "the spike has its price: shrink |Z| by λ₀(1 − γ)": {"spike": False},
    }
    for hint, options in mistakes.items():
        if np.allclose(given, [last_site(*case, *SLAB, **options) for case in CASES]):
            return hint
    return "Z is z and the pull of the neighbour before; W is q and how firmly that neighbour holds, γ/λ₁"


@exercise("3.3")
def _stray(answer) -> str | None:
    if np.shape(answer) != (2,):
        return "two numbers are expected, left-ordered first"
    right = stray_errors()
    if np.allclose(answer, right):
        return None
    if np.allclose(answer, right[::-1]):
        return "left-ordered first, matched second"
    if np.isclose(answer[1], right[1]):
        return "left-order both: the truth, too, is compared in its own left order"
    return "rmse_path(truth, loadings) with both ordered by left_ordered, and with matched(truth, loadings)"


def stray_errors(size: float = 0.2) -> list[float]:
    """RMSE, left-ordered and matched, of the truth at t = 100 with one stray entry."""
    truth = simulate_sparse_factors(seed=0).loadings[99]
    stray = truth.copy()
    stray[0, 4] += size
    by_order = rmse_path(left_ordered(truth), left_ordered(stray))[0]
    return [float(by_order), float(rmse_path(truth, matched(truth, stray))[0])]


@exercise("3.4")
def _rise(answer) -> str | None:
    if not isinstance(answer, dict) or set(answer) != {0.01, 0.001}:
        return "give a dict with the keys 0.01 and 0.001"
    if any(value is None for value in answer.values()):
        return "not answered yet: one of the two has no number"
    right = {lam1: crisis_rise(lam1) for lam1 in (0.01, 0.001)}
    if all(np.isclose(answer[lam1], right[lam1], rtol=1e-3) for lam1 in right):
        return None
    if np.isclose(answer[0.01], right[0.001], rtol=1e-3) and np.isclose(answer[0.001], right[0.01], rtol=1e-3):
        return "the two are exchanged"
    if all(np.isclose(answer[lam1], 1 / right[lam1], rtol=1e-3) for lam1 in right):
        return "the crisis over the quiet years, not the other way round"
    return "loadings in the panel's units (times units.scale), the mean of six months over that of 36"


@functools.cache
def crisis_rise(lam1: float) -> float:
    """Factors that the average series of the bundled panel follows in the crisis, over those of 2003 to 2005."""
    units = noise_units(crisis_panel("nyfed").y, 8)
    model = DynamicSparseFactors(8, lam1=lam1, persistence="each", discount=0.95, max_iter=40)
    with ignore_unconverged():
        loadings = model.fit(units.y, start=units.start).loadings * units.scale.to_numpy()[:, None]
    line = pd.Series(active_per_series(loadings), units.y.index)
    return float(line["2008-09":"2009-02"].mean() / line["2003":"2005"].mean())
