"""A VAR with moving coefficients by ridge regression: `TVPVAR`'s quick twin, equation by equation.

The same recursive form (`tvp_var_equations`), each equation fitted by 2SRR (Goulet Coulombe, *Time-Varying Parameters
as Ridge Regressions*, section 2.4) instead of a chain.  Given λ and the variances that 2SRR found, the posterior of a
path is normal; draws from it give bands of all that the paths imply.  Lesson 5 shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from tvplab.gibbs_chain import Draws
from tvplab.gibbs_states import draw_paths, n_variates
from tvplab.ridge import RidgeOptions, TwoStepRidge
from tvplab.ridge_results import RidgeResults
from tvplab.tvp_var_equations import check_series, equation
from tvplab.tvp_var_results import TVPVARResults
from tvplab.validation import check_seed, check_whole


@dataclass(frozen=True)
class RidgeTVPVAR:
    """Recursive VAR(p) whose coefficients are random walks, estimated by ridge regression.

    Parameters
    ----------
    lags : p ≥ 1.
    estimator : a `TwoStepRidge` or `TVPRidge` with its random walk and its constant; the same for all equations.  The
        default chooses λ by the marginal likelihood, as its Bayesian twin weighs its drifts; in US data random folds
        let coefficients chase their neighbours in time (lesson 5).
    seed : of the draws; the estimate itself is not random, but for the folds of the estimator.
    """

    lags: int = 2
    estimator: RidgeOptions = field(default_factory=partial(TwoStepRidge, cv="ml"))
    seed: int | np.random.Generator = 0

    def fit(self, Y, draws: int = 500) -> RidgeTVPVARResults:
        """Estimate from Y (T, n), columns in the recursive order, and draw that many paths.

        The draws take λ, drift variances and volatilities as known: their bands leave out the doubt about those.

        Raises
        ------
        TypeError, ValueError
            Anything wrong with Y or a hyperparameter; the message names it.
        """
        check_whole(draws, "draws", 4)
        frame = check_series(Y, self.lags)
        values, estimator = frame.to_numpy(), self._checked()
        parts = [equation(values, self.lags, i) for i in range(values.shape[1])]
        fits = [estimator.fit(y, Z[:, 1:]) for y, Z in parts]
        rng = check_seed(self.seed)
        kept = [path_draws(fit, y, Z, self.estimator.lam0, draws, rng) for fit, (y, Z) in zip(fits, parts, strict=True)]
        names, index = list(frame.columns), frame.index[self.lags :]
        return RidgeTVPVARResults(
            names=names,
            index=index,
            lags=self.lags,
            draws=kept,
            n_iter=1,
            worst_r_hat=1.0,
            converged=all(fit.converged for fit in fits),
            _ahead=[stay] * len(fits),
            _recent=values[-self.lags :],
            equations=dict(zip(names, (labelled(fit, index, names, self.lags) for fit in fits), strict=True)),
        )

    def _checked(self) -> RidgeOptions:
        """Return the estimator, or say why it does not fit in a VAR."""
        if not isinstance(self.estimator, RidgeOptions):
            raise TypeError(f"estimator: expected a TwoStepRidge or TVPRidge, got {self.estimator!r}")
        if self.estimator.law != "random walk" or self.estimator.constant is not True:
            raise ValueError("estimator: a VAR needs law='random walk' and constant=True")
        if self.estimator.lam0 <= 0:
            raise ValueError(
                f"estimator: lam0 must be positive, the first coefficients' prior; got {self.estimator.lam0}"
            )
        return self.estimator


@dataclass(frozen=True)
class RidgeTVPVARResults(TVPVARResults):
    """What `TVPVARResults` has, from independent draws of one chain, and `equations`: name → `RidgeResults`."""

    equations: dict[object, RidgeResults] = field(default_factory=dict, repr=False)


def path_draws(fit: RidgeResults, y, Z, lam0: float, draws: int, rng: np.random.Generator) -> Draws:
    """Draw paths β (1, R, T, K) of a ridge fit from their normal posterior; variances stay as estimated.

    The ridge is the posterior mean under β_1 ~ N(0, σ²/λ₀) and steps N(0, σ²ω/λ) in standardised units (section 2.4.3).
    """
    T, K = Z.shape
    sigma2, q, start_var = fit.sigma2.to_numpy(), fit.sigma_u2.to_numpy(), start_variance(fit, lam0)
    beta = np.empty((draws, T, K), np.float32)
    for one in beta:
        one[:] = draw_paths(y, Z, sigma2, q, np.zeros(K), start_var, rng.standard_normal(n_variates(T, K)))
    shape = (1, draws)
    h = np.broadcast_to(np.log(sigma2).astype(np.float32), (*shape, T))
    return Draws(beta[None], h, np.broadcast_to(q, (*shape, K)), np.zeros(shape))


def start_variance(fit: RidgeResults, lam0: float) -> np.ndarray:
    """Prior variance (K,) of the first period's coefficients, σ²/λ₀, in squared units of the coefficients."""
    return fit._se_units**2 / lam0


def stay(h: np.ndarray, s: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Leave the log variance of the last period where it is: the ridge has no law for it."""
    return h


def labelled(fit: RidgeResults, index: pd.Index, names: list, lags: int) -> RidgeResults:
    """Name periods and coefficients: `const`, `L1.output`, …, and for a variable of the same period `-output`."""
    lagged = [f"L{lag}.{name}" for lag in range(1, lags + 1) for name in names]
    columns = ["const", *lagged, *(f"-{name}" for name in names)][: fit.beta.shape[1]]
    series = {name: getattr(fit, name).set_axis(index) for name in ("sigma2", "fitted", "resid")}
    return replace(
        fit, beta=fit.beta.set_axis(index).set_axis(columns, axis=1), sigma_u2=fit.sigma_u2.set_axis(columns), **series
    )
