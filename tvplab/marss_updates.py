"""M-step of EM for constrained MARSS models: each matrix is a regression of its own.

Source: Holmes, *Derivation of an EM algorithm for constrained MARSS models*; here cell by cell.

A matrix M is linear in its parameters, vec(M) = f + D p, and p solves D'(S ⊗ W)D p = D'(vec(W C) − (S ⊗ W) f): S the
moment of what M multiplies, C its cross moment with what is explained, W a precision.  `marss_moving` has the same
for matrices that move in time.  Functions take the matrices M, by name, and the E-step's `Moments` e of `marss_em`.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg
from scipy.linalg.lapack import dposv as posv

from tvplab.marss_matrices import LinearMatrix, precision
from tvplab.statespace import at


def observation_moment(M: dict[str, np.ndarray], e) -> np.ndarray:
    """Σ E (y_t − Zx_t − A_t)(y_t − Zx_t − A_t)' (N, N)."""
    left = e.y - e.inputs.A @ M["A"].T
    cross = (left.T @ e.x[1:] + e.yx_cov) @ M["Z"].T
    return left.T @ left + e.yy_cov - cross - cross.T + M["Z"] @ e.P[1:].sum(axis=0) @ M["Z"].T


def _observation_variances(M: dict[str, np.ndarray], e) -> np.ndarray:
    """Diagonal of `observation_moment` (N,), at a cost that grows with N only."""
    Z, left = M["Z"], e.y - e.inputs.A @ M["A"].T
    cross = left.T @ e.x[1:] + e.yx_cov
    explained = np.einsum("ni,ni->n", Z @ e.P[1:].sum(axis=0) - 2.0 * cross, Z)
    return np.einsum("tn,tn->n", left, left) + np.diag(e.yy_cov) + explained


def transition_moment(M: dict[str, np.ndarray], e) -> np.ndarray:
    """Σ E (x_t − Bx_{t-1} − U_t)(x_t − Bx_{t-1} − U_t)' (m, m)."""
    B, drift = M["B"], e.inputs.U @ M["U"].T
    own = e.P[1:].sum(axis=0) + drift.T @ drift - e.x[1:].T @ drift - drift.T @ e.x[1:]
    cross = (e.lag[1:].sum(axis=0) - drift.T @ e.x[:-1]) @ B.T
    return own - cross - cross.T + B @ e.P[:-1].sum(axis=0) @ B.T


def _update_R(form, M, e, start):
    """Mean outer product of the observation errors, projected on the free cells."""
    moment = np.diag(_observation_variances(M, e)) if form.diagonal else observation_moment(M, e)
    return form.nearest(moment / len(e.y))


def _update_Q(form, M, e, start):
    """Mean outer product of the state innovations, projected on the free cells."""
    return form.nearest(transition_moment(M, e) / len(e.y))


def _update_x0(form, M, e, start):
    """From the smoothed x_0; when V0 = 0, which fixes it, from x_1 through the transition."""
    D, f = form.design, form.fixed
    if np.any(M["V0"]):
        weight = np.linalg.pinv(M["V0"])
        right = weight @ (e.x[0] - f)
    else:
        B, U, Q = (at(M[name], 0, 2) for name in ("B", "U", "Q"))
        back = B.T @ precision(Q)
        weight, right = back @ B, back @ (e.x[1] - U @ e.inputs.U[0] - B @ f)
    left, right = D.T @ weight @ D, D.T @ right
    p, info = posv(left, right)[1:]
    return np.linalg.pinv(left) @ right if info else p


def _update_A(form, M, e, start):
    """Regression of y_t − Zx_t on (1, d_t'), weighted by R⁻¹."""
    g, weight = e.inputs.A, precision(M["R"])
    return _regress(form, g.T @ g, weight @ (e.y - e.x[1:] @ M["Z"].T).T @ g, weight)


def _update_U(form, M, e, start):
    """Regression of x_t − Bx_{t-1} on (1, c_t'), weighted by Q⁻¹, with the new x0."""
    g, weight = e.inputs.U, precision(M["Q"])
    return _regress(form, g.T @ g, weight @ (e.x[1:] - _before(e, M) @ M["B"].T).T @ g, weight)


def _update_B(form, M, e, start):
    """Regression of x_t on x_{t-1}.

    Where V0 = 0 and x0 is free, the reference software's first term is the new x0 times the old x0', not symmetric,
    and its Cholesky solver reads the upper triangle; so does ours.
    """
    weight, square = precision(M["Q"]), e.P[:-1].sum(axis=0)
    if not np.any(M["V0"]):
        square = square - e.P[0] + np.outer(M["x0"], start)
    cross = e.lag[1:].sum(axis=0) - M["U"] @ e.inputs.U.T @ e.x[:-1]
    return _regress(form, square, weight @ cross, weight)


def _update_Z(form, M, e, start):
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


def _before(e, M) -> np.ndarray:
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
