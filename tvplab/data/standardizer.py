"""Standardisation that remembers how to undo itself."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Standardizer:
    """Mean and standard deviation of each column; made by `Standardizer.fit`.

    Attributes
    ----------
    mean, sd : Series of N values
        In the units of the column, labelled by column name.
    """

    mean: pd.Series
    sd: pd.Series

    @classmethod
    def fit(cls, frame: pd.DataFrame, ddof: int = 1) -> Standardizer:
        """Measure a T × N frame; NaN is left out, column by column.

        Parameters
        ----------
        frame : DataFrame
        ddof : int
            The standard deviation divides by T − ddof.

        Raises
        ------
        TypeError
            `frame` is not a DataFrame.
        ValueError
            Duplicate column names, or a column that is constant or has too few values to vary.
        """
        if not isinstance(frame, pd.DataFrame):
            raise TypeError(f"frame: expected a DataFrame, got {type(frame).__name__}")
        if frame.columns.has_duplicates:
            raise ValueError(f"frame: duplicate column name {frame.columns[frame.columns.duplicated()][0]!r}")
        for name, dtype in frame.dtypes.items():
            if dtype.kind not in "fiu":
                raise TypeError(f"frame: column {name!r} has dtype {dtype}; expected numbers")
        constant = frame.columns[frame.nunique() < 2]
        if len(constant):
            raise ValueError(f"frame: column {constant[0]!r} does not vary, so it has no scale")
        return cls(frame.mean(), frame.std(ddof=ddof))

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return (x − mean) / sd for the known columns of `frame`, which may be a part of those fitted."""
        names = self._known(frame)
        return (frame - self.mean[names]) / self.sd[names]

    def inverse(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return x·sd + mean: values back in their units, for all or part of the columns fitted."""
        names = self._known(frame)
        return frame * self.sd[names] + self.mean[names]

    def _known(self, frame: pd.DataFrame) -> list:
        if not isinstance(frame, pd.DataFrame):
            raise TypeError(f"frame: expected a DataFrame, got {type(frame).__name__}")
        unknown = [name for name in frame.columns if name not in self.mean.index]
        if unknown:
            raise ValueError(f"frame: column {unknown[0]!r} was not fitted; known are {list(self.mean.index)}")
        return list(frame.columns)
