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
        return np.swapaxes((self.fixed + self.design @ p).reshape(*self.fixed.shape[:-1], columns, rows), -1, -2)

    @cached_property
    def projector(self) -> np.ndarray:
        """(D'D)⁻¹D' (n, rows·columns): the parameters nearest to given cells, of all periods where it moves."""
        return np.linalg.pinv(self.design.reshape(-1, self.n))

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
        forms = [_linear_form(cell) for cell in by_column.ravel()]
        names = tuple(dict.fromkeys(name for _, terms in forms for name in terms))
        design = np.zeros((len(forms), len(names)))
        for row, (_, terms) in enumerate(forms):
            for name, factor in terms.items():
                design[row, names.index(name)] = factor
        fixed, lead = np.array([number for number, _ in forms]), by_column.shape[:-2]
        size = (*lead, by_column.shape[-2] * by_column.shape[-1])
        return cls(table.shape[-2:], fixed.reshape(size), design.reshape(*size, len(names)), names)


def _linear_form(cell) -> tuple[float, dict[str, float]]:
    """Split "1 + 2*a - b" into its number and its coefficients."""
    if isinstance(cell, Name):
        return 0.0, {str(cell): 1.0}
    if not isinstance(cell, str):
        return float(cell), {}
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
    alive = np.diag(covariance) > 0
    out = np.zeros_like(covariance)
    out[np.ix_(alive, alive)] = np.linalg.inv(covariance[np.ix_(alive, alive)])
    return out
