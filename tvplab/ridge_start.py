"""Where 2SRR leaves off: what `GroupLassoRidge` and `ReducedRankRidge` take over from a fit that is there already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tvplab.ridge_problem import Problem
from tvplab.ridge_results import RidgeResults
from tvplab.ridge_system import SystemResults


class Weights(NamedTuple):
    """What a fit finds about drift and volatility, in standardised units.

    `omega_u` (K,) and `omega_e` (T,) are relative variances; `squares` (K,) the sums of squared innovations behind
    the first; `converged` says whether the volatility model did.
    """

    omega_u: np.ndarray
    omega_e: np.ndarray
    squares: np.ndarray
    converged: bool


@dataclass(frozen=True)
class Origin:
    """What a fit of `TwoStepRidge` came from: its data, its options by name, and the weights of its second step."""

    problem: Problem
    options: dict
    weights: Weights


def taken_over(start, problem: Problem, options: dict) -> list[RidgeResults]:
    """Return 2SRR's fit of each target, once it is known to come from these data and options.

    Raises
    ------
    TypeError, ValueError
        When `start` is something else, or comes from other data or options; the message names what differs.
    """
    fits = list(start.equations.values()) if isinstance(start, SystemResults) else [start]
    if not all(isinstance(one, RidgeResults) and one._origin for one in fits):
        raise TypeError(f"start: expected what TwoStepRidge.fit returned, got {type(start).__name__}")
    if isinstance(start, SystemResults) == problem.single or not problem.same_as(fits[0]._origin.problem):
        raise ValueError("start: comes from other data than y and X")
    for name, value in options.items():
        if not _same(fits[0]._origin.options[name], value):
            raise ValueError(f"start: comes from {name}={fits[0]._origin.options[name]!r}, here it is {value!r}")
    return fits


def _same(one, other) -> bool:
    """Compare two values of an option: numbers and sequences by value, other objects as they do themselves."""
    return one is other or bool(np.array_equal(np.asarray(one), np.asarray(other)))
