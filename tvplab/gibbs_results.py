"""What a Bayesian TVP regression returns: posterior summaries, labelled, and every kept draw."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tvplab.gibbs_chain import Draws
from tvplab.gibbs_summary import drift_variances, mixing, path_table
from tvplab.mcmc import split_r_hat
from tvplab.validation import check_number, next_regressors

SETTLED = 1.1
"""Largest R̂ of a coefficient or log variance with which chains count as converged (Gelman et al., section 11.5)."""


@dataclass(frozen=True)
class GibbsResults:
    """Posterior of one equation.

    Attributes
    ----------
    beta : (T, K) posterior means of the coefficients, in the data's units; the first is `const` when there is one.
    volatility : (T,) posterior mean of σ_t = exp(h_t/2), in units of y.
    sigma2 : (T,) posterior mean of σ²_t.
    sigma_u2 : (K,) posterior mean of the variance of one period's drift.
    fitted, resid : (T,) at the posterior mean.
    draws : `Draws` of C chains: β (C, D, T, K), h (C, D, T), Q (C, D, K, K) or its diagonal (C, D, K), s (C, D).
    n_iter : sweeps a chain, burn-in included.
    worst_r_hat : the largest split R̂ of any β_{t,k} or h_t.
    converged : no chain was interrupted, and that R̂ is at most 1.1.
    intercept : whether the first coefficient belongs to a constant that the model added.
    """

    beta: pd.DataFrame
    volatility: pd.Series
    sigma2: pd.Series
    sigma_u2: pd.Series
    fitted: pd.Series
    resid: pd.Series
    draws: Draws = field(repr=False)
    n_iter: int
    worst_r_hat: float
    converged: bool
    intercept: bool

    @classmethod
    def of(cls, draws: Draws, y, X, index: pd.Index, names: list, model) -> GibbsResults:
        """Summarise the draws of a model's chains."""
        beta = draws.beta.mean(axis=(0, 1))
        drift = drift_variances(draws).mean(axis=(0, 1))
        fitted = np.sum(X * beta, axis=1)
        worst = float(max(split_r_hat(draws.beta).max(), split_r_hat(draws.h).max()))
        complete = draws.s.shape[1] == model.draws
        return cls(
            beta=pd.DataFrame(beta, index, names),
            volatility=pd.Series(np.exp(draws.h / 2.0).mean(axis=(0, 1)), index, name="volatility"),
            sigma2=pd.Series(np.exp(draws.h).mean(axis=(0, 1)), index, name="sigma2"),
            sigma_u2=pd.Series(drift, names, name="sigma_u2"),
            fitted=pd.Series(fitted, index, name="fitted"),
            resid=pd.Series(y - fitted, index, name="resid"),
            draws=draws,
            n_iter=model.burn + draws.s.shape[1] * model.thin,
            worst_r_hat=worst,
            converged=complete and worst <= SETTLED,
            intercept=model.constant,
        )

    def bands(self, level: float = 0.9) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Pointwise credible bands (lower, upper) of the coefficients, two (T, K) frames of quantiles."""
        return tuple(pd.DataFrame(edge, self.beta.index, self.beta.columns) for edge in _edges(self.draws.beta, level))

    def volatility_bands(self, level: float = 0.9) -> tuple[pd.Series, pd.Series]:
        """Pointwise credible bands (lower, upper) of σ_t."""
        return tuple(
            pd.Series(np.exp(edge / 2.0), self.volatility.index, name="volatility")
            for edge in _edges(self.draws.h, level)
        )

    def std_errors(self) -> pd.DataFrame:
        """Posterior standard deviations (T, K) of the coefficients, doubt about the variances included."""
        return pd.DataFrame(self.draws.beta.std(axis=(0, 1)), self.beta.index, self.beta.columns)

    def diagnostics(self) -> pd.DataFrame:
        """Effective number of draws and split R̂ (of the worst period where it is a path), one row a quantity.

        Rows: every coefficient's path, the path of log variances `h`, every drift variance `q[name]`, and `s`.  What
        the model holds constant has NaN and 1.
        """
        names, drift = list(self.beta.columns), drift_variances(self.draws)
        series = {name: self.draws.beta[..., k] for k, name in enumerate(names)}
        series["h"] = self.draws.h
        series |= {f"q[{name}]": drift[..., k] for k, name in enumerate(names)}
        series["s"] = self.draws.s
        return pd.DataFrame.from_dict({name: mixing(one) for name, one in series.items()}, orient="index")

    def summary(self) -> pd.DataFrame:
        """One row a coefficient, and `sigma` for the volatility: (K + 1, 10), in the data's units.

        Posterior means of the first and the last period; posterior mean, sd and quantiles of the path's average over
        time, the nearest to one constant coefficient; standard deviation of a period's drift (for `sigma` in logs);
        and of the period that mixes worst, effective draws and split R̂ (`gibbs_summary.path_table`).
        """
        return path_table(self.draws, list(self.beta.columns))

    def predict(self, x_next) -> float:
        """Forecast y of the next period: the last coefficients' posterior mean times its K regressors, no constant."""
        x = next_regressors(x_next, list(self.beta.columns[self.intercept :]))
        if len(x) != 1:
            raise ValueError(f"x_next: expected the regressors of one period, got {len(x)}")
        last = self.beta.iloc[-1].to_numpy()
        return float(last[self.intercept :] @ x[0] + (last[0] if self.intercept else 0.0))

    def plot(self, **options):
        """Draw the paths with their bands (`tvplab.plots.coefficient_paths`)."""
        from tvplab import plots

        return plots.coefficient_paths(self, **options)


def _edges(values: np.ndarray, level: float) -> np.ndarray:
    """Quantiles (2, ...) of draws (C, D, ...) that leave out (1 − level)/2 on either side."""
    if not 0.0 < check_number(level, "level") < 1.0:
        raise ValueError(f"level: must lie between 0 and 1, got {level!r}")
    return np.quantile(values.reshape(-1, *values.shape[2:]), [0.5 - level / 2.0, 0.5 + level / 2.0], axis=0)
