"""M-step of EM, and the score, where matrices move in time: the sums of `marss_em`, period by period.

With Z_t, A_t, R_t the observation equation's normal equations are Σ_t D_t'(S_t ⊗ R_t⁻¹)D_t p = Σ_t D_t'(vec(R_t⁻¹C_t) −
(S_t ⊗ R_t⁻¹) f_t), with vec(M_t) = f_t + D_t p and S_t, C_t the moments of the regressors and with what they explain;
the same for the states.  Source: Holmes, *Derivation of an EM algorithm for constrained MARSS models*, section 5.
Functions take the matrices M, by name, and the E-step's `Moments` e of `marss_em`.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from tvplab.marss_matrices import LinearMatrix, precision
from tvplab.statespace import at

OBSERVATION, TRANSITION = ("Z", "A", "R"), ("B", "U", "Q")


def moves(M: dict[str, np.ndarray], names: tuple[str, ...]) -> bool:
    """Whether one of these matrices has a leading time dimension."""
    return any(M[name].ndim > 2 for name in names)


def times(matrix: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """M_t v_t (T, rows) of a matrix (rows, k), or one for each period, and vectors (T, k)."""
    return vectors @ matrix.T if matrix.ndim == 2 else (matrix @ vectors[:, :, None])[:, :, 0]


def hidden(y: np.ndarray, fitted: np.ndarray, V: np.ndarray, M: dict[str, np.ndarray]):
    """E y_t (T, N), cov(y_t, x_t) (T, N, m) and var(y_t) (T, N, N) given the observations; zeros where all is seen."""
    (T, N), m = y.shape, V.shape[1]
    full, yx_cov, yy_cov = np.where(np.isnan(y), fitted, y), np.zeros((T, N, m)), np.zeros((T, N, N))
    for t in np.flatnonzero(np.isnan(y).any(axis=1)):
        seen, nabla, Z, R = np.isfinite(y[t]), np.eye(N), at(M["Z"], t, 2), at(M["R"], t, 2)
        nabla[:, seen] -= R[:, seen] @ np.linalg.inv(R[np.ix_(seen, seen)]) if seen.any() else 0.0
        gap = np.where(seen, y[t] - fitted[t], 0.0)
        full[t], yx_cov[t] = fitted[t] + gap - nabla @ gap, nabla @ Z @ V[t]
        yy_cov[t] = nabla @ R + yx_cov[t] @ Z.T @ nabla.T
    return full, yx_cov, yy_cov


def observation_moments(M: dict[str, np.ndarray], e) -> np.ndarray:
    """E (y_t − Z_tx_t − A_t)(y_t − Z_tx_t − A_t)' (T, N, N)."""
    left, Z_T = e.y - times(M["A"], e.inputs.A), np.swapaxes(M["Z"], -1, -2)
    cross = (_outer(left, e.x[1:]) + e.yx_cov) @ Z_T
    return _outer(left, left) + e.yy_cov - cross - np.swapaxes(cross, 1, 2) + M["Z"] @ e.P[1:] @ Z_T


def transition_moments(M: dict[str, np.ndarray], e) -> np.ndarray:
    """E (x_t − B_tx_{t-1} − U_t)(x_t − B_tx_{t-1} − U_t)' (T, m, m)."""
    drift, B_T = times(M["U"], e.inputs.U), np.swapaxes(M["B"], -1, -2)
    after = _outer(e.x[1:], drift)
    cross = (e.lag[1:] - _outer(drift, e.x[:-1])) @ B_T
    own = e.P[1:] + _outer(drift, drift) - after - np.swapaxes(after, 1, 2)
    return own - cross - np.swapaxes(cross, 1, 2) + M["B"] @ e.P[:-1] @ B_T


def _update_R(form, M, e, start):
    """Mean outer product of the observation errors in the periods and cells where a name stands."""
    return _project(form, observation_moments(M, e))


def _update_Q(form, M, e, start):
    """Mean outer product of the state innovations in the periods and cells where a name stands."""
    return _project(form, transition_moments(M, e))


def _update_A(form, M, e, start):
    """Regression of y_t − Z_tx_t on (1, d_t'), weighted by R_t⁻¹."""
    g = e.inputs.A
    return _regress(form, _outer(g, g), precision(M["R"]), _outer(e.y - times(M["Z"], e.x[1:]), g))


