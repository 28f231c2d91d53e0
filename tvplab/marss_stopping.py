"""When EM has converged: a sound rule, and that of the reference software."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Rule = Callable[[int, list[float], list[np.ndarray]], bool]
"""(iteration, log-likelihoods so far, parameters so far) → stop?"""


def sound_rule(tol: float, minit: int) -> Rule:
    """Stop when the log-likelihood changes by less than `tol` relative to itself, and no parameter by more than √tol.

    A small gain alone proves little on a flat likelihood, where EM creeps; a parameter's change is relative to its
    size, or to 1 where it is smaller.
    """

    def stop(iteration: int, path: list[float], records: list[np.ndarray]) -> bool:
        if iteration < 2:
            return False
        if not abs(path[-1] - path[-2]) < tol * (1.0 + abs(path[-1])):
            return False
        change = np.abs(records[-1] - records[-2]) / np.maximum(1.0, np.abs(records[-1]))
        return bool(np.all(change < np.sqrt(tol)))

    return stop


def reference_rule(tol: float, minit: int, slope_tol: float = 0.5, window: int = 9) -> Rule:
    """R MARSS 3.11: from iteration `minit` on, a gain in [0, tol) and log-log slopes of at most `slope_tol`."""

    def stop(iteration: int, path: list[float], records: list[np.ndarray]) -> bool:
        if iteration < max(minit, 2) or not 0 <= path[-1] - path[-2] < tol:
            return False
        recent = np.abs(np.array(records[-window - 1 :]))
        recent = np.where(np.any(recent == 0, axis=0), recent + 1.0, recent)
        time = np.log(np.arange(iteration - len(recent) + 1, iteration + 1))
        centred = time - time.mean()
        slopes = centred @ np.log(recent) / (centred @ centred)
        return bool(np.all(np.abs(slopes) <= slope_tol))

    return stop
