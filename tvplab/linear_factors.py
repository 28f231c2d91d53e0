"""Principal components with the manners of an autoencoder: `.factors`, `.encode(X_new)`, `.decode(factors)`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tvplab.factors import principal_components
from tvplab.validation import as_frame, as_matrix, check_distinct_columns, check_varying


@dataclass(frozen=True)
class LinearFactors:
    """Factors of a standardised panel, linear both ways; `LinearFactors.fit(X, K)` estimates them.

    The autoencoder that minimises the squared loss with linear maps (eqs. 4 and 5 of Andreini, Izzo and Ricco).

    Attributes
    ----------
    factors : (T, K), each with mean 0 and variance 1; the sign makes most of its loadings positive.
    loadings : (N, K) of the standardised series.
    mean, sd : (N,) by which the series were standardised.
    """

    factors: pd.DataFrame
    loadings: pd.DataFrame
    mean: pd.Series = field(repr=False)
    sd: pd.Series = field(repr=False)

    @classmethod
    def fit(cls, X, n_factors: int) -> LinearFactors:
        """Estimate K factors from X (T, N), complete."""
        frame = as_frame(X, "X")
        check_distinct_columns(frame, "X")
        check_varying(frame, "X", "it says nothing of the factors")
        mean, sd = frame.mean(), frame.std(ddof=0)
        found = principal_components((frame - mean) / sd, n_factors)
        signs = np.where(found.loadings.sum() < 0, -1.0, 1.0)
        return cls(found.factors * signs, found.loadings * signs, mean, sd)

    def summary(self) -> pd.DataFrame:
        """One row a series: mean and sd of its units, its R² and its loadings."""
        table = {"mean": self.mean, "sd": self.sd, "R²": (self.loadings**2).sum(axis=1)}
        return pd.DataFrame(table).join(self.loadings)

    def encode(self, X_new) -> pd.DataFrame:
        """Return the factors (T', K) of new data (T', N): the least-squares fit of each period to the loadings."""
        frame = as_frame(X_new, "X_new", least=1)
        if not frame.columns.equals(self.mean.index):
            raise ValueError(f"X_new: columns must be those of X in their order, {list(self.mean.index)[:3]} and so on")
        z = ((frame - self.mean) / self.sd).to_numpy()
        found = np.linalg.lstsq(self.loadings.to_numpy(), z.T, rcond=None)[0].T
        return pd.DataFrame(found, frame.index, self.factors.columns)

    def decode(self, factors) -> pd.DataFrame:
        """Return x̂ (T', N) in units of the data for factors (T', K), a frame or an array."""
        f = as_matrix(factors, "factors").astype(float)
        if f.shape[1] != self.factors.shape[1]:
            raise ValueError(f"factors: expected {self.factors.shape[1]} columns, got shape {f.shape}")
        rows = factors.index if isinstance(factors, pd.DataFrame) else None
        z = pd.DataFrame(f @ self.loadings.to_numpy().T, rows, self.mean.index)
        return z * self.sd + self.mean
