"""EM for constrained MARSS models, step by step as in Holmes, *Derivation of an EM algorithm for constrained MARSS*.

    y_t = Z x_t + A + v_t, v ~ N(0, R);  x_t = B x_{t-1} + U + w_t, w ~ N(0, Q);  x_0 ~ N(x0, V0)

Covariates extend A and U by columns: A = (A, D) multiplies (1, d_t')', U = (U, C) multiplies (1, c_t')'.  Each matrix
is linear in its parameters, vec(M) = f + D p.  One E-step an iteration, then R, Q, x0, A, U, B, Z in turn,
each with the newest values of the others (`marss_updates`).  Missing observations are latent variables.  Where Z, A
or R moves in time, or B, U or Q, the updates of these three are those of `marss_moving`, period by period.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from tvplab.marss_matrices import LinearMatrix
from tvplab.marss_moving import OBSERVATION, TRANSITION, hidden, moves, times
from tvplab.marss_moving import UPDATES as MOVING_UPDATES
from tvplab.marss_updates import UPDATES
from tvplab.statespace import Smoothed, StateSpace
from tvplab.statespace_fast import filter_and_smooth

ORDER = ("R", "Q", "x0", "A", "U", "B", "Z")
"""Matrices in the order of their updates; V0 is taken as given."""

Forms = dict[str, LinearMatrix]
Parameters = dict[str, np.ndarray]


class Inputs(NamedTuple):
    """What A and U multiply in every period: `A` (T, 1 + p) and `U` (T, 1 + q), ones in the first column."""

    A: np.ndarray
    U: np.ndarray

    @classmethod
    def of(cls, T: int, d: np.ndarray | None = None, c: np.ndarray | None = None) -> Inputs:
        """Put a column of ones before the covariates d (T, p) and c (T, q)."""
        ones = np.ones((T, 1))
        return cls(*(ones if extra is None else np.hstack([ones, extra]) for extra in (d, c)))


class Moments(NamedTuple):
    """What the M-step needs from the E-step; t runs over 1..T, `x`, `P`, `lag` also over t = 0.

    x (T+1, m) = E x_t, P (T+1, m, m) = E x_t x_t', lag (T+1, m, m) = E x_t x_{t-1}' (lag[0] unused); y (T, N) = E y_t,
    yx_cov (N, m) = Σ cov(y_t, x_t), yy_cov (N, N) = Σ var(y_t), both zero where all is seen, and by period, with a
    leading T, where Z, A or R moves; the inputs; `loglik` of the parameters that made them.
    """

    x: np.ndarray
    P: np.ndarray
    lag: np.ndarray
    y: np.ndarray
    yx_cov: np.ndarray
    yy_cov: np.ndarray
    inputs: Inputs
    loglik: float


def matrices(forms: Forms, parameters: Parameters) -> dict[str, np.ndarray]:
    """Return every matrix (rows, columns), or (T, rows, columns), at its parameters (n,); x0 as a vector (m,)."""
    return {name: _matrix(name, forms[name], parameters[name]) for name in forms}


def _matrix(name: str, form: LinearMatrix, p: np.ndarray) -> np.ndarray:
    M = form.matrix(p)
    return M[:, 0] if name == "x0" else M


def state_space(M: dict[str, np.ndarray], inputs: Inputs) -> StateSpace:
    """Return the model of y_t − A(1, d_t')' whose first state is x_0; U moves with its covariates too."""
    N, m = M["Z"].shape[-2:]
    Z, R, B, Q = (_from_zero(M[name]) for name in ("Z", "R", "B", "Q"))
    U = M["U"] if M["U"].ndim == 3 else M["U"].reshape(m, -1)
    U = np.vstack([np.zeros((1, m)), times(U, inputs.U)]) if U.ndim == 3 or U.shape[1] > 1 else U[:, 0]
    return StateSpace(Z, np.zeros(N), R, B, U, Q, M["x0"], M["V0"])


def _from_zero(matrix: np.ndarray) -> np.ndarray:
    """Put a matrix for time 0, which is never used, before those of a matrix that moves."""
    return matrix if matrix.ndim == 2 else np.concatenate([matrix[:1], matrix])


def with_start(y: np.ndarray, M: dict[str, np.ndarray], inputs: Inputs) -> np.ndarray:
    """y_t − A(1, d_t')' for t = 0..T (T+1, N): time 0 is a period without observations."""
    A = M["A"] if M["A"].ndim == 3 else M["A"].reshape(y.shape[1], -1)
    return np.vstack([np.full((1, y.shape[1]), np.nan), y - times(A, inputs.A)])


def smooth(y: np.ndarray, M: dict[str, np.ndarray], inputs: Inputs | None = None) -> Smoothed:
    """Smooth x_0..x_T (T+1 rows) at the matrices M; A and U may be vectors where there are no covariates."""
    inputs = Inputs.of(len(y)) if inputs is None else inputs
    return filter_and_smooth(with_start(y, M, inputs), state_space(M, inputs))


def expect(y: np.ndarray, M: dict[str, np.ndarray], inputs: Inputs | None = None, diagonal: bool = False) -> Moments:
    """E-step: moments of states and of missing observations given y (T, N) and the matrices M.

    `diagonal`: of Σ var(y_t) only the diagonal will be asked for, as where all names in R stand there.
    """
    inputs = Inputs.of(len(y)) if inputs is None else inputs
    s = smooth(y, M, inputs)
    P = s.cov + s.mean[:, :, None] * s.mean[:, None, :]
    lag = s.lag_cov.copy()
    lag[1:] += s.mean[1:, :, None] * s.mean[:-1, None, :]
    fitted = times(M["Z"], s.mean[1:]) + times(M["A"], inputs.A)
    V = s.cov[1:]
    filled = hidden(y, fitted, V, M) if moves(M, OBSERVATION) else _missing(y, fitted, V, M, diagonal)
    return Moments(s.mean, P, lag, *filled, inputs, s.loglik)


def _missing(y, fitted, V, M, diagonal: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """E y_t, Σ cov(y_t, x_t) and Σ var(y_t) given the observations (Holmes, section 6)."""
    hidden, R = np.isnan(y), M["R"]
    if not hidden.any():
        return y, np.zeros_like(M["Z"]), np.zeros_like(R)
    if np.count_nonzero(R) == np.count_nonzero(np.diag(R)):
        return np.where(hidden, fitted, y), *_hidden_uncorrelated(hidden, V, M, diagonal)
    return _hidden_correlated(y, fitted, V, M)


def _hidden_uncorrelated(hidden, V, M, diagonal: bool) -> tuple[np.ndarray, np.ndarray]:
    """Σ cov(y_t, x_t) and Σ var(y_t) of the hidden cells (T, N) where R is diagonal: all periods at once."""
    (T, N), Z, own = hidden.shape, M["Z"], np.diag(hidden.sum(axis=0) * np.diag(M["R"]))
    yx_cov = (Z[:, None, :] @ (hidden.T.astype(float) @ V.reshape(T, -1)).reshape(N, *V.shape[1:]))[:, 0]
    if diagonal:
        return yx_cov, own + np.diag(np.einsum("ni,ni->n", yx_cov, Z))
    Z = (hidden[:, :, None] * Z).transpose(0, 2, 1)
    by_series = [table.reshape(-1, N) for table in (V @ Z, Z)]
    return yx_cov, own + by_series[0].T @ by_series[1]


def _hidden_correlated(y, fitted, V, M) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same with E y_t where errors are correlated: what is seen tells about what is not, pattern by pattern."""
    full, (N, m) = np.where(np.isnan(y), fitted, y), M["Z"].shape
    yx_cov, yy_cov = np.zeros((N, m)), np.zeros((N, N))
    patterns, which = np.unique(np.isfinite(y), axis=0, return_inverse=True)
    for code, seen in enumerate(patterns):
        rows, nabla = np.flatnonzero(which.ravel() == code), np.eye(N)
        nabla[:, seen] -= M["R"][:, seen] @ np.linalg.inv(M["R"][np.ix_(seen, seen)]) if seen.any() else 0.0
        gap = np.where(seen, y[rows] - fitted[rows], 0.0)
        full[rows] = fitted[rows] + gap - gap @ nabla.T
        ZV = nabla @ M["Z"] @ V[rows].sum(axis=0)
        yx_cov += ZV
        yy_cov += len(rows) * nabla @ M["R"] + ZV @ M["Z"].T @ nabla.T
    return full, yx_cov, yy_cov


def maximise(forms: Forms, parameters: Parameters, M: dict[str, np.ndarray], moments: Moments) -> Parameters:
    """M-step from the parameters (n,) by matrix and their matrices M: one round over those that have parameters."""
    new, start, updates = dict(parameters), M["x0"], dict(UPDATES)
    for block in (OBSERVATION, TRANSITION):
        updates |= MOVING_UPDATES[block] if moves(M, block) else {}
    for name in ORDER:
        if forms[name].n:
            new[name] = updates[name](forms[name], M, moments, start)
            M = {**M, name: _matrix(name, forms[name], new[name])}
    return new


def estimate(y: np.ndarray, forms: Forms, parameters: Parameters, stop, max_iter: int, inputs: Inputs):
    """Run EM on y (T, N) from the starting values.

    Returns the parameters, each iterate's log-likelihood (iterations + 1,), and whether `stop` was met.
    """
    path, records, diagonal = [], [], not forms["R"].moves and forms["R"].diagonal
    for iteration in range(1, max_iter + 2):
        M = matrices(forms, parameters)
        moments = expect(y, M, inputs, diagonal)
        path.append(moments.loglik)
        records.append(np.concatenate([parameters[name] for name in sorted(forms) if name != "B"]))
        if stop(iteration, path, records):
            return parameters, np.array(path), True
        if iteration <= max_iter:
            parameters = maximise(forms, parameters, M, moments)
    return parameters, np.array(path), False


def start_values(forms: Forms, given: dict | None) -> Parameters:
    """Return the starting parameters of every matrix: R MARSS's, or those given."""
    targets = {"Z": np.ones, "A": np.zeros, "U": np.zeros, "x0": np.zeros}
    found = {}
    for name, form in forms.items():
        target = targets[name](form.shape) if name in targets else np.eye(form.shape[0])
        target = 0.05 * target if name in ("Q", "R") else target
        found[name] = form.nearest(target)
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"start: expected a dict of matrix name → values, got {type(given).__name__}")
    for name, values in (given or {}).items():
        if name not in forms or np.shape(values) != (forms[name].n,):
            raise ValueError(f"start: {name!r} is no matrix of the model, or has another number of names")
        found[name] = np.asarray(values, dtype=float)
    return found
