"""What a sparse TVP ridge fit returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd

from tvplab.ridge_results import RidgeResults
from tvplab.validation import check_number


@dataclass(frozen=True)
class SparseResults(RidgeResults):
    """A TVP ridge fit in which some coefficients do not move; its bands take that selection as given (A.1.2).

    Attributes
    ----------
    constant : names of the coefficients found constant: their optimality condition holds at no drift at all.
    alpha : the share α of the ridge, given or chosen.
    lam_group : λ̃, the penalty of the group lasso.
    objective_path : frame of the group lasso's objective (standardised units), columns `round` and `objective`; within
        a round it never rises, a new round has new residual variances.
    sparsity_path : frame of the α tried in the last round, with the `lam` of the fit with its weights, its `score`
        (squared units of y; 0 for a given λ), and how many coefficients were `moving`.
    steps : frame of the likelihood's search (last round), one row a step: the `coefficient`, whether it `moves` from
        then on, its likelihood `ratio`, the `lam` of the set and how many are `moving`; None for the lasso.
    n_iter : Newton steps of all rounds; or steps of the likelihood's search.
    """

    constant: list = field(default_factory=list)
    alpha: float = np.nan
    lam_group: float = np.nan
    objective_path: pd.DataFrame = field(default=None, repr=False)
    sparsity_path: pd.DataFrame = field(default=None, repr=False)
    n_iter: int = 0
    steps: pd.DataFrame = field(default=None, repr=False)
    _at_alpha: Callable[[float], SparseResults] = field(default=None, repr=False)

    def sparser(self, alpha: float) -> SparseResults:
        """Return the fit at another α, from the same step 1 and the same volatility: what a slider asks for."""
        return self._at_alpha(_share(alpha))

    def at(self, lam: float) -> SparseResults:
        """Return the fit at another λ with the same weights: what was constant stays so."""
        own = {f.name: getattr(self, f.name) for f in fields(self)[len(fields(RidgeResults)) :]}
        return extended(super().at(lam), **own)


def _share(alpha: float) -> float:
    """Check α."""
    if check_number(alpha, "alpha") > 1.0:
        raise ValueError(f"alpha: must lie above 0 and not above 1, got {alpha!r}")
    return alpha


def extended(fit: RidgeResults, **more) -> SparseResults:
    """The fit with the fields of a sparse one."""
    return SparseResults(**{f.name: getattr(fit, f.name) for f in fields(RidgeResults)}, **more)
