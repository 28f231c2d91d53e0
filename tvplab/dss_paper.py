"""DSS-EM as its paper prints it, to see where that leads: `DynamicSparseFactors(variant="paper")`.

Printed: φ₁ = .98, λ₁ = 10(1 − φ₁²), λ₀ = .9, Θ = .9, φ̃ = .95 (section 4), variances that start at d₀/n₀ = 10⁻⁴ with
δ = .95 (section 5), single sites with one-step-late terms (eq. 11), a new rotation at every date (eq. 7, appendix A.2).
Put right, because nothing runs otherwise: |Z| in eq. 11, its cases t = 0 and t = T, a floor under its denominator; φ̃ in
the smoother (Table 3); variances from squares given all data (Table 4).

Why it fails.  With these constants the slab wins at zero: θ(0) = .72, and two zeros in a row have ⟨γ⟩ = .78.  Nothing
is sparse, loadings may move by .6 a period and follow the noise, variances fall.  And A_t, of rank one up to a small
covariance, has a Cholesky factor that mixes the columns differently at every date.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from tvplab.dss_em import Estimate, Expected, Settings, State, by_period, e_step
from tvplab.dss_moments import FactorMoments, precisions
from tvplab.dss_paths import curvature
from tvplab.dss_prior import Prior, logit_mixing
from tvplab.dss_volatility import discount_variances, expected_squares

CONSTANTS = {"lam0": 0.9, "lam1": 10.0 * (1.0 - 0.98**2), "phi1": 0.98, "theta": 0.9, "discount": 0.95}
PERSISTENCE = 0.95
START_SCALE = 0.002 / 20
DIVERGED = 100.0
"""Loadings beyond this end the iterations."""
LEAST = 1e-8
"""Ridge under A_t, and under the floor of eq. 11's denominator, half of what it is without the late term."""


def late_terms(beta: np.ndarray, gamma: np.ndarray, prior: Prior) -> np.ndarray:
    """M_t = ⟨γ_{t+1}⟩ − θ(β_t) (..., T+1), the slope of the log θ terms in logit θ; zero at T."""
    out = np.zeros_like(beta)
    out[..., :-1] = gamma[..., 1:] - expit(logit_mixing(beta[..., :-1], prior))
    return out


def late_sites(beta, q, z, gamma, late, prior: Prior) -> np.ndarray:
    """Eq. 11 for the paths of one factor, (N, T+1): odd dates given even ones, then even dates; `late` is held."""
    out, pull = beta.copy(), prior.phi / prior.lam1 * gamma
    W = curvature(q, gamma, prior)
    W = np.maximum(W + late / prior.stationary, 0.5 * W + LEAST)
    threshold = prior.lam0 * ((1.0 - gamma) - late)
    for first in (1, 0):
        Z = z.copy()
        Z[:, 1:] += pull[:, 1:] * out[:, :-1]
        Z[:, :-1] += pull[:, 1:] * out[:, 1:]
        new = np.sign(Z) * np.maximum(np.abs(Z) - threshold, 0.0) / W
        out[:, first::2] = new[:, first::2]
    return out


def late_loadings(beta, y, precision, moments: FactorMoments, gamma, prior: Prior) -> np.ndarray:
    """One sweep of eq. 11 over all factors: paths (N, r, T+1) from y and precisions (T, N)."""
    out, late = beta.copy(), late_terms(beta, gamma, prior)
    left, second = np.nan_to_num(y), moments.second
    for k in range(beta.shape[1]):
        others = np.einsum("tl,nlt->nt", second[:, k], out[:, :, 1:]) - second[:, k, k] * out[:, k, 1:]
        z, q = np.zeros_like(out[:, k]), np.zeros_like(out[:, k])
        z[:, 1:] = (precision * left * moments.mean[:, [k]]).T - precision.T * others
        q[:, 1:] = precision.T * second[:, k, k]
        out[:, k] = late_sites(out[:, k], q, z, gamma[:, k], late[:, k], prior)
    return out


def rotate_each_period(beta: np.ndarray, moments: FactorMoments) -> np.ndarray:
    """B_t A_tL with A_t = M_1t − M_12t − M_12t' + M_2t and A_tL its Cholesky factor (A.2); β_0 goes with β_1."""
    second, cross = moments.second, moments.cross
    A = second.copy()
    A[1:] += second[:-1] - cross[1:] - np.swapaxes(cross[1:], 1, 2)
    L = np.linalg.cholesky(A + LEAST * np.eye(A.shape[1]))
    return np.einsum("nkt,tkl->nlt", beta, np.concatenate([L[:1], L]))


def late_m_step(y: np.ndarray, state: State, expected: Expected, settings: Settings) -> State:
    """New loadings by one sweep of eq. 11, then new variances."""
    moments, precision = expected.moments, precisions(y, state.sigma2)
    beta = late_loadings(state.beta, y, precision, moments, expected.gamma, settings.prior)
    squares = expected_squares(y, by_period(beta), moments.mean, moments.cov)
    return state._replace(beta=beta, sigma2=discount_variances(squares, settings.discount, settings.start_scale))


def estimate_as_printed(
    y: np.ndarray, state: State, settings: Settings, max_iter: int, tol: float, rotate: bool
) -> Estimate:
    """Iterate until no loading moves by `tol`, or until loadings diverge; φ̃ stays at .95.

    The loadings that are returned are those before the last rotation, as in the static method.
    """
    state, path, iteration, change = state._replace(phi=np.full(state.beta.shape[1], PERSISTENCE)), [], 0, np.inf
    before = state.beta
    while iteration < max_iter and change >= tol and np.abs(before).max() <= DIVERGED:
        iteration += 1
        expected = e_step(y, state, settings)
        path.append(expected.objective)
        found = late_m_step(y, state, expected, settings)
        change, before = np.abs(found.beta - before).max(), found.beta
        state = found._replace(beta=rotate_each_period(found.beta, expected.moments)) if rotate else found
    expected = e_step(y, found, settings)
    return Estimate(found, expected, np.array([*path, expected.objective]), bool(change < tol), iteration)
