"""Factors without a state-space model: principal components, how many there are, and a rotation to read them by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import linalg

from tvplab.validation import check_panel


class PrincipalComponents(NamedTuple):
    """Factors (T, r) with F'F/T = I, loadings (N, r), and the eigenvalues of the covariance (min(T, N),)."""

    factors: pd.DataFrame
    loadings: pd.DataFrame
    eigenvalues: np.ndarray


def principal_components(Y, n_factors: int) -> PrincipalComponents:
    """Estimate an approximate factor model Y = F Λ' + e by least squares (Stock and Watson, 2002).

    Y (T, N) is centred, not rescaled; it may not have missing values.
    """
    data = _complete(Y)
    if not 1 <= n_factors <= min(data.shape):
        raise ValueError(f"n_factors: must be from 1 to {min(data.shape)}, got {n_factors}")
    centred = (data - data.mean()).to_numpy()
    left, s, right = np.linalg.svd(centred, full_matrices=False)
    root_T, names = np.sqrt(len(data)), [f"F{k + 1}" for k in range(n_factors)]
    factors = pd.DataFrame(left[:, :n_factors] * root_T, data.index, names)
    loadings = pd.DataFrame(right[:n_factors].T * s[:n_factors] / root_T, data.columns, names)
    return PrincipalComponents(factors, loadings, s**2 / len(data))


def bai_ng(Y, max_factors: int = 8) -> pd.DataFrame:
    """Information criteria IC_p1, IC_p2, IC_p3 for 0..`max_factors` factors (Bai and Ng, 2002, section 5).

    IC(k) = log V(k) + k g(N, T), with V(k) the mean squared residual after k principal components; each column's
    minimum is its estimate of the number of factors.  Series are put to variance 1 first.
    """
    data = _complete(Y)
    T, N = data.shape
    if not 1 <= max_factors < min(T, N):
        raise ValueError(f"max_factors: must be from 1 to {min(T, N) - 1}, got {max_factors}")
    eigenvalues = principal_components(data / data.std(ddof=0), 1).eigenvalues
    residual = (eigenvalues.sum() - np.concatenate([[0.0], np.cumsum(eigenvalues)[:max_factors]])) / N
    k, both, least = np.arange(max_factors + 1), (N + T) / (N * T), min(N, T)
    penalties = {"IC_p1": both * np.log(1.0 / both), "IC_p2": both * np.log(least), "IC_p3": np.log(least) / least}
    return pd.DataFrame({name: np.log(residual) + k * g for name, g in penalties.items()}, pd.Index(k, name="factors"))


def varimax(loadings: pd.DataFrame, tol: float = 1e-10, max_iter: int = 1000) -> tuple[pd.DataFrame, np.ndarray]:
    """Rotate loadings (N, r) so that each is large or small (Kaiser, 1958); returns them and the rotation (r, r).

    Maximises the variance of the squared loadings of each factor, by Kaiser's iteration on singular values.  With Λ*
    = ΛG, factors become F G.
    """
    L = loadings.to_numpy()
    rotation, before = np.eye(L.shape[1]), -np.inf
    for _ in range(max_iter):
        turned = L @ rotation
        gradient = L.T @ (turned**3 - turned * np.mean(turned**2, axis=0))
        left, s, right = np.linalg.svd(gradient)
        rotation = left @ right
        if s.sum() - before <= tol * s.sum():
            break
        before = s.sum()
    return pd.DataFrame(L @ rotation, loadings.index, loadings.columns), rotation


def principal_loadings(Y, n_factors: int) -> pd.DataFrame:
    """Loadings (N, r) of the standardised series on r principal components, from pairwise correlations.

    Takes missing values; each row's squares sum to about the share of the series that is common.
    """
    data = check_panel(Y, "Y")
    return pd.DataFrame(leading_loadings(data.to_numpy(), n_factors), data.columns)


def leading_loadings(y: np.ndarray, n_factors: int) -> np.ndarray:
    """`principal_loadings` of an array (T, N), NaN where missing: leading eigenvectors times roots of eigenvalues."""
    values, vectors = np.linalg.eigh(pairwise_correlation(y))
    return vectors[:, ::-1][:, :n_factors] * np.sqrt(np.maximum(values[::-1][:n_factors], 0.0))


def pairwise_correlation(y: np.ndarray) -> np.ndarray:
    """Correlations (N, N) of the columns of y (T, N), NaN where missing, each pair over the periods that show both.

    Zero where a pair has none, or where one of the two does not vary there.  All pairs at once, as matrix products.
    """
    seen = np.isfinite(y)
    shown = seen.astype(float)
    n = np.maximum(shown.sum(axis=0), 1.0)
    z = np.where(seen, y - np.where(seen, y, 0.0).sum(axis=0) / n, 0.0)
    size = np.sqrt((z**2).sum(axis=0) / n)
    z /= np.where(size > 0.0, size, 1.0)
    n, total = np.maximum(shown.T @ shown, 1.0), z.T @ shown
    spread = (z**2).T @ shown - total**2 / n
    scale = np.sqrt(np.maximum(spread * spread.T, 0.0))
    return np.divide(z.T @ z - total * total.T / n, scale, out=np.zeros_like(scale), where=scale > 1e-12)


def anchors(Y, n_factors: int) -> list:
    """Return the r series that span the factors best: QR with pivoting on their principal loadings.

    They pin the factors' scales and rotation well: EM creeps where a factor is measured in units of a series that
    hardly responds to it.
    """
    loadings = principal_loadings(Y, n_factors)
    return list(loadings.index[pivots(loadings.to_numpy())])


def pivots(loadings: np.ndarray) -> np.ndarray:
    """Places of the r rows of loadings (N, r) that QR with pivoting takes first."""
    return linalg.qr(loadings.T, mode="r", pivoting=True)[1][: loadings.shape[1]]


def spread(Y, series: list) -> float:
    """How well some series pin as many factors, against the best choice: 1 is as well, 0 not at all.

    The ratio of the determinants of their principal loadings and those of `anchors`.
    """
    loadings = principal_loadings(Y, len(series))
    chosen = abs(np.linalg.det(loadings.loc[list(series)]))
    best = abs(np.linalg.det(loadings.to_numpy()[pivots(loadings.to_numpy())]))
    return float(chosen / best) if best > 0 else 0.0


def _complete(Y) -> pd.DataFrame:
    """Return a panel without gaps, or say where the first is."""
    data = check_panel(Y, "Y")
    if data.isna().to_numpy().any():
        column = data.columns[data.isna().any()][0]
        raise ValueError(f"Y: column {column!r} has missing values; principal components need a complete panel")
    return data
