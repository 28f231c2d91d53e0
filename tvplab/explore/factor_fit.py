"""Estimate a factor model on part of a panel, starting from the estimate on all of it: the compute of `explore.dfm`.

The library's own EM (`factor_em`, `marss_acceleration`) on arrays: labels, which would take most of a move's time, are
put to the results when these are asked for.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from tvplab.convergence import ignore_unconverged
from tvplab.factor_em import factor_round, smoothed_factors, unpack_factors
from tvplab.factors import leading_loadings, pivots
from tvplab.marss import DynamicFactorModel
from tvplab.marss_acceleration import climb
from tvplab.marss_common import corrected_aic
from tvplab.marss_results import MARSSResults
from tvplab.marss_stopping import sound_rule
from tvplab.validation import check_panel

TOL, BASE_ITERATIONS, TRIAL_ITERATIONS, MOVE_ITERATIONS, END_ITERATIONS = 1e-7, 400, 4, 40, 2000
START_VARIANCE = DynamicFactorModel.start_variance


class Base(NamedTuple):
    """Where the EM of every move starts: loadings (N, r), transition (r, r·p), factor noise (r, r), item noise (N,)."""

    loadings: np.ndarray
    transition: np.ndarray
    noise: np.ndarray
    item_noise: np.ndarray

    def of(self, rows: np.ndarray) -> Base:
        """Return the start for some of the items."""
        return self._replace(loadings=self.loadings[rows], item_noise=self.item_noise[rows])


class Panel(NamedTuple):
    """What EM sees of y (T, N): z, standardised, NaN where missing; principal loadings (N, r); anchors' rows (r,)."""

    y: pd.DataFrame
    z: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    principal: np.ndarray
    anchors: np.ndarray

    @classmethod
    def of(cls, y: pd.DataFrame, n_factors: int) -> Panel:
        """Standardise, and choose as anchors the items that span the principal components best."""
        values = check_panel(y, "y").to_numpy()
        seen = np.isfinite(values)
        n, filled = seen.sum(axis=0), np.where(seen, values, 0.0)
        mean = filled.sum(axis=0) / n
        sd = np.sqrt((np.where(seen, values - mean, 0.0) ** 2).sum(axis=0) / (n - 1))
        principal = leading_loadings(values, n_factors)
        return cls(y, (values - mean) / sd, mean, sd, principal, pivots(principal))


