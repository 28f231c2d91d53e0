"""Estimate a factor model on part of a panel, starting from the estimate on all of it: the compute of `explore.dfm`."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg

from tvplab.marss import DynamicFactorModel
from tvplab.marss_em import smooth
from tvplab.marss_results import MARSSResults
from tvplab.volatility import ConvergenceWarning

TOL, BASE_ITERATIONS, MOVE_ITERATIONS = 1e-7, 300, 40


@dataclass(frozen=True)
class Base:
    """Where the EM of every move starts: loadings (N, r), transition (r, r·p), factor noise (r, r), item noise (N,)."""

    loadings: pd.DataFrame
    transition: np.ndarray
    noise: np.ndarray
    item_noise: pd.Series


@dataclass(frozen=True)
class Estimate:
    """A fit to standardised data, and what brings it back to their units: `y` (T, n) as given, its `mean` and `sd`."""

    fit: MARSSResults
    y: pd.DataFrame
    mean: pd.Series
    sd: pd.Series

    @property
    def shares(self) -> pd.Series:
        """Share of each item's variance that is common, as the model has it: one minus that of its noise."""
        R = self.fit.params["R"]
        return pd.Series(1.0 - np.diag(R), R.index)

    @property
    def common(self) -> pd.DataFrame:
        """Common component of each item in the data's units (T, n), its mean included."""
        return self.fit.common_component()[self.y.columns] * self.sd + self.mean

    def standard_errors(self, weights: pd.DataFrame) -> pd.Series:
        """Of Σ_i w_it common_it, the parameters taken as known: √(g'Vg) with g_t = Σ_i w_it s_i Z_i, V = var(x_t)."""
        M = {name: frame.to_numpy() for name, frame in self.fit.params.items()}
        M |= {name: M[name][:, 0] for name in ("A", "U", "x0")}
        items = list(self.fit.fitted.columns)
        g = (weights[items] * self.sd[items]).to_numpy() @ M["Z"]
        V = smooth(_standardized(self.y)[items].to_numpy(), M).cov[1:]
        return pd.Series(np.sqrt(np.einsum("ti,tij,tj->t", g, V, g)), self.y.index)


def base_estimate(y: pd.DataFrame, n_factors: int, factor_lags: int) -> Base:
    """Estimate on the panel as it is, from its principal components."""
    z = _standardized(y)
    start = principal_start(z, n_factors, factor_lags)
    fit = _fit(z, n_factors, factor_lags, max_iter=BASE_ITERATIONS, base=start)
    r, M = n_factors, {name: frame.to_numpy() for name, frame in fit.params.items()}
    loadings = fit.params["Z"].iloc[:, :r]
    return Base(loadings, M["B"][:r], M["Q"][:r, :r], pd.Series(np.diag(M["R"]), loadings.index))


def estimate_from(base: Base, y: pd.DataFrame) -> Estimate:
    """Estimate from the base on, on a panel of some of its items; at most 40 iterations."""
    r, m = base.transition.shape
    fit = _fit(_standardized(y), r, m // r, max_iter=MOVE_ITERATIONS, base=base)
    return Estimate(fit, y, y.mean(), y.std())


def principal_loadings(z: pd.DataFrame, n_factors: int) -> np.ndarray:
    """Loadings (N, r) of standardised items on their first principal components of variance 1."""
    values, vectors = np.linalg.eigh(z.corr().fillna(0.0).to_numpy())
    return vectors[:, ::-1][:, :n_factors] * np.sqrt(np.maximum(values[::-1][:n_factors], 0.0))


def principal_start(z: pd.DataFrame, n_factors: int, factor_lags: int) -> Base:
    """Where the EM of the base starts: principal components for factors (gaps as the mean), regressed on their lags."""
    L, T, p = principal_loadings(z, n_factors), len(z), factor_lags
    F = z.fillna(0.0).to_numpy() @ np.linalg.pinv(L).T
    lags = np.hstack([F[p - k : T - k] for k in range(1, p + 1)])
    transition = np.linalg.lstsq(lags, F[p:], rcond=None)[0].T
    errors = F[p:] - lags @ transition.T
    noise = errors.T @ errors / len(errors) + 0.01 * np.eye(n_factors)
    item_noise = pd.Series(np.maximum(1.0 - (L**2).sum(axis=1), 0.05), z.columns)
    return Base(pd.DataFrame(L, z.columns), transition, noise, item_noise)


def anchors_first(z: pd.DataFrame, n_factors: int) -> list:
    """Order the items so that the first r span the factors well: QR with pivoting on their principal loadings.

    EM creeps where a factor's scale is pinned on an item that hardly responds to it.
    """
    return list(z.columns[linalg.qr(principal_loadings(z, n_factors).T, pivoting=True)[2]])


def start_values(base: Base, items: pd.Index) -> dict[str, np.ndarray]:
    """Return the base as starting values for these items, turned so that the first r load on the r factors alone."""
    r, m = base.transition.shape
    L = base.loadings.loc[items].to_numpy()
    turn, back = L[:r], np.linalg.inv(L[:r])
    blocks = [turn @ block @ back for block in np.split(base.transition, m // r, axis=1)]
    return {
        "Z": (L @ back)[r:].ravel(order="F"),
        "B": np.hstack(blocks).ravel(order="F"),
        "Q": (turn @ base.noise @ turn.T)[np.triu_indices(r)],
        "R": base.item_noise.loc[items].to_numpy(),
    }


def _fit(z: pd.DataFrame, n_factors: int, factor_lags: int, max_iter: int, base: Base) -> MARSSResults:
    """Fit with the most responsive items first; `converged` of the result tells whether EM had enough iterations."""
    z = z[anchors_first(z, n_factors)]
    start = start_values(base, z.columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # shown in the readout instead
        return DynamicFactorModel(n_factors, factor_lags).fit(
            z, tol=TOL, max_iter=max_iter, start=start, accelerate=True
        )


def _standardized(y: pd.DataFrame) -> pd.DataFrame:
    return (y - y.mean()) / y.std()