def _update_Z(form, M, e, start):
    """Regression of y_t − A_t on x_t, weighted by R_t⁻¹."""
    left = e.y - times(M["A"], e.inputs.A)
    return _regress(form, e.P[1:], precision(M["R"]), _outer(left, e.x[1:]) + e.yx_cov)


def _update_U(form, M, e, start):
    """Regression of x_t − B_tx_{t-1} on (1, c_t'), weighted by Q_t⁻¹."""
    g, (before, _, _) = e.inputs.U, _lagged(M, e)
    return _regress(form, _outer(g, g), precision(M["Q"]), _outer(e.x[1:] - times(M["B"], before), g))


def _update_B(form, M, e, start):
    """Regression of x_t − U_t on x_{t-1}, weighted by Q_t⁻¹."""
    before, square, lag = _lagged(M, e)
    return _regress(form, square, precision(M["Q"]), lag - _outer(times(M["U"], e.inputs.U), before))


UPDATES = {
    OBSERVATION: {"R": _update_R, "A": _update_A, "Z": _update_Z},
    TRANSITION: {"Q": _update_Q, "U": _update_U, "B": _update_B},
}


def slopes(M: dict[str, np.ndarray], e) -> dict[str, np.ndarray]:
    """Gradient of the expected complete-data log-likelihood by each period's matrix, (T, rows, columns) each."""
    W_R, W_Q, g, h = precision(M["R"]), precision(M["Q"]), e.inputs.A, e.inputs.U
    left, drift = e.y - times(M["A"], g), times(M["U"], h)
    return {
        "Z": W_R @ (_outer(left, e.x[1:]) + e.yx_cov - M["Z"] @ e.P[1:]),
        "A": W_R @ _outer(left - times(M["Z"], e.x[1:]), g),
        "R": 0.5 * (W_R @ observation_moments(M, e) @ W_R - W_R),
        "B": W_Q @ (e.lag[1:] - _outer(drift, e.x[:-1]) - M["B"] @ e.P[:-1]),
        "U": W_Q @ _outer(e.x[1:] - times(M["B"], e.x[:-1]) - drift, h),
        "Q": 0.5 * (W_Q @ transition_moments(M, e) @ W_Q - W_Q),
    }


def by_parameter(form: LinearMatrix, slope: np.ndarray) -> np.ndarray:
    """Σ_t D_t' vec(slope_t) (n,) of slopes (T, rows, columns)."""
    cells = _vec(slope)
    return np.einsum("tkn,tk->n", form.design, cells) if form.moves else form.design.T @ cells.sum(axis=0)


def _lagged(M, e):
    """E x_{t-1}, E x_{t-1}x_{t-1}', E x_tx_{t-1}' for t = 1..T; the new x0 stands in the first where V0 = 0."""
    before, square, lag = e.x[:-1].copy(), e.P[:-1].copy(), e.lag[1:].copy()
    if not np.any(M["V0"]):
        before[0], square[0], lag[0] = M["x0"], np.outer(M["x0"], M["x0"]), np.outer(e.x[1], M["x0"])
    return before, square, lag


def _project(form: LinearMatrix, moments: np.ndarray) -> np.ndarray:
    """Least squares of all periods' vec(moment_t) − f_t on D_t."""
    return form.projector @ (_vec(moments) - form.fixed).ravel() if form.moves else form.nearest(moments.mean(axis=0))


def _regress(form: LinearMatrix, squares: np.ndarray, weights: np.ndarray, crosses: np.ndarray) -> np.ndarray:
    """Solve Σ_t D_t'(S_t ⊗ W_t)D_t p = Σ_t D_t'(vec(W_tC_t) − (S_t ⊗ W_t) f_t) for p."""
    left, right = np.zeros((form.n, form.n)), np.zeros(form.n)
    for t, (square, cross) in enumerate(zip(squares, crosses, strict=True)):
        D, f, W = at(form.design, t, 2), at(form.fixed, t, 1), at(weights, t, 2)
        big = np.kron(square, W)
        left += D.T @ big @ D
        right += D.T @ ((W @ cross).ravel(order="F") - big @ f)
    return linalg.solve(left, right, assume_a="pos")


def _vec(matrices: np.ndarray) -> np.ndarray:
    """The cells of each period's matrix by column (T, rows·columns)."""
    return np.swapaxes(matrices, 1, 2).reshape(len(matrices), -1)


def _outer(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a_t b_t' for each period."""
    return a[:, :, None] * b[:, None, :]
