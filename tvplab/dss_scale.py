"""The scales of the factors, which parameter expansion moves between loadings and factors (DSS-EM, eqs. 7 and 8).

The paper rotates by the Cholesky factor of A_t = E[e_t e_t'], anew at every date.  That mixes the columns of B_t,
differently at each date, and the rotated factors no longer follow eq. 2.  Here only scales move: c_kt = exp(s_kt)
multiplies the loadings and divides the factor, and the likelihood stays as it is.  The factors' law says which s it
wants, that of the smallest

    Σ_t s_t + ½ Σ_t E(ω_t e^{−s_t} − φ̃ ω_{t−1} e^{−s_{t−1}})²/(1 − φ̃²) + ½ Σ_t κ_t (s_t − s_{t−1} + u_t)²

per factor, the first term of the second sum being its stationary one.  The last sum is the prior of the loadings'
common scale: it may change from t − 1 to t at the cost κ_t = Σ_j β_jt β_j,t−1/λ₁, and u_t is the change that is in the
loadings already.  It judges changes of scale only: the mode of the loadings' full prior shrinks them a good deal.
A plain moving average of E e² in place of this minimum feeds back what it should damp once its window is wide.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError
from scipy.linalg.lapack import dptsv

from tvplab.dss_moments import FactorMoments

STEPS = 8
LARGEST = 1.0


def factor_precision(moments: FactorMoments, phi) -> tuple[np.ndarray, np.ndarray]:
    """Diagonal (r, T) and neighbours (r, T−1) of M: the second sum is d'Md, d = e^{−s}."""
    phi = np.broadcast_to(phi, moments.mean.shape[1])[:, None]
    squares = np.diagonal(moments.second, axis1=1, axis2=2).T / (1.0 - phi**2)
    products = np.diagonal(moments.cross, axis1=1, axis2=2).T[:, 1:] / (1.0 - phi**2)
    squares[:, 1:-1] *= 1.0 + phi**2
    return squares, -phi * products


def scale_prior(beta: np.ndarray, lam1: float) -> tuple[np.ndarray, np.ndarray]:
    """κ and u (r, T−1) from paths (N, r, T+1); both zero where no loading lasts from one period to the next."""
    before, now = beta[:, :, 1:-1], beta[:, :, 2:]
    size = (before**2 * (now != 0.0)).sum(axis=0)
    kappa = np.maximum((before * now).sum(axis=0), 0.0) / lam1
    change = ((now - before) * before * (now != 0.0)).sum(axis=0)
    return kappa, np.divide(change, size, out=np.zeros_like(size), where=size > 0.0)


def log_scales(diagonal, neighbours, kappa, u) -> np.ndarray:
    """The minimiser s (r, T) of the sum above by Newton steps, all factors in one tridiagonal system a step."""
    s = np.zeros_like(diagonal)
    for _ in range(STEPS):
        step = _newton_step(s, diagonal, neighbours, kappa, u)
        s += step
        if np.abs(step).max() < 1e-9:
            break
    return s


def _newton_step(s, diagonal, neighbours, kappa, u) -> np.ndarray:
    """One step; the Hessian without its negative parts, so that every step goes down."""
    d = np.exp(-s)
    coupling = neighbours * d[:, 1:] * d[:, :-1]
    own = diagonal * d**2
    pull = own + _both(coupling, coupling)
    tension = kappa * (np.diff(s, axis=1) + u)
    beside = np.zeros_like(s)  # factors stand one after the other, and nothing links the last period of one to the next
    beside[:, :-1] = coupling - kappa
    hessian = own + np.maximum(pull, 0.0) + _both(kappa, kappa)
    gradient = 1.0 - pull + _both(-tension, tension)
    _, _, step, info = dptsv(hessian.ravel(), beside.ravel()[:-1], -gradient.ravel())
    if info:
        raise LinAlgError(f"the Hessian is not positive definite (LAPACK's dptsv says {info})")
    return np.clip(step.reshape(s.shape), -LARGEST, LARGEST)


def _both(ahead, behind) -> np.ndarray:
    """Sum, for each of T periods, what T−1 steps (r, T−1) leave at their start (`ahead`) and at their end."""
    out = np.zeros((len(ahead), ahead.shape[1] + 1))
    out[:, :-1] += ahead
    out[:, 1:] += behind
    return out


def rescale(beta: np.ndarray, moments: FactorMoments, phi, lam1: float) -> np.ndarray:
    """Paths (N, r, T+1) times c; β_0 goes with β_1."""
    c = np.exp(log_scales(*factor_precision(moments, phi), *scale_prior(beta, lam1)))
    return beta * np.concatenate([c[:, :1], c], axis=1)
