"""Shortcut strings that stand for the common patterns of a model matrix, as R MARSS names them.

Which string a matrix takes: `square` Q, R, V0; `rectangle` B, Z, C, D; `column` U, x0 and, with `scaling`, A.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tvplab.marss_matrices import LinearMatrix, Name

SQUARE = ("zero", "identity", "diagonal and equal", "diagonal and unequal", "equalvarcov", "unconstrained")
RECTANGLE = (*SQUARE, "equal", "unequal")
COLUMN = ("zero", "equal", "unequal", "unconstrained")
DIAGONALS = {"identity": 1.0, "diagonal and equal": "diag", "equalvarcov": "diag"}


def square(shortcut: str, labels: list[str]) -> np.ndarray:
    """Cells of a covariance matrix, rows and columns named by `labels`; "unconstrained" is symmetric."""
    if shortcut not in SQUARE:
        raise ValueError(f"unknown shortcut {shortcut!r} for a covariance matrix; there are {SQUARE}")
    if shortcut != "unconstrained":
        return rectangle(shortcut, labels, labels)
    cells = rectangle("unequal", labels, labels)
    above = np.triu_indices(len(labels), 1)
    cells[above] = cells.T[above]
    return cells


def rectangle(shortcut: str, rows: list[str], columns: list[str]) -> np.ndarray:
    """Cells of any matrix: "unequal" or "unconstrained" names every cell, "equal" gives all one name.

    The others want as many rows as columns: numbers or names on the diagonal, "equalvarcov" one name more off it.
    """
    if shortcut not in RECTANGLE:
        raise ValueError(f"unknown shortcut {shortcut!r} for a matrix; there are {RECTANGLE}")
    cells = np.zeros((len(rows), len(columns)), dtype=object)
    if shortcut in ("unequal", "unconstrained", "equal"):
        cells[:] = [[Name("equal" if shortcut == "equal" else f"({i},{j})") for j in columns] for i in rows]
    elif shortcut != "zero" and len(rows) != len(columns):
        raise ValueError(f"{shortcut!r}: needs as many rows as columns, got {cells.shape}")
    elif shortcut == "equalvarcov":
        cells[:] = "offdiag"
    if shortcut in DIAGONALS:
        np.fill_diagonal(cells, DIAGONALS[shortcut])
    elif shortcut == "diagonal and unequal":
        for i, label in enumerate(rows):
            cells[i, i] = Name(f"({label},{label})")
    return cells


def column(shortcut: str, labels: list[str]) -> np.ndarray:
    """Cells of a column: "zero", "unequal" (one each, named by its label; also "unconstrained") or "equal"."""
    if shortcut not in COLUMN:
        raise ValueError(f"unknown shortcut {shortcut!r} for a column; there are {COLUMN}")
    if shortcut in ("unequal", "unconstrained"):
        return np.array([Name(label) for label in labels], dtype=object)[:, None]
    return rectangle(shortcut, labels, [""])


def loadings(Z, series: list[str]):
    """Cells of Z: "onestate" is a column of ones; a pandas Categorical of N group labels gives each group a state.

    The groups' states stand in the order in which their labels appear.  Other strings as in `rectangle`, with as many
    states as series; cells come back as they are.
    """
    if isinstance(Z, pd.Series) and isinstance(Z.dtype, pd.CategoricalDtype):
        Z = Z.array
    if isinstance(Z, pd.Categorical):
        if len(Z) != len(series) or Z.isna().any():
            raise ValueError(f"Z: one group label for each of the {len(series)} series is needed, got {list(Z)}")
        return (np.asarray(Z)[:, None] == np.asarray(Z.unique())).astype(float)
    if not isinstance(Z, str):
        return Z
    return np.ones((len(series), 1)) if Z == "onestate" else rectangle(Z, series, series)


def scaling(Z: LinearMatrix, series: list[str]) -> np.ndarray:
    """Cells of A: 0 for the first series on each state, a name for every other one, which is measured against it.

    Z must be a design matrix of fixed zeros and ones with a single one in each row.
    """
    if Z.n or np.ndim(Z.fixed) > 1:
        raise ValueError("A: 'scaling' needs a Z of fixed zeros and ones that does not move")
    design = Z.matrix(np.zeros(0))
    if not np.all(np.isin(design, (0.0, 1.0))) or np.any(design.sum(axis=1) != 1.0):
        raise ValueError("A: 'scaling' needs a Z of zeros and ones with a single one in each row")
    cells = column("unequal", series)
    cells[design.argmax(axis=0)[design.any(axis=0)]] = 0.0
    return cells
