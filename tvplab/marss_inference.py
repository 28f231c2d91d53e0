"""After EM: standard errors from the information matrix or the Hessian, innovations, and the parametric bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from tvplab.marss_em import Forms, Inputs, Parameters, matrices, state_space, with_start
from tvplab.marss_matrices import LinearMatrix
from tvplab.marss_moving import times
from tvplab.marss_score import log_likelihood, pack, unpack
from tvplab.statespace import kalman_filter
from tvplab.validation import check_choice, check_seed, check_share, check_whole


def labels(forms: Forms) -> list[str]:
    """Names of the packed parameters, such as "Z.z2"; the effects of covariates stand under D and C."""
    return [
        f"{_as_written(name, forms[name], place)}.{parameter}"
        for name in sorted(forms)
        for place, parameter in enumerate(forms[name].names)
    ]


def _as_written(name: str, form: LinearMatrix, place: int) -> str:
    """The matrix that the user gave a name in: D and C are further columns of A and U."""
    cells = form.design.reshape(-1, form.shape[0] * form.shape[1], form.n)[:, :, place].any(axis=0)
    effects = {"A": "D", "U": "C"}
    return effects[name] if name in effects and not cells[: form.shape[0]].any() else name


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
    check_share(level, "level")
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
    check_whole(draws, "draws", 1)
    rng, rows, model = check_seed(seed), [], results.model if model is None else model
    for _ in range(draws):
        data = (results.simulate(rng) - results.mean) / results.sd
        refit = model.fit(data, start=results.parameters, **results.covariates, **options)
        rows.append(pack({name: series.to_numpy() for name, series in refit.parameters.items()}))
    return pd.DataFrame(rows, columns=labels(results._forms))
