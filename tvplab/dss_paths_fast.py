"""The M-step for all loadings, compiled: the passes of `dss_paths`, series by series, with the same numbers."""

from __future__ import annotations

import numba
import numpy as np

from tvplab.dss_paths import NEAR, TINY
from tvplab.dss_prior import Prior


def update_loadings(beta, y, precision, mean, second, gamma, prior: Prior, rounds: int = 2, block: bool = True):
    """New paths (N, r, T+1) from y and precisions (T, N), mean (T, r), second (T, r, r), ⟨γ⟩ (N, r, T+1)."""
    out = np.array(beta, float, order="C")
    series = np.ascontiguousarray(np.nan_to_num(y).T), np.ascontiguousarray(precision.T)
    factors = np.ascontiguousarray(mean.T), np.ascontiguousarray(np.moveaxis(second, 0, 2))
    _update(out, *series, *factors, np.ascontiguousarray(gamma), prior.lam0, prior.lam1, prior.phi, rounds, block)
    return out


@numba.njit(cache=True)
def _update(beta, y, precision, mean, second, gamma, lam0, lam1, phi, rounds, block):
    """`update_series` for every series; a path of zeros that no site wants to leave is passed over."""
    N, r, sites = beta.shape
    q, z, work = np.zeros(sites), np.zeros(sites), np.empty((4, sites))
    alive = np.empty(r, dtype=np.bool_)
    for j in range(N):
        for k in range(r):
            alive[k] = np.any(beta[j, k] != 0.0)
        for k in range(r):
            _path_data(k, beta[j], alive, y[j], precision[j], mean, second, q, z)
            if alive[k] or _wakes(z, gamma[j, k], lam0):
                _update_path(beta[j, k], q, z, gamma[j, k], lam0, lam1, phi, rounds, block, work)
                alive[k] = np.any(beta[j, k] != 0.0)


@numba.njit(cache=True)
def _path_data(k, beta, alive, y, precision, mean, second, q, z):
    """Set q and z of loading k; their first entries stay zero."""
    T = len(y)
    z[1:] = y * mean[k]
    for other in range(len(beta)):
        if other != k and alive[other]:
            for t in range(T):
                z[t + 1] -= second[k, other, t] * beta[other, t + 1]
    for t in range(T):
        z[t + 1] *= precision[t]
        q[t + 1] = precision[t] * second[k, k, t]


@numba.njit(cache=True)
def _wakes(z, gamma, lam0):
    """Whether any site of a path of zeros wants to leave zero."""
    return np.any(np.abs(z) > lam0 * (1.0 - gamma))


@numba.njit(cache=True)
def _update_path(beta, q, z, gamma, lam0, lam1, phi, rounds, block, work):
    """`update_path`, in place."""
    for _ in range(rounds):
        _one_site_pass(beta, q, z, gamma, lam0, lam1, phi)
        if block:
            _block_pass(beta, q, z, gamma, lam0, lam1, phi, work)
            _one_site_pass(beta, q, z, gamma, lam0, lam1, phi)


@numba.njit(cache=True)
def _curvature(t, q, gamma, lam1, phi):
    """W_t."""
    own = gamma[t] * (1.0 - phi * phi) if t == 0 else gamma[t]
    after = gamma[t + 1] * phi * phi if t + 1 < len(q) else 0.0
    return q[t] + (own + after) / lam1


@numba.njit(cache=True)
def _one_site_pass(beta, q, z, gamma, lam0, lam1, phi):
    """`one_site_pass`, in place."""
    last = len(beta) - 1
    for t in range(last + 1):
        Z = z[t]
        if t > 0:
            Z += phi / lam1 * gamma[t] * beta[t - 1]
        if t < last:
            Z += phi / lam1 * gamma[t + 1] * beta[t + 1]
        excess, W = abs(Z) - lam0 * (1.0 - gamma[t]), _curvature(t, q, gamma, lam1, phi)
        beta[t] = np.sign(Z) * excess / W if excess > 0.0 and W > TINY else 0.0


@numba.njit(cache=True)
def _block_pass(beta, q, z, gamma, lam0, lam1, phi, work):
    """`block_pass`, in place; `work` (4, T+1) is scratch."""
    a, sites = 0, len(beta)
    while a < sites:
        if beta[a] == 0.0:
            a += 1
            continue
        b = a + 1
        while b < sites and beta[b] * beta[a] > 0.0:
            b += 1
        _move_run(a, b, beta, q, z, gamma, lam0, lam1, phi, work)
        a = b


@numba.njit(cache=True)
def _move_run(a, b, beta, q, z, gamma, lam0, lam1, phi, work):
    """Move the sites [a, b) to their minimiser, or as far towards it as the signs allow."""
    wanted, before = work[2], work[3]
    _solve_run(a, b, beta, q, z, gamma, lam0, lam1, phi, work)
    flips, share = False, 1.0
    for t in range(a, b):
        before[t] = beta[t]
        if wanted[t] * before[t] <= 0.0:
            flips, share = True, min(share, before[t] / (before[t] - wanted[t]))
    cost = _run_objective(a, b, beta, q, z, gamma, lam0, lam1, phi) if flips else 0.0
    for t in range(a, b):
        beta[t] = wanted[t] if wanted[t] * before[t] > 0.0 else 0.0
    if flips and _run_objective(a, b, beta, q, z, gamma, lam0, lam1, phi) > cost:
        for t in range(a, b):
            moved = before[t] + share * (wanted[t] - before[t])
            beta[t] = moved if moved * before[t] > 0.0 else 0.0


@numba.njit(cache=True)
def _solve_run(a, b, beta, q, z, gamma, lam0, lam1, phi, work):
    """`solve_run` by elimination; the solution goes to work[2]."""
    ratio, rhs, out = work[0], work[1], work[2]
    sign = np.sign(beta[a])
    for t in range(a, b):
        W = _curvature(t, q, gamma, lam1, phi)
        h = z[t] - lam0 * (1.0 - gamma[t]) * sign + NEAR * W * beta[t]
        W += NEAR * W
        pull = phi * gamma[t] / lam1
        if t > a:
            W -= pull * ratio[t - 1]
            h += pull * rhs[t - 1]
        elif t > 0:
            h += pull * beta[t - 1]
        after = phi * gamma[t + 1] / lam1 if t + 1 < len(beta) else 0.0
        if t + 1 == b and b < len(beta):
            h += after * beta[b]
        ratio[t], rhs[t] = after / W, h / W
    out[b - 1] = rhs[b - 1]
    for t in range(b - 2, a - 1, -1):
        out[t] = rhs[t] + ratio[t] * out[t + 1]


@numba.njit(cache=True)
def _run_objective(a, b, beta, q, z, gamma, lam0, lam1, phi):
    """The terms of `path_objective` that hold a site of [a, b)."""
    total = 0.0
    for t in range(a, b + 1 if b < len(beta) else b):
        if t > 0:
            total += gamma[t] * (beta[t] - phi * beta[t - 1]) ** 2 / (2.0 * lam1)
        else:
            total += gamma[0] * beta[0] ** 2 * (1.0 - phi * phi) / (2.0 * lam1)
        if t < b:
            total += 0.5 * q[t] * beta[t] ** 2 - z[t] * beta[t] + lam0 * (1.0 - gamma[t]) * abs(beta[t])
    return total
