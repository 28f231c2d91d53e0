"""Data and hyperparameters of a TVP ridge regression, checked, scaled and labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tvplab.tvp_laws import Law
from tvplab.tvp_start import start_columns
from tvplab.validation import Regression, check_choice, check_number, check_regression, check_varying

INTERCEPT = "const"


@dataclass(frozen=True)
class Problem:
    """What a solver needs, and what it takes to put its answer back into the data's units.

    Attributes
    ----------
    Y, X : (T, M) targets and (T, K) regressors, divided by `sd_y` (M,) and `sd_x` (K,).
    index, names, targets : labels of periods, regressors and targets.
    intercept : whether the first column of X is a constant that was added here.
    single : whether y came as a vector.
    lam0 : penalty on the first period's coefficients.
    """

    Y: np.ndarray
    X: np.ndarray
    sd_y: np.ndarray
    sd_x: np.ndarray
    index: pd.Index
    names: list
    targets: list
    intercept: bool
    single: bool
    lam0: float

    @classmethod
    def of(cls, y, X, model) -> Problem:
        """Check y, X and the model's `scale`, `constant` and `lam0`; scale; add the constant."""
        check_choice(model.scale, "scale", ("sd", None))
        check_choice(model.constant, "constant", (True, False))
        lam0 = check_number(model.lam0, "lam0", or_equal=True)
        data = check_regression(y, X)
        _check_columns(data, model.scale, model.constant)
        regressors, names = data.X.to_numpy(), list(data.X.columns)
        sd_x, sd_y = _spread(data.X, model.scale), _spread(data.y, model.scale)
        if model.constant:
            regressors, names = np.column_stack([np.ones(len(regressors)), regressors]), [INTERCEPT, *names]
            sd_x = np.concatenate([[1.0], sd_x])
        return cls(
            Y=data.y.to_numpy() / sd_y,
            X=regressors / sd_x,
            sd_y=sd_y,
            sd_x=sd_x,
            index=data.y.index,
            names=names,
            targets=list(data.y.columns),
            intercept=model.constant,
            single=data.single,
            lam0=lam0,
        )

    def same_as(self, other: Problem) -> bool:
        """Tell whether targets, regressors and their labels are the same."""
        arrays = all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in ("Y", "X", "sd_y", "sd_x", "index")
        )
        return arrays and (self.names, self.targets) == (other.names, other.targets)

    def check_identified(self, folds: Sequence[np.ndarray], law: Law) -> None:
        """Raise when λ₀ = 0 leaves the start undetermined, in the sample or without one of the folds."""
        if self.lam0 > 0:
            return
        everything, start = np.arange(len(self.X)), start_columns(self.X, law)
        for held_out in [[], *folds]:
            kept = start[np.setdiff1d(everything, held_out)]
            if np.linalg.matrix_rank(kept) < start.shape[1] or len(kept) <= start.shape[1]:
                where = "when a fold is held out" if len(held_out) else f"in {len(kept)} periods"
                raise ValueError(f"lam0: 0 leaves the first coefficients undetermined {where}; use lam0 > 0")


def _check_columns(data: Regression, scale, constant: bool) -> None:
    """Refuse columns that the options cannot take."""
    if constant and INTERCEPT in data.X.columns:
        raise ValueError(f"X: the name {INTERCEPT!r} is taken by the constant that is added")
    if constant:
        check_varying(data.X, "X", "a constant is already added; drop it, or pass constant=False and scale=None")
    elif scale:
        check_varying(data.X, "X", "it cannot be divided by its standard deviation; pass scale=None")
    if scale:
        check_varying(data.y, "y", "there is nothing to explain")


def _spread(frame: pd.DataFrame, scale) -> np.ndarray:
    """Sample standard deviations of the columns (ddof 1), or ones."""
    return frame.to_numpy().std(axis=0, ddof=1) if scale else np.ones(frame.shape[1])
