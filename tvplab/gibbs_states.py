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
    path = _prior_steps(Q, start_var, variates[: T * K].reshape(T, K))
    path[0] += start_mean
    rows = np.ascontiguousarray(X, float).reshape(-1, K)
    smooth_in_place(path, np.ravel(y), rows, np.ravel(sigma2), _dense(Q), _dense(start_var), variates[T * K :])
    return path


def prior_path(Q, start_var, variates: np.ndarray) -> np.ndarray:
    """Draw β − m (T, K) from its prior: a random walk from N(0, P), from standard normals (T, K)."""
    return np.cumsum(_prior_steps(Q, start_var, variates), axis=0)


def _prior_steps(Q, start_var, variates: np.ndarray) -> np.ndarray:
    """Draw β_1 − m and the steps u_2..u_T (T, K)."""
    steps = variates @ root(Q).T if np.ndim(Q) == 2 else variates * np.sqrt(Q)
    steps[0] = root(start_var) @ variates[0] if np.ndim(start_var) == 2 else np.sqrt(start_var) * variates[0]
    return steps


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
def smooth_in_place(path, y, X, sigma2, Q, P, variates):
    """Turn the steps of a prior path (T, K), its start first, into a posterior draw, in place (spec C.2, 2 to 5).

    What y (T·N,) differs by from the data of that path (its fit plus errors made from `variates`) is smoothed and
    added.  Rows of X (T·N, K) in the order of time; Q enters after every N of them, a diagonal one at less cost.
    """
    (rows, K), T = X.shape, len(path)
    N, diagonal, variances = rows // T, _is_diagonal(Q), np.diag(Q).copy()
    V, Vz, a, product = P.copy(), P @ X[0], np.zeros(K), np.empty(K)
    gains, scaled = np.empty((rows, K)), np.empty(rows)
    for t in range(T):
        now = path[t]
        if t > 0:
            for j in range(K):
                now[j] += path[t - 1, j]
        for i in range(t * N, t * N + N):
            row, after, gain = X[i], X[min(i + 1, rows - 1)], gains[i]
            F, v = sigma2[i], y[i] - np.sqrt(sigma2[i]) * variates[i]
            for j in range(K):
                F += row[j] * Vz[j]
                v -= row[j] * (a[j] + now[j])
            scaled[i] = v / F
            for j in range(K):
                gain[j] = Vz[j] / F
                a[j] += gain[j] * v
                product[j] = 0.0
            for j in range(K):  # V − K (Vz)' and, in the same pass, its product with the next row
                gain_j, z = gain[j], after[j]
                for k in range(K):
                    value = V[j, k] - gain_j * Vz[k]
                    V[j, k] = value
                    product[k] += value * z
            Vz, product = product, Vz
        if diagonal:
            for j in range(K):
                V[j, j] += variances[j]
                Vz[j] += variances[j] * after[j]
        else:
            V += Q
            _add_product(Vz, Q, after)
    _add_backward(path, X, gains, scaled, Q, P, diagonal)


@numba.njit(cache=True, fastmath=True)
def _add_product(a, Q, b):
    """Add Q b to a (K,), Q (K, K) symmetric: quicker than a call to BLAS where coefficients are few."""
    for k in range(len(b)):
        for j in range(len(a)):
            a[j] += Q[k, j] * b[k]


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
    N, r = rows // T, np.zeros(K)
    for i in range(rows - 1, -1, -1):
        weight = scaled[i]
        for j in range(K):
            weight -= gains[i, j] * r[j]
        for j in range(K):
            r[j] += X[i, j] * weight
            gains[i, j] = r[j]  # the gain has done its work
    mean, variances = P @ gains[0], np.diag(Q).copy()
    path[0] += mean
    for t in range(1, T):
        pull, now = gains[t * N], path[t]
        if diagonal:
            for j in range(K):
                mean[j] += variances[j] * pull[j]
        else:
            _add_product(mean, Q, pull)
        for j in range(K):
            now[j] += mean[j]
