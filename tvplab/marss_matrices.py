"""A model matrix that mixes numbers (fixed) and names (estimated): vec(M) = fixed + design · p.

The same name twice is one shared parameter; a linear form such as "1 + 2*a - b" is allowed.  Shortcut strings stand for
the common patterns.  Source: Holmes, *Derivation of an EM algorithm for constrained MARSS models*, section 1.
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
    `names` (n,).
    """

    shape: tuple[int, int]
    fixed: np.ndarray
    design: np.ndarray
    names: tuple[str, ...]

    def matrix(self, p: np.ndarray) -> np.ndarray:
        """Return the matrix at parameters p (n,)."""
        return (self.fixed + self.design @ p).reshape(self.shape, order="F")

    @cached_property
    def projector(self) -> np.ndarray:
        """(D'D)⁻¹D' (n, rows·columns): the parameters nearest to given cells."""
        return np.linalg.pinv(self.design)

    @property
    def n(self) -> int:
        """Number of parameters."""
        return len(self.names)

    @classmethod
    def of(cls, cells) -> LinearMatrix:
        """Read a matrix of numbers, names and linear forms (nested lists or an array; a vector is one column)."""
        table = np.asarray(cells, dtype=object)
        table = table[:, None] if table.ndim == 1 else table
        if table.ndim != 2:
            raise ValueError(f"expected a matrix, got shape {table.shape}")
        forms = [_linear_form(cell) for cell in table.ravel(order="F")]
        names = tuple(dict.fromkeys(name for _, terms in forms for name in terms))
        design = np.zeros((len(forms), len(names)))
        for row, (_, terms) in enumerate(forms):
            for name, factor in terms.items():
                design[row, names.index(name)] = factor
        return cls(table.shape, np.array([number for number, _ in forms]), design, names)


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


def square(shortcut: str, labels: list[str]) -> np.ndarray:
    """Cells of a square matrix from a shortcut, rows and columns named by `labels`."""
    n = len(labels)
    cells = np.zeros((n, n), dtype=object)
    if shortcut == "identity":
        np.fill_diagonal(cells, 1.0)
    elif shortcut == "diagonal and equal":
        np.fill_diagonal(cells, "diag")
    elif shortcut == "equalvarcov":
        cells[:] = "offdiag"
        np.fill_diagonal(cells, "diag")
    elif shortcut in ("diagonal and unequal", "unconstrained"):
        for j in range(n):
            for i in range(j, n):
                if i == j or shortcut == "unconstrained":
                    cells[i, j] = cells[j, i] = Name(f"({labels[i]},{labels[j]})")
    elif shortcut != "zero":
        raise ValueError(f"unknown shortcut {shortcut!r} for a square matrix")
    return cells


def column(shortcut: str, labels: list[str]) -> np.ndarray:
    """Cells of a column from a shortcut: "zero", "unequal" (one each, also "unconstrained") or "equal"."""
    if shortcut == "zero":
        return np.zeros((len(labels), 1), dtype=object)
    if shortcut in ("unequal", "unconstrained"):
        return np.array([Name(label) for label in labels], dtype=object)[:, None]
    if shortcut == "equal":
        return np.full((len(labels), 1), "equal", dtype=object)
    raise ValueError(f"unknown shortcut {shortcut!r} for a column")