@dataclass(frozen=True)
class FactorFit:
    """An estimate on a standardised panel, anchored by the data.

    `loadings` (N, r), `transition` (r, r·p), `noise` (r, r), `item_noise` (N,); smoothed `factors` (T, r) and their
    covariances `cov` (T, r, r); `converged` tells whether EM had enough iterations.
    """

    panel: Panel
    loadings: np.ndarray
    transition: np.ndarray
    noise: np.ndarray
    item_noise: np.ndarray
    factors: np.ndarray
    cov: np.ndarray
    loglik_path: np.ndarray
    converged: bool

    @property
    def loglik(self) -> float:
        """Log-likelihood of the standardised data."""
        return float(self.loglik_path[-1])

    @property
    def n_iter(self) -> int:
        """Number of M-steps."""
        return len(self.loglik_path) - 1

    @property
    def aicc(self) -> float:
        """Akaike's criterion for small samples."""
        (N, r), m = self.loadings.shape, self.transition.shape[1]
        n = r * m + r * (r + 1) // 2 + N + (N - r) * r
        return corrected_aic(self.loglik, n, int(np.isfinite(self.panel.z).sum()))

    @property
    def common_shares(self) -> np.ndarray:
        """Share (N,) of each standardised item's variance that is common: one less that of its noise."""
        return 1.0 - self.item_noise

    def weighted(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Common component Σ_i w_it (μ_i + s_i λ_i'f_t) of an index with weights (T, N), and its standard error."""
        g = (weights * self.panel.sd) @ self.loadings
        variance = np.einsum("tk,tkj,tj->t", g, self.cov, g)
        return weights @ self.panel.mean + np.einsum("tk,tk->t", g, self.factors), np.sqrt(np.maximum(variance, 0.0))

    def labelled(self) -> MARSSResults:
        """Return the library's results at this estimate."""
        (r, m), panel = self.transition.shape, self.panel
        names = [panel.y.columns[row] for row in panel.anchors]
        start = start_values(Base(self.loadings, self.transition, self.noise, self.item_noise), panel.anchors)
        with ignore_unconverged():  # no further iteration
            model = DynamicFactorModel(r, m // r, standardize=True, anchors=names)
            fit = model.fit(panel.y, start=start, max_iter=0)
        return replace(fit, loglik_path=self.loglik_path, n_iter=self.n_iter, converged=self.converged)


def base_estimate(y: pd.DataFrame, n_factors: int, factor_lags: int) -> Base:
    """Estimate on the panel as it is, from its principal components.

    With several factors the likelihood has several tops: the higher one counts of two, the other from plain loadings.
    """
    panel = Panel.of(y, n_factors)
    starts = [principal_start(panel, factor_lags)]
    if n_factors > 1:
        starts.append(plain_start(panel, factor_lags))
    fit = _highest(panel, starts, BASE_ITERATIONS)
    return Base(fit.loadings, fit.transition, fit.noise, fit.item_noise)


def estimate_from(base: Base, y: pd.DataFrame, to_the_end: bool = False) -> FactorFit:
    """Estimate on a panel of the base's items, in at most `MOVE_ITERATIONS`, or until EM is done.

    One factor starts at the base. Several have several tops, and where much is hidden the base lies below another: the
    principal components of what is seen are the second start, and a few iterations from each tell which to follow. To
    the end both are followed, and the higher one counts.
    """
    r, m = base.transition.shape
    panel = Panel.of(y, r)
    if r == 1:
        return _fit(panel, base, END_ITERATIONS if to_the_end else MOVE_ITERATIONS)
    starts = [base, principal_start(panel, m // r)]
    if to_the_end:
        return _highest(panel, starts, END_ITERATIONS)
    return _fit(panel, max(starts, key=functools.partial(_trial, panel)), MOVE_ITERATIONS)


def principal_start(panel: Panel, factor_lags: int) -> Base:
    """Start of EM from the data alone: principal components for factors (gaps as the mean), regressed on their lags."""
    L, p, T = panel.principal, factor_lags, len(panel.z)
    F = np.nan_to_num(panel.z) @ np.linalg.pinv(L).T
    lags = np.hstack([F[p - k : T - k] for k in range(1, p + 1)])
    transition = np.linalg.lstsq(lags, F[p:], rcond=None)[0].T
    errors = F[p:] - lags @ transition.T
    noise = errors.T @ errors / len(errors) + 0.01 * np.eye(L.shape[1])
    return Base(L, transition, noise, np.maximum(1.0 - (L**2).sum(axis=1), 0.05))


def plain_start(panel: Panel, factor_lags: int) -> Base:
    """R MARSS's start in the form of a base: loadings 1 but for the anchors', transition I, noise 0.05."""
    N, r = panel.principal.shape
    loadings = np.ones((N, r))
    loadings[panel.anchors] = np.eye(r)
    return Base(loadings, np.eye(r, r * factor_lags), 0.05 * np.eye(r), np.full(N, 0.05))


def start_values(base: Base, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return the base as starting values, turned so that the r items in these rows load on one factor each."""
    r, m = base.transition.shape
    turn, back = base.loadings[rows], np.linalg.inv(base.loadings[rows])
    blocks = [turn @ base.transition[:, k : k + r] @ back for k in range(0, m, r)]
    return {
        "Z": np.delete(base.loadings @ back, rows, axis=0).ravel(order="F"),
        "B": np.hstack(blocks).ravel(order="F"),
        "Q": (turn @ base.noise @ turn.T)[np.triu_indices(r)],
        "R": base.item_noise,
    }


def _trial(panel: Panel, start: Base) -> float:
    """Log-likelihood that a few plain rounds of EM reach from a start; −∞ where a variance vanishes on the way."""
    em, x = _round(panel, start)
    for _ in range(TRIAL_ITERATIONS):
        loglik, after = em(x)
        if not np.isfinite(loglik):
            break
        x = after()
    return em(x)[0]


def _round(panel: Panel, start: Base) -> tuple:
    """One round of EM on packed parameters, and the start packed."""
    parameters = start_values(start, panel.anchors)
    em = factor_round(panel.z, panel.anchors, *start.transition.shape, START_VARIANCE)
    return em, np.concatenate([parameters[name] for name in sorted(parameters)])


def _highest(panel: Panel, starts: list[Base], max_iter: int) -> FactorFit:
    """Fit from each start; the highest likelihood counts."""
    return max((_fit(panel, start, max_iter) for start in starts), key=lambda fit: fit.loglik)


def _fit(panel: Panel, start: Base, max_iter: int) -> FactorFit:
    """Fit from a start."""
    x, path, converged = climb(*_round(panel, start), sound_rule(TOL, 0), max_iter)
    *parameters, _ = unpack_factors(x, panel.anchors, panel.z.shape[1], start.transition.shape[1])
    return FactorFit(panel, *parameters, *smoothed_factors(panel.z, *parameters, START_VARIANCE), path, converged)
