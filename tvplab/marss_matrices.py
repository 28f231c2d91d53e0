"""A model matrix that mixes numbers (fixed) and names (estimated): vec(M) = fixed + design · p.

The same name twice is one shared parameter; a linear form such as "1 + 2*a - b" is allowed.
A matrix that moves in time is a stack of T of them.  Source: Holmes, *Derivation of an EM algorithm for constrained
MARSS models*, section 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

_NUMBER, _NAME = r"\d+\.?\d*(?:[eE][+-]?\d+)?", r"[A-Za-z_(][\w(),.]*"
_TERM = re.compile(rf"([+-])(?:({_NUMBER})\*({_NAME})|({_NUMBER})|({_NAME}))(?=[+-]|$)")


class Name(str):
    """A parameter's name taken as it stands, whatever its letters: made from a series' or a state's own label."""


@dataclass(frozen=True)
class LinearMatrix:
    """A matrix whose cells are linear in named parameters.

    `shape` (rows, columns); `fixed` (rows·columns,) and `design` (rows·columns, n), cells by column as vec has them;
    `names` (n,).  Where the matrix moves, `fixed` and `design` have a leading dimension T.
    """

    shape: tuple[int, int]
    fixed: np.ndarray
    design: np.ndarray
    names: tuple[str, ...]

    def matrix(self, p: np.ndarray) -> np.ndarray:
        """Return the matrix at parameters p (n,), with a leading dimension T where it moves."""
        rows, columns = self.shape
        if not self.moves:
            out = self.fixed.reshape(rows, columns, order="F")
            if self.n:
                out, (i, j, D) = out.copy(), self.free
                out[i, j] += p if self.one_each else D @ p
            return out
        return np.swapaxes((self.fixed + self.design @ p).reshape(*self.fixed.shape[:-1], columns, rows), -1, -2)

    @cached_property
    def free(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows and columns (k,) of the cells with names, and their part of the design (k, n); of one that stands."""
        cells = np.flatnonzero(self.design.any(axis=1))
        return cells % self.shape[0], cells // self.shape[0], self.design[cells]

    @cached_property
    def projector(self) -> np.ndarray:
        """(D'D)⁻¹D': the parameters nearest to given cells; to the free ones (n, k), or where it moves to all of T."""
        D = self.design.reshape(self.fixed.size, self.n) if self.moves else self.free[2]
        lengths = np.einsum("ij,ij->j", D, D)
        orthogonal = np.count_nonzero(D.T @ D) == self.n == np.count_nonzero(lengths)
        return D.T / lengths[:, None] if orthogonal else np.linalg.pinv(D)

    def nearest(self, cells: np.ndarray) -> np.ndarray:
        """Parameters (n,) that bring the matrix, of all periods, nearest to `cells` (rows, columns): least squares."""
        if self.moves:
            return self.projector @ (cells.ravel(order="F") - self.fixed).ravel()
        i, j, _ = self.free
        return self.projector @ (cells - self.fixed.reshape(self.shape, order="F"))[i, j]

    @cached_property
    def one_each(self) -> bool:
        """Whether each name stands alone in one cell, and the names in the order of vec; of a matrix that stands."""
        return np.array_equal(self.free[2], np.eye(self.n))

    @property
    def diagonal(self) -> bool:
        """Whether names stand on the diagonal only; of a matrix that stands."""
        i, j, _ = self.free
        return bool(np.array_equal(i, j))

    @property
    def n(self) -> int:
        """Number of parameters."""
        return len(self.names)

    @property
    def moves(self) -> bool:
        """Whether there is one matrix for each period."""
        return self.fixed.ndim > 1

    @classmethod
    def of(cls, cells) -> LinearMatrix:
        """Read a matrix of numbers, names and linear forms (nested lists or an array; a vector is one column).

        Three dimensions (T, rows, columns) are one matrix for each period.
        """
        table = np.asarray(cells, dtype=object)
        table = table[:, None] if table.ndim == 1 else table
        if table.ndim not in (2, 3):
            raise ValueError(f"expected a matrix, or one for each period, got shape {table.shape}")
        by_column = np.swapaxes(table, -1, -2)
        cells = by_column.ravel()
        forms = {row: _linear_form(cell) for row, cell in enumerate(cells) if isinstance(cell, str)}
        names = dict.fromkeys(name for _, terms in forms.values() for name in terms)
        names = {name: place for place, name in enumerate(names)}
        fixed = np.array([forms[row][0] if row in forms else float(cell) for row, cell in enumerate(cells)])
        if not np.isfinite(fixed).all():
            raise ValueError(
                f"cells must be finite numbers, names or linear forms, got {cells[~np.isfinite(fixed)][0]!r}"
            )
        design, lead = np.zeros((len(cells), len(names))), by_column.shape[:-2]
        for row, (_, terms) in forms.items():
            for name, factor in terms.items():
                design[row, names[name]] = factor
        size = (*lead, by_column.shape[-2] * by_column.shape[-1])
        return cls(table.shape[-2:], fixed.reshape(size), design.reshape(*size, len(names)), tuple(names))


def _linear_form(cell: str) -> tuple[float, dict[str, float]]:
    """Split "1 + 2*a - b" into its number and its coefficients."""
    if isinstance(cell, Name):
        return 0.0, {str(cell): 1.0}
    text = re.sub(r"\s*([+*-])\s*", r"\1", cell.strip())
    text = text if text.startswith(("+", "-")) else "+" + text
    found = list(_TERM.finditer(text))
    if not found or "".join(match[0] for match in found) != text:
        raise ValueError(f"cannot read {cell!r}: a cell is a number, a name, or a form such as '1+2*a'")
    number, terms = 0.0, {}
    for sign, factor, factored, constant, name in (match.groups() for match in found):
        if constant:
            number += float(sign + constant)
        else:
            terms[factored or name] = terms.get(factored or name, 0.0) + float(sign + (factor or "1"))
    return number, terms


def precision(covariance: np.ndarray) -> np.ndarray:
    """Inverse on the rows with variance, zero elsewhere, where nothing is estimated; of each period's matrix."""
    if covariance.ndim == 3:
        return np.array([precision(one) for one in covariance])
    variances = np.diag(covariance)
    alive = variances > 0
    if np.count_nonzero(covariance) == np.count_nonzero(variances):
        return np.diag(np.divide(1.0, variances, out=np.zeros(len(alive)), where=alive))
    out = np.zeros_like(covariance)
    out[np.ix_(alive, alive)] = np.linalg.inv(covariance[np.ix_(alive, alive)])
    return out
