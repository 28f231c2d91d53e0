"""After EM: a last polish by quasi-Newton, standard errors from the Hessian, and the parametric bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize
from scipy.special import ndtri

from tvplab.marss_em import (
    Forms,
    Inputs,
    Parameters,
    expect,
    matrices,
    observation_moment,
    smooth,
    state_space,
    transition_moment,
    with_start,
)
from tvplab.marss_matrices import precision
from tvplab.marss_moving import OBSERVATION, TRANSITION, by_parameter, moves, times
from tvplab.marss_moving import slopes as moving_slopes
from tvplab.statespace import at, kalman_filter
from tvplab.validation import check_choice


def pack(parameters: Parameters) -> np.ndarray:
    """Return all free parameters in one vector, matrices in alphabetical order."""
    return np.concatenate([parameters[name] for name in sorted(parameters)])


def unpack(vector: np.ndarray, forms: Forms) -> Parameters:
    """Undo `pack`."""
    found, position = {}, 0
    for name in sorted(forms):
        found[name] = vector[position : position + forms[name].n]
        position += forms[name].n
    return found


def labels(forms: Forms) -> list[str]:
    """Names of the packed parameters, such as "Z.z2"."""
    return [f"{name}.{parameter}" for name in sorted(forms) for parameter in forms[name].names]


def log_likelihood(vector: np.ndarray, y: np.ndarray, forms: Forms, inputs: Inputs | None = None) -> float:
    """Return the log-likelihood at packed parameters; −inf where R or Q is no covariance matrix."""
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
    """Log-likelihood and its gradient at the packed parameters, from one E-step.

    Fisher's identity: the gradient of the log-likelihood is that of the expected complete-data log-likelihood.
    """
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


def hessian(y: np.ndarray, forms: Forms, parameters: Parameters, inputs: Inputs | None = None) -> np.ndarray:
    """Hessian of the log-likelihood at packed parameters, by central differences extrapolated once (Richardson)."""
    point = pack(parameters)
    step = 1e-3 * np.maximum(np.abs(point), 0.1)
    coarse, fine = (_second_differences(point, h, y, forms, inputs) for h in (step, step / 2.0))
    return (4.0 * fine - coarse) / 3.0


def _second_differences(point: np.ndarray, h: np.ndarray, y: np.ndarray, forms: Forms, inputs) -> np.ndarray:
    n, moves = len(point), np.diag(h)
    at_point = log_likelihood(point, y, forms, inputs)
    ahead, behind = (np.array([log_likelihood(point + s * move, y, forms, inputs) for move in moves]) for s in (1, -1))
    out = np.diag((ahead + behind - 2.0 * at_point) / h**2)
    for i in range(n):
        for j in range(i):
            both = log_likelihood(point + moves[i] + moves[j], y, forms, inputs)
            neither = log_likelihood(point - moves[i] - moves[j], y, forms, inputs)
            mixed = both + neither - ahead[i] - ahead[j] - behind[i] - behind[j] + 2.0 * at_point
            out[i, j] = out[j, i] = mixed / (2.0 * h[i] * h[j])
    return out


def fisher_information(y, forms: Forms, parameters: Parameters, inputs: Inputs | None = None) -> np.ndarray:
    """Information matrix of the packed parameters from the innovations v_t and their variances F_t (Harvey, 1989).

    I_ij = Σ_t ½ tr(F⁻¹ ∂F/∂i F⁻¹ ∂F/∂j) + ∂v'/∂i F⁻¹ ∂v/∂j (section 3.4.5), derivatives by central differences.
    Positive semi-definite away from the maximum too, where minus the Hessian need not be.
    """
    point = pack(parameters)
    step = 1e-5 * np.maximum(np.abs(point), 0.1)
    sides = [
        [innovations(y, matrices(forms, unpack(point + s * move, forms)), inputs) for s in (1, -1)]
        for move in np.diag(step)
    ]
    dv = np.array([(up[0] - down[0]) / (2.0 * h) for (up, down), h in zip(sides, step, strict=True)])
    dF = np.array([(up[1] - down[1]) / (2.0 * h) for (up, down), h in zip(sides, step, strict=True)])
    F, total = innovations(y, matrices(forms, parameters), inputs)[1], np.zeros((len(point), len(point)))
    for t, seen in enumerate(np.isfinite(y)):
        if seen.any():
            inverse = np.linalg.inv(F[t][np.ix_(seen, seen)])
            spread = inverse @ dF[:, t][:, seen][:, :, seen]
            total += 0.5 * np.einsum("iab,jba->ij", spread, spread)
            total += dv[:, t, seen] @ inverse @ dv[:, t, seen].T
    return total


def innovations(y: np.ndarray, M: dict[str, np.ndarray], inputs: Inputs | None = None) -> tuple[np.ndarray, np.ndarray]:
    """y_t − E(y_t | past) (T, N), zero where missing, and their variances (T, N, N)."""
    inputs = inputs or Inputs.of(len(y))
    left = with_start(y, M, inputs)
    filtered = kalman_filter(left, state_space(M, inputs))
    x, P = filtered.predicted_mean[1:], filtered.predicted_cov[1:]
    return np.where(np.isfinite(y), left[1:] - times(M["Z"], x), 0.0), M["Z"] @ P @ np.swapaxes(M["Z"], -1, -2) + M["R"]


def intervals(
    y, forms: Forms, parameters: Parameters, level: float = 0.95, method: str = "fisher", inputs: Inputs | None = None
) -> pd.DataFrame:
    """Wald intervals: estimate, std_error, lower, upper by parameter.

    `method` is "fisher" (Harvey's information matrix, R MARSS's default) or "hessian" (observed curvature).  A flat
    direction, an unidentified scale say, shows as a huge standard error, or as NaN where the curvature is positive.
    """
    check_choice(method, "method", ("fisher", "hessian"))
    curvature = fisher_information if method == "fisher" else lambda *problem: -hessian(*problem)
    information = curvature(y, forms, parameters, inputs)
    with np.errstate(invalid="ignore"):
        se = np.sqrt(np.diag(np.linalg.pinv(information, hermitian=True)))
    estimate, half = pack(parameters), ndtri(0.5 + level / 2.0)
    table = {"estimate": estimate, "std_error": se, "lower": estimate - half * se, "upper": estimate + half * se}
    return pd.DataFrame(table, labels(forms))


def bootstrap(results, model=None, draws: int = 100, seed: int | np.random.Generator = 0, **options) -> pd.DataFrame:
    """Parametric bootstrap: free parameters (draws, n) of the model fitted anew to data simulated from `results`.

    `model` is a `MARSS` model, that of the results by default; `options` go to its `fit`.  Each draw starts from the
    estimate.
    """
    rng, rows, model = np.random.default_rng(seed), [], results.model if model is None else model
    for _ in range(draws):
        data = (results.simulate(rng) - results.mean) / results.sd
        refit = model.fit(data, start=results.parameters, **results.covariates, **options)
        rows.append(pack({name: series.to_numpy() for name, series in refit.parameters.items()}))
    names = [f"{name}.{label}" for name in sorted(results.parameters) for label in results.parameters[name].index]
    return pd.DataFrame(rows, columns=names)
