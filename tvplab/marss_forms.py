"""What a user writes into `MARSS(...)`, read: every matrix as a linear form of fitting shape, covariates checked."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np

from tvplab.marss_matrices import LinearMatrix
from tvplab.marss_shortcuts import column, loadings, rectangle, scaling, square
from tvplab.validation import as_frame

MOVING = ("Z", "A", "R", "B", "U", "Q")


def read_forms(model, series: list[str], p: int = 0, q: int = 0) -> dict[str, LinearMatrix]:
    """Return the matrices of a `MARSS` model for these series, p covariates of theirs and q of the states.

    Raises
    ------
    ValueError
        For a shape that does not fit, an estimated V0, a moving x0 or V0, and variances that move by factors.
    """
    N = len(series)
    with naming("Z"):
        Z = LinearMatrix.of(loadings(model.Z, series))
    states = [f"X{k + 1}" for k in range(Z.shape[1])]
    A = scaling(Z, series) if isinstance(model.A, str) and model.A == "scaling" else model.A
    forms = {"Z": Z, "A": _form("A", A, series, column, "D", _effects("D", model.D, series, p))}
    forms |= {"R": _form("R", model.R, series, square), "B": _form("B", model.B, states, _transition)}
    forms |= {name: _form(name, getattr(model, name), states, square) for name in ("Q", "V0")}
    forms |= {"U": _form("U", model.U, states, column, "C", _effects("C", model.C, states, q))}
    forms |= {"x0": _form("x0", model.x0, states, column)}
    m = len(states)
    rows = dict.fromkeys(("Z", "A", "R"), N)
    columns = {"Z": m, "R": N, "A": forms["A"].shape[1], "U": forms["U"].shape[1], "x0": 1}
    for name, form in forms.items():
        shape = rows.get(name, m), columns.get(name, m)
        if form.shape != shape:
            raise ValueError(f"{name}: has shape {form.shape} where {shape} is needed ({N} series, {m} states)")
        _check_moving(name, form)
    if forms["V0"].n:
        raise ValueError(f"V0: is taken as given, but names {forms['V0'].names}")
    return forms


def check_periods(forms: dict[str, LinearMatrix], T: int) -> None:
    """Raise unless every matrix that moves has one for each of the T periods."""
    for name, form in forms.items():
        if form.moves and len(form.fixed) != T:
            raise ValueError(f"{name}: has {len(form.fixed)} matrices where y has {T} periods")


def check_covariates(values, data, form: LinearMatrix, name: str) -> np.ndarray | None:
    """Return covariates (T, p) checked against the data's periods and the matrix of their effects."""
    wanted = form.shape[1] - 1
    if values is None and wanted == 0:
        return None
    if values is None or wanted == 0:
        raise ValueError(f"{name}: covariates and their effects ({'D' if name == 'd' else 'C'}) go together")
    frame = as_frame(values, name)
    if frame.shape != (len(data), wanted):
        raise ValueError(f"{name}: has shape {frame.shape} where {(len(data), wanted)} is needed")
    if hasattr(values, "iloc") and not frame.index.equals(data.index):
        raise ValueError(f"{name}: its index differs from y's")
    return frame.to_numpy()


def count(covariates) -> int:
    """Return the number of columns of covariates; none is 0, a vector is one."""
    return 0 if covariates is None else np.atleast_2d(np.transpose(covariates)).shape[0]


def _check_moving(name: str, form: LinearMatrix) -> None:
    """Raise for what cannot move: x0, V0, and variances whose names are scaled or shifted from period to period."""
    if form.moves and name not in MOVING:
        raise ValueError(f"{name}: cannot move in time; it belongs to the first state")
    if form.moves and name in ("R", "Q") and form.n:
        named = np.any(form.design != 0.0, axis=-1)
        if np.any(form.design[named].sum(axis=-1) != 1.0) or np.any(form.fixed[named] != 0.0):
            raise ValueError(f"{name}: a variance that moves is, in each cell and period, a number or a bare name")


@contextmanager
def naming(name: str):
    """Put a matrix's name before what is wrong with it."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise ValueError(str(error) if str(error).startswith(f"{name}:") else f"{name}: {error}") from None


def _form(name: str, cells, labels: list[str], shortcut, effect: str = "", effects=None) -> LinearMatrix:
    """Read cells or a shortcut, with the effects of covariates as further columns; either may move."""
    with naming(name):
        cells = shortcut(cells, labels) if isinstance(cells, str) else cells
        own = LinearMatrix.of(cells)
    if effects is None:
        return own
    with naming(effect):
        LinearMatrix.of(effects)
    own, more = (np.array(table, object) for table in (cells, effects))
    own, more = (table[:, None] if table.ndim == 1 else table for table in (own, more))
    if own.shape[-2] != more.shape[-2]:
        raise ValueError(f"{effect}: {more.shape[-2]} rows of effects where {own.shape[-2]} are needed")
    lead = np.broadcast_shapes(own.shape[:-2], more.shape[:-2])
    own, more = (np.broadcast_to(table, (*lead, *table.shape[-2:])) for table in (own, more))
    return LinearMatrix.of(np.concatenate([own, more], axis=-1))


def _transition(shortcut: str, states: list[str]) -> np.ndarray:
    """Read a shortcut of B."""
    return rectangle(shortcut, states, states)


def _effects(name: str, cells, labels: list[str], p: int):
    """Read a shortcut of D or C for p covariates, numbered from 1."""
    with naming(name):
        return rectangle(cells, labels, [str(k + 1) for k in range(p)]) if isinstance(cells, str) else cells
