"""Log-likelihood of a MARSS model and its gradient at one vector of parameters; a last climb by quasi-Newton.

Fisher's identity: the gradient of the log-likelihood is that of the expected complete-data log-likelihood, whose parts
EM has at hand.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize

from tvplab.marss_em import Forms, Inputs, Parameters, expect, matrices, smooth
from tvplab.marss_matrices import precision
from tvplab.marss_moving import OBSERVATION, TRANSITION, by_parameter, moves
from tvplab.marss_moving import slopes as moving_slopes
from tvplab.marss_updates import observation_moment, transition_moment
from tvplab.statespace import at


def pack(parameters: Parameters) -> np.ndarray:
    """Return all free parameters in one vector (n,), matrices in alphabetical order."""
    return np.concatenate([parameters[name] for name in sorted(parameters)])


def unpack(vector: np.ndarray, forms: Forms) -> Parameters:
    """Undo `pack`."""
    found, position = {}, 0
    for name in sorted(forms):
        found[name] = vector[position : position + forms[name].n]
        position += forms[name].n
    return found


def log_likelihood(vector: np.ndarray, y: np.ndarray, forms: Forms, inputs: Inputs | None = None) -> float:
    """Return the log-likelihood of y (T, N) at packed parameters (n,); −inf where R or Q is no covariance matrix."""
    M = matrices(forms, unpack(vector, forms))
    return smooth(y, M, inputs).loglik if is_proper(M) else -np.inf


def is_proper(M: dict[str, np.ndarray]) -> bool:
    """Whether R, and Q where it has variance, are positive definite."""
    R, Q = (M[name] if M[name].ndim == 3 else M[name][None] for name in ("R", "Q"))
    alive = [np.diag(one) != 0 for one in Q]
    covariances = [*R, *(one[np.ix_(rows, rows)] for one, rows in zip(Q, alive, strict=True))]
    return all(_is_positive(covariance) for covariance in covariances)


def _is_positive(covariance: np.ndarray) -> bool:
    """Whether a covariance matrix is positive definite."""
    variances = np.diag(covariance)
    if np.count_nonzero(covariance) == np.count_nonzero(variances):
        return bool(np.all(variances > 0))
    return bool(np.linalg.eigvalsh(covariance)[0] > 0)


def score(y, forms: Forms, parameters: Parameters, inputs: Inputs | None = None) -> tuple[float, np.ndarray]:
    """Log-likelihood of y (T, N) and its gradient (n,) at the packed parameters, from one E-step."""
    M = matrices(forms, parameters)
    e = expect(y, M, inputs)
    block = {**_observation_slopes(M, e), **_transition_slopes(M, e), **_start_slopes(M, e)}
    return e.loglik, np.concatenate([by_parameter(forms[name], block[name]) for name in sorted(forms)])


def _observation_slopes(M, e) -> dict[str, np.ndarray]:
    """Slopes of Z, A and R (1, rows, columns), summed over time; by period (T, rows, columns) where one moves."""
    if moves(M, OBSERVATION):
        return {name: slope for name, slope in moving_slopes(M, e).items() if name in OBSERVATION}
    W, g = precision(M["R"]), e.inputs.A
    left = e.y - g @ M["A"].T
    return {
        "Z": W @ (left.T @ e.x[1:] + e.yx_cov - M["Z"] @ e.P[1:].sum(axis=0))[None],
        "A": W @ ((left - e.x[1:] @ M["Z"].T).T @ g)[None],
        "R": 0.5 * (W @ observation_moment(M, e) @ W - len(e.y) * W)[None],
    }


def _transition_slopes(M, e) -> dict[str, np.ndarray]:
    """Slopes of B, U and Q in the same form."""
    if moves(M, TRANSITION):
        return {name: slope for name, slope in moving_slopes(M, e).items() if name in TRANSITION}
    W, h, before = precision(M["Q"]), e.inputs.U, e.x[:-1]
    drift = h @ M["U"].T
    return {
        "B": W @ (e.lag[1:].sum(axis=0) - drift.T @ before - M["B"] @ e.P[:-1].sum(axis=0))[None],
        "U": W @ ((e.x[1:] - before @ M["B"].T - drift).T @ h)[None],
        "Q": 0.5 * (W @ transition_moment(M, e) @ W - len(e.y) * W)[None],
    }


def _start_slopes(M, e) -> dict[str, np.ndarray]:
    """Slope of x0; where V0 = 0 it reaches the data through the first transition."""
    start = precision(M["V0"]) @ (e.x[0] - M["x0"])
    if not np.any(M["V0"]):
        B, U, Q = (at(M[name], 0, 2) for name in TRANSITION)
        start = B.T @ precision(Q) @ (e.x[1] - B @ M["x0"] - U @ e.inputs.U[0])
    return {"x0": start[None, :, None], "V0": np.zeros_like(M["V0"])[None]}


def polish(
    y: np.ndarray, forms: Forms, parameters: Parameters, inputs: Inputs | None = None, max_iter: int = 500
) -> tuple[Parameters, float]:
    """Climb from EM's end to the maximum by L-BFGS, which is quick where EM creeps; never ends lower than it began."""
    start = pack(parameters)
    scale = np.maximum(np.abs(start), 0.1)

    def minus(z):
        if not is_proper(matrices(forms, unpack(z * scale, forms))):
            return 1e12, np.zeros_like(z)
        loglik, gradient = score(y, forms, unpack(z * scale, forms), inputs)
        return -loglik, -gradient * scale

    options = {"maxiter": max_iter, "ftol": 1e-14, "gtol": 1e-6}
    found = optimize.minimize(minus, start / scale, jac=True, method="L-BFGS-B", options=options)
    before = score(y, forms, parameters, inputs)[0]
    return (unpack(found.x * scale, forms), float(-found.fun)) if -found.fun > before else (parameters, before)
