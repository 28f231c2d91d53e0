"""Forecasts of a MARSS model: the filter's prediction step, h times."""

from __future__ import annotations

import numpy as np

from tvplab.statespace import at


def forecast(
    M: dict[str, np.ndarray], x: np.ndarray, P: np.ndarray, inputs, future: dict
) -> tuple[np.ndarray, np.ndarray]:
    """Means and variances (h, N) of y_{T+1}..y_{T+h} from the moments x (m,), P (m, m) of x_T.

    `inputs` are those of the h periods; `future` has the matrices (h, rows, columns) of those that move.

    Raises
    ------
    ValueError
        When a matrix that moves is not in `future`, or has another shape.
    """
    h, means, variances = len(inputs.A), [], []
    M = {name: _ahead(name, matrix, future.get(name), h) for name, matrix in M.items()}
    for t in range(h):
        Z, A, R, B, U, Q = (at(M[name], t, 2) for name in "ZARBUQ")
        x, P = B @ x + U @ inputs.U[t], B @ P @ B.T + Q
        means.append(Z @ x + A @ inputs.A[t])
        variances.append(np.diag(Z @ P @ Z.T + R))
    return np.array(means), np.array(variances)


def _ahead(name: str, matrix: np.ndarray, coming, h: int) -> np.ndarray:
    """Return the matrix, or its next h where it moves."""
    if matrix.ndim < 3 and coming is None:
        return matrix
    shape = (h, *matrix.shape[-2:])
    if np.shape(coming) != shape:
        raise ValueError(f"future: {name} moves in time; its next matrices {shape} are needed, got {np.shape(coming)}")
    return np.asarray(coming, dtype=float)
