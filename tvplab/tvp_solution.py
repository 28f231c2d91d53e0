"""What every solver of the TVP ridge problem returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Solution:
    """The posterior at one λ, in units of σ² where it is a variance.

    Attributes
    ----------
    beta : (T, K, M) coefficients of M targets.
    start : (J, K, M) coefficients of the start: β_1, and the slope where the law of motion has one.
    quad : (M,) y'A_λ y, the weighted squares that the marginal likelihood explains.
    logdet : log|A_λ⁻¹|, without its infinite part when the start is free (λ₀ = 0).
    rank : number of directions of y that the likelihood uses: T, or T − K when the start is free.
    """

    beta: np.ndarray
    start: np.ndarray
    quad: np.ndarray
    logdet: float
    rank: int


def minus_twice_loglik(logdet: float, rank: int, quad):
    """−2 log marginal likelihood with σ² concentrated out at y'A_λy / rank; the arguments are `Solution`'s."""
    return logdet + rank * (1.0 + np.log(2.0 * np.pi * quad / rank))
