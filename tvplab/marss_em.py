"""EM for constrained MARSS models, step by step as in Holmes, *Derivation of an EM algorithm for constrained MARSS*.

    y_t = Z x_t + A + v_t, v ~ N(0, R);  x_t = B x_{t-1} + U + w_t, w ~ N(0, Q);  x_0 ~ N(x0, V0)

Covariates extend A and U by columns: A = (A, D) multiplies (1, d_t')', U = (U, C) multiplies (1, c_t')'.  Each matrix
is linear in its parameters, vec(M) = f + D p.  One E-step an iteration, then R, Q, x0, A, U, B, Z in turn,
each with the newest values of the others.  Missing observations are latent variables.  Where Z, A or R moves in time,
or B, U or Q, the updates of these three are those of `marss_moving`, period by period.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import linalg
from scipy.linalg.lapack import dposv as posv

from tvplab.marss_matrices import LinearMatrix, precision
from tvplab.marss_moving import OBSERVATION, TRANSITION, hidden, moves, times
from tvplab.marss_moving import UPDATES as MOVING_UPDATES
from tvplab.statespace import Smoothed, StateSpace, at
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
    """Return every matrix at its parameters; x0 as a vector."""
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
    """M-step from the parameters and their matrices M: one sequential round over the matrices that have parameters."""
    new, start, updates = dict(parameters), M["x0"], dict(UPDATES)
    for block in (OBSERVATION, TRANSITION):
        updates |= MOVING_UPDATES[block] if moves(M, block) else {}
    for name in ORDER:
        if forms[name].n:
            new[name] = updates[name](forms[name], M, moments, start)
            M = {**M, name: _matrix(name, forms[name], new[name])}
    return new


def observation_moment(M: dict[str, np.ndarray], e: Moments) -> np.ndarray:
    """Σ E (y_t − Zx_t − A_t)(y_t − Zx_t − A_t)' (N, N)."""
    left = e.y - e.inputs.A @ M["A"].T
    cross = (left.T @ e.x[1:] + e.yx_cov) @ M["Z"].T
    return left.T @ left + e.yy_cov - cross - cross.T + M["Z"] @ e.P[1:].sum(axis=0) @ M["Z"].T


def _observation_variances(M: dict[str, np.ndarray], e: Moments) -> np.ndarray:
    """Diagonal of `observation_moment` (N,), at a cost that grows with N only."""
    Z, left = M["Z"], e.y - e.inputs.A @ M["A"].T
    cross = left.T @ e.x[1:] + e.yx_cov
    explained = np.einsum("ni,ni->n", Z @ e.P[1:].sum(axis=0) - 2.0 * cross, Z)
    return np.einsum("tn,tn->n", left, left) + np.diag(e.yy_cov) + explained


def transition_moment(M: dict[str, np.ndarray], e: Moments) -> np.ndarray:
    """Σ E (x_t − Bx_{t-1} − U_t)(x_t − Bx_{t-1} − U_t)' (m, m)."""
    B, drift = M["B"], e.inputs.U @ M["U"].T
    own = e.P[1:].sum(axis=0) + drift.T @ drift - e.x[1:].T @ drift - drift.T @ e.x[1:]
    cross = (e.lag[1:].sum(axis=0) - drift.T @ e.x[:-1]) @ B.T
    return own - cross - cross.T + B @ e.P[:-1].sum(axis=0) @ B.T


def _update_R(form, M, e: Moments, start):
    """Mean outer product of the observation errors, projected on the free cells."""
    moment = np.diag(_observation_variances(M, e)) if form.diagonal else observation_moment(M, e)
    return form.nearest(moment / len(e.y))


def _update_Q(form, M, e: Moments, start):
    """Mean outer product of the state innovations, projected on the free cells."""
    return form.nearest(transition_moment(M, e) / len(e.y))


def _update_x0(form, M, e: Moments, start):
    """From the smoothed x_0; when V0 = 0, which fixes it, from x_1 through the transition."""
    D, f = form.design, form.fixed
    if np.any(M["V0"]):
        weight = np.linalg.pinv(M["V0"])
        right = weight @ (e.x[0] - f)
    else:
        B, U, Q = (at(M[name], 0, 2) for name in TRANSITION)
        back = B.T @ precision(Q)
        weight, right = back @ B, back @ (e.x[1] - U @ e.inputs.U[0] - B @ f)
    left, right = D.T @ weight @ D, D.T @ right
    p, info = posv(left, right)[1:]
    return np.linalg.pinv(left) @ right if info else p


def _update_A(form, M, e: Moments, start):
    """Regression of y_t − Zx_t on (1, d_t'), weighted by R⁻¹."""
    g, weight = e.inputs.A, precision(M["R"])
    return _regress(form, g.T @ g, weight @ (e.y - e.x[1:] @ M["Z"].T).T @ g, weight)


def _update_U(form, M, e: Moments, start):
    """Regression of x_t − Bx_{t-1} on (1, c_t'), weighted by Q⁻¹, with the new x0."""
    g, weight = e.inputs.U, precision(M["Q"])
    return _regress(form, g.T @ g, weight @ (e.x[1:] - _before(e, M) @ M["B"].T).T @ g, weight)


def _update_B(form, M, e: Moments, start):
    """Regression of x_t on x_{t-1}.

    Where V0 = 0 and x0 is free, the reference software's first term is the new x0 times the old x0', not symmetric,
    and its Cholesky solver reads the upper triangle; so does ours.
    """
    weight, square = precision(M["Q"]), e.P[:-1].sum(axis=0)
    if not np.any(M["V0"]):
        square = square - e.P[0] + np.outer(M["x0"], start)
    cross = e.lag[1:].sum(axis=0) - M["U"] @ e.inputs.U.T @ e.x[:-1]
    return _regress(form, square, weight @ cross, weight)


def _update_Z(form, M, e: Moments, start):
    """Regression of y_t on x_t, weighted by R⁻¹."""
    weight, left = precision(M["R"]), e.y - e.inputs.A @ M["A"].T
    return _regress(form, e.P[1:].sum(axis=0), weight @ (left.T @ e.x[1:] + e.yx_cov), weight)


UPDATES = {
    "R": _update_R,
    "Q": _update_Q,
    "x0": _update_x0,
    "A": _update_A,
    "U": _update_U,
    "B": _update_B,
    "Z": _update_Z,
}


def _before(e: Moments, M) -> np.ndarray:
    """E x_0..x_{T-1}, the new x0 in the first row where V0 = 0."""
    before = e.x[:-1].copy()
    if not np.any(M["V0"]):
        before[0] = M["x0"]
    return before


def _regress(form: LinearMatrix, square: np.ndarray, right: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Solve D'(S ⊗ W)D p = D'(vec(right) − (S ⊗ W) f) for p; S = `square`, W = `weight`, right = W·cross moments.

    Only the free cells (i, j) count: there S ⊗ W is S_jj' W_ii', and (S ⊗ W) f is vec(W F S).
    """
    (i, j, D), F = form.free, form.fixed.reshape(form.shape, order="F")
    left, right = square[j[:, None], j] * weight[i[:, None], i], (right - weight @ F @ square)[i, j]
    if not form.one_each:
        left, right = D.T @ left @ D, D.T @ right
    p, info = posv(left, right)[1:]  # reads the upper triangle: see `_update_B`
    if info:
        raise linalg.LinAlgError(f"normal equations of {form.names}: not positive definite")
    return p
