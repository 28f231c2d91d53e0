"""EM in longer steps: Anderson's acceleration, with EM's own step whenever the longer one does not climb.

One round of EM maps parameters x to g(x), and the maximum is its fixed point.  Where EM creeps, the last few pairs
(x, g) tell in which combination the steps f = g − x would cancel; the accelerated step goes there.  Sources: Walker and
Ni, "Anderson acceleration for fixed-point iterations" (2011); Henderson and Varadhan, "Damped Anderson acceleration
with restarts and monotonicity control" (2019).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tvplab.marss_em import Forms, Inputs, Parameters, expect, matrices, maximise
from tvplab.marss_score import is_proper, pack, unpack

Round = Callable[[np.ndarray], tuple[float, Callable[[], np.ndarray]]]
"""One round of EM: packed parameters → their log-likelihood, and a function that makes the next ones."""

MEMORY, RIDGE = 8, 1e-8


def estimate_quickly(em: Round, forms: Forms, parameters: Parameters, stop, max_iter: int):
    """As `marss.estimate`, to the same maximum in fewer iterations; the log-likelihood never falls on its path."""
    x, path, converged = climb(em, pack(parameters), stop, max_iter)
    return unpack(x, forms), path, converged


def climb(em: Round, x: np.ndarray, stop, max_iter: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """Iterate from packed parameters x: the last that climbed, their log-likelihoods, and whether `stop` was met.

    At most `max_iter` M-steps and as many E-steps and one; a step that does not climb costs an E-step.

    Raises
    ------
    ValueError
        When R or Q is no covariance matrix at the starting values.
    """
    plain, path, records, pairs = x, [], [], []
    for _ in range(max_iter + 1):
        loglik, after = em(x)
        if not np.isfinite(loglik) or (path and loglik < path[-1]):
            if not path:
                raise ValueError("start: R, or Q where it has variance, is not positive definite")
            if x is plain:
                break
            x, pairs = plain, []
            continue
        path.append(loglik)
        records.append(x)
        if stop(len(path), path, records):
            return x, np.array(path), True
        plain = after()
        pairs = [*pairs[-MEMORY:], (x, plain)]
        x = accelerated(pairs) if len(pairs) > 1 else plain
    return records[-1], np.array(path), False


def accelerated(pairs: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return g_k − ΔG γ with γ = argmin |f_k − ΔF γ|², of pairs (x, g) with f = g − x, the newest last; ridged."""
    starts, ends = np.array(pairs).swapaxes(0, 1)
    steps = ends - starts
    F, G = steps[1:] - steps[:-1], ends[1:] - ends[:-1]
    gram = F @ F.T
    gram.ravel()[:: len(gram) + 1] += RIDGE * gram.trace()
    return ends[-1] - np.linalg.solve(gram, F @ steps[-1]) @ G


def em_round(y: np.ndarray, forms: Forms, inputs: Inputs) -> Round:
    """Return the round of EM of any MARSS model; a log-likelihood of −∞ where R or Q is no covariance matrix."""

    def em(x: np.ndarray):
        parameters = unpack(x, forms)
        M = matrices(forms, parameters)
        if not is_proper(M):
            return -np.inf, None
        moments = expect(y, M, inputs, not forms["R"].moves and forms["R"].diagonal)
        return moments.loglik, lambda: pack(maximise(forms, parameters, M, moments))

    return em
