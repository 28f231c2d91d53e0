"""The random numbers of the deep factor Monte Carlo: the kit's own, or those of the authors' seeds in their order.

With the authors' seeds 1 to 100 the panels are those behind the tables of Andreini, Izzo and Ricco, to rounding: their
code takes one stream of numpy's legacy generator for factors, loadings, noise shares, noise and gaps, in this order.
"""

from __future__ import annotations

import numpy as np

from tvplab.validation import check_seed


class KitDraws:
    """Each part has a stream of its own, so that a change of one setting leaves the other parts as they are."""

    def __init__(self, seed: int | np.random.Generator):
        self.factor, self.loading, self.idiosyncratic, self.gap = check_seed(seed).spawn(4)

    def shocks(self, T: int, r: int) -> np.ndarray:
        """Standard normal shocks (T, r) of the factors."""
        return self.factor.standard_normal((T, r))

    def loadings(self, N: int, size: int) -> np.ndarray:
        """Eq. 23: Λ (N, r̃)."""
        return self.loading.standard_normal((N, size))

    def shares(self, N: int, u: float) -> np.ndarray:
        """Eq. 27: β (N,)."""
        return self.idiosyncratic.uniform(u, 1.0 - u, N)

    def innovations(self, T: int, correlation: np.ndarray, sd: np.ndarray) -> np.ndarray:
        """Eq. 21: normal ϵ (T, N) with this correlation (N, N) and these standard deviations (N,)."""
        return self.idiosyncratic.standard_normal((T, len(sd))) @ np.linalg.cholesky(correlation).T * sd

    def hidden(self, T: int, N: int, share: float) -> np.ndarray:
        """Flags (T, N) of the missing cells."""
        return hidden_cells(T, N, share, self.gap)


class AuthorsDraws:
    """One stream of numpy's legacy generator; `seed` is a whole number from 0."""

    def __init__(self, seed: int):
        self.rng = np.random.RandomState(seed)

    def shocks(self, T: int, r: int) -> np.ndarray:
        """Standard normal shocks (T, r) of the factors."""
        return self.innovations(T, np.eye(r), np.ones(r))

    def loadings(self, N: int, size: int) -> np.ndarray:
        """Eq. 23: Λ (N, r̃)."""
        return self.innovations(N, np.eye(size), np.ones(size))

    def shares(self, N: int, u: float) -> np.ndarray:
        """Eq. 27: β (N,)."""
        return self.rng.uniform(u, 1.0 - u, N)

    def innovations(self, T: int, correlation: np.ndarray, sd: np.ndarray) -> np.ndarray:
        """Eq. 21: normal ϵ (T, N) with this correlation (N, N) and these standard deviations (N,)."""
        return self.rng.multivariate_normal(np.zeros(len(sd)), correlation * np.outer(sd, sd), T)

    def hidden(self, T: int, N: int, share: float) -> np.ndarray:
        """Flags (T, N) of exactly int(T N share) cells: a row and a column at a time, again where it is taken."""
        taken = set()
        while len(taken) < int(T * N * share):
            taken.add(int(self.rng.choice(T, 1)[0]) * N + int(self.rng.choice(N, 1)[0]))
        return _flags(list(taken), T, N)


DRAWS = {"kit": KitDraws, "authors": AuthorsDraws}
"""Name → source of random numbers."""


def hidden_cells(T: int, N: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Flags (T, N) of exactly int(T N share) cells: the first so many of one random order."""
    return _flags(rng.permutation(T * N)[: int(T * N * share)], T, N)


def _flags(cells, T: int, N: int) -> np.ndarray:
    """Flags (T, N), true at these places of the flattened panel."""
    flags = np.zeros(T * N, dtype=bool)
    flags[cells] = True
    return flags.reshape(T, N)
