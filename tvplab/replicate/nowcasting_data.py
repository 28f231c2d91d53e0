"""Real-time data of the nowcasting study (section 6 and appendix A of the deep factor paper).

What differs from the paper, or what it leaves open, is a labelled choice of the kit:

- *vintages*: one FRED-MD vintage a month; within the month a value is hidden until its publication lag (the appendix'
  days after the month's end) has passed.  The paper has a vintage for every release.
- *series*: those of FRED-MD; the paper's two purchasing managers' indices are not public.  The appendix gives lags
  under the names of its time; those that it lacks have the lag of their kind, `OTHER_LAGS`.
- *GDP*: the Philadelphia Fed's vintages, one a quarter; growth is 100 Δ log.  A quarter is known 30 days after its end,
  and the truth is its first release.
- *transformations* are FRED-MD's codes; the sample starts in 1980.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import pandas as pd

from tvplab.data import load, load_vintages
from tvplab.data.realtime import growth
from tvplab.nowcast_backtest import published

FIRST_MONTH = "1980-01"
GDP, GDP_LAG = "GDP", 30
OTHER_LAGS = {
    "CUMFNS": 14, "CLAIMS": 5, "AMDMNO": 35, "CONSPI": 36, "SP500": 0, "SPINDUST": 0, "SPDIVYIELD": 0, "SPPERATIO": 0,
    "COMPAPFF": 0, "VIXCLS": 0, "VXOCLS": 0, "CUSR0000SAD": 16, "CUSR0000SA0L2": 16, "HWI": 35, "HWIURATIO": 35,
    "WPSFD49207": 16, "WPSFD49502": 16, "WPSID61": 16, "WPSID62": 16, "TWEXAFEGSMTH": 2, "BOGMBASE": 14,
}  # fmt: skip
"""Days for series that the appendix does not have under this name; purchasing managers' indices (NAPM…) 3."""
LEAST_SEEN = 0.5
"""A series enters a year's model when at least this share of its months since 1980 is there."""


def plain(name: str) -> str:
    """Return a series' name without the marks that differ between vintages: "S&P 500" → SP500, "CLAIMSx" → CLAIMS."""
    return re.sub(r"[^A-Z0-9]", "", name.removesuffix("x").upper())


@cache
def appendix_lags() -> dict[str, int]:
    """Days of publication by plain name: the paper's Tables 7-10, and ours."""
    text = files("tvplab.replicate").joinpath("paper/d2fm-lags.csv").open(encoding="utf-8")
    with text:
        table = pd.read_csv(text)
    return dict(zip(table["series"].map(plain), table["days"], strict=True)) | OTHER_LAGS


def lag_of(name: str) -> int:
    """Days from the end of a month to the publication of its value.

    Raises
    ------
    ValueError
        A series without one.
    """
    if name == GDP:
        return GDP_LAG
    short, table = plain(name), appendix_lags()
    if short not in table and not short.startswith("NAPM"):
        raise ValueError(f"lags: none for {name!r}; add it to OTHER_LAGS")
    return 3 if short.startswith("NAPM") else table[short]


@dataclass(frozen=True)
class RealTime:
    """One year of vintages: `months` (vintage → transformed monthly frame) and `output` (real output by vintage)."""

    months: dict[str, pd.DataFrame]
    output: pd.DataFrame

    def known(self, date: pd.Timestamp) -> pd.DataFrame:
        """Return the panel (T, N + 1) as known on a date, GDP growth in the last months of quarters."""
        monthly = self.months[f"{date:%Y-%m}"]
        quarterly = growth(self.output, str(pd.Period(date, "Q")))
        last_months = quarterly.index + pd.DateOffset(months=2)
        index = pd.date_range(monthly.index[0], max(monthly.index[-1], date.replace(day=1)), freq="MS")
        panel = monthly.reindex(index).assign(**{GDP: quarterly.set_axis(last_months).reindex(index)})
        return published(panel, {name: lag_of(name) for name in panel}, date)

    def actual(self, name: str, month: pd.Timestamp) -> float:
        """Return a monthly series' value as of the second vintage after its month, which has it."""
        frame = self.months.get(f"{month + pd.DateOffset(months=2):%Y-%m}")
        return float(frame[name].get(month, np.nan)) if frame is not None and name in frame else np.nan


@lru_cache(maxsize=2)
def real_time(year: int) -> RealTime:
    """Load the vintages of a year and the two months after it, transformed."""
    wanted = pd.period_range(f"{year}-01", f"{year + 1}-02", freq="M").astype(str)
    frames = {vintage: transformed(data) for vintage, data in load_vintages("fred-md", wanted).items()}
    return RealTime(frames, load("us-output-realtime").frame)


def transformed(dataset) -> pd.DataFrame:
    """Transform a FRED-MD vintage from 1980 on; series that are too short in it are left out."""
    frame = dataset.transformed().loc[FIRST_MONTH:]
    return frame.loc[:, frame.notna().mean() >= LEAST_SEEN]


def first_releases(first: str, last: str) -> pd.Series:
    """Growth of each quarter in the first vintage that has it."""
    output, quarters = load("us-output-realtime").frame, pd.period_range(first, last, freq="Q")
    values = [growth(output, str(quarter + 1)).get(quarter.start_time, np.nan) for quarter in quarters]
    return pd.Series(values, quarters)
