"""Draws of random-walk coefficients given the data and the variances: what every Gibbs sampler here repeats.

    y_t = X_t β_t + e_t, e_t ~ N(0, diag σ²_t);   β_t = β_{t-1} + u_t, u_t ~ N(0, Q);   β_1 ~ N(m, P).

`draw_paths` is the sampler: Durbin and Koopman's (2002) simulation smoother with observations taken one at a time
(Koopman and Durbin, 2000), O(T K²); it factorises nothing but Q and P and inverts nothing, so that both may be
singular.  `draw_paths_banded` is its plain twin, from the banded precision of all T·K coefficients (Chan and
Jeliazkov, 2009), O(T K³).
"""

from __future__ import annotations

import numba
import numpy as np
from scipy.linalg.lapack import dpotrf

from tvplab.banded_gaussian import draw_banded


def n_variates(T: int, K: int, N: int = 1) -> int:
    """Return how many standard normals `draw_paths` takes: T·K for a prior path, T·N for its data."""
    return T * (K + N)


def draw_paths(y, X, sigma2, Q, start_mean, start_var, variates) -> np.ndarray:
    """Draw β (T, K) given everything else; affine in the variates.

    Parameters
    ----------
    y, sigma2 : (T,) data and error variances, or (T, N) for N uncorrelated observations a period.
    X : (T, K), or (T, N, K).
    Q, start_var : drift covariance and variance of β_1, (K, K), or (K,) when diagonal; zeros are allowed.
    start_mean : m (K,).
    variates : `n_variates` standard normals.
    """
    T, K = len(X), X.shape[-1]
    path = prior_path(Q, start_var, variates[: T * K].reshape(T, K)) + start_mean
    rows = np.ascontiguousarray(X, float).reshape(-1, K)
    add_smoothed_gap(path, np.ravel(y), rows, np.ravel(sigma2), _dense(Q), _dense(start_var), variates[T * K :])
    return path


def prior_path(Q, start_var, variates: np.ndarray) -> np.ndarray:
    """Draw β − m (T, K) from its prior: a random walk from N(0, P), from standard normals (T, K)."""
    steps = variates @ root(Q).T if np.ndim(Q) == 2 else variates * np.sqrt(Q)
    steps[0] = root(start_var) @ variates[0] if np.ndim(start_var) == 2 else np.sqrt(start_var) * variates[0]
    return np.cumsum(steps, axis=0)


def root(covariance: np.ndarray) -> np.ndarray:
    """Return S (K, K) with S Sᵀ = covariance: the Cholesky factor, or a symmetric root where it is singular."""
    factor, info = dpotrf(covariance, lower=1)
    if info == 0:
        return factor
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.clip(values, 0.0, None))


def draw_paths_banded(y, X, sigma2, Q, start_mean, start_var, variates) -> np.ndarray:
    """Draw β (T, K) from T·K standard normals; arguments as in `draw_paths`, but Q and P invertible."""
    T, K = len(X), X.shape[-1]
    band, linear = path_precision(y, X, sigma2, Q, start_mean, start_var)
    return draw_banded(band, linear, np.ravel(variates)).reshape(T, K)


def path_precision(y, X, sigma2, Q, start_mean, start_var) -> tuple[np.ndarray, np.ndarray]:
    """Lower band (2K, T·K) of the posterior precision of β_1..β_T, and precision times mean (T·K,).

    Block tridiagonal: X_t'X_t/σ²_t + Q⁻¹ + Q⁻¹ on the diagonal (P⁻¹ for one Q⁻¹ at the start, one Q⁻¹ fewer at the
    end), −Q⁻¹ beside it.
    """
    T, K = len(X), X.shape[-1]
    Z, weight = X.reshape(T, -1, K), 1.0 / np.reshape(sigma2, (T, -1))
    drift, start = np.linalg.inv(_dense(Q)), np.linalg.inv(_dense(start_var))
    blocks = np.einsum("tni,tn,tnj->tij", Z, weight, Z) + 2.0 * drift
    blocks[0] += start - drift
    blocks[-1] -= drift
    band = np.zeros((2 * K, T, K))
    for column in range(K):
        band[: K - column, :, column] = blocks[:, column:, column].T
        band[K - column : 2 * K - column, :-1, column] = -drift[:, column, None]
    linear = np.einsum("tnk,tn->tk", Z, weight * np.reshape(y, (T, -1)))
    linear[0] += start @ start_mean
    return band.reshape(2 * K, T * K), linear.ravel()


