"""Estimate a factor model on part of a panel, starting from the estimate on all of it: the compute of `explore.dfm`."""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.factor_em import factor_round
from tvplab.factors import anchors, principal_loadings
from tvplab.marss import DynamicFactorModel
from tvplab.marss_results import MARSSResults
from tvplab.volatility import ConvergenceWarning

TOL, BASE_ITERATIONS, TRIAL_ITERATIONS, MOVE_ITERATIONS, END_ITERATIONS = 1e-7, 400, 4, 40, 2000


@dataclass(frozen=True)
class Base:
    """Where the EM of every move starts: loadings (N, r), transition (r, r·p), factor noise (r, r), item noise (N,)."""

    loadings: pd.DataFrame
    transition: np.ndarray
    noise: np.ndarray
    item_noise: pd.Series


def base_estimate(y: pd.DataFrame, n_factors: int, factor_lags: int) -> Base:
    """Estimate on the panel as it is, from its principal components.

    With several factors the likelihood has several tops: the higher one counts of two, the other from plain loadings.
    """
    starts = [principal_start(y, n_factors, factor_lags)]
    if n_factors > 1:
        starts.append(plain_start(y, n_factors, factor_lags))
    fit = _highest(y, starts, BASE_ITERATIONS)
    r, M = n_factors, {name: frame.to_numpy() for name, frame in fit.params.items()}
    loadings = fit.params["Z"].iloc[:, :r]
    return Base(loadings, M["B"][:r], M["Q"][:r, :r], pd.Series(np.diag(M["R"]), loadings.index))


def estimate_from(base: Base, y: pd.DataFrame, to_the_end: bool = False) -> MARSSResults:
    """Estimate on a panel of some of the base's items, in at most `MOVE_ITERATIONS`, or until EM is done.

    One factor starts at the base. Several have several tops, and where much is hidden the base lies below another: the
    principal components of what is seen are the second start, and a few iterations from each tell which to follow. To
    the end both are followed, and the higher one counts.
    """
    r, m = base.transition.shape
    if r == 1:
        return _fit(y, base, END_ITERATIONS if to_the_end else MOVE_ITERATIONS)
    starts = [base, principal_start(y, r, m // r)]
    if to_the_end:
        return _highest(y, starts, END_ITERATIONS)
    return _fit(y, max(starts, key=functools.partial(_trial, y)), MOVE_ITERATIONS)


def _trial(y: pd.DataFrame, start: Base) -> float:
    """Log-likelihood that a few plain rounds of EM reach from a start; −∞ where a variance vanishes on the way."""
    chosen, (r, m) = anchors(y, start.transition.shape[0]), start.transition.shape
    values, parameters = y.to_numpy(), start_values(start, y.columns, chosen)
    values = (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0, ddof=1)
    em = factor_round(values, y.columns.get_indexer(chosen), r, m, 1.0)
    x = np.concatenate([parameters[name] for name in sorted(parameters)])
    for _ in range(TRIAL_ITERATIONS):
        loglik, after = em(x)
        if not np.isfinite(loglik):
            break
        x = after()
    return em(x)[0]


def common_shares(fit: MARSSResults) -> pd.Series:
    """Share of each standardised item's variance that is common, as the model has it: one less that of its noise."""
    R = fit.params["R"]
    return pd.Series(1.0 - np.diag(R), R.index)


def principal_start(y: pd.DataFrame, n_factors: int, factor_lags: int) -> Base:
    """Start of EM from the data alone: principal components for factors (gaps as the mean), regressed on their lags."""
    L, T, p = principal_loadings(y, n_factors).to_numpy(), len(y), factor_lags
    F = ((y - y.mean()) / y.std()).fillna(0.0).to_numpy() @ np.linalg.pinv(L).T
    lags = np.hstack([F[p - k : T - k] for k in range(1, p + 1)])
    transition = np.linalg.lstsq(lags, F[p:], rcond=None)[0].T
    errors = F[p:] - lags @ transition.T
    noise = errors.T @ errors / len(errors) + 0.01 * np.eye(n_factors)
    item_noise = pd.Series(np.maximum(1.0 - (L**2).sum(axis=1), 0.05), y.columns)
    return Base(pd.DataFrame(L, y.columns), transition, noise, item_noise)


def plain_start(y: pd.DataFrame, n_factors: int, factor_lags: int) -> Base:
    """R MARSS's start in the form of a base: loadings 1 but for the anchors', transition I, noise 0.05."""
    r, m = n_factors, n_factors * factor_lags
    loadings = pd.DataFrame(1.0, y.columns, range(r))
    loadings.loc[anchors(y, r)] = np.eye(r)
    return Base(loadings, np.eye(r, m), 0.05 * np.eye(r), pd.Series(0.05, y.columns))


def start_values(base: Base, items: pd.Index, chosen: list) -> dict[str, np.ndarray]:
    """Return the base as starting values for these items, turned so that the r chosen ones load on one factor each."""
    r, m = base.transition.shape
    L, rows = base.loadings.loc[items].to_numpy(), items.get_indexer(chosen)
    turn, back = L[rows], np.linalg.inv(L[rows])
    blocks = [turn @ block @ back for block in np.split(base.transition, m // r, axis=1)]
    return {
        "Z": np.delete(L @ back, rows, axis=0).ravel(order="F"),
        "B": np.hstack(blocks).ravel(order="F"),
        "Q": (turn @ base.noise @ turn.T)[np.triu_indices(r)],
        "R": base.item_noise.loc[items].to_numpy(),
    }


def _highest(y: pd.DataFrame, starts: list[Base], max_iter: int) -> MARSSResults:
    """Fit from each start; the highest likelihood counts."""
    return max((_fit(y, start, max_iter) for start in starts), key=lambda fit: fit.loglik)


def _fit(y: pd.DataFrame, base: Base, max_iter: int) -> MARSSResults:
    """Fit from the base, anchored by the data; `converged` of the result tells whether EM had enough iterations."""
    r, m = base.transition.shape
    chosen = anchors(y, r)
    model = DynamicFactorModel(r, m // r, standardize=True, anchors=chosen)
    start = start_values(base, y.columns, chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # shown in the readout instead
        return model.fit(y, tol=TOL, max_iter=max_iter, start=start, accelerate=True)
