"""What `load` returns: the numbers and everything that must be known about them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from tvplab.data.transforms import apply_tcodes


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set with its description.

    Attributes
    ----------
    name : str
        The name that `load` knows.
    frame : DataFrame, T × N
        Values in their published units; rows are periods, dated by their first day (a `DatetimeIndex` with
        frequency `MS` or `QS`).  A quarterly series in a monthly frame stands in the last month of the quarter.
    groups, units, titles : dict
        Series name -> group, unit, title.  A series that the publisher's table does not list is not in them.
    tcodes : dict
        Series name -> transformation code (see `tvplab.data.transforms`).
    frequencies : dict
        Series name -> "m" or "q".
    weights : DataFrame, T × N, or None
        Weights of the series by period, in percent, with the rows and columns of `frame`, where the set has
        them.
    headline : Series of T values or None
        The published aggregate of the series, on the rows of `frame` and no column of it, where the set has
        one.
    source, licence, citation : str
    vintage : str or None
        The date on which these numbers were the known ones.
    synthetic : bool
        True when the numbers were simulated; every picture made from them says so.
    """

    name: str
    frame: pd.DataFrame = field(repr=False)
    source: str
    licence: str
    citation: str = ""
    vintage: str | None = None
    synthetic: bool = False
    groups: dict[str, str] = field(default_factory=dict, repr=False)
    tcodes: dict[str, int | str] = field(default_factory=dict, repr=False)
    units: dict[str, str] = field(default_factory=dict, repr=False)
    titles: dict[str, str] = field(default_factory=dict, repr=False)
    frequencies: dict[str, str] = field(default_factory=dict, repr=False)
    weights: pd.DataFrame | None = field(default=None, repr=False)
    headline: pd.Series | None = field(default=None, repr=False)

    def transformed(self) -> pd.DataFrame:
        """Return the frame with each series transformed by its code.

        The first periods that a difference needs are NaN; nothing is dropped or filled.

        Raises
        ------
        ValueError
            A series has no code, or a logarithm meets a value that is not positive.
        """
        missing = [name for name in self.frame.columns if name not in self.tcodes]
        if missing:
            raise ValueError(
                f"{self.name}: no transformation code for {', '.join(missing[:5])} ({len(missing)} series)"
            )
        quarterly = [name for name, frequency in self.frequencies.items() if frequency == "q"]
        monthly_rows = self.frame.index.freqstr == "MS"
        steps = dict.fromkeys(quarterly, 3) if monthly_rows else {}
        return apply_tcodes(self.frame, self.tcodes, steps)
