"""What the kept draws of one equation say, one row a path: for `summary()` of the Bayesian models and of their twin."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.gibbs_chain import Draws
from tvplab.mcmc import effective_size, split_r_hat

QUANTILES = {"5%": 0.05, "50%": 0.5, "95%": 0.95}


def path_table(draws: Draws, names: list) -> pd.DataFrame:
    """One row a coefficient, named by `names` (K), and a last one `sigma` for σ_t = exp(h_t/2); (K + 1, 10).

    Columns: `first` and `last`, posterior means of these periods; `mean`, `sd`, `5%`, `50%` and `95%` of the posterior
    of the path's average over time; `drift sd`, the posterior mean of the standard deviation of one period's change
    (for `sigma` that of log σ_t); `ess` and `r_hat` of the period that mixes worst (for `sigma` of h_t).  All but these
    two, and `sigma`'s drift, are in the units of the coefficient, or of y for `sigma`.
    """
    steps = np.sqrt(drift_variances(draws))
    rows = [path_row(draws.beta[..., k], steps[..., k]) | mixing(draws.beta[..., k]) for k in range(len(names))]
    rows.append(path_row(np.exp(draws.h / 2.0), np.sqrt(draws.s) / 2.0) | mixing(draws.h))
    return pd.DataFrame(rows, [*names, "sigma"])


def path_row(path: np.ndarray, step: np.ndarray) -> dict[str, float]:
    """Where draws (C, D, T) of a path begin and end, their average over time, and the size of a step (C, D)."""
    ends = {"first": path[..., 0].mean(dtype=float), "last": path[..., -1].mean(dtype=float)}
    average = path.mean(axis=2, dtype=float)
    edges = dict(zip(QUANTILES, np.quantile(average, list(QUANTILES.values())), strict=True))
    return {**ends, "mean": average.mean(), "sd": average.std(), **edges, "drift sd": step.mean()}


def mixing(values: np.ndarray) -> dict[str, float]:
    """Smallest effective number of draws and largest split R̂ among draws (C, D, ...); NaN and 1 if none ever moves."""
    return {
        "ess": float(np.fmin.reduce(effective_size(values), axis=None)),
        "r_hat": float(split_r_hat(values).max()),
    }


def drift_variances(draws: Draws) -> np.ndarray:
    """Diagonals (C, D, K) of the draws of Q."""
    return draws.Q if draws.Q.ndim == 3 else np.diagonal(draws.Q, axis1=2, axis2=3)