def _dense(covariance) -> np.ndarray:
    """Return a (K, K) matrix for a covariance that may come as its diagonal."""
    return np.diag(covariance) if np.ndim(covariance) == 1 else np.ascontiguousarray(covariance, float)


@numba.njit(cache=True, fastmath=True, error_model="numpy")
def add_smoothed_gap(path, y, X, sigma2, Q, P, variates):
    """Turn a prior path (T, K) into a posterior draw, in place (spec C.2, steps 2 to 5).

    What y (T·N,) differs by from the data of that path (its fit plus errors made from `variates`) is smoothed and
    added.  Rows of X (T·N, K) in the order of time; Q enters after every N of them, a diagonal one at less cost.
    """
    rows, K = X.shape
    N, diagonal = rows // len(path), _is_diagonal(Q)
    V, a, Vz = P.copy(), np.zeros(K), np.empty(K)
    gains, scaled = np.empty((rows, K)), np.empty(rows)
    for i in range(rows):
        z, old = X[i], path[i // N]
        F, v = sigma2[i], y[i] - np.sqrt(sigma2[i]) * variates[i]
        for j in range(K):
            total = 0.0
            for k in range(K):
                total += V[j, k] * z[k]
            Vz[j] = total
        for j in range(K):
            F += z[j] * Vz[j]
            v -= z[j] * (a[j] + old[j])
        scaled[i] = v / F
        for j in range(K):
            gain = Vz[j] / F
            gains[i, j] = gain
            a[j] += gain * v
            for k in range(K):
                V[j, k] -= gain * Vz[k]
        if (i + 1) % N == 0:
            _add_drift(V, Q, diagonal)
    _add_backward(path, X, gains, scaled, Q, P, diagonal)


@numba.njit(cache=True)
def _add_drift(V, Q, diagonal):
    """V + Q, in place."""
    for j in range(len(V)):
        if diagonal:
            V[j, j] += Q[j, j]
        else:
            for k in range(len(V)):
                V[j, k] += Q[j, k]


@numba.njit(cache=True)
def _is_diagonal(Q):
    """Whether all elements off the diagonal are zero."""
    for j in range(len(Q)):
        for k in range(j):
            if Q[j, k] != 0.0 or Q[k, j] != 0.0:
                return False
    return True


@numba.njit(cache=True, fastmath=True, error_model="numpy")
def _add_backward(path, X, gains, scaled, Q, P, diagonal):
    """r_{i-1} = r_i + z_i (v_i/F_i − K_i'r_i) from the end, then β̂_1 = P r_0 and β̂_{t+1} = β̂_t + Q r_t, added."""
    (rows, K), T = X.shape, len(path)
    N, r, pulls = rows // T, np.zeros(K), np.empty((T, K))
    for i in range(rows - 1, -1, -1):
        weight = scaled[i]
        for j in range(K):
            weight -= gains[i, j] * r[j]
        for j in range(K):
            r[j] += X[i, j] * weight
        if i % N == 0:
            pulls[i // N] = r
    mean = np.zeros(K)
    for t in range(T):
        step = P if t == 0 else Q
        for j in range(K):
            if diagonal and t > 0:
                mean[j] += Q[j, j] * pulls[t, j]
            else:
                for k in range(K):
                    mean[j] += step[j, k] * pulls[t, k]
        path[t] += mean
