"""What GRRRR tunes on the way: λ by cross-validation given the loadings, their penalty ξ by the noise level.

Source: Goulet Coulombe, *Time-Varying Parameters as Ridge Regressions*, section 2.5.2; the rule for ξ is the kit's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tvplab.ridge_fit import residual_variance
from tvplab.ridge_search import Search, explained
from tvplab.tvp_factors import FactorProblem
from tvplab.tvp_kernel import DualSolver
from tvplab.tvp_loadings import Penalties


class Tuned(NamedTuple):
    """Step 1 at the λ that cross-validation chooses for loadings Λ (M·K, r) and Ω_ε; `sigma2` is σ̂², standardised."""

    factors: FactorProblem
    loadings: np.ndarray
    solver: DualSolver
    scores: np.ndarray
    lam: float
    sigma2: float


def near(search: Search, lam: float) -> Search:
    """The candidates within two decades of λ: enough on the way, at less than half the price."""
    close = np.abs(np.log10(search.lams / lam)) <= 2.0 + 1e-9
    return replace(search, lams=search.lams[close]) if close.any() else search


def tune(search: Search, factors: FactorProblem, loadings: np.ndarray) -> Tuned:
    """Choose λ for the drift covariance ΛΛ'/λ, exactly and from one factorisation."""
    solver, y = factors.solver(loadings), factors.stacked[1]
    scores, chosen = search.judge(solver, y)
    scores, lam = scores[:, 0], float(search.lams[chosen[0]])
    rest = (y - explained(solver, solver.solve(y, lam)))[:, 0]
    sigma2 = residual_variance(rest, solver.omega_e, float(solver.slack(lam).sum()), lam)
    return Tuned(factors, loadings, solver, scores, lam, sigma2)


def noise_level(now: Tuned, l1_ratio: float, multiple: float) -> Penalties:
    """λ, and ξ with ξρ = multiple · 2 σ̂ ‖w‖ √(2 log J): what the largest of J gradients 2 w_j'ε is in noise."""
    W = now.factors.loading_regressors(now.factors.increments(now.loadings, now.lam))
    size = np.sqrt(np.mean([np.sum(one**2) / max(1, one.shape[1]) for one in W]))
    universal = 2.0 * np.sqrt(now.sigma2) * size * np.sqrt(2.0 * np.log(max(2, W[0].shape[1])))
    return Penalties(now.lam, multiple * universal / l1_ratio, l1_ratio)
